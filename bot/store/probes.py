"""Single looks of monitors, and what remains of them: hours and days with counts and a latency histogram."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from bot.store.codes import EPOCH, to_ms
from bot.store.histogram import Histogram

HOUR_MS = 3_600_000
FIVE_MS = 300_000
SETTLED_MS = 60_000
"""After so long a look has been confirmed, or was not."""
COLUMN = {"rollup_five": "five", "rollup_hour": "hour", "rollup_day": "day"}
"""What each table of sums counts its stretches in."""


class Seen(IntEnum):
    """What one look saw. The numbers are in every stored row: never change one."""

    GOOD = 0
    BAD = 1
    UNKNOWN = 2
    SLOW = 3
    """Good, and slower than its target."""
    EXCUSED = 4
    """Whatever it saw, it was in announced maintenance."""
    AGAIN_GOOD = 5
    AGAIN_BAD = 6
    """A look out of turn, to confirm another: counted for itself it would weigh an outage twice."""

    @property
    def plain(self) -> Seen:
        """Good, bad or unknown, for those who only draw what was there."""
        if self in (Seen.SLOW, Seen.AGAIN_GOOD):
            return Seen.GOOD
        if self is Seen.AGAIN_BAD:
            return Seen.BAD
        return Seen.UNKNOWN if self is Seen.EXCUSED else self


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
    slow: int = 0
    """Part of `good`."""
    excused: int = 0
    """Looks within announced maintenance; they count for nothing else."""

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
    """Sum up every hour and day that is over and not summed up yet. Returns how many hours were written.

    The five minutes of an hour are summed up with it.
    """
    this_hour = (to_ms(now) - SETTLED_MS) // HOUR_MS
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
    fives = fives_of(connection, monitor, hour * HOUR_MS, (hour + 1) * HOUR_MS)
    for five, period in fives.items():
        _store(connection, "rollup_five", monitor, five, period)
    _store(connection, "rollup_hour", monitor, hour, together(fives.values()))


def fives_of(connection: sqlite3.Connection, monitor: int, since_ms: int, until_ms: int) -> dict[int, Period]:
    """Single looks summed up by five minutes (numbered since 1970), in order; none where there was no look."""
    rows = connection.execute(
        "SELECT at, state, first_byte_us FROM probe WHERE monitor = ? AND at >= ? AND at < ? ORDER BY at",
        (monitor, since_ms, until_ms + SETTLED_MS),
    ).fetchall()
    found: dict[int, list[tuple[int, float | None]]] = {}
    for place, row in enumerate(rows):
        if row["at"] < until_ms:
            state = _counted(rows, place)
            took = None if row["first_byte_us"] is None else row["first_byte_us"] / 1000
            found.setdefault(row["at"] // FIVE_MS, []).append((state, took))
    return {five: _period(looks) for five, looks in found.items()}


def _counted(rows: Sequence[sqlite3.Row], place: int) -> int:
    """What a look counts as. A bad one that the looks after it did not confirm was no outage."""
    state = int(rows[place]["state"])
    if state == Seen.BAD:
        for row in rows[place + 1 :]:
            if row["at"] - rows[place]["at"] > SETTLED_MS or row["state"] not in (Seen.AGAIN_BAD, Seen.AGAIN_GOOD):
                break
            if row["state"] == Seen.AGAIN_GOOD:
                return Seen.GOOD
    return state


def _period(looks: Sequence[tuple[int, float | None]]) -> Period:
    states = [state for state, _ in looks]
    slow = states.count(Seen.SLOW)
    return Period(
        states.count(Seen.GOOD) + slow,
        states.count(Seen.BAD),
        states.count(Seen.UNKNOWN),
        Histogram.of(took for state, took in looks if took is not None and state != Seen.EXCUSED),
        slow,
        states.count(Seen.EXCUSED),
    )


def together(periods: Iterable[Period]) -> Period:
    """Several stretches as one."""
    kept = list(periods)
    return Period(
        sum(one.good for one in kept),
        sum(one.bad for one in kept),
        sum(one.unknown for one in kept),
        Histogram.total(one.latency for one in kept),
        sum(one.slow for one in kept),
        sum(one.excused for one in kept),
    )


def _store(connection: sqlite3.Connection, table: str, monitor: int, when: int, period: Period) -> None:
    connection.execute(
        f"INSERT INTO {table} (monitor, {COLUMN[table]}, good, bad, unknown, latency, slow, excused)"  # noqa: S608
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            monitor,
            when,
            period.good,
            period.bad,
            period.unknown,
            period.latency.to_bytes(),
            period.slow,
            period.excused,
        ),
    )


def _hours(connection: sqlite3.Connection, monitor: int, first: int, count: int) -> Period:
    rows = connection.execute(
        "SELECT good, bad, unknown, latency, slow, excused FROM rollup_hour"
        " WHERE monitor = ? AND hour >= ? AND hour < ?",
        (monitor, first, first + count),
    ).fetchall()
    return _sum(rows)


def _sum(rows: Iterable[sqlite3.Row]) -> Period:
    return together(period_of(row) for row in rows)


def period_of(row: sqlite3.Row) -> Period:
    """What a row of one of the tables of sums holds."""
    return Period(
        row["good"],
        row["bad"],
        row["unknown"],
        Histogram.from_bytes(row["latency"]),
        row["slow"],
        row["excused"],
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
        "SELECT good, bad, unknown, latency, slow, excused FROM rollup_day WHERE monitor = ? AND day >= ? AND day < ?",
        (monitor, first, last),
    )
    return _sum(rows)


def purge(
    connection: sqlite3.Connection,
    now: datetime,
    *,
    raw: timedelta,
    hours: timedelta,
    fives: timedelta = timedelta(days=90),
) -> int:
    """Forget single looks, five minutes and hours that are older than that, once they are summed up. Days are kept."""
    before = to_ms(now - raw)
    gone = connection.execute(
        "DELETE FROM probe WHERE at < ? AND EXISTS (SELECT 1 FROM rollup_hour AS r WHERE r.monitor = probe.monitor"
        " AND r.hour = probe.at / ?)",
        (before, HOUR_MS),
    ).rowcount
    connection.execute("DELETE FROM rollup_five WHERE five < ?", (to_ms(now - fives) // FIVE_MS,))
    oldest = (now - hours - EPOCH) // timedelta(hours=1)
    connection.execute(
        "DELETE FROM rollup_hour WHERE hour < ? AND EXISTS (SELECT 1 FROM rollup_day AS r"
        " WHERE r.monitor = rollup_hour.monitor AND r.day = rollup_hour.hour / 24)",
        (oldest,),
    )
    return gone
