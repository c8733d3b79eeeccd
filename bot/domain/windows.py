"""Windows that come again: `every Sunday 03:00-04:00`, on a wall clock, also on the nights when clocks change.

The text is the rule. Where its end happens twice (clocks go back) the second one counts, and where an hour is missing
(clocks go forward) the window is still as long as on other nights: work that is planned for it may take that long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.hours import day_of, moment

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
GROUPS = {"day": range(7), "night": range(7), "weekday": range(5), "weekend": range(5, 7)}
NTH = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": -1}
LONGEST = timedelta(hours=12)
AHEAD = 45
"""Days that hold every first Monday, whichever day it is today."""
EXAMPLES = "every Sunday 03:00-04:00, every weekday 22:00-23:30, every first Monday 02:00-05:00"
_DAY = timedelta(days=1)
_WHEN = re.compile(
    r"every\s+(?P<days>[a-z0-9 ,]+?)(?:\s+of\s+(?:the|each|every)\s+month)?\s*,?\s+(?:from\s+)?"
    r"(?P<begins>\d{1,2}:\d\d)\s*(?:-|–|—|to|until|till)\s*(?P<ends>\d{1,2}:\d\d)"
)


class BadWindow(ValueError):
    """The text says no window; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a wall clock that comes again."""

    days: frozenset[int]
    """On which days it begins; Monday is 0."""
    begins: time
    ends: time
    """Not later than `begins`: on the day after."""
    nth: int = 0
    """Which of these days in a month: 1 to 4, -1 the last; 0: each."""

    @property
    def length(self) -> timedelta:
        """How long it is on nights when no clock is changed."""
        begins, ends = (datetime.combine(date.min, one) for one in (self.begins, self.ends))
        return ends - begins if ends > begins else ends - begins + _DAY


def parse(text: str) -> Window:
    """The window that a text says. Raises `BadWindow`."""
    found = _WHEN.fullmatch(" ".join(text.casefold().split()))
    if found is None:
        raise BadWindow(f"write it as {EXAMPLES}")
    days, nth = _days(found["days"])
    window = Window(days, _time(found["begins"]), _time(found["ends"]), nth)
    if window.begins == window.ends:
        raise BadWindow("it begins and ends at the same time")
    if window.length > LONGEST:
        raise BadWindow(f"it is longer than {LONGEST // timedelta(hours=1)} hours; nobody would hear of an outage then")
    return window


def _days(text: str) -> tuple[frozenset[int], int]:
    words = [word for word in re.split(r"[\s,]+", text) if word not in ("", "and")]
    nth = NTH.get(words[0], 0) if words else 0
    named: set[int] = set()
    for word in words[1:] if nth else words:
        found = _named(word)
        if found is None:
            raise BadWindow(f'"{word[:30]}" is no day; write it as {EXAMPLES}')
        named.update(found)
    if not named:
        raise BadWindow(f"it names no day; write it as {EXAMPLES}")
    if nth and len(named) > 1:
        raise BadWindow(f"{words[0]} goes with one day of the week: every {words[0]} Sunday 03:00-04:00")
    return frozenset(named), nth


def _named(word: str) -> range | tuple[int, ...] | None:
    one = word.removesuffix("s") if len(word) > 4 else word
    if one in GROUPS:
        return GROUPS[one]
    index = next(
        (index for index, day in enumerate(DAYS) if one == day or (len(word) >= 3 and day.startswith(word))), -1
    )
    return None if index < 0 else (index,)


def _time(text: str) -> time:
    hours, _, minutes = text.partition(":")
    if int(hours) == 24 and int(minutes) == 0:
        return time(0)
    if int(hours) > 23 or int(minutes) > 59:
        raise BadWindow(f'"{text}" is no time of day')
    return time(int(hours), int(minutes))


def next_of(window: Window, now: datetime, zone: str) -> tuple[datetime, datetime]:
    """The one that holds at `now`, else the next one: its begin and its end, in UTC."""
    day = day_of(now, zone) - _DAY
    for _ in range(AHEAD):
        if _falls_on(window, day):
            begins, ends = _stretch(window, day, zone)
            if ends > now:
                return begins, ends
        day += _DAY
    raise AssertionError(window)


def _falls_on(window: Window, day: date) -> bool:
    if day.weekday() not in window.days:
        return False
    if window.nth == -1:
        return (day + timedelta(days=7)).month != day.month
    return window.nth in (0, (day.day - 1) // 7 + 1)


def _stretch(window: Window, day: date, zone: str) -> tuple[datetime, datetime]:
    begins = moment(day, window.begins, zone)
    last = day if window.ends > window.begins else day + _DAY
    ends = datetime.combine(last, window.ends, ZoneInfo(zone)).replace(fold=1).astimezone(UTC)
    return begins, max(ends, begins + window.length)
