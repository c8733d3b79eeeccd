"""Judging whether browsers trust a certificate."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from checks.inventory import Inventory, Network
from checks.model import Kind, Status, Target
from checks.net.facts import Fault, Reason
from checks.tls.valid import OUTCOMES, Facts, _canary, judge, organisation
from tests.checks.samples import HOST, NOW, certificate, exchange, middle, peer, refused

LEAF = certificate(HOST)
OWN_MADE = certificate(HOST, issuer=f"CN={HOST}", self_issued=True, issuer_urls=())
PROXY = certificate("www.iana.org", issuer="CN=Corp Inspection CA")


def bad(code: int, *chain, **more) -> Facts:
    """A host whose certificate OpenSSL refuses."""
    return Facts((peer(*(chain or (LEAF, middle())), fault=refused(code), **more),), NOW)


CASES = {
    "ok": Facts((peer(),), NOW),
    "expired": bad(10, certificate(HOST, left=-3), middle()),
    "not_yet_valid": bad(9, certificate(HOST, left=100), middle()),
    "self_signed": bad(18, OWN_MADE),
    "incomplete_chain": bad(20, LEAF),
    "unknown_issuer": bad(20, LEAF, middle()),
    "wrong_host": bad(62, certificate("other.test", "www.other.test")),
    "weak": Facts((peer(certificate(HOST, key="rsa", bits=1024), middle()),), NOW),
    "not_trusted": bad(26),
    "no_secure_connection": Facts((peer(fault=Fault(Reason.TLS, "wrong version number")),), NOW),
    "not_reachable": Facts((peer(fault=Fault(Reason.REFUSED)),), NOW),
    "intercepted": Facts(
        (peer(certificate(HOST, issuer="CN=Corp Inspection CA"), fault=refused(20)),),
        NOW,
        neutral=peer(PROXY, host="www.iana.org", fault=refused(20)),
    ),
    "could_not_look": Facts((peer(fault=Fault(Reason.BLOCKED, "10.0.0.5")),), NOW),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    ("number", "code"),
    [(9, "not_yet_valid"), (10, "expired"), (18, "self_signed"), (19, "self_signed"), (62, "wrong_host")],
)
def test_openssls_reason_names_the_fault(number, code):
    """The verify code alone decides, not our own reading of the certificate."""
    assert judge(bad(number)).code == code


@pytest.mark.parametrize("number", [20, 21])
def test_a_missing_middle_certificate_is_told_apart(number):
    """Only one certificate was sent, and it says where its issuer's can be found."""
    assert judge(bad(number, LEAF)).code == "incomplete_chain"
    assert judge(bad(number, certificate(HOST, issuer_urls=()))).code == "unknown_issuer"


@pytest.mark.parametrize("reason", [Reason.REFUSED, Reason.TIMEOUT, Reason.DNS, Reason.UNREACHABLE, Reason.RESET])
def test_a_server_that_is_not_there_is_no_certificate_fault(reason):
    """Reachability is told by other checks."""
    verdict = judge(Facts((peer(fault=Fault(reason)),), NOW))
    assert OUTCOMES[verdict.code].status is Status.UNKNOWN


def test_a_bad_certificate_on_ipv6_only_is_found():
    """Each address family may be served by another machine."""
    six = peer(certificate("old.test"), address="2001:db8::10", fault=refused(62))
    verdict = judge(Facts((peer(), six), NOW))
    assert (verdict.code, verdict.seen["family"]) == ("wrong_host", "IPv6")


def test_ipv6_that_does_not_answer_does_not_hide_a_good_certificate():
    """The machine that looks may lack IPv6."""
    six = peer(address="2001:db8::10", fault=Fault(Reason.UNREACHABLE))
    assert judge(Facts((six, peer()), NOW)).code == "ok"


