"""Whoever asks a host for many things shares connections; everybody else opens a new one."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

from bot.clock import SystemClock
from checks.inventory import Network
from checks.net.facts import Reason
from checks.net.live import LiveProbe
from tests.servers.dns import DnsServer
from tests.servers.http import Answer, HttpServer, closed_port

HOST = "a.test"
PATHS = tuple(f"/{number}" for number in range(12))


def _network(dns: DnsServer, port: int) -> Network:
    return Network(
        resolvers=(dns.address,),
        ports={80: port, 443: closed_port()[1]},
        allow_private=True,
        unlimited=frozenset({HOST}),
    )


async def test_a_search_shares_connections_and_sees_the_same():
    """Twelve pages by one connection; the facts are those of twelve connections, but for the time of connecting."""
    routes = {HOST: {path: Answer(200, path.encode()) for path in PATHS}}
    async with DnsServer({HOST: {"A": "127.0.0.1"}}) as dns, HttpServer(routes) as server:
        network = _network(dns, server.port)
        async with LiveProbe(network, SystemClock().now()) as probe:
            patient = probe.patient()
            seen = [await patient.get(f"http://{HOST}{path}") for path in PATHS]
            assert server.connections == 1
        async with LiveProbe(network, SystemClock().now()) as probe:
            alone = [await probe.get(f"http://{HOST}{path}") for path in PATHS]
            assert server.connections == 1 + len(PATHS)
        for one, other in zip(seen, alone, strict=True):
            assert (one.status, one.body, one.address, one.fault) == (other.status, other.body, other.address, None)
        assert seen[-1].phases.tcp == 0


async def test_a_server_that_closes_idle_connections_is_asked_on_a_new_one():
    """It may close them when it pleases: that says nothing about the page."""
    routes = {HOST: {"/": Answer(200, b"one"), "/two": Answer(200, b"two")}}
    async with (
        DnsServer({HOST: {"A": "127.0.0.1"}}) as dns,
        HttpServer(routes) as server,
        LiveProbe(_network(dns, server.port), SystemClock().now()) as probe,
    ):
        patient = probe.patient()
        assert (await patient.get(f"http://{HOST}/")).body == b"one"
        await server.hang_up()
        assert (await patient.get(f"http://{HOST}/two")).body == b"two"
        assert server.connections == 2


async def test_a_page_that_does_not_come_breaks_its_connection_alone():
    """Its fault is told as ever, and the next page comes on a new connection."""
    routes = {HOST: {"/": Answer(200, b"fine"), "/slow": Answer(200, b"late", delay=5.0), "/on": Answer(200, b"on")}}
    async with (
        DnsServer({HOST: {"A": "127.0.0.1"}}) as dns,
        HttpServer(routes) as server,
        LiveProbe(_network(dns, server.port), SystemClock().now()) as probe,
    ):
        patient = probe.patient()
        assert (await patient.get(f"http://{HOST}/")).fault is None
        late = await patient.get(f"http://{HOST}/slow", timeout=0.2)
        assert late.fault is not None
        assert late.fault.reason is Reason.TIMEOUT
        assert server.connections == 1
        assert (await patient.get(f"http://{HOST}/on")).body == b"on"
        assert server.connections == 2


async def test_what_a_server_says_unasked_is_nobodys_answer():
    """A second answer sent ahead, into the idle connection, is not taken for that to the next request."""
    more, connections = asyncio.Event(), 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split()[1]
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(path), path))
        await more.wait()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfalse")
        await writer.drain()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    routes = {"b.test": {"/": Answer(200, b"elsewhere")}}
    async with DnsServer({HOST: {"A": "127.0.0.1"}, "b.test": {"A": "127.0.0.1"}}) as dns, HttpServer(routes) as other:
        network = replace(_network(dns, port), ports={80: port, 443: other.port}, unlimited=frozenset({HOST, "b.test"}))
        async with server, LiveProbe(network, SystemClock().now()) as probe:
            patient = probe.patient()
            assert (await patient.get(f"http://{HOST}/one")).body == b"/one"
            more.set()
            # By the time another server has answered, the unasked bytes have arrived.
            assert (await patient.get("http://b.test:443/")).body == b"elsewhere"
            second = await patient.get(f"http://{HOST}/two")
            assert (second.body, second.fault, connections) == (b"/two", None, 2)


async def test_hosts_at_one_address_share_no_connection():
    """What is asked of a host goes to a connection that was opened for it: same name, same scheme, same port."""
    names = (HOST, "b.test")
    routes = {name: {"*": Answer(200, name.encode())} for name in names}
    async with DnsServer({name: {"A": "127.0.0.1"} for name in names}) as dns, HttpServer(routes) as server:
        network = replace(_network(dns, server.port), unlimited=frozenset(names))
        async with LiveProbe(network, SystemClock().now()) as probe:
            patient = probe.patient()
            for path in PATHS[:4]:
                for name in names:
                    assert (await patient.get(f"http://{name}{path}")).body == name.encode()
            assert server.connections == len(names)
            # An address that a check names itself is judged anew each time, and gets a connection of its own.
            pinned = [await patient.get(f"http://{HOST}/{n}?x", address="127.0.0.1") for n in range(2)]
            assert [one.body for one in pinned] == [HOST.encode()] * 2
            assert server.connections == len(names) + 2


async def test_a_search_that_is_given_up_leaves_no_connection_behind():
    """The run's time is over in the middle of an answer on a shared connection."""
    asked, left = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine")
        await reader.readuntil(b"\r\n\r\n")
        asked.set()
        # Whoever drops a connection in the middle of an answer may reset it.
        with suppress(ConnectionError):
            await reader.read()
        left.set()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with DnsServer({HOST: {"A": "127.0.0.1"}}) as dns, server, asyncio.timeout(60):
        async with LiveProbe(_network(dns, port), SystemClock().now()) as probe:
            patient = probe.patient()
            assert (await patient.get(f"http://{HOST}/")).body == b"fine"
            second = asyncio.create_task(patient.get(f"http://{HOST}/slow"))
            await asked.wait()
            second.cancel()
            await asyncio.gather(second, return_exceptions=True)
        await left.wait()
