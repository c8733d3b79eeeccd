"""Timers of incidents: rows with a due time, so that a restart forgets none."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from bot.domain.asks import TimerKind
from bot.domain.decision import Timer
from bot.store.codes import from_ms, to_ms


def replace(connection: sqlite3.Connection, incident: int, timers: Iterable[Timer]) -> None:
    """These are all the timers that the incident has from now on."""
    connection.execute("DELETE FROM timer WHERE incident = ?", (incident,))
    connection.executemany(
        "INSERT INTO timer (incident, kind, due_at, guard_rev) VALUES (?, ?, ?, ?)",
        [(one.incident, one.kind.value, to_ms(one.due_at), one.guard_rev) for one in timers],
    )


def of(connection: sqlite3.Connection, incident: int) -> list[Timer]:
    """The timers of one incident, the next one first."""
    rows = connection.execute("SELECT * FROM timer WHERE incident = ? ORDER BY due_at, kind", (incident,))
    return [_timer(row) for row in rows]


def due(connection: sqlite3.Connection, product: str, now: datetime) -> list[Timer]:
    """Those whose time has come, the oldest first."""
    rows = connection.execute(
        "SELECT t.* FROM timer AS t JOIN incident AS i ON i.id = t.incident WHERE i.product = ? AND t.due_at <= ?"
        " ORDER BY t.due_at, t.incident, t.kind",
        (product, to_ms(now)),
    )
    return [_timer(row) for row in rows]


def _timer(row: sqlite3.Row) -> Timer:
    return Timer(row["incident"], TimerKind(row["kind"]), from_ms(row["due_at"]), row["guard_rev"])


def drop(connection: sqlite3.Connection, timer: Timer) -> None:
    """It has done its work; one that was set anew meanwhile stays."""
    connection.execute(
        "DELETE FROM timer WHERE incident = ? AND kind = ? AND due_at = ? AND guard_rev = ?",
        (timer.incident, timer.kind.value, to_ms(timer.due_at), timer.guard_rev),
    )
