"""Uptime, what was left out of it, and what it leaves of the budget."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.detection import State
from bot.domain.uptime import Span, Stood, Uptime, budget, burn, joined, month_of, uptime, without
from tests.domain.host import STEADY

T0 = datetime(2026, 6, 1, tzinfo=UTC)
MONTH = Span(T0, T0 + timedelta(days=30))


def span(begin: float, end: float) -> Span:
    """Minutes since the first of June."""
    return Span(T0 + timedelta(minutes=begin), T0 + timedelta(minutes=end))


def test_a_month_with_an_outage():
    """43.2 minutes of 30 days are 99.9 %."""
    spent = uptime([Stood(State.UP, span(0, 1000)), Stood(State.DOWN, span(1000, 1043.2)),
                    Stood(State.UP, span(1043.2, 43200))], MONTH)  # fmt: skip
    assert spent.share == pytest.approx(0.999)
    money = budget(spent, MONTH)
    assert (money.allowed_s, money.used_s, money.left_s) == (
        pytest.approx(2592), pytest.approx(2592), pytest.approx(0, abs=1e-6),
    )  # fmt: skip


def test_maintenance_and_the_bots_own_lost_time_are_left_out_and_said():
    """An outage within them does not count; where both are, it was maintenance."""
    spent = uptime(
        [Stood(State.UP, span(0, 100)), Stood(State.DOWN, span(100, 200)), Stood(State.UP, span(200, 300))],
        span(0, 300), maintenance=[span(100, 140)], unseen=[span(130, 160), span(150, 170)],
    )  # fmt: skip
    assert (spent.up_s, spent.down_s, spent.maintenance_s, spent.unseen_s) == (200 * 60, 30 * 60, 40 * 60, 30 * 60)
    assert spent.share == pytest.approx(200 / 230)


def test_slow_and_suspected_and_recovering_are_up_and_unknown_is_not_counted():
    """Slow is counted beside."""
    stood = [Stood(state, span(n * 10, n * 10 + 10)) for n, state in enumerate(State)]
    spent = uptime(stood, span(0, 60))
    assert (spent.up_s, spent.down_s, spent.slow_s, spent.unseen_s) == (2400, 600, 600, 600)


def test_an_outage_that_began_before_it_was_confirmed_counts_from_there():
    """The later word replaces the earlier one."""
    spent = uptime([Stood(State.UP, span(0, 15)), Stood(State.DOWN, span(10, 20))], span(0, 20))
    assert (spent.up_s, spent.down_s) == (600, 600)


def test_nothing_seen_is_no_uptime():
    """Not 100 %, not 0 %."""
    assert uptime([], MONTH).share is None
    assert Uptime().share is None


def test_a_month_is_as_long_as_it_is():
    """Also where an hour is missing, and at the end of the year."""
    assert month_of(date(2026, 3, 14), "Europe/Berlin").seconds == (31 * 24 - 1) * 3600
    assert month_of(date(2026, 12, 31), "UTC") == Span(
        datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    )


def test_the_burn_is_only_told_with_enough_looks():
    """2 of 100 is twenty times too fast; 2 of 41 is two failures."""
    assert burn(2, 100) == pytest.approx(20)
    assert burn(2, 41) is None
    assert burn(101, 100) is None


SPANS = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda pair: span(*pair)), max_size=8)


@STEADY
@given(SPANS, SPANS, st.lists(st.sampled_from(list(State)), min_size=8, max_size=8))
def test_the_parts_add_up_to_the_whole(maintenance, unseen, states):
    """Whatever overlaps with whatever."""
    stood = [Stood(state, span(n * 50, n * 50 + 50)) for n, state in enumerate(states)]
    period = span(0, 450)
    spent = uptime(stood, period, maintenance=maintenance, unseen=unseen)
    assert spent.up_s + spent.down_s + spent.maintenance_s + spent.unseen_s == pytest.approx(period.seconds)
    assert min(spent.up_s, spent.down_s, spent.maintenance_s, spent.unseen_s) >= 0


@STEADY
@given(SPANS, SPANS)
def test_what_is_cut_out_is_out(spans, holes):
    """Joined spans do not overlap, and nothing is left in the holes."""
    whole, gaps = joined(spans), joined(holes)
    assert all(one.end < other.begin for one, other in pairwise(whole))
    for one in whole:
        for part in without(one, gaps):
            assert one.begin <= part.begin < part.end <= one.end
            assert not any(hole.begin < part.end and part.begin < hole.end for hole in gaps)
