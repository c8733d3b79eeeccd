"""Events that were taken already: Slack delivers one again when its acknowledgement got lost."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from bot.store.codes import to_ms

KEEP = timedelta(minutes=15)
"""Longer than Slack's last redelivery, five minutes after the first."""


def take(connection: sqlite3.Connection, product: str, event_id: str, now: datetime) -> bool:
    """True the first time, False for an event that was taken before."""
    cursor = connection.execute(
        "INSERT INTO seen_event (product, id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (product, event_id, to_ms(now)),
    )
    return cursor.rowcount == 1


def purge(connection: sqlite3.Connection, now: datetime) -> int:
    """Forget what Slack will not deliver again; returns how many."""
    return connection.execute("DELETE FROM seen_event WHERE at < ?", (to_ms(now - KEEP),)).rowcount
