"""How the product did for a stretch of time, over all its monitors: before and after a deploy."""

from __future__ import annotations

import math
import sqlite3
from datetime import datetime, timedelta

from bot.domain.deploys import Speed
from bot.store.codes import to_ms
from bot.store.probes import Seen, fives_of, together

WINDOW = timedelta(minutes=10)
ENOUGH = 20
"""Answers below which one slow page would be the figure."""


def speed(connection: sqlite3.Connection, product: str, since: datetime, until: datetime) -> Speed:
    """What the monitors' looks of a stretch amount to; one that was not confirmed counts as good."""
    begin, end = to_ms(since), to_ms(until)
    numbers = [row["id"] for row in connection.execute("SELECT id FROM monitor WHERE product = ?", (product,))]
    sums = together(five for number in numbers for five in fives_of(connection, number, begin, end).values())
    rows = connection.execute(
        "SELECT first_byte_us FROM probe JOIN monitor ON monitor.id = probe.monitor WHERE product = ?"
        " AND at >= ? AND at < ? AND state IN (?, ?) AND first_byte_us IS NOT NULL ORDER BY first_byte_us",
        (product, begin, end, Seen.GOOD, Seen.SLOW),
    )
    took = [row["first_byte_us"] / 1000 for row in rows]
    p95 = took[math.ceil(0.95 * len(took)) - 1] if len(took) >= ENOUGH else None
    return Speed(round((until - since) / timedelta(minutes=1)), sums.good + sums.bad, p95, sums.bad)
