"""DNS over real sockets: every way in which an answer ends."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import dns.message
import dns.rrset
import pytest

from checks.net.dns import Names
from checks.net.facts import DnsStatus
from checks.net.guard import Guard
from tests.growth import least
from tests.servers.dns import DnsServer, Fault, Zone
from tests.servers.http import closed_port

ZONE = {
    "test": {"SOA": "ns.test. root.test. 1 7200 3600 1209600 90"},
    "a.test": {
        "A": ["127.0.0.3", "127.0.0.2"],
        "TXT": [("v=spf1 ", "-all"), "plain"],
        "MX": ["20 MX2.a.test", "5 mx1.a.test"],
        "CAA": '0 issue "letsencrypt.org"',
        "NS": ["NS2.a.test.", "ns1.a.test."],
    },
    "www.a.test": {"CNAME": "Edge.a.test"},
    "edge.a.test": {"CNAME": "a.test"},
    "gone.a.test": {"CNAME": "nowhere.test"},
    "*.wild.test": {"A": "127.0.0.9"},
    "loop1.test": {"CNAME": "loop2.test"},
    "loop2.test": {"CNAME": "loop1.test"},
    "null.test": {"MX": "0 ."},
}


@pytest.fixture
async def server() -> AsyncIterator[DnsServer]:
    async with DnsServer(Zone.of(ZONE)) as one:
        yield one


@pytest.fixture
async def names(server: DnsServer) -> AsyncIterator[Names]:
    one = Names((server.address,), patience=0.15)
    yield one
    await one.close()


async def test_records_come_in_one_form_and_order(names: Names) -> None:
    """Lower case, no trailing dots, TXT strings joined, MX by preference."""
    assert (await names.first("A.test.", "A")).records == ("127.0.0.2", "127.0.0.3")
    assert (await names.first("a.test", "MX")).records == ("5 mx1.a.test", "20 mx2.a.test")
    assert (await names.first("a.test", "NS")).records == ("ns1.a.test", "ns2.a.test")
    assert (await names.first("a.test", "CAA")).records == ('0 issue "letsencrypt.org"',)
    assert (await names.first("null.test", "MX")).records == ("0 .",)
    text = await names.first("a.test", "TXT")
    assert text.records == ("plain", "v=spf1 -all")
    assert text.strings == ((5,), (7, 4))
    soa = await names.first("test", "SOA")
    assert soa.records == ("ns.test root.test 1 7200 3600 1209600 90",)


async def test_an_answer_says_who_gave_it_and_for_how_long(names: Names, server: DnsServer) -> None:
    """Server, TTL, authority and time are facts too."""
    server.zone.set("short.test", "A", "127.0.0.1", ttl=7)
    began = time.perf_counter()
    answer = await names.first("short.test", "A")
    took = time.perf_counter() - began
    assert answer.server == f"127.0.0.1:{server.port}"
    assert answer.ttl == 7
    assert answer.authoritative
    assert 0 < answer.took_ms < took * 1000


async def test_absent_names_and_types_are_answers(names: Names) -> None:
    """NXDOMAIN and NODATA carry the negative TTL of the SOA."""
    missing = await names.first("missing.test", "A")
    empty = await names.first("a.test", "AAAA")
    assert (missing.status, missing.ttl, missing.status.known) == (DnsStatus.NXDOMAIN, 90, True)
    assert (empty.status, empty.ttl, empty.status.absent) == (DnsStatus.NODATA, 90, True)


async def test_aliases_are_followed_in_one_message(names: Names) -> None:
    """The chain is kept, first target first, and the end counts."""
    answer = await names.first("www.a.test", "A")
    assert (answer.status, answer.cnames) == (DnsStatus.OK, ("edge.a.test", "a.test"))
    assert answer.records == ("127.0.0.2", "127.0.0.3")
    dead = await names.first("gone.a.test", "A")
    assert (dead.status, dead.cnames) == (DnsStatus.NXDOMAIN, ("nowhere.test",))
    alias = await names.first("www.a.test", "CNAME")
    assert alias.records == ("edge.a.test",)


async def test_wildcards_answer(names: Names) -> None:
    """The server of these tests knows wildcards, as real ones do."""
    assert (await names.first("anything.wild.test", "A")).records == ("127.0.0.9",)


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (Fault.SERVFAIL, DnsStatus.SERVFAIL, "SERVFAIL"),
        (Fault.REFUSED, DnsStatus.REFUSED, "refused"),
        (Fault.TIMEOUT, DnsStatus.TIMEOUT, "in time"),
        (Fault.MALFORMED, DnsStatus.MALFORMED, "in the answer"),
        (Fault.WRONG_ID, DnsStatus.TIMEOUT, "in time"),
        (Fault.WRONG_QUESTION, DnsStatus.TIMEOUT, "other questions"),
        (Fault.TRUNCATED_ALWAYS, DnsStatus.MALFORMED, "even over TCP"),
        (Fault.TCP_DEAD, DnsStatus.MALFORMED, "broke off"),
        (Fault.NXDOMAIN, DnsStatus.NXDOMAIN, ""),
        (Fault.NXDOMAIN_WITH_ANSWERS, DnsStatus.MALFORMED, "does not exist, and gives"),
        (Fault.NODATA, DnsStatus.NODATA, ""),
        (Fault.WRONG_TYPE, DnsStatus.MALFORMED, "other records"),
    ],
)
async def test_every_fault_has_its_status(
    names: Names, server: DnsServer, fault: Fault, status: DnsStatus, words: str
) -> None:
    """A server that misbehaves gives a fact with a sentence, never an exception."""
    server.zone.fault("a.test", fault)
    answer = await names.first("a.test", "A")
    assert (answer.status, answer.records) == (status, ())
    assert words in answer.detail


async def test_a_truncated_answer_is_fetched_over_tcp(names: Names, server: DnsServer) -> None:
    """TC over UDP leads to the same question over TCP."""
    server.zone.fault("a.test", Fault.TRUNCATED)
    answer = await names.first("a.test", "A")
    assert answer.records == ("127.0.0.2", "127.0.0.3")
    assert [query.over for query in server.queries] == ["udp", "tcp"]


async def test_a_record_of_nearly_64_kib_is_a_plain_fact(names: Names, server: DnsServer) -> None:
    """The largest TXT that DNS can carry is read over TCP, with the lengths of its strings."""
    server.zone.set("large.test", "TXT", "x" * 64000)
    answer = await names.first("large.test", "TXT")
    assert answer.status is DnsStatus.OK
    assert len(answer.records[0]) == 64000
    assert answer.strings == ((255,) * 250 + (250,),)


async def test_a_closed_port_is_unreachable(names: Names) -> None:
    """The kernel's refusal is told apart from silence, and at once."""
    alone = Names((closed_port(),), patience=60)
    began = asyncio.get_running_loop().time()
    answer = await alone.first("a.test", "A")
    await alone.close()
    assert answer.status is DnsStatus.UNREACHABLE
    assert asyncio.get_running_loop().time() - began < 30, "silence would have been heard for a minute"


