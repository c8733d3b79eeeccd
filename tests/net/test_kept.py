"""Whoever asks a host for many things shares connections; everybody else opens a new one."""

from __future__ import annotations

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
