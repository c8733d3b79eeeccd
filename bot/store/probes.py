"""Single looks of monitors, and what remains of them: hours and days with counts and a latency histogram."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from bot.store.codes import EPOCH, to_ms
from bot.store.histogram import Histogram

HOUR_MS = 3_600_000
COLUMN = {"rollup_hour": "hour", "rollup_day": "day"}
"""What each table of sums counts its stretches in."""


class Seen(IntEnum):
    """What one look saw. The numbers are in every stored row: never change one."""

    GOOD = 0
    BAD = 1
    UNKNOWN = 2


@dataclass(frozen=True, slots=True)
class Probe:
    """One look of a monitor."""

    monitor: int
    at: datetime
    seen: Seen
    first_byte_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """What a stretch of time amounts to."""

    good: int
    bad: int
    unknown: int
    latency: Histogram

    @property
    def up(self) -> float | None:
        """Share of looks that were good among those that could see; None where none could."""
        return self.good / (self.good + self.bad) if self.good + self.bad else None


def monitor(connection: sqlite3.Connection, product: str, name: str) -> int:
    """The monitor's number; it gets one when it is first asked for."""
    connection.execute("INSERT INTO monitor (product, name) VALUES (?, ?) ON CONFLICT DO NOTHING", (product, name))
    [number] = connection.execute("SELECT id FROM monitor WHERE product = ? AND name = ?", (product, name)).fetchone()
    return int(number)


def add(connection: sqlite3.Connection, probes: Iterable[Probe]) -> None:
    """Store looks; one that is there already stays."""
    connection.executemany(
        "INSERT INTO probe (monitor, at, state, first_byte_us) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [
            (
                each.monitor,
                to_ms(each.at),
                int(each.seen),
                None if each.first_byte_ms is None else round(each.first_byte_ms * 1000),
            )
            for each in probes
        ],
    )


def roll_up(connection: sqlite3.Connection, now: datetime) -> int:
    """Sum up every hour and day that is over and not summed up yet. Returns how many hours were written."""
    this_hour = to_ms(now) // HOUR_MS
    missing = connection.execute(
        "SELECT DISTINCT monitor, at / ? AS hour FROM probe WHERE at < ?"
        " AND NOT EXISTS (SELECT 1 FROM rollup_hour AS r WHERE r.monitor = probe.monitor AND r.hour = at / ?)",
        (HOUR_MS, this_hour * HOUR_MS, HOUR_MS),
    ).fetchall()
    for row in missing:
        _one_hour(connection, row["monitor"], row["hour"])
    days = connection.execute(
        "SELECT DISTINCT monitor, hour / 24 AS day FROM rollup_hour WHERE hour / 24 < ?"
        " AND NOT EXISTS (SELECT 1 FROM rollup_day AS r WHERE r.monitor = rollup_hour.monitor AND r.day = hour / 24)",
        (this_hour // 24,),
    ).fetchall()
    for row in days:
        _store(
            connection,
            "rollup_day",
            row["monitor"],
            row["day"],
            _hours(connection, row["monitor"], row["day"] * 24, 24),
        )
    return len(missing)


def _one_hour(connection: sqlite3.Connection, monitor: int, hour: int) -> None:
    rows = connection.execute(
        "SELECT state, first_byte_us FROM probe WHERE monitor = ? AND at >= ? AND at < ?",
        (monitor, hour * HOUR_MS, (hour + 1) * HOUR_MS),
    ).fetchall()
    states = [row["state"] for row in rows]
    latency = Histogram.of(row["first_byte_us"] / 1000 for row in rows if row["first_byte_us"] is not None)
    period = Period(states.count(Seen.GOOD), states.count(Seen.BAD), states.count(Seen.UNKNOWN), latency)
    _store(connection, "rollup_hour", monitor, hour, period)


def _store(connection: sqlite3.Connection, table: str, monitor: int, when: int, period: Period) -> None:
    connection.execute(
        f"INSERT INTO {table} (monitor, {COLUMN[table]}, good, bad, unknown, latency)"  # noqa: S608  names of ours
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (monitor, when, period.good, period.bad, period.unknown, period.latency.to_bytes()),
    )


def _hours(connection: sqlite3.Connection, monitor: int, first: int, count: int) -> Period:
    rows = connection.execute(
        "SELECT good, bad, unknown, latency FROM rollup_hour WHERE monitor = ? AND hour >= ? AND hour < ?",
        (monitor, first, first + count),
    ).fetchall()
    return _sum(rows)


def _sum(rows: Iterable[sqlite3.Row]) -> Period:
    kept = list(rows)
    return Period(
        sum(row["good"] for row in kept),
        sum(row["bad"] for row in kept),
        sum(row["unknown"] for row in kept),
        Histogram.total(Histogram.from_bytes(row["latency"]) for row in kept),
    )


def hours(connection: sqlite3.Connection, monitor: int, since: datetime, until: datetime) -> Period:
    """The sum of the finished hours that begin in a stretch of time."""
    first, last = (-(-to_ms(moment) // HOUR_MS) for moment in (since, until))
    return _hours(connection, monitor, first, last - first)


def days(connection: sqlite3.Connection, monitor: int, since: datetime, until: datetime) -> Period:
    """The sum of the finished days (UTC) that begin in a stretch of time."""
    day_ms = 24 * HOUR_MS
    first, last = (-(-to_ms(moment) // day_ms) for moment in (since, until))
    rows = connection.execute(
        "SELECT good, bad, unknown, latency FROM rollup_day WHERE monitor = ? AND day >= ? AND day < ?",
        (monitor, first, last),
    )
    return _sum(rows)


def purge(connection: sqlite3.Connection, now: datetime, *, raw: timedelta, hours: timedelta) -> int:
    """Forget single looks older than `raw` and hours older than `hours`, once they are summed up. Days are kept."""
    before = to_ms(now - raw)
    gone = connection.execute(
        "DELETE FROM probe WHERE at < ? AND EXISTS (SELECT 1 FROM rollup_hour AS r WHERE r.monitor = probe.monitor"
        " AND r.hour = probe.at / ?)",
        (before, HOUR_MS),
    ).rowcount
    oldest = (now - hours - EPOCH) // timedelta(hours=1)
    connection.execute(
        "DELETE FROM rollup_hour WHERE hour < ? AND EXISTS (SELECT 1 FROM rollup_day AS r"
        " WHERE r.monitor = rollup_hour.monitor AND r.day = rollup_hour.hour / 24)",
        (oldest,),
    )
    return gone
