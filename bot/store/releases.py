"""Releases: what went out, when, by whom; an alert that begins soon after names the last one."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.store.codes import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class Deploy:
    """One release."""

    id: int
    at: datetime
    version: str
    environment: str
    service: str
    """Empty: the whole product."""
    author: str
    note: str
    url: str
    source: str
    """Where the bot has it from: `slack`, `probe`, `terminal` …"""


def add(
    connection: sqlite3.Connection,
    product: str,
    at: datetime,
    *,
    version: str,
    source: str,
    environment: str = "production",
    service: str = "",
    author: str = "",
    note: str = "",
    url: str = "",
) -> int:
    """Write a release down; answers its number."""
    cursor = connection.execute(
        "INSERT INTO deploy (product, at, version, environment, service, author, note, url, source)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (product, to_ms(at), version, environment, service, author, note, url, source),
    )
    return int(cursor.lastrowid or 0)


def last(
    connection: sqlite3.Connection, product: str, now: datetime, *, service: str = "", environment: str = "production"
) -> Deploy | None:
    """The newest one before a moment that concerns a service."""
    row = connection.execute(
        "SELECT * FROM deploy WHERE product = ? AND environment = ? AND service IN ('', ?) AND at <= ?"
        " ORDER BY at DESC, id DESC LIMIT 1",
        (product, environment, service, to_ms(now)),
    ).fetchone()
    return None if row is None else _deploy(row)


def recent(connection: sqlite3.Connection, product: str, *, limit: int = 10) -> list[Deploy]:
    """The last ones, newest first."""
    rows = connection.execute(
        "SELECT * FROM deploy WHERE product = ? ORDER BY at DESC, id DESC LIMIT ?", (product, limit)
    )
    return [_deploy(row) for row in rows]


def _deploy(row: sqlite3.Row) -> Deploy:
    return Deploy(
        row["id"],
        from_ms(row["at"]),
        row["version"],
        row["environment"],
        row["service"],
        row["author"],
        row["note"],
        row["url"],
        row["source"],
    )
