"""What there is to say after a time in which the bot was not running."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from bot.services.back import BEGAN, ENDED, LOOKED
from bot.speakers.said import Said, Speaker
from bot.store.outbox import Delivery
from bot.views.offline import offline


def speaker() -> Speaker:
    """One line for each such time; all that it needs is in its row."""

    def say(_connection: sqlite3.Connection, _id: int, row: Delivery) -> Said | None:
        try:
            began, ended = (datetime.fromisoformat(str(row.said[name])) for name in (BEGAN, ENDED))
            looked = int(str(row.said[LOOKED]))
        except (KeyError, ValueError):
            return None
        return Said(offline(began, ended, looked), 1)

    def nothing(_connection: sqlite3.Connection, _id: int, _channel: str, _ts: str) -> None:
        return None

    return Speaker(say, nothing)
