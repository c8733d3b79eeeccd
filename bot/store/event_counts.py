"""Counted events by the minute: how often, where from (unreadable), and what one of them said."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.store.codes import from_ms, to_ms

MINUTE_MS = 60_000
MOST_ORIGINS = 50
"""Of one kind within one minute; what comes from others counts as from nobody knows where."""

Series = tuple[str, str]
"""Kind and service."""


@dataclass(frozen=True, slots=True)
class Sum:
    """One kind of event of one service over a stretch of time."""

    kind: str
    service: str
    count: int


def minute_of(moment: datetime) -> int:
    """The whole minute since 1970."""
    return to_ms(moment) // MINUTE_MS


def moment_of(minute: int) -> datetime:
    """When a minute begins."""
    return from_ms(minute * MINUTE_MS)


def add(
    connection: sqlite3.Connection,
    product: str,
    series: Series,
    minute: int,
    count: int,
    *,
    origin: str = "",
    sample: str = "",
) -> None:
    """Add to the sum of a minute. The first sample of a minute is kept, the others are not."""
    where = (product, *series, minute)
    if sample and _one(connection, f"SELECT max(sample <> '') FROM event_count WHERE {_AT}", where):  # noqa: S608
        sample = ""
    known = f"SELECT 1 FROM event_count WHERE {_AT} AND origin = ?"  # noqa: S608  names of ours
    if origin and not _one(connection, known, (*where, origin)):
        origin = _room(connection, where, origin, count)
    _plus(connection, where, origin, count, sample)


_AT = "product = ? AND kind = ? AND service = ? AND minute = ?"


def _one(connection: sqlite3.Connection, query: str, values: tuple[object, ...]) -> object:
    row = connection.execute(query, values).fetchone()
    return row[0] if row is not None else None


def _room(connection: sqlite3.Connection, where: tuple[str | int, ...], origin: str, count: int) -> str:
    """The name under which a new origin counts: where there are too many, the smallest gives way to a larger one."""
    rows = connection.execute(
        f"SELECT origin, count, sample FROM event_count WHERE {_AT} AND origin <> '' ORDER BY count, origin",  # noqa: S608  names of ours
        where,
    ).fetchall()
    if len(rows) < MOST_ORIGINS:
        return origin
    smallest = rows[0]
    if smallest["count"] >= count:
        return ""
    connection.execute(f"DELETE FROM event_count WHERE {_AT} AND origin = ?", (*where, smallest["origin"]))  # noqa: S608
    _plus(connection, where, "", smallest["count"], smallest["sample"])
    return origin


def _plus(connection: sqlite3.Connection, where: tuple[str | int, ...], origin: str, count: int, sample: str) -> None:
    connection.execute(
        "INSERT INTO event_count (product, kind, service, minute, origin, count, sample) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET count = count + excluded.count,"
        " sample = CASE WHEN sample = '' THEN excluded.sample ELSE sample END",
        (*where, origin, count, sample),
    )


def minutes(
    connection: sqlite3.Connection, product: str, first: int, last: int
) -> dict[Series, dict[int, dict[str, int]]]:
    """Everything from one minute to another, both included: by kind and service, by minute, by origin."""
    rows = connection.execute(
        "SELECT kind, service, minute, origin, count FROM event_count"
        " WHERE minute >= ? AND minute <= ? AND product = ? ORDER BY kind, service, minute, origin",
        (first, last, product),
    )
    found: dict[Series, dict[int, dict[str, int]]] = {}
    for row in rows:
        found.setdefault((row["kind"], row["service"]), {}).setdefault(row["minute"], {})[row["origin"]] = row["count"]
    return found


def total(connection: sqlite3.Connection, product: str, series: Series, first: int, end: int) -> int:
    """How often in the minutes from `first` up to, and without, `end`."""
    found = _one(
        connection,
        "SELECT sum(count) FROM event_count WHERE product = ? AND kind = ? AND service = ? AND minute >= ?"
        " AND minute < ?",
        (product, *series, first, end),
    )
    return int(found) if isinstance(found, int) else 0


def sums(connection: sqlite3.Connection, product: str, first: int, end: int) -> list[Sum]:
    """Every kind and service in the minutes from `first` up to, and without, `end`."""
    rows = connection.execute(
        "SELECT kind, service, sum(count) AS count FROM event_count WHERE minute >= ? AND minute < ? AND product = ?"
        " GROUP BY kind, service ORDER BY kind, service",
        (first, end, product),
    )
    return [Sum(row["kind"], row["service"], row["count"]) for row in rows]


def by_minute(connection: sqlite3.Connection, product: str, first: int, end: int) -> dict[str, list[tuple[int, int]]]:
    """Minute and sum of every kind, ascending, of all services together; from `first` up to, and without, `end`."""
    rows = connection.execute(
        "SELECT kind, minute, sum(count) AS count FROM event_count WHERE minute >= ? AND minute < ? AND product = ?"
        " GROUP BY minute, kind",
        (first, end, product),
    )
    found: dict[str, list[tuple[int, int]]] = {}
    for row in rows:
        found.setdefault(row["kind"], []).append((row["minute"], row["count"]))
    return {kind: sorted(counts) for kind, counts in found.items()}


def by_day(connection: sqlite3.Connection, product: str, end: int, days: int) -> dict[str, dict[int, int]]:
    """Sums of the last days, whole ones that end at the minute `end`: by kind, then by how many days before (0 …)."""
    rows = connection.execute(
        "SELECT kind, (? - 1 - minute) / 1440 AS back, sum(count) AS count FROM event_count"
        " WHERE minute >= ? AND minute < ? AND product = ? GROUP BY kind, back",
        (end, end - days * 1440, end, product),
    )
    found: dict[str, dict[int, int]] = {}
    for row in rows:
        found.setdefault(row["kind"], {})[row["back"]] = row["count"]
    return found


def heard(connection: sqlite3.Connection, product: str, kind: str, first: int) -> dict[str, list[int]]:
    """The minutes since `first` in which something of a kind came, ascending, by service."""
    rows = connection.execute(
        "SELECT DISTINCT service, minute FROM event_count WHERE product = ? AND kind = ? AND minute >= ?"
        " ORDER BY service, minute",
        (product, kind, first),
    )
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row["service"], []).append(row["minute"])
    return found


def first(connection: sqlite3.Connection, product: str) -> int | None:
    """The minute of the oldest that is kept; None: nothing was ever counted."""
    found = _one(connection, "SELECT minute FROM event_count WHERE product = ? ORDER BY minute LIMIT 1", (product,))
    return found if isinstance(found, int) else None


def sample(connection: sqlite3.Connection, product: str, series: Series, since: int) -> str:
    """What the newest one said that said something; "" where none did."""
    found = _one(
        connection,
        "SELECT sample FROM event_count WHERE product = ? AND kind = ? AND service = ? AND minute >= ?"
        " AND sample <> '' ORDER BY minute DESC LIMIT 1",
        (product, *series, since),
    )
    return str(found or "")


def forget_origins(connection: sqlite3.Connection, before: datetime) -> int:
    """Keep only the sums of what is older: where it came from serves nobody any more."""
    old = minute_of(before)
    connection.execute(
        "INSERT INTO event_count (product, kind, service, minute, origin, count, sample)"
        " SELECT product, kind, service, minute, '', sum(count), max(sample) FROM event_count"
        " WHERE minute < ? AND origin <> '' GROUP BY product, kind, service, minute"
        " ON CONFLICT DO UPDATE SET count = count + excluded.count,"
        " sample = CASE WHEN sample = '' THEN excluded.sample ELSE sample END",
        (old,),
    )
    return connection.execute("DELETE FROM event_count WHERE minute < ? AND origin <> ''", (old,)).rowcount


def purge(connection: sqlite3.Connection, before: datetime) -> int:
    """Forget what is older."""
    return connection.execute("DELETE FROM event_count WHERE minute < ?", (minute_of(before),)).rowcount
