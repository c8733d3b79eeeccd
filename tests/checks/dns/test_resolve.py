"""Judging whether a host can be found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.dns.resolve import OUTCOMES, Facts, judge
from checks.model import Status
from checks.net.facts import DnsStatus, Fault, Reason
from tests.checks.samples import HOST, OWN, PUBLIC, answer, certificate, everywhere, exchange, page, peer

HEALTHY = Facts(
    HOST,
    everywhere("192.0.2.10"),
    everywhere(type="AAAA"),
    everywhere("192.0.2.10", servers=OWN),
    everywhere(type="AAAA", servers=OWN),
    answer("amy.ns.cloudflare.com", "bob.ns.cloudflare.com", name="example.test", type="NS"),
    v4=peer(),
)
GONE = Facts(
    HOST,
    everywhere(status=DnsStatus.NXDOMAIN),
    everywhere(type="AAAA", status=DnsStatus.NXDOMAIN),
    everywhere(status=DnsStatus.NXDOMAIN, servers=OWN),
    everywhere(type="AAAA", status=DnsStatus.NXDOMAIN, servers=OWN),
    HEALTHY.zone,
)
SILENT = Facts(
    HOST,
    everywhere(status=DnsStatus.SERVFAIL),
    everywhere(type="AAAA", status=DnsStatus.TIMEOUT),
    everywhere(status=DnsStatus.TIMEOUT, servers=OWN),
    everywhere(type="AAAA", status=DnsStatus.TIMEOUT, servers=OWN),
)
BOTH = replace(HEALTHY, aaaa=everywhere("2001:db8::10", type="AAAA"), v6=peer(address="2001:db8::10"))
DEAD_V6 = peer(address="2001:db8::10", fault=Fault(Reason.UNREACHABLE))

CASES = {
    "ok": HEALTHY,
    "absent": GONE,
    "alias_to_nothing": replace(
        GONE, a=everywhere(status=DnsStatus.NXDOMAIN, cnames=("gone.platform.test",)), own_a=(), own_aaaa=()
    ),
    "no_such_domain": replace(
        GONE, own_a=(), own_aaaa=(), zone=answer(name="example.test", type="NS", status=DnsStatus.NXDOMAIN)
    ),
    "not_spread": replace(GONE, own_a=HEALTHY.own_a, own_aaaa=HEALTHY.own_aaaa),
    "not_everywhere": replace(
        HEALTHY, a=(*HEALTHY.a[:2], answer(server=PUBLIC[2], status=DnsStatus.NXDOMAIN)), own_a=(), own_aaaa=()
    ),
    "ipv6_unreachable": replace(BOTH, v6=DEAD_V6),
    "only_wildcard": replace(
        HEALTHY,
        wildcard=answer("192.0.2.10", name="lr-0.example.test"),
        page=exchange(body=page()),
        made_up_page=exchange("https://lr-0.example.test/", body=page()),
    ),
    "could_not_look": SILENT,
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_a_host_with_ipv4_only_is_healthy():
    """No AAAA record is no fault."""
    assert judge(HEALTHY).code == "ok"


def test_a_host_with_ipv6_only_is_healthy():
    """One family is enough."""
    facts = replace(BOTH, a=everywhere(), own_a=everywhere(servers=OWN), own_aaaa=everywhere("2001:db8::10"), v4=None)
    assert judge(facts).code == "ok"


def test_an_empty_answer_is_as_absent_as_nxdomain():
    """Signed zones answer NODATA for names that do not exist."""
    facts = replace(GONE, a=everywhere(), aaaa=everywhere(type="AAAA"), own_a=everywhere(servers=OWN), own_aaaa=())
    assert judge(facts).code == "absent"


@pytest.mark.parametrize("status", [DnsStatus.SERVFAIL, DnsStatus.TIMEOUT, DnsStatus.REFUSED, DnsStatus.MALFORMED])
def test_trouble_of_resolvers_is_unknown(status):
    """Servers that fail say nothing about the record."""
    facts = Facts(HOST, everywhere(status=status), everywhere(type="AAAA", status=status))
    assert OUTCOMES[judge(facts).code].status is Status.UNKNOWN


def test_one_silent_resolver_does_not_spoil_the_answer_of_the_others():
    """A timeout of one of three is no disagreement."""
    slow = answer(server=PUBLIC[2], status=DnsStatus.TIMEOUT)
    facts = replace(HEALTHY, a=(*HEALTHY.a[:2], slow), aaaa=(*HEALTHY.aaaa[:2], replace(slow, type="AAAA")))
    assert judge(facts).code == "ok"


def test_a_resolver_that_only_failed_on_one_family_is_not_counted_as_missing():
    """NODATA for IPv6 and a timeout for IPv4 leave it open whether the host is there."""
    slow = answer(server=PUBLIC[2], status=DnsStatus.TIMEOUT)
    assert judge(replace(HEALTHY, a=(*HEALTHY.a[:2], slow))).code == "ok"


def test_your_own_servers_have_the_last_word():
    """Resolvers may still remember a record that was deleted."""
    facts = replace(HEALTHY, own_a=GONE.own_a, own_aaaa=GONE.own_aaaa)
    assert judge(facts).code == "absent"


def test_an_alias_into_another_zone_is_not_absent_at_your_own_servers():
    """Name servers answer such an alias without an address."""
    alias = everywhere(servers=OWN, cnames=("x.platform.test",))
    facts = replace(HEALTHY, own_a=alias, own_aaaa=alias)
    assert judge(facts).code == "ok"


def test_a_broken_signature_is_unknown_and_says_so():
    """Own servers answer, every validating resolver fails."""
    failing = everywhere(status=DnsStatus.SERVFAIL)
    verdict = judge(replace(HEALTHY, a=failing, aaaa=failing))
    assert verdict.code == "could_not_look"
    assert "DNSSEC" in str(verdict.seen["reason"])


def test_one_configured_resolver_counts_once():
    """Where it stands for the zone's servers too, it is not counted as two directories."""
    only = ("127.0.0.1:5353", "127.0.0.2:5353")
    a = (answer("192.0.2.10", server=only[0]), answer(server=only[1]))
    aaaa = everywhere(type="AAAA", servers=only)
    verdict = judge(Facts(HOST, a, aaaa, a, aaaa, v4=peer()))
    assert (verdict.code, verdict.seen["missing_at"], verdict.seen["asked"]) == ("not_everywhere", 1, 2)


