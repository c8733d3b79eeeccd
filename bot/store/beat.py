"""The bot's heartbeat: one row a minute says that it is alive and can write."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from bot.store.codes import from_ms, to_ms


def beat(connection: sqlite3.Connection, product: str, now: datetime) -> datetime | None:
    """Write down that the bot is alive; returns the time of the beat before."""
    row = connection.execute("SELECT at FROM beat WHERE product = ?", (product,)).fetchone()
    connection.execute(
        "INSERT INTO beat VALUES (?, ?) ON CONFLICT (product) DO UPDATE SET at = excluded.at", (product, to_ms(now))
    )
    return None if row is None else from_ms(row["at"])


def product_of(connection: sqlite3.Connection) -> str:
    """The product of the bot that was alive last; empty where there was none."""
    row = connection.execute("SELECT product FROM beat ORDER BY at DESC LIMIT 1").fetchone()
    return "" if row is None else str(row["product"])
