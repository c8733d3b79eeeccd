"""What a monitor saw, read back for charts: single looks of the last days, and the sums of each day."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store.codes import EPOCH, from_ms, to_ms
from bot.store.probes import Period, Probe, Seen, fives_of, period_of, together

MOST = 20_000
"""Looks read at once: two days at ten seconds."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """One day, UTC."""

    begins: datetime
    sums: Period


def number(connection: sqlite3.Connection, product: str, name: str) -> int | None:
    """The number of a monitor; None where it has never been looked at."""
    row = connection.execute("SELECT id FROM monitor WHERE product = ? AND name = ?", (product, name)).fetchone()
    return None if row is None else int(row["id"])


def looks(connection: sqlite3.Connection, monitor: int, since: datetime, until: datetime) -> list[Probe]:
    """Single looks within a stretch of time, oldest first; of very many the newest."""
    rows = connection.execute(
        "SELECT at, state, first_byte_us FROM probe WHERE monitor = ? AND at >= ? AND at < ? ORDER BY at DESC LIMIT ?",
        (monitor, to_ms(since), to_ms(until), MOST),
    ).fetchall()
    return [
        Probe(
            monitor,
            from_ms(row["at"]),
            Seen(row["state"]).plain,
            None if row["first_byte_us"] is None else row["first_byte_us"] / 1000,
        )
        for row in reversed(rows)
    ]


def days(connection: sqlite3.Connection, monitor: int, now: datetime, *, count: int) -> list[Day]:
    """The last days that were looked at, oldest first: finished ones from their sums, today from its single looks."""
    today = (now - EPOCH) // DAY
    rows = connection.execute(
        "SELECT day, good, bad, unknown, latency, slow, excused FROM rollup_day"
        " WHERE monitor = ? AND day > ? AND day < ? ORDER BY day",
        (monitor, today - count, today),
    )
    found = [Day(EPOCH + row["day"] * DAY, period_of(row)) for row in rows]
    begins = EPOCH + today * DAY
    fives = fives_of(connection, monitor, to_ms(begins), to_ms(now) + 1)
    return [*found, Day(begins, together(fives.values()))] if fives else found
