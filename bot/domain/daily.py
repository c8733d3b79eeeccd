"""Things that come once a day at nine, and once a week: which day's are due, however late the bot wakes up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.hours import NINE, day_of, moment


@dataclass(frozen=True, slots=True)
class Morning:
    """A nine o'clock that has come and was not dealt with yet."""

    day: date
    at: datetime
    since: datetime
    """The nine o'clock that was dealt with last."""
    monday: date | None = None
    """The Monday that came since then; None: none did."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be written down as dealt with, and what is to be done for it."""

    done: int
    """Number of the day (`date.toordinal`)."""
    morning: Morning | None = None


def step(done: int | None, now: datetime, zone: str) -> Step:
    """The newest nine o'clock that has come, if it was not dealt with; of several missed ones the last speaks for all.

    Without anything written down it is the first day: nothing is told about the time before. A day far in the future
    comes from a clock that went wrong, and is put right.
    """
    today = day_of(now, zone)
    day = today if now >= moment(today, NINE, zone) else today - timedelta(days=1)
    number = day.toordinal()
    if done is None or done > number + 1:
        return Step(number)
    if done >= number:
        return Step(done)
    monday = day - timedelta(days=day.weekday())
    since = moment(date.fromordinal(done), NINE, zone)
    return Step(number, Morning(day, moment(day, NINE, zone), since, monday if monday.toordinal() > done else None))
