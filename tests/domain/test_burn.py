"""How fast an error budget is used up, and what is said where there is too little traffic for a share."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.burn import (
    ENOUGH,
    FLOWS,
    PACES,
    Left,
    Level,
    Tries,
    burning,
    few,
    left,
    length,
    ordinary,
    said,
    times_of,
)
from bot.domain.heard import EVENT_KINDS

HOUR, FIVE = timedelta(hours=1), timedelta(minutes=5)
REQUESTS = FLOWS["requests"]


def steady(share: float, per_minute: int = 1000):
    """The same share fails all the time."""

    def tries(window: timedelta) -> Tries:
        everything = round(per_minute * window.total_seconds() / 60)
        return Tries(round(everything * share), everything)

    return tries


def test_the_numbers_are_those_of_the_workbook() -> None:
    """14.4 for 1 hour and 5 minutes, 6 for 6 hours and 30 minutes, 1 for 3 days."""
    assert [(one.level, one.times, one.long, one.short) for one in PACES] == [
        (Level.PAGE, 14.4, HOUR, FIVE),
        (Level.PAGE, 6.0, timedelta(hours=6), timedelta(minutes=30)),
        (Level.TICKET, 1.0, timedelta(days=3), timedelta(days=3)),
    ]


@pytest.mark.parametrize(
    ("share", "level", "times"),
    [
        (0.02, Level.PAGE, 14.4),
        (0.0144, Level.PAGE, 14.4),
        (0.0143, Level.PAGE, 6.0),
        (0.006, Level.PAGE, 6.0),
        (0.0059, Level.TICKET, 1.0),
        (0.001, Level.TICKET, 1.0),
        (0.0009, None, 0.0),
        (0.0, None, 0.0),
    ],
)
def test_each_pace_has_its_line(share: float, level: Level | None, times: float) -> None:
    """Exactly at the line counts."""
    found = burning(steady(share))
    assert (found.pace.level if found else None) is level
    assert (found.pace.times if found else 0.0) == times


def test_what_is_over_does_not_page() -> None:
    """The hour is bad, the last five minutes are not: nobody is woken for what is over."""

    def tries(window: timedelta) -> Tries:
        return Tries(0, 5000) if window <= timedelta(minutes=30) else Tries(3000, 60_000)

    found = burning(tries)
    assert found is not None
    assert found.pace.level is Level.TICKET


@given(st.integers(0, ENOUGH - 1), st.floats(0, 1))
def test_too_little_traffic_raises_nothing(everything: int, share: float) -> None:
    """Below a hundred tries in a window nothing is made of it, were all of them to fail."""
    tries = Tries(round(everything * share), everything)
    assert burning(lambda _window: tries) is None


@given(st.integers(0, 500), st.integers(1, 50_000))
def test_more_failures_never_calm_it(bad: int, more: int) -> None:
    """A burn gets no slower by failing more."""
    everything = 100_000
    before, after = Tries(bad, everything), Tries(min(everything, bad + more), everything)
    assert times_of(after) >= times_of(before)
    slow, fast = burning(lambda _: before), burning(lambda _: after)
    if slow is not None:
        assert fast is not None
        assert fast.pace.times >= slow.pace.times


def test_where_people_mistype_only_the_excess_counts() -> None:
    """One log-in in twenty always fails; that is no burn. While the usual is unknown nothing is said."""
    assert burning(steady(0.05), usual=0.05) is None
    assert burning(steady(0.05), usual=None) is None
    found = burning(steady(0.10), usual=0.05)
    assert found is not None
    assert found.times == pytest.approx(50)


def test_it_is_told_in_counts_and_in_time() -> None:
    """How many of how many, and how long the month's errors last like this."""
    found = burning(steady(0.03, per_minute=20))
    assert found is not None
    assert said(REQUESTS, found) == (
        "36 of 1,200 requests failed in 1 hour: at this pace the errors that a month allows are used up in 1 day"
    )


def test_few_are_told_without_a_percentage() -> None:
    """4 failed log-ins in 1 hour (normal: 0–1)."""
    assert few("failed log-ins", 4, HOUR, ordinary([0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 9])) == (
        "4 failed log-ins in 1 hour (normal: 0–1)"
    )
    assert few("failed log-ins", 4, HOUR, ordinary([0, 0, 0, 0, 0])) == "4 failed log-ins in 1 hour (normal: 0)"
    assert few("failed log-ins", 4, HOUR, ordinary([1, 2])) == "4 failed log-ins in 1 hour (there is no normal yet)"
    assert not re.search(r"%|\.\d", few("failed log-ins", 4, HOUR, (0, 1)))


def test_what_is_left_of_a_month() -> None:
    """Whole minutes, cut; what was left out is shown; what is overdrawn is said."""
    month = 43.2 * 60
    assert left(Left(month, 12 * 60)) == "31 of 43 minutes left this month"
    assert left(Left(month, 0, 7200, 300)) == (
        "43 of 43 minutes left this month (left out: 2 hours of announced work and 5 minutes that nobody could see)"
    )
    assert left(Left(month, 3000)) == "all 43 minutes of this month are used up, and 6 more"
    assert Left(month, 33 * 60).low
    assert not Left(month, 12 * 60).low


def test_lengths_are_whole() -> None:
    """Cut, not rounded up."""
    told = [length(timedelta(minutes=one)) for one in (0.2, 1, 5, 60, 90, 120, 1439, 1440, 2000, 2880, 4320)]
    assert told == [
        "0 minutes", "1 minute", "5 minutes", "1 hour", "90 minutes", "2 hours", "23 hours", "1 day", "33 hours",
        "2 days", "3 days",
    ]  # fmt: skip


def test_flows_are_made_of_events_that_exist() -> None:
    """Each kind belongs to one flow at most, and those that are told by themselves are none."""
    used = [kind for flow in FLOWS.values() for kind in (flow.ok, *flow.failed)]
    assert len(used) == len(set(used))
    assert set(EVENT_KINDS) - set(used) == {"email_failed", "error"}