async def test_raw_garbage_from_the_server(names: Names, server: DnsServer) -> None:
    """Whatever stands behind the right id, the answer is a fact."""
    for number, payload in enumerate([bytes(12), b"\xff" * 40, bytes(range(256)) * 4, b"\x00" * 4000]):
        server.zone.send_raw(f"raw{number}.test", payload)
        answer = await names.first(f"raw{number}.test", "A")
        assert answer.status in (DnsStatus.MALFORMED, DnsStatus.TIMEOUT), payload[:20]


async def test_a_circle_of_aliases_ends(names: Names) -> None:
    """Two aliases that lead to each other are no answer, and the circle is shown."""
    answer = await names.first("loop1.test", "A")
    assert (answer.status, answer.status.known) == (DnsStatus.MALFORMED, False)
    assert answer.cnames[:2] == ("loop2.test", "loop1.test")
    assert "circle" in answer.detail


async def test_names_that_dns_cannot_carry(names: Names, server: DnsServer) -> None:
    """Not a packet is sent for them."""
    for name in ("a..test", "x" * 64 + ".test", "a.test\x00.", "\ud800.test"):
        answer = await names.first(name, "A")
        assert answer.status in (DnsStatus.MALFORMED, DnsStatus.NXDOMAIN), name
    assert (await names.first("a.test", "NOSUCHTYPE")).status is DnsStatus.MALFORMED


async def test_the_first_resolver_that_knows_answers() -> None:
    """Not knowing (SERVFAIL, silence) moves on; absent is knowing."""
    broken, absent, full = Zone.of(ZONE), Zone.of({"test": ZONE["test"]}), Zone.of(ZONE)
    broken.fault("*", Fault.SERVFAIL)
    async with DnsServer(broken) as one, DnsServer(absent) as two, DnsServer(full) as three:
        names = Names((one.address, two.address, three.address), patience=0.2)
        answer = await names.first("a.test", "A")
        assert (answer.status, answer.server) == (DnsStatus.NXDOMAIN, f"127.0.0.1:{two.port}")
        assert three.queries == []
        everywhere = await names.everywhere("a.test", "A")
        statuses = {one_answer.server: one_answer.status for one_answer in everywhere}
        assert statuses == {
            f"127.0.0.1:{one.port}": DnsStatus.SERVFAIL,
            f"127.0.0.1:{two.port}": DnsStatus.NXDOMAIN,
            f"127.0.0.1:{three.port}": DnsStatus.OK,
        }
        # The two questions share what they have in common.
        assert (one.asked("a.test"), two.asked("a.test"), three.asked("a.test")) == (1, 1, 1)
        assert names.sent() == dict.fromkeys(statuses, 1)
        await names.close()


