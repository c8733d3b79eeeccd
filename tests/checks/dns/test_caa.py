"""Judging whether a certificate may be renewed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.authorities import issuer_of, named
from checks.caa_record import climb, holding, parse
from checks.dns.caa import OUTCOMES, Facts, judge
from checks.net.facts import Certificate, DnsAnswer, DnsStatus, Fault, Reason
from checks.providers import load
from tests.checks.samples import HOST, answer, certificate, middle, peer

TOP = "example.test"
LE = "CN=R11,O=Let's Encrypt,C=US"


def leaf(
    issuer: str = LE, *names: str, urls: tuple[str, ...] = ("http://r11.i.lencr.org/",), **more: object
) -> Certificate:
    """A certificate as the company issues it."""
    return certificate(*(names or (HOST,)), issuer=issuer, issuer_urls=urls, **more)  # type: ignore[arg-type]


def rules(*records: str, at: str = TOP, shown: Certificate | None = None) -> Facts:
    """These CAA records, and none at the other names."""
    answers = {name: answer(*(records if name == at else ()), name=name, type="CAA") for name in (HOST, TOP)}
    return Facts(HOST, TOP, answers, peer(shown or leaf(), middle()), ("ns1.porkbun.com",))


CASES = {
    "ok": rules('0 issue "letsencrypt.org"', '0 iodef "mailto:security@example.test"'),
    "no_rules": rules(),
    "issuer_forbidden": rules('0 issue "digicert.com"'),
    "nobody_allowed": rules('0 issue ";"'),
    "strange_rule": rules('0 issue "letsencrypt.org"', '128 tbs "unknown"'),
    "issuer_unknown": rules('0 issue "letsencrypt.org"', shown=leaf("CN=X1,O=Bonn Trust", urls=())),
    "could_not_look": replace(
        rules(), answers={HOST: answer(name=HOST, type="CAA"), TOP: answer(name=TOP, status=DnsStatus.SERVFAIL)}
    ),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_the_record_to_add_is_computed():
    """Of the company that issued the certificate which visitors see, with the date of the next renewal."""
    verdict = judge(CASES["issuer_forbidden"])
    assert verdict.seen["wanted"] == "letsencrypt.org"
    assert verdict.seen["allowed"] == "DigiCert"
    assert verdict.seen["renewal"] == "20 December 2026"
    assert verdict.seen["at"] == TOP


def test_the_nearest_rules_hold_alone():
    """Rules at the host replace those of the domain (RFC 8659 section 3)."""
    own = answer('0 issue "letsencrypt.org"', name=HOST, type="CAA")
    facts = rules('0 issue "digicert.com"')
    assert judge(replace(facts, answers={**facts.answers, HOST: own})).code == "ok"


def test_rules_behind_an_alias_hold_as_they_are_served():
    """An edge adds some of its own behind the alias, and uses several companies."""
    served = replace(
        answer('0 issue "digicert.com"', '0 issue "letsencrypt.org"', '0 issue "pki.goog"', name=HOST, type="CAA"),
        cnames=("shop.edge.test",),
    )
    facts = rules('0 issue "sectigo.com"')
    assert judge(replace(facts, answers={**facts.answers, HOST: served})).code == "ok"


def test_a_wildcard_certificate_needs_the_rule_for_wildcards():
    """Where there is one; else the common rule holds for both."""
    star = leaf(LE, "*.example.test")
    both = rules('0 issue "letsencrypt.org"', '0 issuewild ";"', shown=star)
    assert judge(both).code == "nobody_allowed"
    assert judge(both).seen["tag"] == "issuewild"
    assert judge(rules('0 issue "letsencrypt.org"', shown=star)).code == "ok"
    assert judge(rules('0 issuewild "letsencrypt.org"', shown=leaf())).code == "no_rules"


def test_one_company_has_many_names():
    """All of DigiCert's houses issue for each other."""
    digicert = leaf("CN=GeoTrust TLS RSA CA G1,O=DigiCert Inc,C=US", urls=("http://cacerts.geotrust.com/x.crt",))
    assert judge(rules('0 issue "digicert.com"', shown=digicert)).code == "ok"
    assert judge(rules('0 issue "GeoTrust.com; account=7"', shown=digicert)).code == "ok"


def test_a_company_that_is_not_listed_is_matched_by_its_own_addresses():
    """Then its certificates name a host below the name that is allowed."""
    own = leaf("CN=House CA", urls=("http://crt.house-ca.test/root.crt",))
    assert judge(rules('0 issue "house-ca.test"', shown=own)).code == "ok"
    assert judge(rules('0 issue "letsencrypt.org"', shown=own)).code == "issuer_unknown"
    assert judge(rules('0 issue "crt.house-ca.test"', shown=own)).code == "ok"