def test_two_families_that_both_do_not_answer_are_left_to_other_checks():
    """A server that is down is not an IPv6 fault."""
    down = peer(fault=Fault(Reason.TIMEOUT))
    assert judge(replace(BOTH, v4=down, v6=down)).code == "ok"


def test_ipv6_with_a_bad_certificate_is_reachable():
    """Somebody answered."""
    shown = peer(certificate("other.test"), fault=Fault(Reason.TLS, "", 62))
    assert judge(replace(BOTH, v6=shown)).code == "ok"


def test_a_private_address_is_unknown_with_its_reason():
    """The guard refuses it, so nothing was seen."""
    verdict = judge(replace(HEALTHY, v4=peer(fault=Fault(Reason.BLOCKED, "10.0.0.5"))))
    assert verdict.code == "could_not_look"
    assert "private" in str(verdict.seen["reason"])


def test_a_catch_all_that_shows_another_page_is_fine():
    """Then the host has been set up."""
    other = exchange("https://lr-0.example.test/", 404, body=b"no such shop")
    assert judge(replace(CASES["only_wildcard"], made_up_page=other)).code == "ok"


def test_the_company_that_serves_the_dns_is_named():
    """The fix says where to go."""
    assert judge(GONE).seen["dns_host"] == "Cloudflare"


STATUSES = st.sampled_from(list(DnsStatus))


@given(st.lists(st.tuples(STATUSES, STATUSES), max_size=4), st.lists(st.tuples(STATUSES, STATUSES), max_size=3))
def test_silence_alone_never_says_that_a_host_is_gone(public, own):
    """Whatever servers answer: without one that knows, the answer is unknown; with none that has it, never a pass."""

    def made(pairs, index, type):
        return tuple(
            answer(
                *(("192.0.2.10",) if pair[index] is DnsStatus.OK else ()),
                type=type,
                status=pair[index],
                server=f"192.0.2.{n}:53",
            )
            for n, pair in enumerate(pairs)
        )

    facts = Facts(HOST, made(public, 0, "A"), made(public, 1, "AAAA"), made(own, 0, "A"), made(own, 1, "AAAA"))
    status = OUTCOMES[judge(facts).code].status
    everything = [one for pair in public + own for one in pair]
    if not any(one.known for one in everything):
        assert status is Status.UNKNOWN
    if DnsStatus.OK not in everything:
        assert status is not Status.PASS
    if all(one is DnsStatus.OK for one in everything) and public:
        assert status is Status.PASS
