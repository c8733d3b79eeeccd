"""What there is to say about an incident: its card, a line under it, a message to one person."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.decision import Why
from bot.domain.events import Announced, Escalated, Event, FixRefused, Repeated
from bot.domain.incident import Incident, Status
from bot.domain.outlook import next_of
from bot.services.config import Config
from bot.services.people import People
from bot.services.transitions import World, scene_of
from bot.speakers.behind import behind
from bot.speakers.said import Said
from bot.store import incidents, timers
from bot.store.outbox import Delivery, Kind
from bot.views import card as view
from bot.views import lines

OF_CALLS = frozenset({"", Why.OPENED, Why.NOBODY_YET})
"""What is said because of the call itself."""
BACK = 3
"""Events between what happened and the call that it brought about, at most."""
NEWS = timedelta(minutes=10)
"""How long a card says that a fresh look did not agree."""


def say(connection: sqlite3.Connection, config: Config, id: int, row: Delivery, now: datetime) -> Said | None:
    """What a row of the outbox says about it, from what is stored now."""
    found = incidents.get(connection, id)
    if found is None:
        return None
    # A card that comes late calls nobody to what is over, or in somebody's hands.
    calling = row.about or (found.status is Status.OPEN and found.green_since is None)
    mention = _mention(row) if calling else ()
    state = state_of(connection, config, found, now)
    if row.kind in (Kind.ROOT, Kind.THREAD):
        state = replace(state, calls=frozenset(mention))
    if not row.about:
        return Said(view.card(state, mention=mention), found.rev, state.duty.owner.slack)
    why = str(row.said.get("why") or "")
    event = _occasion(connection, id, row.about, why)
    if event is None:
        return None
    told = lines.Told(
        why=why,
        event=event,
        mention=mention,
        late_s=int(str(row.said.get("late_s") or 0)),
        to=row.channel if row.kind is Kind.DM else "",
    )
    if row.kind is Kind.DM:
        return Said(lines.direct(state, told), found.rev)
    return Said(lines.line(state, told), found.rev)


def _occasion(connection: sqlite3.Connection, id: int, about: int, why: str) -> Event | None:
    """What is told of. A call that something brought about is an event of its own: then it is that something."""
    event = incidents.event(connection, id, about)
    if why in OF_CALLS:
        return event
    for before in range(about - 1, max(0, about - 1 - BACK), -1):
        if not isinstance(event, Escalated | Repeated | Announced):
            break
        event = incidents.event(connection, id, before) or event
    return event


def state_of(connection: sqlite3.Connection, config: Config, found: Incident, now: datetime) -> view.State:
    """All that its card shows, from what is stored now."""
    people = People.of(config)
    scene = scene_of(connection, World(found.product, people, ""), found, None, now)
    known = behind(connection, config, found, now)
    return view.State(
        incident=found,
        duty=scene.duty,
        next=next_of(found, timers.of(connection, found.id), scene, now),
        now=now,
        zone=people.time_zone,
        steps=known.steps,
        runbook=known.runbook,
        every=known.every,
        charts=known.charts,
        few=known.few,
        people=names_of(connection, people, now),
        refused=_refused(connection, found, now),
    )


def names_of(connection: sqlite3.Connection, people: People, now: datetime) -> dict[str, str]:
    """Names of launch.yml by Slack id, as they are said: `ana` is Ana."""
    known = people.now(connection, now).people
    return {one.slack: name.capitalize() if name.islower() else name for name, one in known.items() if one.slack}


def _refused(connection: sqlite3.Connection, found: Incident, now: datetime) -> FixRefused | None:
    """The last time that a fresh look did not agree, where it was a moment ago."""
    if not found.live or found.fix_at is not None:
        return None
    last = [incidents.event(connection, found.id, rev) for rev in range(found.rev, max(0, found.rev - 10), -1)]
    return next((one for one in last if isinstance(one, FixRefused) and now - one.at <= NEWS), None)


def _mention(row: Delivery) -> tuple[str, ...]:
    given = row.said.get("mention")
    return tuple(str(one) for one in given) if isinstance(given, list | tuple) else ()
