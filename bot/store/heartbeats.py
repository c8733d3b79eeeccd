"""When jobs reported: one line for each, with the last report, the run under way, and how the last one failed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.store.codes import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class Beat:
    """What is known of one job."""

    first_at: datetime
    """Since when it is waited for."""
    last_at: datetime | None
    """Its last report that all went well; None: none yet."""
    started_at: datetime | None = None
    """When the run under way began, where the job says so."""
    failed_at: datetime | None = None
    """Since its last good report: when a run failed last."""
    exit_code: int | None = None
    """What that run ended with, where the job said it."""


def expect(connection: sqlite3.Connection, product: str, names: Iterable[str], now: datetime) -> None:
    """Wait for these from now on; who is waited for already stays, others are forgotten."""
    wanted = list(names)
    connection.executemany(
        "INSERT INTO heartbeat (product, name, first_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(product, name, to_ms(now)) for name in wanted],
    )
    known = [row["name"] for row in connection.execute("SELECT name FROM heartbeat WHERE product = ?", (product,))]
    connection.executemany(
        "DELETE FROM heartbeat WHERE product = ? AND name = ?",
        [(product, name) for name in known if name not in wanted],
    )


def came(connection: sqlite3.Connection, product: str, name: str, now: datetime) -> None:
    """It reported that all went well: whatever began or failed before is over."""
    _put(connection, product, name, now, "last_at = excluded.last_at, started_at = NULL, failed_at = NULL,"
         " exit_code = NULL", last_at=to_ms(now))  # fmt: skip


def began(connection: sqlite3.Connection, product: str, name: str, now: datetime) -> None:
    """It said that a run begins; that proves nothing yet."""
    _put(connection, product, name, now, "started_at = excluded.started_at", started_at=to_ms(now))


def failed(connection: sqlite3.Connection, product: str, name: str, now: datetime, *, code: int | None = None) -> None:
    """It said that a run failed, `code` being what it ended with."""
    _put(connection, product, name, now, "failed_at = excluded.failed_at, exit_code = excluded.exit_code,"
         " started_at = NULL", failed_at=to_ms(now), exit_code=code)  # fmt: skip


def _put(
    connection: sqlite3.Connection, product: str, name: str, now: datetime, change: str, **told: int | None
) -> None:
    columns = ", ".join(("product", "name", "first_at", *told))
    marks = ", ".join("?" * (3 + len(told)))
    connection.execute(
        f"INSERT INTO heartbeat ({columns}) VALUES ({marks}) ON CONFLICT (product, name) DO UPDATE SET {change}",  # noqa: S608  (our own words)
        (product, name, to_ms(now), *told.values()),
    )


def every(connection: sqlite3.Connection, product: str) -> Mapping[str, Beat]:
    """All of a product, by name."""
    rows = connection.execute("SELECT * FROM heartbeat WHERE product = ?", (product,))
    return {
        row["name"]: Beat(
            from_ms(row["first_at"]),
            _moment(row["last_at"]),
            _moment(row["started_at"]),
            _moment(row["failed_at"]),
            row["exit_code"],
        )
        for row in rows
    }


def _moment(stored: int | None) -> datetime | None:
    return None if stored is None else from_ms(stored)
