"""Counts for people: how monitors did over whole hours, and what was sent to Slack."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.store.codes import from_ms, to_ms
from bot.store.outbox import Kind
from bot.store.probes import HOUR_MS


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a monitor was looked at, and with what result."""

    monitor: str
    good: int
    bad: int
    unknown: int
    """Saw nothing: they count for nobody."""
    excused: int = 0
    """Were made during announced work, and do not count either."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message that Slack took; edits are none, they call nobody."""

    subject: str
    kind: Kind
    channel: str
    at: datetime


def looks(connection: sqlite3.Connection, product: str, since: datetime, until: datetime) -> list[Tally]:
    """Each monitor's looks in the whole hours of a stretch that are summed up."""
    first, last = (-(-to_ms(moment) // HOUR_MS) for moment in (since, until))
    rows = connection.execute(
        "SELECT name, sum(good) AS good, sum(bad) AS bad, sum(unknown) AS unknown,"
        " sum(excused) AS excused FROM rollup_hour"
        " JOIN monitor ON monitor.id = rollup_hour.monitor"
        " WHERE product = ? AND hour >= ? AND hour < ? GROUP BY name ORDER BY name",
        (product, first, last),
    )
    return [Tally(row["name"], row["good"], row["bad"], row["unknown"], row["excused"]) for row in rows]


def messages(connection: sqlite3.Connection, product: str, since: datetime, until: datetime) -> list[Message]:
    """What was sent in a stretch of time, in order."""
    rows = connection.execute(
        "SELECT subject, kind, channel, sent_at FROM outbox WHERE product = ? AND state = 'sent' AND kind <> 'edit'"
        " AND sent_at >= ? AND sent_at < ? ORDER BY sent_at, number",
        (product, to_ms(since), to_ms(until)),
    )
    return [Message(row["subject"], Kind(row["kind"]), row["channel"], from_ms(row["sent_at"])) for row in rows]
