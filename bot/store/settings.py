"""What was decided in Slack and is no part of `launch.yml`: the channel that the bot was invited to first."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from bot.store.codes import to_ms

ALERTS = "alerts_channel"


def put(
    connection: sqlite3.Connection, product: str, name: str, value: str, now: datetime, *, author: str = ""
) -> None:
    """Write it down, in place of what was there."""
    connection.execute(
        "INSERT INTO setting (product, name, value, at, author) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (product, name) DO UPDATE SET value = excluded.value, at = excluded.at, author = excluded.author",
        (product, name, value, to_ms(now), author),
    )


def get(connection: sqlite3.Connection, product: str, name: str) -> str:
    """What is written down; "" where nothing is."""
    row = connection.execute("SELECT value FROM setting WHERE product = ? AND name = ?", (product, name)).fetchone()
    return "" if row is None else str(row["value"])


def named(connection: sqlite3.Connection, product: str) -> dict[str, str]:
    """All of a product, by name."""
    rows = connection.execute("SELECT name, value FROM setting WHERE product = ?", (product,))
    return {row["name"]: row["value"] for row in rows}


def remove(connection: sqlite3.Connection, product: str, name: str) -> None:
    """Forget it."""
    connection.execute("DELETE FROM setting WHERE product = ? AND name = ?", (product, name))
