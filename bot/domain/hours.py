"""Hours on a wall clock: nine o'clock, quiet hours, working days, with the nights on which clocks are changed.

A time of day is turned into an instant first and compared afterwards. Where a time happens twice (clocks go back) the
first one counts; where it does not happen at all (clocks go forward) it counts as that much later.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NINE = time(9)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days of a week as launch.yml writes them; Monday is 0."""
_DAY = timedelta(days=1)


def moment(day: date, at: time, zone: str) -> datetime:
    """The instant (UTC) at which a wall clock in that zone shows that time on that day."""
    return datetime.combine(day, at, ZoneInfo(zone)).replace(fold=0).astimezone(UTC)


def day_of(now: datetime, zone: str) -> date:
    """The date on a calendar in that zone."""
    return now.astimezone(ZoneInfo(zone)).date()


def next_at(now: datetime, at: time, zone: str, *, days: Collection[str] = ()) -> datetime:
    """The first instant after `now` at which it is that time there; on one of `days` (`mon` …) where any are given."""
    day = day_of(now, zone) - _DAY
    # A week and two days hold every day of the week, whichever side of midnight `now` lies.
    for _ in range(10):
        found = moment(day, at, zone)
        if found > now and (not days or DAYS[day.weekday()] in days):
            return found
        day += _DAY
    return moment(day, at, zone)


def next_working_day(now: datetime, zone: str, days: Collection[str]) -> datetime:
    """Nine o'clock on the first working day after today, there. Without any working day: tomorrow."""
    midnight = next_at(now, time(0), zone)
    return next_at(midnight - timedelta(microseconds=1), NINE, zone, days=days)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which a person sleeps; the same time twice means none."""

    begins: time = time(22)
    ends: time = time(8)

    def until(self, now: datetime, zone: str) -> datetime | None:
        """When the quiet hours end that it is in now; None: the person is awake."""
        if self.begins == self.ends:
            return None
        today = day_of(now, zone)
        for day in (today - _DAY, today):
            begins = moment(day, self.begins, zone)
            ends = moment(day if self.ends > self.begins else day + _DAY, self.ends, zone)
            if begins <= now < ends:
                return ends
        return None
