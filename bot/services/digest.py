"""The summary of the morning: what is broken, what waits, what is muted, who is on call, how yesterday was."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.domain import rota
from bot.domain.burn import Left
from bot.domain.daily import Morning
from bot.domain.daily import step as next_step
from bot.domain.deploys import Deploy
from bot.domain.detection import Look, State
from bot.domain.hours import DAYS, moment
from bot.domain.incident import Incident
from bot.domain.severity import Sev
from bot.domain.silence import Silence
from bot.domain.uptime import Span, joined
from bot.services import events_budgets
from bot.services.events_day import Told
from bot.services.events_day import day as day_of_events
from bot.services.oncall import Roster, roster_of
from bot.services.people import People
from bot.services.standing import last_deploys
from bot.store import blindness, incidents, looks, outbox, settings, silences, tallies
from bot.store.codes import from_ms, to_ms
from bot.store.outbox import Prio, QueueState
from bot.store.plain import from_plain
from bot.store.tallies import Tally

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.services.config import Config
    from checks.model import Json

LATE = timedelta(minutes=15)
"""Later than this, and the summary says why."""
A_MINUTE = 60.0
"""Seconds for which the bot may have seen nothing without a word about it."""
STUCK = timedelta(minutes=10)
"""Messages that wait for longer are worth a word."""
MORNING = "morning:"
"""In the store's settings, with a Slack id: the day whose nine o'clock that person has had."""
CALM = (Sev.THREE, Sev.FOUR)


@dataclass(frozen=True, slots=True)
class Blind:
    """A monitor that sees nothing now."""

    name: str
    since: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """All that the summary shows."""

    now: datetime
    day: date
    since: datetime
    """When the last summary was due."""
    late: timedelta | None
    """By how much; None: in time."""
    live: tuple[Incident, ...]
    """Broken now, worst first: SEV1 and SEV2."""
    waiting: tuple[Incident, ...]
    """SEV3 and SEV4 that are still there."""
    over: tuple[Incident, ...]
    """Ended since the last summary."""
    muted: tuple[Silence, ...]
    roster: Roster
    yesterday: tuple[Tally, ...]
    blind: tuple[Blind, ...]
    """Monitors that see nothing now."""
    queue: QueueState
    unseen_s: float = 0.0
    """How long the bot itself saw nothing yesterday: off, or without a way out."""
    counted: tuple[Told, ...] = ()
    """What the product reported as failed yesterday."""
    budget: tuple[str, Left] | None = None
    """The monitor with the fewest minutes left this month."""
    deploys: tuple[Deploy, ...] = ()
    """What went out since the last summary, newest first."""

    @property
    def stuck(self) -> bool:
        """Whether messages do not get through."""
        late = self.queue.oldest_at is not None and self.now - self.queue.oldest_at > STUCK
        return late or self.queue.dead > 0

    @property
    def failed(self) -> tuple[Tally, ...]:
        """Monitors for which a look of yesterday failed, or saw nothing."""
        return tuple(one for one in self.yesterday if one.bad or one.unknown)

    @property
    def unusual(self) -> tuple[Told, ...]:
        """What failed more often than usual yesterday."""
        return tuple(one for one in self.counted if one.unusual)

    @property
    def quiet(self) -> bool:
        """Whether one line says it all."""
        news = self.live or self.waiting or self.over or self.muted or self.failed or self.blind
        told = self.deploys or self.unusual or self.stuck or self.unseen_s >= A_MINUTE
        return not (news or told) and self.roster.complete


def ask(connection: sqlite3.Connection, config: Config, channel: str, morning: Morning, now: datetime) -> list[str]:
    """Ask for the day's summary: in the channel for it, else that of the alerts, else to the last resort."""
    people = People.of(config)
    named = config.file.channels.digest if config.file and config.file.channels else None
    subject, where = f"digest:{morning.day.toordinal()}", named or channel
    said: dict[str, Json] = {"since": to_ms(morning.since), "due": to_ms(morning.at)}
    if where:
        new = outbox.post(connection, people.product, subject, now, channel=where, prio=Prio.NOTICE, said=said)
        return [subject] if new else []
    resort = people.last_resort(connection, "", now)
    if not resort:
        return []
    asked = outbox.tell(connection, people.product, subject, now, user=resort, about=0, prio=Prio.NOTICE, said=said)
    return [subject] if asked else []


