"""A product on loopback, reached by name over TLS, and walks through it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import pytest

from bot.clock import SystemClock
from checks.flow.model import Flow, FlowSeen, Step
from checks.flow.secret import Secret
from checks.flow.walk import Budget, walk, walk_all
from checks.inventory import Network
from checks.net.session import Session
from tests.checks.flow.product import APP, AUTHENTICATOR, BASE, PASSWORD, PAY, Product
from tests.servers.dns import DnsServer
from tests.servers.http import HttpServer
from tests.servers.tls import Authority

SECRETS = {"QA_PASSWORD": Secret(PASSWORD), "QA_TOTP": Secret(AUTHENTICATOR), "QA_PASS": Secret("let-me-in")}


async def until(holds: Callable[[], object]) -> None:
    """Wait until it holds, ten seconds at most."""
    clock = SystemClock()
    async with asyncio.timeout(60):
        while not holds():
            await clock.sleep(0.01)


@dataclass
class Street:
    """The product, the server behind it, and the network that leads there."""

    product: Product
    web: HttpServer
    dns: DnsServer
    network: Network

    def session(self, *, hosts: frozenset[str] = frozenset({APP}), **changes: object) -> Session:
        """A visit."""
        return Session(replace(self.network, **changes), SystemClock().now(), hosts=hosts)  # type: ignore[arg-type]

    def flow(self, *steps: Step, **changes: object) -> Flow:
        """A flow of these steps through the product."""
        usual = {"secrets": {"password": "QA_PASSWORD"}, "email": "qa@app.test"}
        return Flow(id="walk", base=BASE, hosts=frozenset({APP}), steps=steps, **{**usual, **changes})  # type: ignore[arg-type]

    async def walk(
        self, flow: Flow, secrets: Mapping[str, Secret] = SECRETS, *, seconds: float = 30.0, step: float = 15.0
    ) -> FlowSeen:
        """Walk one flow."""
        async with self.session(hosts=flow.hosts) as session:
            return await walk(flow, session, secrets, session.clock(), Budget.of(seconds, step_seconds=step))

    async def walk_all(self, flows: Sequence[Flow], **options: object) -> tuple[FlowSeen, ...]:
        """Walk several."""
        now = SystemClock().now()
        return await walk_all(flows, lambda flow: self.session(hosts=flow.hosts), SECRETS, now, **options)  # type: ignore[arg-type]


@pytest.fixture
async def street(authority: Authority, ca_file: str) -> AsyncIterator[Street]:
    """`app.test` over HTTPS, `pay.test` beside it."""
    async with AsyncExitStack() as stack:
        soa = "ns.test. root.test. 1 7200 3600 1209600 60"
        names = {name: {"A": "127.0.0.1"} for name in (APP, PAY, "other.test")}
        dns = await stack.enter_async_context(DnsServer({"test": {"SOA": soa}, **names}))
        web = await stack.enter_async_context(HttpServer(tls=authority.issue(APP, PAY, "other.test")))
        network = Network(
            resolvers=(dns.address,), ca_file=ca_file, ports={443: web.port}, allow_private=True, rate=1000, burst=1000
        )
        yield Street(Product(web), web, dns, network)