async def test_where_nobody_knows_the_first_ignorance_is_told() -> None:
    """Two silent resolvers give one unknown answer."""
    zone = Zone.of(ZONE)
    zone.fault("*", Fault.REFUSED)
    async with DnsServer(zone) as one, DnsServer(zone) as two:
        names = Names((one.address, two.address), patience=0.2)
        answer = await names.first("a.test", "A")
        assert (answer.status, answer.server) == (DnsStatus.REFUSED, f"127.0.0.1:{one.port}")
        await names.close()


async def test_a_second_path_begins_with_another_resolver(server: DnsServer) -> None:
    """`first` turns the order round."""
    async with DnsServer(Zone.of(ZONE)) as other:
        names = Names((server.address, other.address), first=1)
        assert (await names.first("a.test", "A")).server == f"127.0.0.1:{other.port}"
        assert server.queries == []
        await names.close()


async def test_a_lost_packet_is_asked_again(server: DnsServer) -> None:
    """The second try goes out under a new id, and a late answer to the first is welcome."""
    server.zone.delay("a.test", 0.3)
    names = Names((server.address,), patience=0.2)
    assert (await names.first("a.test", "A")).status is DnsStatus.OK
    assert server.asked("a.test") == 2
    await names.close()


async def test_many_questions_share_one_socket_and_stay_few_at_a_time(server: DnsServer) -> None:
    """A hundred questions at once are all answered, never more than twenty in flight."""
    server.latency = 0.02
    in_flight, most = 0, 0
    answer = server.answer

    async def counted(data: bytes, over: str) -> bytes | None:
        nonlocal in_flight, most
        in_flight += 1
        most = max(most, in_flight)
        try:
            return await answer(data, over)
        finally:
            in_flight -= 1

    server.answer = counted  # type: ignore[method-assign]
    names = Names((server.address,))
    answers = await asyncio.gather(*(names.first(f"n{number}.wild.test", "A") for number in range(100)))
    assert {one.status for one in answers} == {DnsStatus.OK}
    assert 1 < most <= 20
    await names.close()


async def test_everybody_who_asks_waits_for_the_same_question(names: Names, server: DnsServer) -> None:
    """Concurrent askers share one packet; one that is cancelled does not take it from the others."""
    server.latency = 0.1
    tasks = [asyncio.create_task(names.first("a.test", "A")) for _ in range(10)]
    await asyncio.sleep(0)  # noqa: TID251  (one turn of the loop, so that all have asked)
    tasks[0].cancel()
    answers = await asyncio.gather(*tasks[1:])
    assert len(set(answers)) == 1
    assert server.asked("a.test") == 1


async def test_closing_ends_questions_that_are_out(server: DnsServer) -> None:
    """Nothing lingers, nothing is left unread."""
    server.zone.fault("a.test", Fault.TIMEOUT)
    names = Names((server.address,), patience=30)
    task = asyncio.create_task(names.first("a.test", "A"))
    while not server.queries:
        await asyncio.sleep(0)  # noqa: TID251  (until the packet has arrived)
    await names.close()
    with pytest.raises(asyncio.CancelledError):
        await task


async def _zone_servers(stack: AsyncExitStack) -> tuple[DnsServer, DnsServer, Names]:
    """A resolver that knows a zone, and the zone's two name servers on real ports 53."""
    zone = {
        **ZONE,
        "a.test": {"A": "127.0.0.2", "NS": ["ns1.a.test", "ns2.a.test"], "SOA": ZONE["test"]["SOA"]},
        "ns1.a.test": {"A": "127.0.53.1"},
        "ns2.a.test": {"A": "127.0.53.2"},
        "out.a.test": {"CNAME": "b.other"},
        "b.other": {"A": "127.0.0.77"},
    }
    own = {name: records for name, records in zone.items() if name.endswith("a.test")}
    resolver = await stack.enter_async_context(DnsServer(Zone.of(zone), authoritative=False))
    one = await stack.enter_async_context(DnsServer(Zone.of(own), host="127.0.53.1", port=53))
    two = await stack.enter_async_context(DnsServer(Zone.of(own), host="127.0.53.2", port=53))
    names = Names((resolver.address,), replaced=False, guard=Guard(True), patience=0.2)
    stack.push_async_callback(names.close)
    return one, two, names