def ask_people(connection: sqlite3.Connection, config: Config, now: datetime) -> list[str]:
    """Ask for each owner's own summary at their own nine o'clock, on working days, where something of theirs waits."""
    people = People.of(config)
    product, team, asked = people.product, people.now(connection, now), []
    known = settings.named(connection, product)
    for person in team.people.values():
        if not person.reachable:
            continue
        name = MORNING + person.slack
        before = known.get(name, "")
        step = next_step(int(before) if before.isdigit() else None, now, person.zone or team.zone)
        if str(step.done) != before:
            settings.put(connection, product, name, str(step.done), now)
        if step.morning is None or DAYS[step.morning.day.weekday()] not in team.working_days:
            continue
        if not yours(connection, people, person.slack, now):
            continue
        subject = f"morning:{step.morning.day.toordinal()}"
        if outbox.tell(connection, product, subject, now, user=person.slack, about=0, prio=Prio.NOTICE):
            asked.append(subject)
    return asked


def yours(connection: sqlite3.Connection, people: People, slack: str, now: datetime) -> tuple[Incident, ...]:
    """What waits for a person without having called them: SEV3 and SEV4 that are theirs, or that they took."""
    team = people.now(connection, now)
    out = []
    for one in incidents.live(connection, people.product):
        owner = one.acker or one.handed_to or rota.on_call(team, one.service, now).owner.slack
        if one.sev in CALM and owner == slack:
            out.append(one)
    return tuple(out)


def digest_of(
    connection: sqlite3.Connection, config: Config, day: date, said: Mapping[str, object], now: datetime
) -> Digest:
    """The summary as it is now; `said` is what was written down when it was asked for."""
    people = People.of(config)
    product, zone = people.product, people.time_zone
    due, since = (_moment(said.get(name), now) for name in ("due", "since"))
    live = [one for one in incidents.live(connection, product) if not one.drill]
    ended = incidents.between(connection, product, since, now)
    yesterday = (moment(day - timedelta(days=1), time(0), zone), moment(day, time(0), zone))
    return Digest(
        now=now,
        day=day,
        since=since,
        late=now - due if now - due > LATE else None,
        live=tuple(one for one in live if one.sev not in CALM),
        waiting=tuple(one for one in live if one.sev in CALM),
        over=tuple(one for one in ended if not one.live and one.resolved_at is not None and not one.drill),
        muted=tuple(silences.active(connection, product, now)),
        roster=roster_of(connection, people, now),
        yesterday=tuple(tallies.looks(connection, product, *yesterday)),
        blind=_blind(connection, product),
        queue=outbox.queue(connection, product),
        unseen_s=_unseen(connection, product, Span(*yesterday)),
        budget=events_budgets.worst(
            connection, product, config.inventory.monitors if config.inventory else (), now, zone
        ),
        counted=day_of_events(connection, product, yesterday[1]),
        deploys=last_deploys(connection, product, since=since),
    )


def _unseen(connection: sqlite3.Connection, product: str, day: Span) -> float:
    spans = blindness.between(connection, product, day.begin, day.end)
    within = (Span(max(one.begin, day.begin), min(one.end, day.end)) for one in spans)
    return sum(one.seconds for one in joined(within))


def _moment(value: object, otherwise: datetime) -> datetime:
    return from_ms(value) if isinstance(value, int) else otherwise


def _blind(connection: sqlite3.Connection, product: str) -> tuple[Blind, ...]:
    """Monitors that can see nothing at present; a line that cannot be read is passed over, it says nothing."""
    found: list[Blind] = []
    for one in looks.every(connection, product):
        try:
            look = from_plain(Look, one.data)
        except (KeyError, TypeError, ValueError):
            continue
        since = look.blind_since
        if since is not None or (look.state is State.UNKNOWN and look.last_at is not None):
            found.append(Blind(one.target, since or look.last_at or one.at, look.evidence))
    return tuple(found)
