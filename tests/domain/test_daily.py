"""Mornings: one a day at most, none forgotten, in every zone, on nights when clocks change, however the bot sleeps."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.daily import step

ZONES = (
    "UTC",
    "Europe/Madrid",
    "America/New_York",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kolkata",
)
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


@settings(max_examples=300, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    gaps=st.lists(st.integers(1, 4 * 24 * 60), min_size=2, max_size=60),
    first=st.integers(0, 365 * 24 * 60),
)
def test_each_morning_comes_once(zone, gaps, first):
    """Whenever the bot looks: the newest nine o'clock that has come, if it was not dealt with."""
    now, done, told, mondays = BEGIN + timedelta(minutes=first), None, [], []
    for gap in gaps:
        now += timedelta(minutes=gap)
        before, found = done, step(done, now, zone)
        done = found.done
        local = now.astimezone(ZoneInfo(zone))
        assert done == local.date().toordinal() - (local.time() < time(9))
        assert step(done, now, zone).morning is None, "a second look brings nothing"
        morning = found.morning
        if before is None or before == done:
            assert morning is None
            continue
        assert morning is not None
        assert morning.at <= now
        assert morning.at.astimezone(ZoneInfo(zone)).time() == time(9)
        assert morning.since.astimezone(ZoneInfo(zone)).date() == date.fromordinal(before)
        told.append(morning.day)
        passed = [day for day in range(before + 1, done + 1) if date.fromordinal(day).weekday() == 0]
        assert (morning.monday is not None) == bool(passed)
        if morning.monday is not None:
            assert morning.monday.toordinal() == passed[-1]
            mondays.append(morning.monday)
    assert told == sorted(set(told))
    assert mondays == sorted(set(mondays))


@pytest.mark.parametrize("ahead", [2, 30, 4000])
def test_a_day_of_a_wrong_clock_is_put_right(ahead):
    """It is written anew, and nothing is told about it; a day ahead is a zone that changed, and is waited for."""
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    today = now.date().toordinal()
    assert (step(today + ahead, now, "UTC").done, step(today + ahead, now, "UTC").morning) == (today, None)
    assert (step(today + 1, now, "UTC").done, step(today + 1, now, "UTC").morning) == (today + 1, None)
