"""Judging the keys with which mail is sealed."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from checks.inventory import Inventory, MailDomain
from checks.mail.dkim import OUTCOMES, Facts, dkim, judge
from checks.mail_domain import Sends
from checks.model import Kind, Status, Target
from checks.net.facts import DnsStatus
from tests.checks.mail.answers import answers
from tests.engine.probes import TableProbe

D = "example.com"


def der(key: object, *, bare: bool = False) -> str:
    """A public key as `p=` has it."""
    shape = serialization.PublicFormat.PKCS1 if bare else serialization.PublicFormat.SubjectPublicKeyInfo
    raw = key.public_key().public_bytes(serialization.Encoding.DER, shape)  # type: ignore[attr-defined]
    return base64.b64encode(raw).decode()


KEYS = {bits: rsa.generate_private_key(65537, bits) for bits in (1024, 2048)}
LONG, SHORT = (f"v=DKIM1; k=rsa; p={der(KEYS[bits])}" for bits in (2048, 1024))
WEAK = (  # 512 bits, made long ago: today's libraries refuse to make one
    "v=DKIM1; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKyqbG2n3Sx8nVxJWx7WzOmkWqzcRQTwpJKDLnQyVvYWGIqbLjgxUZUUSvTtVjvJ6Ql"
    "tS1BSBbCjTcHH6hJGRwECAwEAAQ=="
)
NEW = (
    "v=DKIM1; k=ed25519; p="
    + base64.b64encode(ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
)
REVOKED = "v=DKIM1; p="
SPF = "v=spf1 include:_spf.google.com ~all"


def facts(
    found: dict[str, tuple[str, ...] | DnsStatus], *, guess: bool = False, sends: Sends = Sends.YES, **more: object
) -> Facts:
    """These selectors, written down as in use unless they are guesses."""
    zone = answers({f"{name} TXT": value for name, value in found.items()})
    around = answers({f"{D} MX": ("10 aspmx.l.google.com",), f"{D} TXT": (SPF,), "lr-0 TXT": ()})
    fields = {
        "made_up": around["lr-0", "TXT"],
        "mx": around[D, "MX"],
        "txt": around[D, "TXT"],
        "declared": () if guess else tuple(found),
        "sends": sends,
    }
    return Facts(D, {name: zone[name, "TXT"] for name in found}, **(fields | more))  # type: ignore[arg-type]


CASES = {
    "ok": facts({"pm": (LONG,), "google": (LONG,)}),
    "missing": facts({"pm": (), "google": (LONG,)}),
    "revoked": facts({"pm": (REVOKED,)}),
    "several": facts({"pm": (LONG, SHORT)}),
    "unusable": facts({"pm": ("v=DKIM1; k=rsa; p=MIIBIjANBg",)}),
    "weak": facts({"pm": (WEAK,)}),
    "short": facts({"pm": (SHORT,)}),
    "new_kind_only": facts({"pm": (NEW,)}),
    "testing": facts({"pm": (LONG + "; t=y",)}),
    "not_needed": facts({"default": ()}, guess=True, sends=Sends.NO),
    "nothing_found": facts({"default": (), "google": DnsStatus.NXDOMAIN}, guess=True),
    "could_not_look": facts({"pm": DnsStatus.SERVFAIL}),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    "found", [(), DnsStatus.NXDOMAIN, DnsStatus.SERVFAIL, (REVOKED,), ("v=DKIM1; p=oops",), (LONG, SHORT)]
)
def test_a_guess_that_fails_never_fails_the_domain(found):
    """Selectors cannot be listed from outside, so nothing found is unknown."""
    verdict = judge(facts({"google": found, "k1": ()}, guess=True))
    assert OUTCOMES[verdict.code].status is Status.UNKNOWN


def test_one_guess_that_hits_is_proof_enough():
    """The others need not exist."""
    verdict = judge(facts({"google": (LONG,), "k1": (), "s1": DnsStatus.TIMEOUT}, guess=True))
    assert (verdict.code, verdict.seen["guessed"], verdict.seen["found"]) == ("ok", True, "google: rsa 2048")


def test_a_key_that_anybody_can_break_counts_even_where_it_was_guessed():
    """Whoever breaks it can forge the seal, used or not."""
    assert judge(facts({"google": (LONG,), "old": (WEAK,)}, guess=True)).code == "weak"


def test_a_record_that_answers_for_every_name_is_no_key():
    """A catch-all in DNS would make every guess a hit."""
    star = answers({"lr-0 TXT": (LONG,)})["lr-0", "TXT"]
    assert judge(facts({"google": (LONG,)}, guess=True, made_up=star)).code == "nothing_found"
    assert judge(facts({"google": (LONG,)}, made_up=star)).code == "ok"
    other = answers({"lr-0 TXT": ("v=spf1 -all",)})["lr-0", "TXT"]
    assert judge(facts({"google": ("v=spf1 -all",)}, guess=True, made_up=other)).code == "nothing_found"


def test_microsoft_fills_one_of_its_two_selectors():
    """The other one comes to life when keys are changed."""
    assert judge(facts({"selector1": (LONG,), "selector2": ()})).code == "ok"
    assert judge(facts({"selector1": (), "selector2": ()})).code == "missing"
    assert judge(facts({"selector1": (LONG,), "selector2": (), "pm": ()})).seen["selector"] == "pm"


def test_a_dead_alias_is_named():
    """The record is there, but where it leads no key stands."""
    given = facts({"pm": ()})
    answer = replace(given.answers["pm"], cnames=("pm.gone.test",))
    verdict = judge(replace(given, answers={"pm": answer}))
    assert verdict.code == "missing"
    assert "pm.gone.test" in str(verdict.seen["alias_words"])


def test_a_retired_key_may_be_withdrawn_or_gone():
    """That is what retiring means."""
    given = facts({"pm": (LONG,), "old": (REVOKED,), "older": ()}, declared=("pm",), retired=("old", "older"))
    verdict = judge(given)
    assert verdict.code == "ok"
    assert verdict.seen["selectors"] == {"pm": "rsa 2048", "old": "retired, revoked", "older": "retired, missing"}


def test_the_new_kind_beside_an_rsa_key_is_fine():
    """Receivers take the one that they can read."""
    assert judge(facts({"pm": (NEW,), "google": (LONG,)})).code == "ok"


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (LONG.replace("DKIM1", "DKIM2"), "version"),
        (LONG.replace("v=DKIM1; k=rsa", "k=rsa; v=DKIM1"), "first"),
        ("v=DKIM1; k=rsa", "missing"),
        (LONG.replace("k=rsa", "k=dsa"), "kind"),
        (LONG + "; s=tlsrpt", "other uses"),
        (LONG + "; h=sha1", "SHA-1"),
        (LONG[:-40], "whole RSA key"),
        (LONG.replace("p=", "p=*"), "base64"),
        ("v=DKIM1; k=ed25519; p=" + base64.b64encode(b"short").decode(), "whole Ed25519 key"),
        ("v=DKIM1; p=" + der(ec.generate_private_key(ec.SECP256R1())), "whole RSA key"),
    ],
)
def test_every_way_of_being_unusable_is_said_in_words(record, why):
    """Receivers then treat the mail as unsealed."""
    verdict = judge(facts({"pm": (record,)}))
    assert verdict.code == "unusable"
    assert why in str(verdict.seen["why"])


@pytest.mark.parametrize(
    "record",
    [
        f"p={der(KEYS[2048])}",
        f"k=rsa; p={der(KEYS[2048], bare=True)};",
        f"v=DKIM1; h=sha256:sha1; s=email; t=s; n=notes; p={der(KEYS[2048])}",
        f"v=DKIM1;p={der(KEYS[2048])[:100]} {der(KEYS[2048])[100:]}",
        f"v=DKIM1; s=*; x=unknown; p={der(KEYS[2048])}",
    ],
)
def test_every_form_that_receivers_read_is_read(record):
    """Version and kind may be left out, blanks may stand in the key, unknown tags do not matter."""
    assert judge(facts({"pm": (record,)})).code == "ok"


def mail(**more: object) -> Target:
    """The mail domain as written down."""
    own = MailDomain(D, **more)  # type: ignore[arg-type]
    return Target(Kind.MAIL, D, D, Inventory(product="p", domain=D, mail=(own,)))


async def test_what_is_written_down_is_asked_and_nothing_is_guessed():
    """Except for one made-up name."""
    probe = TableProbe({(f"pm._domainkey.{D}", "TXT"): (LONG,), (D, "TXT"): (SPF,)})
    verdict = await dkim(mail(selectors=("pm",)), probe)
    assert verdict.code == "ok"
    keys = [name for name, _ in probe.asked if "_domainkey" in name]
    assert len(keys) == 2
    assert f"pm._domainkey.{D}" in keys


async def test_the_vendors_that_the_records_show_tell_where_to_look():
    """Its includes and mail servers name the tools."""
    table = {
        (D, "TXT"): ("v=spf1 include:spf.mailjet.com ~all",),
        (D, "MX"): ("10 in1-smtp.messagingengine.com",),
        (f"fm2._domainkey.{D}", "TXT"): (LONG,),
        (f"mailjet._domainkey.{D}", "TXT"): (LONG,),
    }
    probe = TableProbe(table)
    verdict = await dkim(mail(), probe)
    assert verdict.code == "ok"
    assert verdict.seen["vendors"] == ("Fastmail", "Mailjet")
    assert len(probe.asked) <= 2 + 1 + 20
