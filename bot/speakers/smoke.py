"""What there is to say about a walk of smoke flows: how far it is, then what customers can and cannot do."""

from __future__ import annotations

import sqlite3

from bot.services.config import Config
from bot.services.smoke_words import known_of
from bot.speakers.said import Said, Speaker
from bot.store import walks
from bot.store.outbox import Delivery
from bot.views import smoke as view


def speaker(config: Config) -> Speaker:
    """The speaker for subjects `smoke:7`."""

    def say(connection: sqlite3.Connection, id: int, _row: Delivery) -> Said | None:
        walk = walks.get(connection, id)
        if walk is None:
            return None
        return Said(view.message(walk, known_of(config, walk.seen)), walk.rev, walk.asked_by)

    return Speaker(say, walks.shown)
