"""Who serves a domain, as the zone above says it; and for how long signatures hold."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, datetime

import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset

from checks.net import message as messages
from checks.net.dns import Names
from checks.net.facts import DnsStatus
from checks.net.guard import Guard
from tests.servers.dns import DnsServer, Fault, Zone

SOA = "ns.test root.test 1 7200 3600 1209600 60"


def referral(*servers: str, of: str = "a.test.") -> bytes:
    """What a server of the zone above answers: nothing, and whom to ask."""
    response = dns.message.make_response(dns.message.make_query("a.test.", "NS"))
    response.authority.append(dns.rrset.from_text(of, 172_800, "IN", "NS", *servers))
    return response.to_wire()


async def _names(stack: AsyncExitStack, *, replaced: bool = False) -> tuple[DnsServer, DnsServer, Names]:
    """The resolver, the server of the zone above, and the names that know them."""
    zone = {"test": {"NS": "ns.test", "SOA": SOA}, "ns.test": {"A": "127.0.54.1"}}
    resolver = await stack.enter_async_context(DnsServer(Zone.of(zone), authoritative=False))
    above = await stack.enter_async_context(DnsServer(Zone.of(zone), host="127.0.54.1", port=53))
    names = Names((resolver.address,), replaced=replaced, guard=Guard(True), patience=0.2)
    stack.push_async_callback(names.close)
    return resolver, above, names


async def test_the_zone_above_is_asked_and_its_pointer_is_read() -> None:
    """Not what resolvers remember, which is mostly the zone's own word."""
    async with AsyncExitStack() as stack:
        resolver, above, names = await _names(stack)
        above.zone.send_raw("a.test", referral("NS2.a.test.", "ns1.a.test."))
        (answer,) = await names.delegation("a.test")
        assert (answer.status, answer.referral) == (DnsStatus.REFUSED, ("ns1.a.test", "ns2.a.test"))
        assert answer.server == "ns.test"
        assert resolver.asked("a.test") == 0


async def test_a_pointer_for_another_name_is_none_for_this_one() -> None:
    """A server that sends us to the root says nothing about the domain."""
    async with AsyncExitStack() as stack:
        _resolver, above, names = await _names(stack)
        above.zone.send_raw("a.test", referral("ns.other.", of="."))
        (answer,) = await names.delegation("a.test")
        assert answer.referral == ()


async def test_silence_above_and_no_zone_above_are_told_as_such() -> None:
    """Neither is an absent delegation."""
    async with AsyncExitStack() as stack:
        resolver, above, names = await _names(stack)
        above.zone.fault("a.test", Fault.TIMEOUT)
        (answer,) = await names.delegation("a.test")
        assert answer.status is DnsStatus.TIMEOUT
        assert await names.delegation("test") == ()
        resolver.zone.fault("*", Fault.SERVFAIL)
        (unknown,) = await names.delegation("b.other")
        assert unknown.status is DnsStatus.SERVFAIL


async def test_configured_resolvers_have_no_zone_above() -> None:
    """They stand for every server."""
    async with AsyncExitStack() as stack:
        _resolver, above, names = await _names(stack, replaced=True)
        assert await names.delegation("a.test") == ()
        assert above.queries == []


async def test_two_names_of_one_server_are_one_question() -> None:
    """A zone may list the same machine twice; it is asked once, and both names get its answer."""
    async with AsyncExitStack() as stack:
        resolver, above, names = await _names(stack)
        resolver.zone.set("a.test", "NS", "ns.test", "ns2.test")
        resolver.zone.set("ns2.test", "A", "127.0.54.1")
        above.zone.set("a.test", "TXT", "hello")
        answers = await names.authoritative("a.test", "TXT")
        assert [answer.server for answer in answers] == ["ns.test", "ns2.test"]
        assert {answer.records for answer in answers} == {("hello",)}
        assert above.asked("a.test", "TXT") == 1


def test_the_signature_that_ends_first_tells_from_when_until_when() -> None:
    """Some companies sign for two days at a time, so the end alone says little."""
    name = dns.name.from_text("a.test")
    response = dns.message.make_response(dns.message.make_query(name, "SOA"))
    response.answer.append(dns.rrset.from_text(name, 60, "IN", "SOA", SOA.replace("test ", "test. ")))
    ends = ("20261210000000 20261101000000", "20261201000000 20261129000000")
    texts = [f"SOA 13 2 60 {end} 1 a.test. c2lnbmF0dXJl" for end in ends]
    response.answer.append(dns.rrset.from_text(name, 60, "IN", "RRSIG", *texts))
    said = messages.read(messages.parse(response.to_wire()), name, dns.rdatatype.SOA)
    assert (said.signed_since, said.signed_until) == (
        datetime(2026, 11, 29, tzinfo=UTC),
        datetime(2026, 12, 1, tzinfo=UTC),
    )
