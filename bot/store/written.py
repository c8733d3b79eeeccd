"""What people wrote down when a runbook asked for it: where to log in, how to roll back; never a secret."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.store.codes import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class Written:
    """One answer."""

    field: str
    value: str
    author: str
    """A Slack id, or `terminal`."""
    at: datetime


def put(connection: sqlite3.Connection, product: str, field: str, value: str, now: datetime, *, author: str) -> None:
    """Write it down, in place of what was there."""
    connection.execute(
        "INSERT INTO written (product, field, value, author, at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (product, field) DO UPDATE"
        " SET value = excluded.value, author = excluded.author, at = excluded.at",
        (product, field, value, author, to_ms(now)),
    )


def every(connection: sqlite3.Connection, product: str) -> dict[str, Written]:
    """All of a product, by field."""
    rows = connection.execute("SELECT * FROM written WHERE product = ? ORDER BY field", (product,))
    return {row["field"]: Written(row["field"], row["value"], row["author"], from_ms(row["at"])) for row in rows}
