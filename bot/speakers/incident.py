"""What there is to say about an incident: its card, a line under it, a message to one person."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from bot.domain.outlook import next_of
from bot.services.config import Config
from bot.services.people import People
from bot.services.transitions import World, scene_of
from bot.speakers.said import Said
from bot.store import incidents, timers
from bot.store.outbox import Delivery, Kind
from bot.views import card as view
from bot.views import lines


def say(connection: sqlite3.Connection, config: Config, id: int, row: Delivery, now: datetime) -> Said | None:
    """What a row of the outbox says about it, from what is stored now."""
    found = incidents.get(connection, id)
    if found is None:
        return None
    world = World(found.product, People.of(config), "")
    scene = scene_of(connection, world, found, None, now)
    state = view.State(
        incident=found,
        duty=scene.duty,
        next=next_of(found, timers.of(connection, id), scene, now),
    )
    if row.kind in (Kind.ROOT, Kind.EDIT) and not row.about:
        mention = _mention(row)
        return Said(view.card(state, mention=mention), found.rev, scene.duty.owner.slack)
    event = incidents.event(connection, id, row.about)
    if event is None:
        return None
    told = lines.Told(
        why=str(row.said.get("why") or ""),
        event=event,
        mention=_mention(row),
        late_s=int(str(row.said.get("late_s") or 0)),
    )
    if row.kind is Kind.DM:
        return Said(lines.direct(state, told), found.rev)
    return Said(lines.line(state, told), found.rev)


def _mention(row: Delivery) -> tuple[str, ...]:
    given = row.said.get("mention")
    return tuple(str(one) for one in given) if isinstance(given, list | tuple) else ()
