"""Silences, swaps, releases and summaries that are long over."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from bot.store.codes import to_ms

CALENDAR = ("digest", "morning", "noise", "coverage")
"""Subjects whose messages tell of a day and are never edited after it."""


def purge(connection: sqlite3.Connection, before: datetime) -> int:
    """Forget what was over before a moment; says how many rows."""
    at = to_ms(before)
    gone = connection.execute("DELETE FROM silence WHERE until_at < ?", (at,)).rowcount
    gone += connection.execute("DELETE FROM override WHERE until_at < ?", (at,)).rowcount
    gone += connection.execute("DELETE FROM deploy WHERE at < ?", (at,)).rowcount
    for kind in CALENDAR:
        gone += connection.execute(
            "DELETE FROM outbox WHERE created_at < ? AND state = 'sent' AND subject LIKE ?", (at, f"{kind}:%")
        ).rowcount
    return gone
