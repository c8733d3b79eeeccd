"""When jobs reported: one line for each, with the last report and since when it is waited for."""

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
    """Its last report; None: none yet."""


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
    """It reported."""
    connection.execute(
        "INSERT INTO heartbeat (product, name, first_at, last_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (product, name) DO UPDATE SET last_at = excluded.last_at",
        (product, name, to_ms(now), to_ms(now)),
    )


def every(connection: sqlite3.Connection, product: str) -> Mapping[str, Beat]:
    """All of a product, by name."""
    rows = connection.execute("SELECT name, first_at, last_at FROM heartbeat WHERE product = ?", (product,))
    return {
        row["name"]: Beat(from_ms(row["first_at"]), None if row["last_at"] is None else from_ms(row["last_at"]))
        for row in rows
    }
