"""Windows that come again: what their text means, when the next one is, and the nights when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.windows import BadWindow, next_of, parse

BERLIN = "Europe/Berlin"


def at(text: str, zone: str = BERLIN) -> datetime:
    """A moment on a wall clock there, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def shown(text: str, now: str, zone: str = BERLIN) -> tuple[str, str]:
    """The next one after a moment, on a wall clock there."""
    begins, ends = next_of(parse(text), at(now, zone), zone)
    return tuple(f"{one.astimezone(ZoneInfo(zone)):%m-%d %H:%M}" for one in (begins, ends))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "now", "found"),
    [
        # 2026-11-22 is a Sunday.
        ("every Sunday 03:00-04:00", "2026-11-22T02:59", ("11-22 03:00", "11-22 04:00")),
        ("every Sunday 03:00-04:00", "2026-11-22T03:30", ("11-22 03:00", "11-22 04:00")),
        ("every Sunday 03:00-04:00", "2026-11-22T04:00", ("11-29 03:00", "11-29 04:00")),
        ("Every  sundays from 3:00 to 4:00", "2026-11-23T00:00", ("11-29 03:00", "11-29 04:00")),
        ("every night 23:30-00:15", "2026-11-22T00:10", ("11-21 23:30", "11-22 00:15")),
        ("every night 23:30-00:15", "2026-11-22T00:15", ("11-22 23:30", "11-23 00:15")),
        ("every weekday 22:00-24:00", "2026-11-21T12:00", ("11-23 22:00", "11-24 00:00")),
        ("every weekend 05:00-06:00", "2026-11-23T12:00", ("11-28 05:00", "11-28 06:00")),
        ("every Tue, Thu and sat 05:00-06:00", "2026-11-24T07:00", ("11-26 05:00", "11-26 06:00")),
        ("every first Monday of the month 02:00-05:00", "2026-11-22T00:00", ("12-07 02:00", "12-07 05:00")),
        ("every 2nd Tuesday 02:00-05:00", "2026-11-22T00:00", ("12-08 02:00", "12-08 05:00")),
        ("every last Friday 02:00-05:00", "2026-11-22T00:00", ("11-27 02:00", "11-27 05:00")),
        ("every last Friday 02:00-05:00", "2026-11-27T05:00", ("12-25 02:00", "12-25 05:00")),
    ],
)
def test_the_next_one(text, now, found):
    """The one that holds, else the next; what begins yesterday and ends today holds too."""
    assert shown(text, now) == found


@pytest.mark.parametrize(
    ("text", "now", "begins", "ends"),
    [
        # 2026-03-29: 02:00 becomes 03:00. The window is as long as on other nights.
        ("every Sunday 02:00-03:00", "2026-03-28T12:00", "2026-03-29T01:00Z", "2026-03-29T02:00Z"),
        ("every Sunday 01:30-03:30", "2026-03-28T12:00", "2026-03-29T00:30Z", "2026-03-29T02:30Z"),
        # 2026-10-25: 03:00 becomes 02:00. It lasts from the first beginning to the second end.
        ("every Sunday 02:00-03:00", "2026-10-24T12:00", "2026-10-25T00:00Z", "2026-10-25T02:00Z"),
        ("every Sunday 01:30-02:30", "2026-10-24T12:00", "2026-10-24T23:30Z", "2026-10-25T01:30Z"),
        ("every Saturday 23:00-04:00", "2026-10-24T12:00", "2026-10-24T21:00Z", "2026-10-25T03:00Z"),
    ],
)
def test_nights_when_clocks_change(text, now, begins, ends):
    """The work at that time on the wall clock is covered as a whole."""
    utc = tuple(datetime.fromisoformat(one) for one in (begins, ends))
    assert next_of(parse(text), at(now), BERLIN) == utc


@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(lambda one: one.replace(tzinfo=UTC)),
    text=st.sampled_from(
        [
            "every day 01:00-02:30",
            "every Sunday 23:30-00:30",
            "every last Sunday 02:15-02:45",
            "every 4th Sat 0:00-12:00",
        ]
    ),
    zone=st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]),
)
def test_there_is_always_a_next_one(now, text, zone):
    """It ends after now, is not shorter than written and hardly longer, and asking within it gives the same one."""
    window = parse(text)
    begins, ends = next_of(window, now, zone)
    assert ends > now
    assert window.length <= ends - begins <= window.length + timedelta(hours=1)
    assert next_of(window, max(now, begins), zone) == (begins, ends)
    assert next_of(window, ends, zone)[0] >= ends


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sundays", "write it as every Sunday 03:00-04:00"),
        ("every Sonntag 03:00-04:00", '"sonntag" is no day'),
        ("every Sunday 25:00-26:00", "no time of day"),
        ("every Sunday 03:60-04:00", "no time of day"),
        ("every Sunday 03:00-03:00", "begins and ends at the same time"),
        ("every day 00:00-24:00", "begins and ends at the same time"),
        ("every day 08:00-07:00", "longer than 12 hours"),
        ("every first weekday 03:00-04:00", "goes with one day of the week"),
        ("every first 03:00-04:00", "names no day"),
        ("every , 03:00-04:00", "names no day"),
        ("every " + "Sunday " * 40 + "3-4", "write it as"),
    ],
)
def test_what_is_no_window(text, said):
    """The sentence says what is wrong with it."""
    with pytest.raises(BadWindow, match=said):
        parse(text)
