"""A product with flows on loopback, and the part of the bot that walks them, with a clock that is moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bot.domain.incident import Incident
from bot.services.config import Config
from bot.services.incidents import Incidents
from bot.services.smoke import Cause, Smoke
from bot.services.transitions import World
from bot.store import outbox, walks
from bot.store.db import Store
from bot.store.walks import Walk
from tests.servers.dns import DnsServer
from tests.servers.http import Answer, HttpServer
from tests.services.watchtower import START, Hand

PAGE = "<!doctype html><title>Shop</title>"
ENVIRON = {"SMOKE_EMAIL": "qa@shop.test", "SMOKE_PASSWORD": "correct-horse-battery"}
TWO_FLOWS = """
services: {account: {owner: ana, critical: true}, shop: {owner: ben, critical: true}}
hosts: [{name: shop.test, purpose: app}]
flows:
  - id: login
    name: Log-in
    service: account
    carries: login
    env: {email: SMOKE_EMAIL, password: SMOKE_PASSWORD}
    steps:
      - {name: Open the log-in page, request: {url: /login}, expect: {contains: Log in}}
      - name: Log in
        request: {url: /login, method: POST, form: {email: "{email}", password: "{password}"}}
        expect: {contains: Dashboard}
  - id: checkout
    name: Checkout
    service: shop
    carries: payment
    steps:
      - {name: See the price, request: {url: /pricing}, expect: {contains: 49 EUR}}
"""
PEOPLE = """
people:
  ana: {slack: U0ANA, role: owner}
  ben: {slack: U0BEN}
channels: {alerts: "#ops"}
"""


@dataclass
class Still(Hand):
    """A clock that stands still until somebody moves it; who waits by it waits until called off."""

    waits: int = 0

    async def sleep(self, seconds: float) -> None:
        self.waits += 1
        await asyncio.Event().wait()


@dataclass
class Shop:
    """The product's server, and the walks over it."""

    folder: Path
    web: HttpServer
    dns: DnsServer
    clock: Still = field(default_factory=Still)
    environ: dict[str, str] = field(default_factory=lambda: dict(ENVIRON))
    woken: int = 0
    ended: list[int] = field(default_factory=list)
    config: Config | None = None
    store: Store | None = None
    incidents: Incidents | None = None
    smoke: Smoke | None = None

    def write(self, body: str = TWO_FLOWS) -> None:
        """Let `launch.yml` say this besides the team and the network."""
        host, port = self.dns.address
        network = f'network: {{resolvers: ["{host}:{port}"], ports: {{80: {self.web.port}}}, allow_private: true}}\n'
        product = "product: {name: Shop, id: shop, domain: shop.test, canonical: 'http://shop.test/'}\n"
        (self.folder / "launch.yml").write_text(product + body + PEOPLE + network)
        self.config = Config.read(self.folder / "launch.yml")
        assert self.config.error is None, self.config.error

    def begin(self, environ: Callable[[], Mapping[str, str]] | None = None) -> Smoke:
        """Start as after a kill: what is known is in the store."""
        if self.store is not None:
            self.store.close()
        self.store = Store.open(self.folder / "launch.db")
        self.incidents = Incidents(self.store, self.clock, lambda: self.config, self._wake)
        self.smoke = Smoke(
            self.store,
            self.clock,
            lambda: self.config,
            self.incidents,
            self._wake,
            environ=environ or (lambda: self.environ),
        )
        self.smoke.listen(self._ended)
        return self.smoke

    def _wake(self) -> None:
        self.woken += 1

    async def _ended(self, number: int) -> None:
        self.ended.append(number)

    async def ask(self, *flows: str, cause: Cause = Cause.HAND, **more: object) -> int:
        """Have these walked; it is only written down."""
        return await self.store.write(lambda c: self.smoke.ask(c, self.clock.now(), cause, flows=flows, **more))

    async def walk(self, *flows: str, cause: Cause = Cause.HAND, **more: object) -> Walk:
        """Have these walked to the end."""
        number = await self.ask(*flows, cause=cause, **more)
        await self.smoke.tick()
        async with asyncio.timeout(60):
            await self.smoke.wait(number)
        return await self.get(number)

    async def get(self, number: int) -> Walk:
        """A walk as stored."""
        return await self.store.read(lambda c: walks.get(c, number))

    async def last(self) -> Sequence[Walk]:
        """Those that are over, newest first."""
        return await self.store.read(lambda c: walks.recent(c, "shop", most=50))

    async def open(self) -> Sequence[Incident]:
        """Incidents that are somebody's business."""
        return await self.incidents.live()

    async def said(self, number: int) -> list[str]:
        """What is in the outbox about a walk."""
        return [row.kind.value for row in await self.store.read(lambda c: outbox.trail(c, "shop", f"smoke:{number}"))]

    def later(self, **length: float) -> None:
        """Let time go by."""
        self.clock.time += timedelta(**length)

    def world(self) -> World:
        """The surroundings of an incident."""
        return self.store.read(self.incidents.world)


@asynccontextmanager
async def shop(folder: Path, body: str = TWO_FLOWS) -> AsyncIterator[Shop]:
    """A product whose log-in and checkout work, and walks over it."""
    zone = {"shop.test": {"A": "127.0.0.1"}, "app.shop.test": {"A": "127.0.0.1"}}
    async with AsyncExitStack() as stack:
        dns = await stack.enter_async_context(DnsServer(zone))
        web = await stack.enter_async_context(HttpServer())
        web.route("shop.test", "/login", in_or_out)
        web.route("shop.test", "/pricing", Answer(body=PAGE + "49 EUR"))
        made = Shop(folder, web, dns)
        made.write(body)
        made.begin()
        try:
            yield made
        finally:
            await made.smoke.stop()
            made.store.close()


def in_or_out(request) -> Answer:
    """The page to log in; the dashboard for who has the password."""
    if request.method == "POST":
        good = b"correct-horse-battery" in request.body
        return Answer(body=PAGE + ("Dashboard" if good else "Wrong password"))
    return Answer(body=PAGE + "Log in")


__all__ = ["ENVIRON", "START", "TWO_FLOWS", "Shop", "Still", "in_or_out", "shop"]
