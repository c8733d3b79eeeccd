"""Deploys over a real store, with a clock that is moved by hand; walks of flows end as the test says."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.deploys import Deploy, Walked
from bot.domain.detection import Seen, Sight, State
from bot.domain.heard import Marker, Progress
from bot.domain.incident import Incident
from bot.render.text import text
from bot.services.config import Config
from bot.services.deploys import Deploys
from bot.services.glance import Glance
from bot.services.incidents import Incidents
from bot.services.smoke import Cause
from bot.services.watching import Standing
from bot.speakers import deploy as speaker
from bot.store import deploys as rows
from bot.store import incidents, outbox
from bot.store.codes import to_ms
from bot.store.db import Store
from bot.store.outbox import Delivery, Kind
from tests.hand import ByHand

START = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
FILE = """
product: {name: Shop, id: shop, domain: shop.test}
hosts: [{name: shop.test, purpose: app, service: shop}]
services: {shop: {owner: ana, critical: true}, blog: {owner: ben, critical: false}}
people: {ana: {slack: U0ANA, role: owner}, ben: {slack: U0BEN}}
channels: {alerts: "#ops"}
monitors: [{name: home, url: "https://shop.test/", service: shop}, {name: pay, url: "https://shop.test/pay"}]
"""
FLOWS = """
flows:
  - {id: checkout, name: Checkout, service: shop, carries: payment, steps: [{name: Pay, request: {url: /pay}}]}
  - {id: login, name: Log-in, service: shop, carries: login, steps: [{name: Log in, request: {url: /login}}]}
"""


@dataclass
class Hand(ByHand):
    """A clock that stands still until somebody moves it."""

    time: datetime = START


class Flows:
    """Walks as rows of the real table; what came of them is kept in the row, as a kill would find it."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def flows(self) -> tuple[str, ...]:
        """As in launch.yml."""
        return tuple(one.id for one in self._config.file.flows) if self._config.file else ()

    def ask(
        self,
        connection: sqlite3.Connection,
        now: datetime,
        cause: Cause,
        *,
        flows: Sequence[str] = (),
        deploy: int = 0,
        asked_by: str = "",
        channel: str = "",
    ) -> int:
        """A row."""
        assert (flows, channel) == ((), "")
        cursor = connection.execute(
            "INSERT INTO smoke_run (product, cause, deploy, asked_by, asked_at, data) VALUES ('shop', ?, ?, ?, ?, '')",
            (cause.value, deploy, asked_by, to_ms(now)),
        )
        return int(cursor.lastrowid or 0)

    def result(self, connection: sqlite3.Connection, run: int) -> Walked | None:
        """What `Flows.end` wrote."""
        row = connection.execute("SELECT data, ended_at FROM smoke_run WHERE id = ?", (run,)).fetchone()
        if row is None or row["ended_at"] is None:
            return None
        broken = tuple(one for one in row["data"].split(",") if one)
        return Walked(run, 2 - len(broken), 2, broken, "The page answered 500." if broken else "")

    @staticmethod
    def end(connection: sqlite3.Connection, run: int, now: datetime, *broken: str) -> None:
        """The walk is over."""
        connection.execute(
            "UPDATE smoke_run SET data = ?, ended_at = ? WHERE id = ?", (",".join(broken), to_ms(now), run)
        )


@dataclass
class Eyes:
    """Pages that are as the test says."""

    now: datetime = START
    bad: set[str] = field(default_factory=set)
    unknown: bool = False
    looked: int = 0
    failing: set[str] = field(default_factory=set)
    soon_: list[str] = field(default_factory=list)

    async def fresh(self, names: tuple[str, ...]) -> list[Glance]:
        """How they are."""
        self.looked += 1
        return [self._look(name) for name in names]

    def _look(self, name: str) -> Glance:
        if self.unknown:
            return Glance(Seen(self.now, Sight.UNKNOWN), None, "it could not be looked at")
        if name in self.bad:
            return Glance(Seen(self.now, Sight.BAD), None, f"{name} answers 500")
        return Glance(Seen(self.now, Sight.GOOD), None, "")

    def soon(self, name: str) -> None:
        """Written down."""
        self.soon_.append(name)

    def standings(self) -> list[Standing]:
        """One that has just failed, where the test says so."""
        return [Standing(name, State.SUSPECT, None, None, "") for name in sorted(self.failing)]


class House:
    """The services, and short words for what tests say and ask."""

    def __init__(self, folder: Path, more: str = FLOWS, store: Store | None = None) -> None:
        path = folder / "launch.yml"
        path.write_text(FILE + more)
        self.config = Config.read(path)
        assert self.config.error is None, self.config.error
        self.clock = Hand()
        self.store = store or Store.open(folder / "launch.db")
        self.incidents = Incidents(self.store, self.clock, lambda: self.config, lambda: None)
        self.flows = Flows(self.config)
        self.eyes = Eyes()
        self.deploys = Deploys(
            self.store, self.clock, lambda: self.config, self.incidents, smoke=self.flows, wake=lambda: None
        )
        self.deploys.look_with(self.eyes)

    def close(self) -> None:
        """Let go of the file."""
        self.store.close()

    async def hear(self, progress: Progress, version: str = "v43", key: str | None = None, **more: object) -> int:
        """A host speaks, now; without a key its version is the key."""
        marker = Marker("github", progress, version, self.clock.time, version if key is None else key)
        return await self.deploys.record(replace(marker, **more))  # type: ignore[arg-type]

    async def run(self, seconds: float, every: float = 2.0) -> None:
        """Time goes by, with its ticks."""
        end = self.clock.time + timedelta(seconds=seconds)
        while self.clock.time < end:
            self.clock.time += timedelta(seconds=every)
            self.eyes.now = self.clock.time
            await self.deploys.tick()
            await self.incidents.tick()

    async def walk(self, run: int, *broken: str, told: bool = True) -> None:
        """A walk ends; with `told` the service hears of it at once."""
        await self.store.write(lambda c: Flows.end(c, run, self.clock.time, *broken))
        if told:
            await self.deploys.walked(run)

    async def good(self, version: str, **more: object) -> Deploy:
        """One that went live and is good."""
        number = await self.hear(Progress.LIVE, version, **more)
        await self.walk((await self.get(number)).run)
        await self.run(4)
        return await self.get(number)

    async def get(self, number: int) -> Deploy:
        """One of them."""
        found = await self.store.read(lambda c: rows.get(c, number))
        assert found is not None
        return found

    async def all(self) -> list[Deploy]:
        """All, newest first."""
        return await self.store.read(lambda c: rows.recent(c, "shop"))

    async def trail(self, number: int) -> list[Delivery]:
        """What the outbox holds about one."""
        return await self.store.read(lambda c: outbox.trail(c, "shop", f"deploy:{number}"))

    async def messages(self, number: int) -> list[Kind]:
        """Messages of one, without edits."""
        return [one.kind for one in await self.trail(number) if one.kind is not Kind.EDIT]

    async def said(self, number: int) -> str:
        """The message as it stands now, as text on 80 columns."""
        [first, *_] = await self.trail(number)
        speak = speaker.speaker(lambda: self.config, self.clock)
        said = await self.store.read(lambda c: speak.say(c, number, first))
        assert said is not None
        return text(said.document, width=80)

    async def open(self) -> list[Incident]:
        """Live incidents."""
        return list(await self.incidents.live())

    async def every_incident(self) -> list[Incident]:
        """All of them, newest first."""
        return await self.store.read(lambda c: incidents.recent(c, "shop"))