@pytest.mark.parametrize(
    ("chain", "weak"),
    [
        ((certificate(HOST, key="rsa", bits=2048), middle()), False),
        ((certificate(HOST, key="rsa", bits=2047), middle()), True),
        ((certificate(HOST, hash="sha1"), middle()), True),
        ((LEAF, middle(hash="sha1")), True),
        ((LEAF, middle(), middle(hash="sha1", self_issued=True)), False),
        ((certificate(HOST, key="ed25519", bits=256, hash=""), middle()), False),
    ],
)
def test_small_keys_and_broken_hashes_are_weak(chain, weak):
    """The signature of a root is never checked by anybody."""
    assert judge(Facts((peer(*chain),), NOW)).code == ("weak" if weak else "ok")


def test_a_private_authority_is_not_taken_for_interception():
    """The neutral site is fine, so the fault is the host's own."""
    facts = Facts((peer(LEAF, middle(), fault=refused(20)),), NOW, neutral=peer(host="www.iana.org"))
    assert judge(facts).code == "unknown_issuer"


def test_two_different_unknown_issuers_are_no_interception():
    """A proxy signs everything with the same name."""
    other = peer(certificate("www.iana.org", issuer="CN=Somebody Else"), fault=refused(20))
    facts = Facts((peer(LEAF, middle(), fault=refused(20)),), NOW, neutral=other)
    assert judge(facts).code == "unknown_issuer"


def test_our_own_wrong_clock_is_not_the_sites_fault():
    """By the server's clock the certificate is in date."""
    expired = certificate(HOST, left=-3)
    year_ahead = timedelta(days=5).total_seconds()
    assert judge(bad(10, expired, skew=year_ahead)).code == "could_not_look"
    assert judge(bad(10, expired, skew=30.0)).code == "expired"


def test_the_clock_can_come_from_the_plain_answer():
    """The Date header of http says the same where the handshake failed."""
    date = format_datetime(NOW - timedelta(days=5), usegmt=True)
    plain = exchange(f"http://{HOST}/", date=date)
    facts = Facts((peer(certificate(HOST, left=-3), fault=refused(10)),), NOW, plain=plain)
    assert judge(facts).code == "could_not_look"


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Xxx 0000 00:00:00 GMT", "Fri, 20 Nov 2026 12:00:00"])
def test_a_senseless_date_header_changes_nothing(date):
    """Headers come from strangers."""
    plain = exchange(f"http://{HOST}/", date=date)
    facts = Facts((peer(certificate(HOST, left=-3), fault=refused(10)),), NOW, plain=plain)
    assert judge(facts).code == "expired"


def test_a_certificate_with_thousands_of_names_stays_readable():
    """Only a few are shown."""
    many = certificate(*(f"{n}.other.test" for n in range(100)), more_names=5000)
    names = str(judge(bad(62, many)).seen["names"])
    assert names.endswith("and 5096 more")
    assert len(names) < 100


@pytest.mark.parametrize(
    ("network", "canary"),
    [
        (Network(), "www.iana.org"),
        (Network(resolvers=(("127.0.0.1", 5353),)), ""),
        (Network(ca_file="ca.pem"), ""),
        (Network(canaries=()), ""),
        (Network(resolvers=(("127.0.0.1", 5353),), canaries=("https://Neutral.test/x",)), "neutral.test"),
    ],
)
def test_the_neutral_site_follows_the_configuration(network, canary):
    """A bot that is kept on its own network asks nobody outside."""
    inventory = Inventory(product="shop", domain="example.test", network=network)
    assert _canary(Target(Kind.HOST, HOST, HOST, inventory)) == canary


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("CN=R11,O=Let's Encrypt,C=US", "Let's Encrypt"),
        ("CN=Shop Root", "Shop Root"),
        (r"O=Smith\, Jones & Co,CN=X", "Smith, Jones & Co"),
        ("OU=Only a unit", "OU=Only a unit"),
        ("", "unknown"),
    ],
)
def test_the_issuer_is_named_as_people_know_it(name, who):
    """Not by the spelling of directories."""
    assert organisation(name) == who
