"""What there is to say about a changed `launch.yml`: from what is in force at the moment of sending."""

from __future__ import annotations

import sqlite3

from bot.services.reload import Current
from bot.speakers.said import Said, Speaker
from bot.store.outbox import Delivery, Kind
from bot.views import reload as view


def speaker(current: Current) -> Speaker:
    """One message for each stretch of time in which the file could not be used."""

    def say(_connection: sqlite3.Connection, _id: int, row: Delivery) -> Said | None:
        problems = current.problems
        if problems:
            # Each change of the file is a revision: what it says then is what is wrong now.
            return Said(view.refused(problems), current.revision)
        # Mended before anybody read of it: nothing to say.
        return Said(view.mended(), current.revision) if row.kind is Kind.EDIT else None

    def nothing(_connection: sqlite3.Connection, _id: int, _channel: str, _ts: str) -> None:
        return None

    return Speaker(say, nothing)
