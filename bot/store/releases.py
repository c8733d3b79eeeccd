"""Releases: what customers got, when, by whom; an alert that begins soon after names the last one.

What never went live is none of them: it cannot be why something broke.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.store import deploys
from bot.store.codes import from_ms, to_ms
from bot.store.deploys import LIVE


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
    stage: str = "live"
    """What became of it: `good`, `bad` …"""


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
    stage: str = "live",
) -> int:
    """Write a release down; answers its number."""
    cursor = connection.execute(
        "INSERT INTO deploy (product, at, version, environment, service, author, note, url, source, stage)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (product, to_ms(at), version, environment, service, author, note, url, source, stage),
    )
    return int(cursor.lastrowid or 0)


def last(
    connection: sqlite3.Connection, product: str, now: datetime, *, service: str = "", environment: str = "production"
) -> Deploy | None:
    """The newest one before a moment that concerns a service."""
    row = connection.execute(
        f"SELECT * FROM deploy WHERE product = ? AND environment = ? AND service IN ('', ?) AND at <= ? AND {LIVE}"  # noqa: S608
        " ORDER BY at DESC, id DESC LIMIT 1",
        (product, environment, service, to_ms(now)),
    ).fetchone()
    return None if row is None else _deploy(row)


def recent(connection: sqlite3.Connection, product: str, *, limit: int = 10) -> list[Deploy]:
    """The last ones, newest first."""
    rows = connection.execute(
        f"SELECT * FROM deploy WHERE product = ? AND {LIVE} ORDER BY at DESC, id DESC LIMIT ?",  # noqa: S608
        (product, limit),
    )
    return [_deploy(row) for row in rows]


def last_good(connection: sqlite3.Connection, release: Deploy) -> str:
    """The last good version of the same service and environment before this one; "" where there is none."""
    found = deploys.get(connection, release.id)
    if found is None:
        return ""
    return deploys.last_good(deploys.live_before(connection, found), found.version) or found.previous


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
        row["stage"],
    )
