"""A small world on loopback for the probe: one resolver, one HTTPS server, one HTTP server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import pytest

from bot.clock import SystemClock
from checks.inventory import Network
from checks.net.live import LiveProbe
from tests.servers.dns import DnsServer
from tests.servers.http import HttpServer
from tests.servers.tls import Authority


@dataclass
class Site:
    """The servers, and the network that leads to them."""

    dns: DnsServer
    web: HttpServer
    plain: HttpServer
    network: Network
    authority: Authority

    def name(self, *names: str, address: str = "127.0.0.1") -> None:
        """Give names an address."""
        for name in names:
            self.dns.zone.set(name, "A", address)

    def probe(self, **changes: object) -> LiveProbe:
        """A probe of this world; `changes` are fields of its network."""
        return LiveProbe(replace(self.network, **changes), SystemClock().now())  # type: ignore[arg-type]


@pytest.fixture
async def site(authority: Authority, ca_file: str) -> AsyncIterator[Site]:
    """`a.test` over HTTPS and HTTP, ports mapped, certificates of a made authority."""
    async with AsyncExitStack() as stack:
        soa = "ns.test. root.test. 1 7200 3600 1209600 60"
        dns = await stack.enter_async_context(DnsServer({"test": {"SOA": soa}, "a.test": {"A": "127.0.0.1"}}))
        web = await stack.enter_async_context(HttpServer(tls=authority.issue("a.test", "*.a.test")))
        plain = await stack.enter_async_context(HttpServer())
        network = Network(
            resolvers=(dns.address,), ca_file=ca_file, ports={443: web.port, 80: plain.port}, allow_private=True
        )
        yield Site(dns, web, plain, network, authority)
