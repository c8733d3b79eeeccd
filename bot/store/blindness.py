"""When the bot itself saw nothing, because it was off or had no way out: these minutes count for nobody."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from bot.domain.uptime import Span
from bot.store.codes import from_ms, to_ms


def begin(connection: sqlite3.Connection, product: str, at: datetime, why: str) -> None:
    """From now on nothing is seen; harmless while that is so already."""
    if since(connection, product) is None:
        _add(connection, product, at, None, why)


def end(connection: sqlite3.Connection, product: str, at: datetime) -> None:
    """It sees again."""
    connection.execute(
        "UPDATE blind SET until_at = max(from_at, ?) WHERE product = ? AND until_at IS NULL", (to_ms(at), product)
    )


def was(connection: sqlite3.Connection, product: str, begin: datetime, until: datetime, why: str) -> None:
    """It saw nothing in that time, which is over."""
    _add(connection, product, begin, until, why)


def _add(connection: sqlite3.Connection, product: str, begin: datetime, until: datetime | None, why: str) -> None:
    connection.execute(
        "INSERT INTO blind (product, from_at, until_at, why) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (product, from_at) DO UPDATE SET until_at = excluded.until_at",
        (product, to_ms(begin), None if until is None else to_ms(until), why[:200]),
    )


def since(connection: sqlite3.Connection, product: str) -> datetime | None:
    """Since when nothing is seen; None: it sees."""
    row = connection.execute(
        "SELECT from_at FROM blind WHERE product = ? AND until_at IS NULL ORDER BY from_at LIMIT 1", (product,)
    ).fetchone()
    return None if row is None else from_ms(row["from_at"])


def between(connection: sqlite3.Connection, product: str, begin: datetime, until: datetime) -> list[Span]:
    """The blind stretches that touch a stretch of time, in order; one that goes on ends with it."""
    rows = connection.execute(
        "SELECT from_at, until_at FROM blind WHERE product = ? AND from_at < ? AND (until_at IS NULL OR until_at > ?)"
        " ORDER BY from_at",
        (product, to_ms(until), to_ms(begin)),
    )
    return [
        Span(from_ms(row["from_at"]), until if row["until_at"] is None else from_ms(row["until_at"])) for row in rows
    ]


def purge(connection: sqlite3.Connection, now: datetime, keep: timedelta) -> int:
    """Forget what was over long ago."""
    return connection.execute("DELETE FROM blind WHERE until_at < ?", (to_ms(now - keep),)).rowcount
