"""How long, and until when, in the words that people type: `30m`, `2 hours`, `until 18:00`, `until monday 9:00`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EXAMPLES = ("30m", "until monday 9:00")
LONGEST_TYPED = timedelta(days=366)
NINE = time(9)

_UNITS = {
    "m": 60,
    "min": 60,
    "mins": 60,
    "minute": 60,
    "minutes": 60,
    "h": 3600,
    "hr": 3600,
    "hrs": 3600,
    "hour": 3600,
    "hours": 3600,
    "d": 86_400,
    "day": 86_400,
    "days": 86_400,
    "w": 604_800,
    "week": 604_800,
    "weeks": 604_800,
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PIECES = re.compile(r"(?:\d{1,5}[a-z]+)+")
_PIECE = re.compile(r"(\d{1,5})([a-z]+)")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(am|pm)?")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


class NotATime(ValueError):
    """It cannot be read as a length or a moment; the text says why, for the person who typed it."""


def until(words: Sequence[str], now: datetime, zone: str) -> tuple[datetime, tuple[str, ...]]:
    """The moment that the first words name, and the words after them.

    A day or a clock time is one in `zone`; a clock time that has passed today is tomorrow's, a day of the week the next
    one. Raises `NotATime`.
    """
    if not words:
        raise NotATime("There is no length and no time.")
    first = words[0].lower()
    if first == "for":
        return until(words[1:], now, zone)
    if first in ("until", "till", "til"):
        return _moment([word.lower() for word in words[1:]], tuple(words[1:]), now, ZoneInfo(zone))
    if _names_a_moment(first):
        return _moment([word.lower() for word in words], tuple(words), now, ZoneInfo(zone))
    length, used = _length([word.lower() for word in words])
    if length <= timedelta(0):
        raise NotATime("A length of nothing ends at once.")
    if length > LONGEST_TYPED:
        raise NotATime("That is longer than a year.")
    return now + length, tuple(words[used:])


def _names_a_moment(word: str) -> bool:
    """A day, or a time of day that is no mere number: `9:00`, `9am`, `monday`, `noon`."""
    clock = _CLOCK.fullmatch(word)
    if clock and (clock[2] or clock[3]) and "h" not in word:
        return True
    if word in ("today", "tomorrow", "tmrw", "noon", "midday", "midnight") or _DATE.fullmatch(word):
        return True
    return any(word in (name, name[:3]) for name in _DAYS)


def reads_as_time(word: str) -> bool:
    """Whether a word begins a length or a moment."""
    low = word.lower()
    if low in ("until", "till", "til", "for") or low.isdigit() or _names_a_moment(low):
        return True
    return bool(_PIECES.fullmatch(low)) and all(unit in _UNITS for _, unit in _PIECE.findall(low))


def _length(words: Sequence[str]) -> tuple[timedelta, int]:
    seconds, used = 0, 0
    while used < len(words):
        word = words[used]
        if _PIECES.fullmatch(word) and all(unit in _UNITS for _, unit in _PIECE.findall(word)):
            seconds += sum(int(number) * _UNITS[unit] for number, unit in _PIECE.findall(word))
            used += 1
        elif (
            word.isascii() and word.isdigit() and len(word) <= 5 and used + 1 < len(words) and words[used + 1] in _UNITS
        ):
            seconds += int(word) * _UNITS[words[used + 1]]
            used += 2
        else:
            break
    if not used:
        word = words[0]
        if word.isdigit():
            raise NotATime(f"{word[:10]} of what? Minutes or hours?")
        raise NotATime(f'"{word[:40]}" is neither a length nor a time.')
    return timedelta(seconds=seconds), used


def _moment(
    words: Sequence[str], given: tuple[str, ...], now: datetime, zone: ZoneInfo
) -> tuple[datetime, tuple[str, ...]]:
    if not words:
        raise NotATime("Until when?")
    here = now.astimezone(zone)
    day, used = _day(words[0], here.date())
    clock: time | None = None
    if used < len(words):
        clock, more = _clock(words[used:])
        used += more
    if not used:
        raise NotATime(f'"{given[0][:40]}" is no time of day and no day.')
    if day is None:
        assert clock is not None  # noqa: S101  one of the two was read
        found = _at(here.date(), clock, zone)
        if found <= now:
            found = _at(here.date() + timedelta(days=1), clock, zone)
    else:
        found = _at(day, clock or NINE, zone)
        if found <= now and words[0][:3] in [name[:3] for name in _DAYS]:
            found = _at(day + timedelta(days=7), clock or NINE, zone)
    if found <= now:
        raise NotATime("That time is over already.")
    return found, given[used:]


def _day(word: str, today: date) -> tuple[date | None, int]:
    """The day that a word names, and how many words that took."""
    if word == "today":
        return today, 1
    if word in ("tomorrow", "tmrw"):
        return today + timedelta(days=1), 1
    names = [index for index, name in enumerate(_DAYS) if word in (name, name[:3], name[:4], name[:5])]
    if names:
        return today + timedelta(days=(names[0] - today.weekday()) % 7), 1
    if found := _DATE.fullmatch(word):
        try:
            return date(int(found[1]), int(found[2]), int(found[3])), 1
        except ValueError:
            raise NotATime(f"There is no day {word}.") from None
    return None, 0


def _clock(words: Sequence[str]) -> tuple[time | None, int]:
    """The time of day that the next words name (`18:00`, `9am`, `at 9`, `noon`), and how many words that took."""
    used = 1 if words[0] == "at" and len(words) > 1 else 0
    word = words[used]
    if word in ("noon", "midday"):
        return time(12), used + 1
    if word == "midnight":
        return time(0), used + 1
    found = _CLOCK.fullmatch(word)
    if not found:
        return None, 0
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    used += 1
    if half is None and used < len(words) and words[used] in ("am", "pm"):
        half, used = words[used], used + 1
    if (half and not 1 <= hour <= 12) or hour > 23 or minute > 59:
        raise NotATime(f"There is no time {word}.")
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute), used


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """That moment; in the hour that a clock change leaves out, the moment that would have been."""
    return datetime.combine(day, clock, zone).astimezone(UTC)
