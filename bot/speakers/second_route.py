"""What a second route says about an incident, from what is stored at the moment of sending."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from bot.adapters.notify import Note
from bot.clock import Clock
from bot.domain.outlook import next_of
from bot.services.config import Config
from bot.services.people import People
from bot.services.second_routes import OVER, Speak
from bot.services.transitions import World, scene_of
from bot.store import incidents, timers
from bot.store.second_routes import FILE, Way
from bot.views.card import State
from bot.views.second_route import wording


def speak(config: Callable[[], Config], clock: Clock) -> Speak:
    """The speaker for rows of `second_route`."""

    def say(connection: sqlite3.Connection, way: Way) -> Note | None:
        kind, _, id = way.subject.partition(":")
        found = incidents.get(connection, int(id)) if kind == "incident" and id.isdigit() else None
        if found is None or (not found.live and way.why != OVER and way.route != FILE):
            # A call that comes after the end would only wake somebody: who was told before is told of the end.
            return None
        if way.why == OVER and found.live:
            return None
        now, people = clock.now(), People.of(config())
        scene = scene_of(connection, World(found.product, people, ""), found, None, now)
        state = State(found, scene.duty, next_of(found, timers.of(connection, found.id), scene, now))
        names = {one.slack: one.key for one in people.now(connection, now).people.values() if one.slack}
        said = wording(state, way.why, way.delivery_id, now, people.time_zone, names=names)
        return Note(way.delivery_id, way.number, said.title, said.text, said.short, said.data)

    return say
