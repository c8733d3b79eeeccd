"""What the bot keeps, from a store that it really wrote: counted events, looks of a month, tries to go back."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.clock import SystemClock
from bot.domain import deploys as rules
from bot.domain.deploys import Walked
from bot.domain.heard import Counted, Marker, Progress
from bot.domain.release import ROLLBACK_STEPS, Answer, How, Kind, Run
from bot.services.config import Config
from bot.services.deploy_intake import Intake
from bot.services.events import Events
from bot.services.events_facts import informed
from bot.services.incidents import Incidents
from bot.store import deploys, event_counts, probes, release_runs
from bot.store.db import Store
from bot.store.event_counts import minute_of
from bot.store.probes import Probe, Seen
from tests.outcomes.scenario import Step
from tests.outcomes.world import World

Write = Callable[[sqlite3.Connection, Config, Events, datetime], None]
"""Writes something down, as the running bot does."""


def kept(*writes: Write) -> Step:
    """The bot has kept this, and an audit is told of it."""

    async def step(world: World) -> None:
        folder = Path(world.stack.enter_context(tempfile.TemporaryDirectory()))
        store = Store.open(folder / "launch.db")
        world.stack.callback(store.close)
        clock = SystemClock()
        config = Config(folder / "launch.yml", inventory=world.inventory)
        events = Events(store, clock, lambda: config, Incidents(store, clock, lambda: config, lambda: None))
        now = clock.now()
        for write in writes:
            await store.write(lambda c, write=write: write(c, config, events, now))  # type: ignore[misc]
        world.inventory = await store.read(lambda c: informed(c, config, world.inventory, now))

    return step


def reported(kind: str, times: int = 1, *, people: int = 1) -> Write:
    """The product reports this just now, so often from each of so many people."""

    def write(connection: sqlite3.Connection, _config: Config, events: Events, now: datetime) -> None:
        for person in range(people):
            assert events.count(connection, Counted(kind, now, times, origin=f"p{person}"), now) == ""

    return write


def used_to_report(kind: str, *, every: timedelta, until: timedelta) -> Write:
    """The product reported this again and again for ten days, and for the last time so long ago."""

    def write(connection: sqlite3.Connection, config: Config, _events: Events, now: datetime) -> None:
        at = now - timedelta(days=10)
        while at <= now - until:
            event_counts.add(connection, config.product, (kind, ""), minute_of(at), 1)
            at += every

    return write


def looked_at(name: str, *, failed: int, good: int = 90, excused: int = 0, unseen: int = 0) -> Write:
    """The monitor was looked at in the last minutes, and so many looks failed."""

    def write(connection: sqlite3.Connection, config: Config, _events: Events, now: datetime) -> None:
        number = probes.monitor(connection, config.product, name)
        states = [Seen.BAD] * failed + [Seen.EXCUSED] * excused + [Seen.UNKNOWN] * unseen + [Seen.GOOD] * good
        rows = [Probe(number, now - timedelta(seconds=second), state, 40.0) for second, state in enumerate(states)]
        probes.add(connection, rows)

    return write


def goes_back(connection: sqlite3.Connection, config: Config, _events: Events, now: datetime) -> None:
    """Somebody tries to go back at this moment."""
    release_runs.put(connection, Run(1, config.product, Kind.ROLLBACK, "U0ANA", now))


class NoFlows:
    """A product without flows: nothing is ever walked."""

    def flows(self) -> tuple[str, ...]:
        """None."""
        return ()

    def ask(self, *_given: object, **_more: object) -> int:
        """Nobody asks."""
        raise AssertionError("there is nothing to walk")

    def result(self, _connection: sqlite3.Connection, _run: int) -> Walked | None:
        """Nothing was walked."""
        return None


def went_out(
    progress: Progress = Progress.LIVE, *, hours: float = 0.0, walked: Walked | None = None, shown: str = ""
) -> Write:
    """A host has reported v43 so long ago; then it was tried, or time went by."""

    def write(connection: sqlite3.Connection, config: Config, _events: Events, now: datetime) -> None:
        intake = Intake(config, NoFlows())
        at = now - timedelta(hours=hours)
        number = intake.heard(connection, Marker("github", progress, "v43", at, "1", author="ben"), now)
        deploy = deploys.get(connection, number)
        assert deploy is not None
        if walked is not None:
            deploy = rules.judged(deploy, walked, now)
        if hours:
            deploy = rules.overdue(deploy, now, newer=False)
        intake.keep(connection, replace(deploy, seen=shown), now)

    return write


def went_back(days: int) -> Write:
    """Somebody walked through a rollback to its end, so many days ago."""

    def write(connection: sqlite3.Connection, config: Config, _events: Events, now: datetime) -> None:
        began = now - timedelta(days=days)
        answers = tuple(
            Answer(step.id, How.DONE, "U0ANA", began + timedelta(minutes=number))
            for number, step in enumerate(ROLLBACK_STEPS, 1)
        )
        number = release_runs.next_id(connection)
        run = Run(number, config.product, Kind.ROLLBACK, "U0ANA", began, answers=answers, ended_at=answers[-1].at)
        release_runs.put(connection, run)

    return write
