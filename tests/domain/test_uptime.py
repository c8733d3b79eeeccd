"""Months, stretches of time, and what is left of an error budget."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.uptime import Span, budget, joined, month_of
from tests.domain.host import STEADY

T0 = datetime(2026, 6, 1, tzinfo=UTC)


def span(begin: float, end: float) -> Span:
    """Minutes since the first of June."""
    return Span(T0 + timedelta(minutes=begin), T0 + timedelta(minutes=end))


def test_thirty_days_allow_43_minutes():
    """43.2 minutes at 99.9 %; more than that is overdrawn."""
    money = budget(timedelta(days=30), timedelta(minutes=43.2))
    assert (money.allowed_s, money.left_s) == (pytest.approx(2592), pytest.approx(0, abs=1e-6))
    assert budget(timedelta(days=30), timedelta(hours=1)).left_s == pytest.approx(-1008)


def test_a_month_is_as_long_as_it_is():
    """Also where an hour is missing, and at the end of the year."""
    assert month_of(date(2026, 3, 14), "Europe/Berlin").seconds == (31 * 24 - 1) * 3600
    assert month_of(date(2026, 12, 31), "UTC") == Span(
        datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    )


SPANS = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda pair: span(*pair)), max_size=8)


@STEADY
@given(SPANS)
def test_joined_spans_do_not_overlap_and_lose_nothing(spans):
    """Every minute that was in one of them is in one of the joined, and no other."""
    whole = joined(spans)
    assert all(one.end < other.begin for one, other in pairwise(whole))
    for minute in range(0, 500, 7):
        at = T0 + timedelta(minutes=minute)
        assert any(one.begin <= at < one.end for one in spans) == any(one.begin <= at < one.end for one in whole)
