"""Judging whether reports about forged mail arrive."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.inventory import Inventory
from checks.mail.dmarc_rua import OUTCOMES, Facts, dmarc_rua, judge
from checks.model import Kind, Status, Target
from checks.net.facts import DnsAnswer, DnsStatus
from tests.checks.mail.answers import Zone, answers
from tests.engine.probes import TableProbe

D = "example.com"
SERVICE = "reports.service.test"
CONSENT = f"{D}._report._dmarc.{SERVICE}"


def facts(rua: str | None, zone: Zone | None = None, domain: str = D) -> Facts:
    """A rule with this address, in this zone."""
    record = () if rua is None else (f"v=DMARC1; p=none{'; rua=' + rua if rua else ''}",)
    found = answers({f"_dmarc.{D} TXT": record, **(zone or {})})
    takes: dict[str, tuple[DnsAnswer, ...]] = {}
    for name, type in found:
        if type == "MX":
            takes[name] = tuple(found[name, kind] for kind in ("MX", "A") if (name, kind) in found)
    consent = {SERVICE: found[CONSENT, "TXT"]} if (CONSENT, "TXT") in found else {}
    walk = {domain: found[f"_dmarc.{D}", "TXT"]}
    return Facts(domain, walk, takes, consent)


OWN = {f"{D} MX": ("10 mx.example.com",)}
THEIRS = {f"{SERVICE} MX": ("10 mx.service.test",), f"{CONSENT} TXT": ("v=DMARC1;",)}

CASES = {
    "ok": facts(f"mailto:dmarc@{D}", OWN),
    "no_rule": facts(None),
    "no_address": facts(""),
    "not_an_address": facts("dmarc@example.com", OWN),
    "not_agreed": facts(f"mailto:x@{SERVICE}", {**THEIRS, f"{CONSENT} TXT": DnsStatus.NXDOMAIN}),
    "no_mailbox": facts(f"mailto:dmarc@{D}", {f"{D} MX": ("0 .",)}),
    "could_not_look": facts(f"mailto:x@{SERVICE}", {**THEIRS, f"{CONSENT} TXT": DnsStatus.SERVFAIL}),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize("record", ["v=DMARC1", "v=DMARC1;", "v=DMARC1; rua=mailto:other@service.test", "v = DMARC1 ;"])
def test_another_company_agrees_with_the_version_alone(record):
    """The semicolon behind it may be missing: grammar and examples disagree."""
    assert judge(facts(f"mailto:x@{SERVICE}", {**THEIRS, f"{CONSENT} TXT": (record,)})).code == "ok"


@pytest.mark.parametrize("record", ["v=DMARC2", "hello", "v=DMARC10", "dmarc1"])
def test_any_other_record_is_no_consent(record):
    """A catch-all text, for instance."""
    assert judge(facts(f"mailto:x@{SERVICE}", {**THEIRS, f"{CONSENT} TXT": (record,)})).code == "not_agreed"


@pytest.mark.parametrize("home", [D, f"mail.{D}", f"deep.down.{D}"])
def test_another_host_of_the_same_organisation_need_not_agree(home):
    """Compared by the registered domain, not by the whole name."""
    assert judge(facts(f"mailto:dmarc@{home}", {f"{home} MX": ("10 mx.example.com",)})).code == "ok"


def test_the_rule_of_the_domain_above_counts_with_its_own_place():
    """A subdomain's reports are about the domain at which the rule was found."""
    zone = answers({f"_dmarc.{D} TXT": (f"v=DMARC1; p=none; rua=mailto:x@{SERVICE}",), **THEIRS, "none TXT": ()})
    walk = {f"app.{D}": zone["none", "TXT"], D: zone[f"_dmarc.{D}", "TXT"]}
    given = Facts(f"app.{D}", walk, {SERVICE: (zone[SERVICE, "MX"],)}, {SERVICE: zone[CONSENT, "TXT"]})
    verdict = judge(given)
    assert (verdict.code, verdict.seen["at"]) == ("ok", D)


def test_an_address_record_takes_mail_where_no_mail_server_is_named():
    """As every sender does (RFC 5321 section 5.1)."""
    zone = {f"{D} MX": (), f"{D} A": ("192.0.2.1",)}
    assert judge(facts(f"mailto:dmarc@{D}", zone)).code == "ok"
    assert judge(facts(f"mailto:dmarc@{D}", {f"{D} MX": (), f"{D} A": ()})).code == "no_mailbox"


@pytest.mark.parametrize(
    ("rua", "code"),
    [
        (f"mailto:a@{D},mailto:b@{D}", "ok"),
        (f"mailto:a@{D}!10m", "ok"),
        (f"MAILTO:a%2Bb@{D}", "ok"),
        (f"mailto:a@{D} , https://collect.test/", "not_an_address"),
        ("mailto:nobody", "not_an_address"),
        ("mailto:a@localhost", "not_an_address"),
        (f"mailto: a@{D}", "not_an_address"),
    ],
)
def test_addresses_are_read_as_receivers_read_them(rua, code):
    """Several, with a size, in capital letters."""
    assert judge(facts(rua, OWN)).code == code


def test_one_good_address_does_not_hide_a_bad_one():
    """Somebody counts on each of them."""
    given = facts(f"mailto:a@{D},mailto:x@{SERVICE}", {**OWN, **THEIRS, f"{CONSENT} TXT": ()})
    assert judge(given).code == "not_agreed"


def test_failure_reports_follow_the_same_rules():
    """`ruf` beside `rua`."""
    found = facts(f"mailto:a@{D}; ruf=mailto:x@{SERVICE}", {**OWN, **THEIRS, f"{CONSENT} TXT": ()})
    assert judge(found).code == "not_agreed"


@pytest.mark.parametrize("status", [DnsStatus.TIMEOUT, DnsStatus.SERVFAIL])
def test_silence_is_unknown(status):
    """About the rule, the consent and the mail servers."""
    assert judge(facts(None, {f"_dmarc.{D} TXT": status})).code == "could_not_look"
    assert judge(facts(f"mailto:dmarc@{D}", {f"{D} MX": status})).code == "could_not_look"


async def test_only_what_the_rule_names_is_asked():
    """No consent is asked of one's own domain."""
    table = {(f"_dmarc.{D}", "TXT"): (f"v=DMARC1; p=none; rua=mailto:a@{D}",), (D, "MX"): ("10 mx.example.com",)}
    probe = TableProbe(table)
    verdict = await dmarc_rua(Target(Kind.MAIL, D, D, Inventory(product="p", domain=D)), probe)
    assert verdict.code == "ok"
    assert probe.asked == [(f"_dmarc.{D}", "TXT"), (D, "MX")]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | st.from_regex(r"(?:mailto:[a-z@.!%0-9]{0,30},? ?){0,5}", fullmatch=True))
def test_any_address_gets_an_answer(rua):
    """Hostile ones crash nothing."""
    assert OUTCOMES[judge(facts(rua)).code].status in Status
