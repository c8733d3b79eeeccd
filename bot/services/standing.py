"""What stands now: live incidents with what comes next, how each monitor stands, what is silenced, who is on call."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.domain.deploys import Deploy, Stage
from bot.domain.detection import State
from bot.domain.incident import Incident
from bot.domain.outlook import Next, next_of
from bot.domain.scene import Duty
from bot.domain.uptime import Budget, budget, month_of
from bot.services.config import Config
from bot.services.events_day import Told, day
from bot.services.heartbeats import Deadline, beats, deadline_of
from bot.services.oncall import Roster, roster_of
from bot.services.people import People
from bot.services.silencing import Quiet, quiet_of
from bot.services.transitions import World, scene_of
from bot.store import blindness, deploys, heartbeats, history, incidents, timers, trends, walks
from bot.store.heartbeats import Beat
from bot.store.trends import Trend
from bot.store.walks import Last

if TYPE_CHECKING:
    from bot.services.watching import Standing
    from checks.inventory import Monitor, Point

DAY = timedelta(days=1)
LAST_DEPLOYS = 5
_TOLD = frozenset(Stage) - {Stage.RELEASED, Stage.UNDONE}
MOST_MEASURED = 25
"""Monitors whose figures are read for one screen: the worst first."""
_WORST = (State.DOWN, State.SUSPECT, State.SLOW, State.RECOVERING, State.UNKNOWN, State.UP)


@dataclass(frozen=True, slots=True)
class Live:
    """An incident that is somebody's business."""

    incident: Incident
    duty: Duty
    next: Next


@dataclass(frozen=True, slots=True)
class Figures:
    """What a monitor's looks amount to."""

    month: Trend
    """Since the first of the month, in the product's time zone."""
    day: Trend
    """The last 24 hours."""
    budget: Budget
    """How much trouble the whole of this month allows, and how much of it is used."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job that reports by itself."""

    beat: Beat
    deadline: Deadline


@dataclass(frozen=True, slots=True)
class Watched:
    """One monitor: how it stands, and its figures where they were read."""

    name: str
    state: State
    since: datetime | None = None
    last_at: datetime | None = None
    evidence: str = ""
    figures: Figures | None = None
    job: Job | None = None
    """What is known of its reports, where it is a job."""
    service: str = ""
    """What customers call what it belongs to; the monitor's own name where launch.yml says none."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Everything that stands now."""

    live: tuple[Live, ...] = ()
    """Worst first."""
    monitors: tuple[Watched, ...] = ()
    """Worst first."""
    quiet: Quiet = field(default_factory=lambda: Quiet((), ()))
    roster: Roster | None = None
    """None where no team is written down."""
    counted: tuple[Told, ...] = ()
    """What the product reported as failed in the last 24 hours."""
    deploys: tuple[Deploy, ...] = ()
    """The last ones of production, newest first."""
    walked: tuple[Last, ...] = ()
    """How each smoke flow stood when it was walked last, in the order of launch.yml; without those never walked."""
    flows: int = 0
    """Smoke flows in launch.yml."""


def stand_of(connection: sqlite3.Connection, config: Config, standings: Iterable[Standing], now: datetime) -> Stand:
    """Read within one look at the store."""
    people = People.of(config)
    world = World(config.product, people, "")
    live = []
    for one in incidents.live(connection, config.product):
        scene = scene_of(connection, world, one, None, now)
        live.append(Live(one, scene.duty, next_of(one, timers.of(connection, one.id), scene, now)))
    return Stand(
        tuple(live),
        _monitors(connection, config, list(standings), people.time_zone, now),
        quiet_of(connection, config.product, now),
        roster_of(connection, people, now) if config.file is not None else None,
        day(connection, config.product, now),
        last_deploys(connection, config.product),
        *_walked(connection, config),
    )


def _walked(connection: sqlite3.Connection, config: Config) -> tuple[tuple[Last, ...], int]:
    ids = [one.id for one in config.inventory.flows] if config.inventory is not None else []
    found = walks.latest(connection, config.product, ids) if ids else {}
    return tuple(found[id] for id in ids if id in found), len(ids)


def last_deploys(connection: sqlite3.Connection, product: str, *, since: datetime | None = None) -> tuple[Deploy, ...]:
    """The last few deploys of production that somebody would want to know of, newest first."""
    found = deploys.recent(connection, product, limit=LAST_DEPLOYS, environment="production", stages=_TOLD)
    return tuple(one for one in found if since is None or (one.live_at or one.began_at) >= since)


def _monitors(
    connection: sqlite3.Connection, config: Config, standings: Sequence[Standing], zone: str, now: datetime
) -> tuple[Watched, ...]:
    inventory = config.inventory
    intervals = {one.name: one.interval for one in inventory.monitors} if inventory else {}
    intervals |= {one.name: one.interval for one in inventory.points} if inventory else {}
    jobs = _jobs(connection, config, now)
    looked_at: tuple[Monitor | Point, ...] = (*inventory.monitors, *inventory.points) if inventory else ()
    services = {one.name: one.service or one.name for one in looked_at}
    ordered = sorted(standings, key=lambda one: _WORST.index(one.state))
    out = []
    for index, one in enumerate(ordered):
        read = None
        if index < MOST_MEASURED:
            every = intervals.get(one.name, 60.0)
            read = figures_of(connection, config.product, one.name, now, zone=zone, interval=every)
        out.append(
            Watched(
                one.name,
                one.state,
                one.since,
                one.last_at,
                one.evidence,
                read,
                jobs.get(one.name),
                services.get(one.name, one.name),
            )
        )
    return tuple(out)


def _jobs(connection: sqlite3.Connection, config: Config, now: datetime) -> dict[str, Job]:
    """Every job that reports, by its name."""
    points = tuple(beats(config.inventory)) if config.inventory else ()
    if not points:
        return {}
    known = heartbeats.every(connection, config.product)
    found = {}
    for point in points:
        beat = known.get(point.name) or Beat(now, None)
        since = now - timedelta(seconds=2 * (point.interval + point.grace))
        spans = blindness.between(connection, config.product, since, now)
        found[point.name] = Job(beat, deadline_of(point, beat, spans))
    return found


def figures_of(
    connection: sqlite3.Connection, product: str, name: str, now: datetime, *, zone: str, interval: float
) -> Figures | None:
    """This month and the last day; None where it was never looked at. `interval`: seconds that a look stands for."""
    number = history.number(connection, product, name)
    if number is None:
        return None
    whole = month_of(now.astimezone(ZoneInfo(zone)).date(), zone)
    month = trends.stretch(connection, number, whole.begin.astimezone(UTC), now, interval)
    spent = budget(timedelta(seconds=whole.seconds), month.down)
    return Figures(month, trends.stretch(connection, number, now - DAY, now, interval), spent)
