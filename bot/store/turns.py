"""Who takes over the rota for a while: a swap that somebody typed."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.store.codes import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class Turn:
    """One swap."""

    id: int
    person: str
    """A name from `people`, or a Slack id."""
    begins: datetime
    until: datetime
    author: str


def add(
    connection: sqlite3.Connection, product: str, person: str, begins: datetime, until: datetime, *, author: str
) -> Turn:
    """Write a swap down."""
    cursor = connection.execute(
        "INSERT INTO override (product, person, from_at, until_at, author) VALUES (?, ?, ?, ?, ?)",
        (product, person, to_ms(begins), to_ms(until), author),
    )
    return Turn(int(cursor.lastrowid or 0), person, begins, until, author)


def end(connection: sqlite3.Connection, product: str, id: int, now: datetime) -> bool:
    """Take a swap back; False where it is over already."""
    cursor = connection.execute(
        "UPDATE override SET ended_at = ? WHERE product = ? AND id = ? AND ended_at IS NULL AND until_at > ?",
        (to_ms(now), product, id, to_ms(now)),
    )
    return cursor.rowcount == 1


def ahead(connection: sqlite3.Connection, product: str, now: datetime) -> list[Turn]:
    """Those that hold now or will; the one written down last comes last, and wins."""
    rows = connection.execute(
        "SELECT * FROM override WHERE product = ? AND ended_at IS NULL AND until_at > ? ORDER BY id",
        (product, to_ms(now)),
    )
    return [
        Turn(row["id"], row["person"], from_ms(row["from_at"]), from_ms(row["until_at"]), row["author"]) for row in rows
    ]
