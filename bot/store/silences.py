"""Silences: for what nobody wants to hear anything, why, and until when."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from enum import StrEnum

from bot.domain.severity import Trouble
from bot.domain.silence import Silence
from bot.store.codes import from_ms, to_ms


class Kind(StrEnum):
    """Why it is quiet."""

    MUTE = "mute"
    MAINTENANCE = "maintenance"
    """Planned work: its minutes do not count as downtime."""


def add(
    connection: sqlite3.Connection, product: str, silence: Silence, kind: Kind = Kind.MUTE, *, origin: str = ""
) -> Silence:
    """Write a new silence down; answers it with its number. `origin` says which window of launch.yml wants it."""
    cursor = connection.execute(
        "INSERT INTO silence (product, service, trouble, environment, from_at, until_at, reason, author, kind, origin)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            product,
            silence.service,
            silence.trouble.value if silence.trouble else "",
            silence.environment,
            to_ms(silence.begins),
            to_ms(silence.until),
            silence.reason,
            silence.author,
            kind.value,
            origin,
        ),
    )
    [row] = connection.execute("SELECT * FROM silence WHERE id = ?", (cursor.lastrowid,)).fetchall()
    return _silence(row)


def lift(connection: sqlite3.Connection, product: str, id: str, now: datetime, *, by: str) -> bool:
    """End one early; False where it is over already or there is none of that number."""
    cursor = connection.execute(
        "UPDATE silence SET ended_at = ?, ended_by = ? WHERE product = ? AND id = ? AND ended_at IS NULL"
        " AND until_at > ?",
        (to_ms(now), by, product, id, to_ms(now)),
    )
    return cursor.rowcount == 1


def withdraw(connection: sqlite3.Connection, product: str, id: str, now: datetime, *, by: str) -> None:
    """Its window is no more: what holds ends now, and what was only planned never was."""
    connection.execute("DELETE FROM silence WHERE product = ? AND id = ? AND from_at > ?", (product, id, to_ms(now)))
    lift(connection, product, id, now, by=by)


def of_windows(connection: sqlite3.Connection, product: str, now: datetime) -> list[tuple[str, Silence]]:
    """Those that windows of launch.yml want and that are not over by the clock, with their origin; also lifted ones."""
    rows = connection.execute(
        "SELECT * FROM silence WHERE product = ? AND origin <> '' AND until_at > ? ORDER BY from_at, id",
        (product, to_ms(now)),
    )
    return [(row["origin"], _silence(row)) for row in rows]


def active(connection: sqlite3.Connection, product: str, now: datetime) -> list[Silence]:
    """Those that hold now, the next to end first."""
    rows = connection.execute(
        "SELECT * FROM silence WHERE product = ? AND ended_at IS NULL AND from_at <= ? AND until_at > ?"
        " ORDER BY until_at, id",
        (product, to_ms(now), to_ms(now)),
    )
    return [_silence(row) for row in rows]


def planned(connection: sqlite3.Connection, product: str, now: datetime) -> list[Silence]:
    """Those that have not begun, the next one first."""
    rows = connection.execute(
        "SELECT * FROM silence WHERE product = ? AND ended_at IS NULL AND from_at > ? ORDER BY from_at, id",
        (product, to_ms(now)),
    )
    return [_silence(row) for row in rows]


def get(connection: sqlite3.Connection, product: str, id: str) -> Silence | None:
    """One silence, past ones included."""
    row = connection.execute("SELECT * FROM silence WHERE product = ? AND id = ?", (product, id)).fetchone()
    return None if row is None else _silence(row)


def overlapping(
    connection: sqlite3.Connection, product: str, kind: Kind, begins: datetime, ends: datetime
) -> list[Silence]:
    """Those of a kind that hold at some time within a stretch."""
    rows = connection.execute(
        "SELECT * FROM silence WHERE product = ? AND kind = ? AND from_at < ? AND coalesce(ended_at, until_at) > ?"
        " ORDER BY from_at, id",
        (product, kind.value, to_ms(ends), to_ms(begins)),
    )
    return [_silence(row) for row in rows]


def _silence(row: sqlite3.Row) -> Silence:
    ended = row["ended_at"]
    return Silence(
        id=str(row["id"]),
        service=row["service"],
        trouble=Trouble(row["trouble"]) if row["trouble"] else None,
        begins=from_ms(row["from_at"]),
        until=from_ms(row["until_at"]),
        reason=row["reason"],
        author=row["author"],
        environment=row["environment"],
        lifted_at=None if ended is None else from_ms(ended),
    )
