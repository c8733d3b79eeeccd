"""Signed names, asked of a resolver that checks: secure, not signed, broken, and why."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import SystemClock
from checks.inventory import Network
from checks.net.codec import decode, encode
from checks.net.facts import DnsStatus
from checks.net.live import LiveProbe, traced
from tests.servers.dns import Fault
from tests.servers.dnssec import BOGUS, EXPIRED, MISSING, ValidatingServer

SOA = "ns.a.test. root.a.test. 1 7200 3600 1209600 60"


@pytest.fixture
async def server() -> AsyncIterator[ValidatingServer]:
    """`a.test`, not signed yet."""
    zone = {
        "a.test": {"SOA": SOA, "A": "127.0.0.1"},
        "www.a.test": {"CNAME": "a.test"},
        "long.a.test": {"TXT": [letter * 240 for letter in "vwxyz"]},
        "b.test": {"SOA": SOA.replace("a.test", "b.test"), "A": "127.0.0.1"},
    }
    async with ValidatingServer(zone) as running:
        yield running


def probe(*servers: ValidatingServer) -> LiveProbe:
    """A probe that asks these servers."""
    network = Network(resolvers=tuple(server.address for server in servers), allow_private=True)
    return LiveProbe(network, SystemClock().now())


async def test_a_signed_name_is_authenticated_and_says_until_when(server: ValidatingServer) -> None:
    """The resolver says that it checked; the end of the signature comes along."""
    until = SystemClock().now().replace(microsecond=0) + timedelta(days=3)
    server.sign("a.test", until=until)
    async with probe(server) as live:
        answer = await live.dns_secure("A.test.", "A")
        alias = await live.dns_secure("www.a.test", "A")
        plain = await live.dns("a.test", "A")
        key = await live.dns_secure("a.test", "DNSKEY")
        trusted = await live.dns_secure("a.test", "DS")
        nothing = await live.dns_secure("no.a.test", "A")
    assert (answer.status, answer.records, answer.authenticated) == (DnsStatus.OK, ("127.0.0.1",), True)
    assert answer.signed_until == until
    assert (alias.records, alias.cnames, alias.authenticated) == (("127.0.0.1",), ("a.test",), True)
    assert (plain.records, plain.authenticated, plain.signed_until) == (("127.0.0.1",), False, None)
    assert key.records[0].startswith("257 3 13 ")
    assert trusted.records == (server.signings["a.test"].ds,)
    assert (nothing.status, nothing.authenticated) == (DnsStatus.NXDOMAIN, True)
    assert decode(encode(answer)) == answer


async def test_a_name_that_is_not_signed_is_just_not_authenticated(server: ValidatingServer) -> None:
    """Signed or not, the answer is there; a signed zone without a DS record above counts as not signed."""
    server.sign("a.test")
    server.zone.set("a.test", "DS")
    async with probe(server) as live:
        island = await live.dns_secure("a.test", "A")
        never = await live.dns_secure("b.test", "A")
    assert (island.records, island.authenticated) == (("127.0.0.1",), False)
    assert (never.records, never.authenticated, never.signed_until) == (("127.0.0.1",), False, None)


@pytest.mark.parametrize("broken", ["expired", "spoiled", "other key"])
async def test_broken_signatures_fail_with_their_reason_and_not_without_the_check(
    server: ValidatingServer, broken: str
) -> None:
    """SERVFAIL with RFC 8914's code; with CD the records come, and nobody vouches for them."""
    past = SystemClock().now() - timedelta(days=2)
    signing = server.sign("a.test", until=past if broken == "expired" else None)
    if broken == "spoiled":
        signing.spoiled.add(("a.test", "A"))
    if broken == "other key":
        server.zone.set("a.test", "DS", "1 13 2 " + "00" * 32)
    async with probe(server) as live:
        watched, asked = traced(live)
        refused = await watched.dns_secure("a.test", "A")
        seen = await watched.dns_secure("a.test", "A", checking=False)
        plain = await live.dns("a.test", "A")
    code = {"expired": EXPIRED, "spoiled": BOGUS, "other key": MISSING}[broken]
    assert (refused.status, refused.records) == (DnsStatus.SERVFAIL, ())
    assert [one for one, _ in refused.extended] == [one for one, _ in plain.extended] == [code]
    assert refused.extended[0][1] in refused.detail
    assert (seen.status, seen.records, seen.authenticated) == (DnsStatus.OK, ("127.0.0.1",), False)
    assert seen.signed_until is not None
    assert [one.what for one in asked] == [
        "DNS A a.test, with signatures",
        "DNS A a.test, signatures not checked",
    ]
    assert f"{code}: {refused.extended[0][1]}" in asked[0].answer


async def test_the_answer_of_the_first_that_is_heard_counts(server: ValidatingServer) -> None:
    """SERVFAIL is a word about signatures, silence and refusal are not: then the next one is asked."""
    server.sign("a.test")
    async with ValidatingServer(server.zone) as other:
        other.signings = server.signings
        async with probe(server, other) as live:
            server.zone.fault("b.test", Fault.SERVFAIL)
            assert (await live.dns_secure("b.test", "A")).status is DnsStatus.SERVFAIL
        assert other.asked("b.test") == 0
        server.zone.fault("b.test", Fault.REFUSED)
        async with probe(server, other) as live:
            assert (await live.dns_secure("b.test", "A")).status is DnsStatus.REFUSED
        assert other.asked("b.test") == 1


async def test_each_question_is_asked_once_in_each_manner(server: ValidatingServer) -> None:
    """With and without the check are two questions, the plain one a third."""
    server.sign("a.test")
    async with probe(server) as live:
        for _ in range(3):
            await live.dns_secure("a.test", "A")
            await live.dns_secure("a.test", "A", checking=False)
            await live.dns("a.test", "A")
    assert server.asked("a.test", "A") == 3


async def test_large_signed_answers_come_over_tcp(server: ValidatingServer) -> None:
    """What does not fit into a datagram is asked again."""
    server.sign("a.test")
    async with probe(server) as live:
        answer = await live.dns_secure("long.a.test", "TXT")
    assert len(answer.records) == 5
    assert answer.authenticated
    assert {query.over for query in server.queries} == {"udp", "tcp"}


async def test_the_budget_holds_for_signed_questions_too(server: ValidatingServer) -> None:
    """Nothing is sent after the end."""
    network = Network(resolvers=(server.address,), allow_private=True)
    async with LiveProbe(network, SystemClock().now(), deadline=0.0) as live:
        answer = await live.dns_secure("a.test", "A")
    assert answer.status is DnsStatus.TIMEOUT
    assert server.queries == []
    assert replace(answer, detail="") == replace(answer, detail="", records=())