def test_rules_that_forbid_nothing_are_none():
    """Only where to report misuse."""
    assert judge(rules('0 iodef "mailto:a@example.test"')).code == "no_rules"


def test_without_a_certificate_there_is_nothing_to_compare():
    """Unless nothing is forbidden anyway."""
    down = peer(fault=Fault(Reason.REFUSED))
    assert judge(replace(CASES["ok"], peer=down)).code == "could_not_look"
    assert judge(replace(CASES["no_rules"], peer=down)).code == "no_rules"


@pytest.mark.parametrize("status", [DnsStatus.TIMEOUT, DnsStatus.SERVFAIL, DnsStatus.REFUSED])
def test_a_name_that_gives_no_answer_leaves_it_open(status):
    """Rules might stand there; but what stands nearer holds all the same."""
    dark = answer(name=TOP, type="CAA", status=status)
    near = {HOST: answer('0 issue "letsencrypt.org"', name=HOST, type="CAA"), TOP: dark}
    assert judge(replace(rules(), answers=near)).code == "ok"
    assert judge(replace(rules(), answers={**near, HOST: answer(name=HOST, type="CAA")})).code == "could_not_look"


def test_nxdomain_and_nodata_climb_on():
    """Both are absent."""
    facts = rules('0 issue "digicert.com"')
    gone = answer(name=HOST, type="CAA", status=DnsStatus.NXDOMAIN)
    assert judge(replace(facts, answers={**facts.answers, HOST: gone})).code == "issuer_forbidden"


def test_the_way_up_ends_at_the_registrable_domain():
    """Registries are not asked."""
    assert climb("a.b.example.co.uk", "example.co.uk") == ("a.b.example.co.uk", "b.example.co.uk", "example.co.uk")
    assert climb("example.test", "example.test") == ("example.test",)
    assert climb("other.test", "example.test") == ("other.test",)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('0 issue "letsencrypt.org"', (False, "issue", "letsencrypt.org", "letsencrypt.org")),
        (
            '128 ISSUE "Pki.Goog; validationmethods=dns-01"',
            (True, "issue", "Pki.Goog; validationmethods=dns-01", "pki.goog"),
        ),
        ('0 issue ";"', (False, "issue", ";", "")),
        ('0 issue ""', (False, "issue", "", "")),
        ("0 issue letsencrypt.org", (False, "issue", "letsencrypt.org", "letsencrypt.org")),
        ('0 issue "%%%%%"', (False, "issue", "%%%%%", "")),
        (r'0 iodef "mailto:\"a\"@b.test\059"', (False, "iodef", 'mailto:"a"@b.test;', "")),
    ],
)
def test_records_are_read_as_they_are_served(text, found):
    """Flags, tag, value, and whom it allows."""
    one = parse(text)
    assert one is not None
    assert (one.critical, one.tag, one.value, one.issuer if one.tag == "issue" else "") == found


@pytest.mark.parametrize("text", ["", "0 issue", "x issue y", '999 issue "a.b"', '0 is-sue "a.b"', '0 issue "a" b'])
def test_what_is_no_record_is_left_out(text):
    """Nothing is guessed."""
    assert parse(text) is None


@pytest.mark.parametrize("entry", load("authorities"), ids=lambda entry: entry.id)
def test_every_company_is_recognised_by_its_words_and_its_addresses(entry):
    """And what it is called in rules means it."""
    for text in entry.texts("issuer"):
        words = text.upper().replace("O=", "O=").replace("CN=", "CN=") if "=" in text else f"CN=X,O={text.title()}"
        assert entry.texts("caa")[0] in issuer_of(leaf(words, urls=())).caa
    for address in entry.texts("addresses"):
        assert issuer_of(leaf("CN=?", urls=(f"http://crt.{address}/x",))).name == entry.name
    assert named(entry.texts("caa")[-1]) in {other.name for other in load("authorities")}


@settings(max_examples=400, deadline=None)
@given(st.lists(st.text(max_size=200) | st.from_regex(r'[0-9]{1,4} [a-zA-Z0-9]{0,12} "?[^\n]{0,60}"?'), max_size=8))
def test_any_records_get_an_answer(texts):
    """Random records crash nothing and never allow by accident what they do not name."""
    verdict = judge(rules(*texts))
    assert verdict.code in OUTCOMES
    if verdict.code == "ok":
        assert any("letsencrypt.org" in text.lower() for text in texts)


def test_a_flood_of_records_is_bounded():
    """A thousand records are read up to a bound."""
    answers = {TOP: DnsAnswer(TOP, "CAA", "x", DnsStatus.OK, tuple('0 issue "a.test"' for _ in range(1000)))}
    found = holding((TOP,), answers)
    assert not isinstance(found, DnsAnswer)
    assert found is not None
    assert len(found.properties) == 100
