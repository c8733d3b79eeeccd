"""Counted events over a real store, with a clock that is moved by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from bot.domain.heard import Counted
from bot.domain.incident import Incident
from bot.services.config import Config
from bot.services.events import Events
from bot.services.incidents import Incidents
from bot.store import event_counts
from bot.store.db import Store
from bot.store.event_counts import minute_of
from tests.hand import ByHand

T = TypeVar("T")
START = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
FILE = """
product: {name: Shop, id: shop, domain: shop.test}
people: {ana: {slack: U0ANA, role: owner}}
services:
  log-in: {owner: ana, critical: true}
  shop: {owner: ana, critical: true}
  news: {owner: ana, critical: false}
  quiet: {owner: ana, critical: true, severity: low}
hosts:
  - {name: app.shop.test, purpose: auth, service: log-in, flow: login}
events:
  kinds:
    error: {told: false}
    job_failed: {at_least: 8, service: news}
channels: {alerts: "#ops"}
"""


class House(ByHand):
    """The service on a real file, with a clock that is moved by hand."""

    def __init__(self, store: Store, config: Config) -> None:
        self.store = store
        self.config = config
        self.time = START
        self.incidents = Incidents(store, self, lambda: config, lambda: None)
        self.events = Events(store, self, lambda: config, self.incidents)
        self.incidents.look_again_with(self.events.again_or(self._others))
        self.passed_on: list[tuple[str, ...]] = []

    async def _others(self, _incident: int, names: tuple[str, ...]) -> None:
        self.passed_on.append(names)

    async def count(self, kind: str, count: int = 1, *, at: datetime | None = None, **more: str) -> str:
        """Something happened; why it was not counted."""
        event = Counted(kind, at or self.time, count, **more)
        return await self.store.write(lambda c: self.events.count(c, event, self.time))

    async def before(
        self, kind: str, at: datetime, count: int = 1, *, service: str = "", origin: str = "", sample: str = ""
    ) -> None:
        """It was counted long ago."""
        minute = minute_of(at)
        await self.store.write(
            lambda c: event_counts.add(c, "shop", (kind, service), minute, count, origin=origin, sample=sample)
        )

    async def wait(self, minutes: float, *, step: float = 1.0) -> None:
        """Time goes by, the ticks with it."""
        end = self.time + timedelta(minutes=minutes)
        while self.time < end:
            self.time += timedelta(minutes=step)
            await self.events.tick()
            await self.incidents.tick()

    async def live(self) -> list[Incident]:
        """What is somebody's business."""
        return await self.incidents.live()

    async def only(self) -> Incident:
        """The one incident that there is."""
        [one] = await self.live()
        return one


@contextmanager
def a_house(tmp_path: Path) -> Iterator[House]:
    """A house on a file."""
    path = tmp_path / "launch.yml"
    path.write_text(FILE, encoding="utf-8")
    config = Config.read(path)
    assert config.error is None
    store = Store.open(tmp_path / "data" / "launch.db")
    try:
        yield House(store, config)
    finally:
        store.close()


async def read(house: House, look: Callable[[sqlite3.Connection], T]) -> T:
    """From the store."""
    return await house.store.read(look)
