"""Against runs of other days: nothing is called a regression that the stored runs show to be usual."""

from __future__ import annotations

from collections import Counter

import pytest

from checks.regression import Call
from checks.stored_runs import ENOUGH, SAMPLES, STUDENT, Against, Run, against, bound_of, confirmed, run_of
from tests.checks.perf.noise import Bench, share


def said(name: str, count: int, runs: int, **kind: float) -> Counter[Call]:
    """What is said about a candidate against so many runs of other days, on so many simulated runners."""
    calls: Counter[Call] = Counter()
    for number in range(count):
        bench = Bench(f"{name} {number}", **kind)
        stored = []
        for _ in range(runs):
            stored.append(run_of(bench.alone(SAMPLES, candidate=False)))
            bench.another_day()
        first, second = (against(run_of(bench.alone(SAMPLES, candidate=True)), stored) for _ in range(2))
        calls[confirmed(first, second).call] += 1
    return calls


def test_false_failures_stay_rare_however_much_runs_differ():
    """With five or ten stored runs, by their own spread, seen twice; with one run nothing can fail."""
    calls: Counter[Call] = Counter()
    for runs in (5, 10):
        for apart in (0.03, 0.1, 0.3):
            calls += said("stored", 150, runs, between_runs=apart)
    print("false failures against stored runs:", share(calls[Call.SLOWER], calls.total()))
    assert calls[Call.SLOWER] <= 0.01 * calls.total()
    assert said("one", 100, 1, slower=3.0)[Call.SLOWER] == 0


def test_what_is_twice_as_slow_is_found_against_runs_of_a_quiet_machine():
    """Where runs of the same code lie near each other, that is known from them; elsewhere it is a warning."""
    quiet, busy = (said("quiet", 60, 10, slower=2.0, between_runs=apart) for apart in (0.03, 0.3))
    print("twice as slow, against ten stored runs of a quiet machine:", share(quiet[Call.SLOWER], quiet.total()))
    print("the same on one that doubles from day to day:", share(busy[Call.SLOWER], busy.total()))
    assert quiet[Call.SLOWER] >= 0.85 * quiet.total()
    assert quiet[Call.SAME] == 0
    assert busy[Call.NOISY] > busy[Call.SLOWER]


@pytest.mark.parametrize(
    ("p95", "call"), [(310, Call.SAME), (359, Call.SAME), (361, Call.SLOWER), (900, Call.SLOWER), (100, Call.SAME)]
)
def test_runs_that_hardly_differ_leave_the_limit_of_20_percent(p95, call):
    """The limit is never below what the contract says."""
    stored = [Run(60, 300 + number / 10, 200) for number in range(-3, 4)]
    assert against(Run(60, p95, 200), stored).call is call


def test_few_runs_only_warn():
    """Three times slower, against four runs: it is said, and nothing fails."""
    found = against(Run(60, 900, 600), [Run(60, 300, 200)] * (ENOUGH - 1))
    assert found == Against(Call.NOISY, pytest.approx(2.0), None, pytest.approx(300), ENOUGH - 1)


def test_growth_that_nobody_feels_is_none():
    """From 20 to 45 milliseconds."""
    assert against(Run(60, 45, 30), [Run(60, 20, 10)] * 9).call is Call.SAME


def test_more_runs_than_the_table_has():
    """The last row of the table does for all that are more."""
    assert len(STUDENT) == 15
    assert bound_of([0.0, 0.1] * 20) == pytest.approx(bound_of([0.0, 0.1] * 20))
    assert bound_of([0.0, 0.1] * 20) < bound_of([0.0, 0.1] * 3)