async def test_the_zones_own_servers_are_found_and_asked_without_recursion() -> None:
    """One answer per name server, each with AA, for a name below the zone."""
    async with AsyncExitStack() as stack:
        one, two, names = await _zone_servers(stack)
        two.zone.set("a.test", "A", "127.0.0.99")
        answers = await names.authoritative("a.test", "A")
        assert [(answer.server, answer.records) for answer in answers] == [
            ("ns1.a.test", ("127.0.0.2",)),
            ("ns2.a.test", ("127.0.0.99",)),
        ]
        assert all(answer.authoritative for answer in answers)
        assert [query.recursion_desired for query in (*one.queries, *two.queries)] == [False, False]
        below = await names.authoritative("deep.down.a.test", "A")
        assert [answer.status for answer in below] == [DnsStatus.NXDOMAIN] * 2


async def test_an_alias_out_of_the_zone_is_followed_elsewhere() -> None:
    """The zone's server only has the alias; its target is asked of the resolvers."""
    async with AsyncExitStack() as stack:
        _one, _two, names = await _zone_servers(stack)
        answers = await names.authoritative("out.a.test", "A")
        assert {answer.records for answer in answers} == {("127.0.0.77",)}
        assert {answer.cnames for answer in answers} == {("b.other",)}


async def test_a_lame_or_silent_name_server_is_not_an_absent_name() -> None:
    """What does not serve the zone is unknown, each on its own."""
    async with AsyncExitStack() as stack:
        one, two, names = await _zone_servers(stack)
        one.lame = True
        two.zone.fault("*", Fault.TIMEOUT)
        answers = await names.authoritative("a.test", "A")
        assert [answer.status for answer in answers] == [DnsStatus.REFUSED, DnsStatus.TIMEOUT]


async def test_name_servers_at_private_addresses_are_not_asked() -> None:
    """The guard judges name servers too: a zone must not make us knock at addresses inside."""
    async with AsyncExitStack() as stack:
        one, two, names = await _zone_servers(stack)
        strict = Names((stack_address(names),), replaced=False, guard=Guard(), patience=0.2)
        answers = await strict.authoritative("a.test", "A")
        await strict.close()
        assert {answer.status for answer in answers} == {DnsStatus.UNREACHABLE}
        assert "this machine itself" in answers[0].detail
        assert one.queries == two.queries == []


def stack_address(names: Names) -> tuple[str, int]:
    """Where the resolver of these names listens."""
    label = next(iter(names._resolvers)).label
    host, _, port = label.rpartition(":")
    return host, int(port)


async def test_configured_resolvers_stand_for_the_zones_own_servers(names: Names, server: DnsServer) -> None:
    """With `network.resolvers` nobody else is asked."""
    answers = await names.authoritative("a.test", "A")
    assert [answer.server for answer in answers] == [f"127.0.0.1:{server.port}"]
    assert answers[0].records == ("127.0.0.2", "127.0.0.3")


async def test_a_zone_that_cannot_be_found_is_one_unknown_answer() -> None:
    """Silence while climbing is told as such."""
    zone = Zone.of(ZONE)
    zone.fault("*", Fault.SERVFAIL)
    async with DnsServer(zone) as resolver:
        names = Names((resolver.address,), replaced=False, guard=Guard(True), patience=0.2)
        answers = await names.authoritative("www.a.test", "A")
        await names.close()
        assert [(answer.status, answer.name, answer.type) for answer in answers] == [
            (DnsStatus.SERVFAIL, "www.a.test", "A")
        ]


class Flood(asyncio.DatagramProtocol):
    """Answers one question with many large answers to another one, under the right id, and then properly."""

    def __init__(self) -> None:
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        record = b"\xc0\x0c\x00\x02\x00\x01\x00\x00\x00\x3c" + struct.pack("!H", 54)
        records = b"".join(record + b"\x33" + b"%051d" % number + b"\xc0\x0c" for number in range(500))
        question = b"\x05other\x04test\x00\x00\x02\x00\x01"
        other = data[:2] + struct.pack("!5H", 0x8180, 1, 500, 0, 0) + question + records
        query = dns.message.from_wire(data)
        proper = dns.message.make_response(query)
        proper.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "NS", "ns.test."))
        assert self.transport is not None
        for _ in range(3):
            self.transport.sendto(other, addr)
        self.transport.sendto(proper.to_wire(), addr)


async def test_large_answers_to_other_questions_are_not_even_read() -> None:
    """Reading one costs tens of milliseconds; the proper answer behind them is taken."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Flood, local_addr=("127.0.0.1", 0))
    flooded = Names((transport.get_extra_info("sockname"),))
    await flooded.first("first.test", "NS")
    asked = (f"name{number}.test" for number in range(100))

    async def ask() -> float:
        began = time.thread_time()
        answer = await flooded.first(next(asked), "NS")
        took = time.thread_time() - began
        assert (answer.status, answer.records) == (DnsStatus.OK, ("ns.test",))
        return took

    assert await least(ask, 0.03, clock=time.thread_time) <= 0.03
    await flooded.close()
    transport.close()
