"""A watch over real servers on loopback, with a real store and a clock that is moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import SystemClock
from bot.domain.detection import State
from bot.domain.incident import Incident
from bot.services.config import Config
from bot.services.incidents import Incidents
from bot.services.watch import Watch
from bot.store import incidents, outbox
from bot.store.db import Store
from bot.store.outbox import Delivery, Kind
from tests.hand import ByHand
from tests.servers.dns import DnsServer
from tests.servers.http import Answer, HttpServer

START = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
PEOPLE = """
people:
  ana: {slack: U0ANA, role: owner}
  ben: {slack: U0BEN}
channels: {alerts: "#ops"}
"""
GOOD = Answer(body=b"Sign in")
BROKEN = Answer(502, b"Bad gateway")


@dataclass
class Hand(ByHand):
    """A clock that stands still until somebody moves it."""

    time: datetime = START


@dataclass
class Tower:
    """The servers, and the part of the bot that watches them."""

    folder: Path
    web: HttpServer
    dns: DnsServer
    clock: Hand = field(default_factory=Hand)
    text: str = ""
    config: Config | None = None
    store: Store | None = None
    incidents: Incidents | None = None
    watch: Watch | None = None
    network: str = ""

    def write(self, body: str) -> None:
        """Let `launch.yml` say this besides the team and the network."""
        self.text = body
        host, port = self.dns.address
        network = (
            f'network: {{resolvers: ["{host}:{port}"], ports: {{80: {self.web.port}}}, allow_private: true'
            f"{self.network}}}\n"
        )
        (self.folder / "launch.yml").write_text(
            "product: {name: Shop, id: shop, domain: shop.test}\n" + body + PEOPLE + network
        )
        self.config = Config.read(self.folder / "launch.yml")
        assert self.config.error is None, self.config.error

    async def begin(self) -> None:
        """Start as after a kill: what is known is in the store."""
        if self.store is not None:
            self.store.close()
        self.store = Store.open(self.folder / "launch.db")
        self.incidents = Incidents(self.store, self.clock, self._config, lambda: None)
        self.watch = Watch(self.store, self.clock, self._config, self.incidents)
        await self.watch.load()

    def _config(self) -> Config:
        assert self.config is not None
        return self.config

    async def step(self) -> None:
        """What one tick does, until its looks have ended."""
        assert self.watch is not None
        assert self.incidents is not None
        self.watch.tick()
        await self.watch.settle()
        await self.incidents.tick()
        await self.watch.settle()

    async def run(self, *, every: float = 1.0, until: Callable[[], bool] | None = None, **length: float) -> None:
        """Let time go by."""
        end = self.clock.time + timedelta(**length)
        await self.step()
        while self.clock.time < end and not (until is not None and until()):
            self.clock.time += timedelta(seconds=every)
            await self.step()

    def state(self, name: str) -> State:
        """How a monitor stands."""
        assert self.watch is not None
        return next(one.state for one in self.watch.standings() if one.name == name)

    async def open(self) -> Sequence[Incident]:
        """Incidents that are somebody's business."""
        assert self.incidents is not None
        return await self.incidents.live()

    async def all(self) -> Sequence[Incident]:
        """All incidents, newest first."""
        assert self.store is not None
        return await self.store.read(lambda c: incidents.recent(c, "shop", limit=500))

    async def said(self, id: int = 1) -> Sequence[Delivery]:
        """Everything in the outbox about an incident."""
        assert self.store is not None
        return await self.store.read(lambda c: outbox.trail(c, "shop", f"incident:{id}"))

    async def messages(self) -> Sequence[Delivery]:
        """Everything that people get: cards, lines, direct messages; edits make no sound."""
        found = [row for one in await self.all() for row in await self.said(one.id)]
        return [row for row in found if row.kind is not Kind.EDIT]


async def soon(true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Until something is so in real time."""
    async with asyncio.timeout(seconds):
        while not true():
            await SystemClock().sleep(0.01)


@asynccontextmanager
async def a_tower(folder: Path) -> AsyncIterator[Tower]:
    """A tower with nothing to watch yet."""
    async with HttpServer() as web, DnsServer({"*.shop.test": {"A": "127.0.0.1"}}) as dns:
        dns.zone.set("shop.test", "A", "127.0.0.1")
        tower = Tower(folder, web, dns)
        try:
            yield tower
        finally:
            if tower.watch is not None:
                await tower.watch.stop()
            if tower.store is not None:
                tower.store.close()


def monitors(*names: str, more: str = "") -> str:
    """Monitors of these names, each at an address of its own."""
    return (
        "monitors:\n"
        + "".join(
            f"  - {{name: {name}, url: 'http://app.shop.test/{name}', service: sign-up{more}}}\n" for name in names
        )
        + "services:\n  sign-up: {owner: ana, backup: ben, critical: true}\n"
    )
