"""Judging the name servers of a domain."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.dns.ns_delegation import OUTCOMES, Facts, Server, judge
from checks.model import Status
from checks.net.facts import DnsStatus, Fault, Reason
from tests.checks.samples import answer

D = "example.test"
NAMES = (f"ns1.{D}", f"ns2.{D}")
SOA = f"ns1.{D} root.{D} 7 7200 3600 1209600 60"


def server(name: str, status: DnsStatus = DnsStatus.OK, *, authoritative: bool = True, **more: object) -> Server:
    """A name server that answers, or does not."""
    records = (SOA,) if status is DnsStatus.OK else ()
    soa = answer(*records, name=D, type="SOA", server=name, status=status)
    fields = {"addresses": ("192.0.2.53",)} | more
    return Server(name, replace(soa, authoritative=authoritative), **fields)  # type: ignore[arg-type]


def above(*names: str) -> tuple:
    """What the registry's servers hand out."""
    return (replace(answer(name=D, type="NS", status=DnsStatus.REFUSED), referral=tuple(sorted(names))),)


HEALTHY = Facts(D, answer(*NAMES, name=D, type="NS"), above(*NAMES), tuple(map(server, NAMES)))

CASES = {
    "ok": HEALTHY,
    "one_server": Facts(D, answer(NAMES[0], name=D, type="NS"), above(NAMES[0]), (server(NAMES[0]),)),
    "lame": replace(HEALTHY, servers=(server(NAMES[0]), server(NAMES[1], DnsStatus.REFUSED))),
    "parent_differs": replace(HEALTHY, above=above(NAMES[0], "ns9.old-host.test")),
    "no_tcp": replace(HEALTHY, servers=(server(NAMES[0]), server(NAMES[1], tcp=Fault(Reason.REFUSED)))),
    "not_a_zone": Facts("shop.vercel.app", answer(name="shop.vercel.app", type="NS")),
    "replaced": replace(HEALTHY, replaced=True),
    "could_not_look": replace(HEALTHY, listed=answer(name=D, type="NS", status=DnsStatus.TIMEOUT)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        (server(NAMES[1], DnsStatus.TIMEOUT), "in time"),
        (server(NAMES[1], DnsStatus.SERVFAIL), "failure"),
        (server(NAMES[1], DnsStatus.NXDOMAIN), "does not know"),
        (server(NAMES[1], authoritative=False), "not responsible"),
    ],
)
def test_every_way_of_not_answering_is_said_in_words(bad, word):
    """A server that answers from memory is as bad as a silent one."""
    verdict = judge(replace(HEALTHY, servers=(server(NAMES[0]), bad)))
    assert verdict.code == "lame"
    assert word in str(verdict.seen["why"])


def test_a_name_server_without_an_address_does_not_answer():
    """Its own name leads nowhere."""
    lost = server(NAMES[1], DnsStatus.UNREACHABLE, addresses=())
    lost = replace(lost, soa=replace(lost.soa, detail="the name server's own name has no address"))
    verdict = judge(replace(HEALTHY, servers=(server(NAMES[0]), lost)))
    assert (verdict.code, verdict.seen["bad"]) == ("lame", NAMES[1])


def test_a_server_with_ipv6_only_is_not_blamed_for_our_network():
    """We may have none."""
    far = server(NAMES[1], DnsStatus.UNREACHABLE, addresses=())
    assert judge(replace(HEALTHY, servers=(server(NAMES[0]), far))).code == "ok"


def test_where_no_server_answers_it_may_be_our_own_connection():
    """All of them dead at once is said by dns.resolve, from more sides."""
    dead = tuple(server(name, DnsStatus.TIMEOUT) for name in NAMES)
    assert judge(replace(HEALTHY, servers=dead)).code == "could_not_look"


def test_where_tcp_fails_everywhere_it_may_be_our_own_network():
    """Many networks let no TCP out on port 53."""
    cut = tuple(server(name, tcp=Fault(Reason.TIMEOUT)) for name in NAMES)
    verdict = judge(replace(HEALTHY, servers=cut))
    assert (verdict.code, verdict.seen["tcp"]) == ("ok", "not seen from here")


def test_a_hidden_primary_is_no_fault():
    """The first name in the SOA record need not be among the listed servers."""
    hidden = tuple(
        replace(one, soa=replace(one.soa, records=(SOA.replace("ns1.", "hidden."),))) for one in HEALTHY.servers
    )
    assert judge(replace(HEALTHY, servers=hidden)).code == "ok"


def test_name_servers_under_ones_own_name_are_no_fault():
    """Vanity names are compared as names, not by who runs them."""
    own = (f"dns-a.{D}", f"dns-b.{D}")
    facts = Facts(D, answer(*own, name=D, type="NS"), above(*reversed(own)), tuple(map(server, own)))
    assert judge(facts).code == "ok"


def test_a_registry_that_was_not_heard_is_not_compared():
    """Silence above is no second list."""
    silent = (answer(name=D, type="NS", status=DnsStatus.TIMEOUT),)
    assert judge(replace(HEALTHY, above=silent)).code == "ok"
    assert judge(replace(HEALTHY, above=())).code == "ok"


def test_servers_of_the_zone_above_that_serve_this_one_too_count():
    """Then they answer instead of pointing."""
    same = (answer(*NAMES, name=D, type="NS"),)
    assert judge(replace(HEALTHY, above=same)).code == "ok"


def test_a_domain_that_does_not_exist_has_no_name_servers_to_judge():
    """dns.resolve says so."""
    gone = answer(name=D, type="NS", status=DnsStatus.NXDOMAIN)
    assert judge(Facts(D, gone)).code == "could_not_look"


STATUS = st.sampled_from(list(DnsStatus))


@given(STATUS, st.lists(st.tuples(STATUS, st.booleans(), st.booleans()), max_size=4), STATUS)
def test_any_answers_get_one_of_ours(listed, servers, parent):
    """Nothing crashes, and nothing is said to be broken where no server was heard."""
    made = tuple(
        server(f"ns{n}.{D}", status, authoritative=aa, tcp=Fault(Reason.TIMEOUT) if cut else None)
        for n, (status, aa, cut) in enumerate(servers)
    )
    names = tuple(one.name for one in made) or NAMES
    found = answer(*names if listed is DnsStatus.OK else (), name=D, type="NS", status=listed)
    verdict = judge(Facts(D, found, (answer(name=D, type="NS", status=parent),), made))
    if OUTCOMES[verdict.code].status is Status.FAIL and verdict.code != "one_server":
        assert any(status is DnsStatus.OK and aa for status, aa, _ in servers)
