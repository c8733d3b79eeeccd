"""The bot's own noise: how many messages a week, how many led to anything, what cried wolf, and what to change.

A message led to an action when a person did something about its incident before the next message about it came.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain import events as e
from bot.domain.daily import Morning
from bot.domain.hours import NINE, moment
from bot.domain.incident import Incident
from bot.domain.member import Outcome
from bot.domain.severity import Trouble
from bot.services.people import People
from bot.store import incidents, outbox, tallies
from bot.store.outbox import Prio
from bot.store.tallies import Message

if TYPE_CHECKING:
    from bot.services.config import Config

WEEK = timedelta(days=7)
BRIEF = timedelta(minutes=10)
"""What was over so soon, and by itself, needed nobody."""
OFTEN = 2
"""From so many false alarms on it is worth a change."""
LONGEST_FILE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Wolf:
    """A monitor whose alarms were over by themselves within minutes, and nobody had to do anything."""

    name: str
    trouble: Trouble
    times: int
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Advice:
    """One line of launch.yml to change, with what it costs."""

    monitor: str
    line: int
    """Where the monitor stands in the file, from 1; 0: not known."""
    write: str
    """What to write there: `every: 2m`."""
    cost: str
    """What it costs, as a sentence."""


@dataclass(frozen=True, slots=True)
class Noise:
    """A week."""

    since: datetime
    until: datetime
    messages: int
    useful: int
    """Messages after which somebody did something."""
    calls: int
    """Of them, direct messages."""
    incidents: int
    wolves: tuple[Wolf, ...]
    """Worst first."""
    advice: Advice | None


def ask(connection: sqlite3.Connection, config: Config, channel: str, morning: Morning, now: datetime) -> list[str]:
    """Ask for the report of the week that ended on a Monday, once; none where nothing was ever sent in it."""
    people = People.of(config)
    named = config.file.channels.digest if config.file and config.file.channels else None
    where = named or channel
    if morning.monday is None or not where:
        return []
    subject = f"noise:{morning.monday.toordinal()}"
    if not noise_of(connection, config, morning.monday).messages:
        return []
    return [subject] if outbox.post(connection, people.product, subject, now, channel=where, prio=Prio.THREAD) else []


def noise_of(connection: sqlite3.Connection, config: Config, monday: date) -> Noise:
    """The week before a Monday's nine o'clock."""
    people = People.of(config)
    until, since = (moment(day, NINE, people.time_zone) for day in (monday, monday - WEEK))
    sent = tallies.messages(connection, people.product, since, until)
    alive = incidents.between(connection, people.product, since, until)
    stories = {one.id: incidents.events(connection, one.id) for one in alive if not one.drill}
    about = [one for one in sent if one.subject.startswith("incident:")]
    wolves = wolves_of([one for one in alive if not one.drill and since <= one.opened_at < until], stories)
    return Noise(
        since,
        until,
        messages=len(about),
        useful=useful(about, stories),
        calls=sum(one.kind is outbox.Kind.DM for one in about),
        incidents=len({one.subject for one in about}),
        wolves=wolves,
        advice=advice(config, wolves),
    )


def useful(sent: Iterable[Message], stories: dict[int, Sequence[e.Event]]) -> int:
    """How many of the messages were followed by a person's deed before the next one about the same came."""
    of: dict[int, list[datetime]] = defaultdict(list)
    for one in sent:
        of[int(one.subject.partition(":")[2])].append(one.at)
    count = 0
    for id, times in of.items():
        deeds = [event.at for event in stories.get(id, ()) if event.actor]
        # Several messages of one moment (card and direct message) are one call: the deed counts for each of them.
        for at in times:
            following = min((other for other in times if other - at > timedelta(seconds=30)), default=None)
            count += any(at <= deed and (following is None or deed < following) for deed in deeds)
    return count


def wolves_of(alive: Iterable[Incident], stories: dict[int, Sequence[e.Event]]) -> tuple[Wolf, ...]:
    """Monitors that called about what was over by itself within minutes, before anybody did anything."""
    times: Counter[tuple[str, Trouble]] = Counter()
    longest: dict[tuple[str, Trouble], timedelta] = {}
    for one in alive:
        lasted = (one.resolved_at or one.opened_at + WEEK) - one.first_failure
        touched = any(event.actor for event in stories.get(one.id, ()))
        if one.announced_at is None or touched or one.outcome is not Outcome.AUTO or lasted > BRIEF or one.reopened:
            continue
        for member in one.own:
            key = (member.probe, member.trouble)
            times[key] += 1
            longest[key] = max(longest.get(key, timedelta(0)), lasted)
    found = [Wolf(name, trouble, count, longest[name, trouble]) for (name, trouble), count in times.items()]
    return tuple(sorted(found, key=lambda one: (-one.times, one.name)))


def advice(config: Config, wolves: Sequence[Wolf]) -> Advice | None:
    """The one change that would have kept the worst of them quiet; None where nothing is worth it."""
    if config.file is None or not wolves or wolves[0].times < OFTEN:
        return None
    worst = wolves[0]
    monitors = config.file.monitors or ()
    index, monitor = next(((at, one) for at, one in enumerate(monitors) if one.name == worst.name), (0, None))
    if monitor is None:
        return None
    line = line_of(config, index)
    if worst.trouble is Trouble.LATENCY:
        limit = min(60.0, monitor.slow_after * 2)
        cost = f"It is called slow from {limit:g} seconds on, not from {monitor.slow_after:g}."
        return Advice(worst.name, line, f"slow_after: {limit:g}s", cost)
    minutes = max(2, -(-int(monitor.every * 2) // 60))
    cost = f"A real outage is noticed up to {minutes - 1} minutes later." if minutes > 2 else (
        "A real outage is noticed up to a minute later."
    )  # fmt: skip
    return Advice(worst.name, line, f"every: {minutes}m", cost)


def line_of(config: Config, index: int) -> int:
    """The line of launch.yml on which a monitor begins; 0 where the file cannot be read any more."""
    from bot.config.nodes import read

    try:
        with config.path.open(encoding="utf-8") as source:
            found = read(source.read(LONGEST_FILE), config.path.name)
    except (OSError, ValueError):
        return 0
    place = found.values.get(("monitors", index, "name")) or found.values.get(("monitors", index))
    return place[0] if place is not None else 0
