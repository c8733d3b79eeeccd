"""How a monitor did: uptime of a month, the last hour in strips, and what speed checks are told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store.codes import EPOCH, to_ms
from bot.store.probes import COLUMN, FIVE_MS, Period, Seen, days, fives_of, hours, together
from checks.inventory import History, Monitor

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
WINDOW = timedelta(days=1)
"""What speed checks are told of."""
SETTLED, SETTLING = 20, timedelta(hours=1)
"""Looks after which a monitor is no longer new, and how long it may be called new."""


@dataclass(frozen=True, slots=True)
class Trend:
    """What a stretch of time amounts to for one monitor."""

    sums: Period
    interval: float
    """Seconds that one look stands for."""

    @property
    def share(self) -> float | None:
        """Part of the counted time that it was up, 0 to 1; maintenance and what nobody saw are left out."""
        return self.sums.up

    @property
    def p95_ms(self) -> float | None:
        """19 of 20 answers came within this time; None where there was no answer."""
        return self.sums.latency.quantile(0.95)

    @property
    def maintenance(self) -> timedelta:
        """How much was left out because it was announced."""
        return timedelta(seconds=self.sums.excused * self.interval)

    @property
    def unseen(self) -> timedelta:
        """How much was left out because the bot could not see."""
        return timedelta(seconds=self.sums.unknown * self.interval)

    @property
    def down(self) -> timedelta:
        """How long it was down, as far as its looks tell."""
        return timedelta(seconds=self.sums.bad * self.interval)


@dataclass(frozen=True, slots=True)
class Strip:
    """Five minutes."""

    begins: datetime
    state: str
    """`up`, `slow`, `down`, `maintenance`, `unknown`, or empty where there was no look."""
    p95_ms: float | None


def stretch(connection: sqlite3.Connection, monitor: int, since: datetime, until: datetime, interval: float) -> Trend:
    """What a stretch amounts to: whole days and hours from their sums, the rest from single looks.

    Where single looks are forgotten already, an hour that only ends within the stretch does not count.
    """
    parts: list[Period] = []
    first_day = _up(since, DAY)
    last_day = min(_down(until, DAY), _summed_up(connection, "rollup_day", monitor, DAY))
    if first_day < last_day:
        parts.append(days(connection, monitor, first_day, last_day))
        edges = [(since, first_day), (last_day, until)]
    else:
        edges = [(since, until)]
    for begin, end in edges:
        parts += _hours_and_looks(connection, monitor, begin, end)
    return Trend(together(parts), interval)


def _hours_and_looks(connection: sqlite3.Connection, monitor: int, since: datetime, until: datetime) -> list[Period]:
    if until <= since:
        return []
    first = min(_up(since, HOUR), until)
    edge = min(_summed_up(connection, "rollup_hour", monitor, HOUR), _down(until, HOUR))
    if edge <= first:
        return [*fives_of(connection, monitor, to_ms(since), to_ms(until)).values()]
    return [
        *fives_of(connection, monitor, to_ms(since), to_ms(first)).values(),
        hours(connection, monitor, first, edge),
        *fives_of(connection, monitor, to_ms(edge), to_ms(until)).values(),
    ]


def _summed_up(connection: sqlite3.Connection, table: str, monitor: int, step: timedelta) -> datetime:
    """Until when there are sums; a monitor without any has them until long ago."""
    column = COLUMN[table]
    row = connection.execute(
        f"SELECT max({column}) AS last FROM {table} WHERE monitor = ?",  # noqa: S608  names of ours
        (monitor,),
    ).fetchone()
    return EPOCH if row["last"] is None else EPOCH + (row["last"] + 1) * step


def last_hour(connection: sqlite3.Connection, monitor: int, now: datetime) -> list[Strip]:
    """The last twelve whole or begun five minutes, oldest first."""
    last = to_ms(now) // FIVE_MS
    found = fives_of(connection, monitor, (last - 11) * FIVE_MS, (last + 1) * FIVE_MS)
    return [
        Strip(EPOCH + timedelta(milliseconds=five * FIVE_MS), _state(period), period.latency.quantile(0.95))
        if (period := found.get(five)) is not None
        else Strip(EPOCH + timedelta(milliseconds=five * FIVE_MS), "", None)
        for five in range(last - 11, last + 1)
    ]


def _state(period: Period) -> str:
    if period.bad:
        return "down"
    if 2 * period.slow > period.good:
        return "slow"
    if period.good:
        return "up"
    return "maintenance" if period.excused else "unknown" if period.unknown else ""


def histories(
    connection: sqlite3.Connection, product: str, monitors: Iterable[Monitor], now: datetime
) -> Mapping[str, History]:
    """What speed checks are told of each monitor: the looks of the last day that count.

    A monitor that is new is left out until there is something to say: nobody can help it that it is early.
    """
    found: dict[str, History] = {}
    for one in monitors:
        row = connection.execute(
            "SELECT id FROM monitor WHERE product = ? AND name = ?", (product, one.name)
        ).fetchone()
        if row is None:
            continue
        rows = connection.execute(
            "SELECT at, state, first_byte_us FROM probe"
            " WHERE monitor = ? AND at >= ? AND state IN (?, ?, ?) ORDER BY at",
            (row["id"], to_ms(now - WINDOW), Seen.GOOD, Seen.BAD, Seen.SLOW),
        ).fetchall()
        young = bool(rows) and now - (EPOCH + timedelta(milliseconds=rows[0]["at"])) < SETTLING
        if rows and not (young and len(rows) < SETTLED):
            found[one.name] = History(
                tuple(each["first_byte_us"] / 1000 for each in rows if each["first_byte_us"] is not None),
                sum(each["state"] == Seen.BAD for each in rows),
                len(rows),
                EPOCH + timedelta(milliseconds=rows[0]["at"]),
                one.endpoint,
            )
    return found


def _up(moment: datetime, step: timedelta) -> datetime:
    return EPOCH + -(-(moment - EPOCH) // step) * step


def _down(moment: datetime, step: timedelta) -> datetime:
    return EPOCH + (moment - EPOCH) // step * step
