"""The light load test as numbers: its schedule, its stops, its result."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.load_model import MOST, SLOWEST, STEPS, WARM_UP, Ended, Load, Shot, Step, Tally, due
from checks.ranks import nearest_rank


def test_the_schedule_keeps_its_promise():
    """2, 5 and 10 a second for 20 seconds each, evenly, and with the warm-up at most 350 requests."""
    moments = due()
    assert [sum(step == place for _, step in moments) for place in range(3)] == [40, 100, 200]
    assert len(moments) + WARM_UP <= MOST
    assert moments[0] == (0.0, 0)
    assert moments[-1][0] < 60
    gaps = {round(later - earlier, 9) for (earlier, one), (later, other) in pairwise(moments) if one == other}
    assert gaps == {0.5, 0.2, 0.1}


def tally(*shots: Shot) -> Tally:
    """What came back."""
    found = Tally(STEPS)
    for shot in shots:
        found.take(shot)
    return found


GOOD, BAD, SLOW = Shot(0, 40.0, status=200), Shot(0, 40.0, status=500, good=False), Shot(0, 3100.0, status=200)


@pytest.mark.parametrize(
    ("shots", "waiting", "ended"),
    [
        ([], [], None),
        ([GOOD] * 300, [], None),
        ([BAD, BAD], [], None),
        ([BAD] * 3, [], Ended.ERRORS),
        ([GOOD] * 147 + [BAD] * 3, [], None),
        ([GOOD] * 146 + [BAD] * 3, [], Ended.ERRORS),
        ([SLOW] * 19, [], None),
        ([SLOW] * 20, [], Ended.SLOW),
        ([GOOD] * 19 + [SLOW], [], None),
        ([GOOD] * 18 + [SLOW] * 2, [], Ended.SLOW),
        ([GOOD] * 18, [(0, 3500.0)] * 2, Ended.SLOW),
        ([GOOD] * 18, [(0, 2500.0)] * 2, None),
        ([SLOW] * 20 + [Shot(1, 40.0, status=200)], [], None),
    ],
)
def test_it_stops_when_it_hurts_and_not_before(shots, waiting, ended):
    """Errors over all of it, slowness by the step; who still waits counts."""
    assert tally(*shots).enough(waiting) is ended


def test_the_result_counts_what_was_given_up_and_not_what_was_refused():
    """Ten seconds without an answer are ten seconds; a refusal after a millisecond is no quick answer."""
    gave_up, refused = Shot(1, 10_000.0, good=False), Shot(1, 1.0, good=False)
    load = tally(*[Shot(1, 100.0, status=200)] * 18, gave_up, refused).load("https://a.test/", Ended.ERRORS)
    assert load.steps == (Step(5.0, 20, 18, 100.0, 10_000.0, 10_000.0),)
    assert load.statuses == ((200, 18), (0, 2))
    assert (load.sent, load.bad) == (20, 2)


def test_nothing_came_back():
    """No figures are made up."""
    assert tally().load("https://a.test/", Ended.STOPPED) == Load("https://a.test/", Ended.STOPPED)


@given(
    st.lists(st.builds(Shot, st.just(1), st.floats(0, 6000)), max_size=120),
    st.lists(st.floats(0, 6000), max_size=40),
)
def test_counting_along_says_what_sorting_would(shots, waiting):
    """The 95th in a hundred is above three seconds, or it is not: the same either way."""
    times = sorted([shot.took_ms for shot in shots] + [since for since in waiting if since > SLOWEST])
    slow = len(times) >= 20 and nearest_rank(times) > SLOWEST
    assert (tally(*shots).enough([(1, since) for since in waiting]) is Ended.SLOW) is slow


@given(st.lists(st.builds(Shot, st.integers(0, 2), st.floats(0, 20_000), good=st.booleans()), max_size=350))
def test_the_figures_are_in_order(shots):
    """Whatever came: half, nineteen of twenty, the slowest; and no request is lost."""
    load = tally(*shots).load("https://a.test/", Ended.DONE)
    assert load.sent == len(shots)
    assert load.bad == sum(not shot.good for shot in shots)
    for step in load.steps:
        assert 0 <= step.p50 <= step.p95 <= step.slowest
