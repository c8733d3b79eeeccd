"""What there is to say about a fire drill that is over: what was measured."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

from bot.domain.runbook.book import Runbook
from bot.speakers.said import Said, Speaker
from bot.store import drills
from bot.store.outbox import Delivery
from bot.views import drill as view


def speaker(books: Callable[[], Mapping[str, Runbook]]) -> Speaker:
    """The speaker for subjects `drill:7`."""

    def say(connection: sqlite3.Connection, id: int, _row: Delivery) -> Said | None:
        drill = drills.get(connection, id)
        if drill is None:
            return None
        book = books().get(drill.topic)
        title = book.title if book is not None else drill.topic.replace("_", " ").capitalize()
        return Said(view.result(drill, title), 1, drill.began_by)

    def shown(_connection: sqlite3.Connection, _id: int, _channel: str, _ts: str) -> None:
        """Nobody needs to know where it stands: it is never edited."""

    return Speaker(say, shown)
