"""Judging how often tries fail, without calling chance a failure."""

from __future__ import annotations

import re
from dataclasses import replace
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.finding import build
from checks.inventory import History, Inventory, Monitor, expand
from checks.model import Kind
from checks.perf.error_rate import LIMIT, OUTCOMES, Facts, Z, error_rate, judge, surely
from checks.registry import load
from tests.checks.samples import NOW
from tests.engine.probes import TableProbe


def tried(failures: int, attempts: int) -> Facts:
    """So many of so many failed."""
    return Facts(History(failures=failures, attempts=attempts, since=NOW))


CASES = {
    "ok": tried(9, 1440),
    "some_failed": tried(2, 41),
    "too_many": tried(3, 41),
    "not_watched": Facts(None),
    "too_few": tried(0, 99),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    ("failures", "attempts", "code"),
    [
        (0, 0, "not_watched"),
        (0, 1, "too_few"),
        (1, 19, "too_few"),
        (19, 19, "too_few"),
        (1, 20, "some_failed"),
        (20, 20, "too_many"),
        (0, 100, "ok"),
        (1, 100, "some_failed"),
        (1, 101, "ok"),
        (15, 1440, "some_failed"),
        (23, 1440, "too_many"),
        (50, 40, "too_many"),
        (-1, 200, "ok"),
    ],
)
def test_the_line_between_chance_and_a_pattern(failures, attempts, code):
    """Exactly one in a hundred is not below one in a hundred; one bad minute a day is no pattern."""
    assert judge(tried(failures, attempts)).code == code


def test_few_tries_are_never_a_percentage():
    """The bare numbers, and since when."""
    inventory = Inventory("shop", "example.test", monitors=(Monitor("Log-in", "https://app.example.test/login"),))
    target = next(one for one in expand(inventory) if one.kind is Kind.MONITOR)
    check = load()["perf.error_rate"]
    finding = build(check, target, judge(tried(3, 41)), at=NOW)
    assert finding.summary == (
        "3 of 41 tries of Log-in failed since 20 November 2026, 12:00 UTC;"
        " normally none do, and chance does not explain it"
    )
    for failures in range(60):
        found = build(check, target, judge(tried(failures, 60)), at=NOW)
        assert not re.search(r"%|percent|0\.", " ".join((found.summary, found.impact, *found.fix)))


async def test_it_asks_nobody():
    """What was seen is handed over; the world is not looked at again."""
    monitor = Monitor("Login", "https://app.example.test/login")
    inventory = Inventory("shop", "example.test", monitors=(monitor,), history={"Login": tried(0, 200).history})
    target = next(one for one in expand(inventory) if one.kind is Kind.MONITOR)
    assert (await error_rate(target, TableProbe())).code == "ok"
    forgotten = replace(target, inventory=replace(inventory, history={}))
    assert (await error_rate(forgotten, TableProbe())).code == "not_watched"


@given(st.integers(1, 3000).flatmap(lambda attempts: st.tuples(st.integers(0, attempts), st.just(attempts))))
def test_the_interval_is_the_one_of_wilson(pair):
    """Its lower end p solves |share - p| = z * sqrt(p (1 - p) / n), and lies at or below the share."""
    failures, attempts = pair
    share, low = failures / attempts, surely(failures, attempts)
    assert 0 <= low <= share + 1e-12
    assert share - low == pytest.approx(Z * sqrt(low * (1 - low) / attempts), abs=1e-6)
    if judge(tried(failures, attempts)).code == "ok":
        assert share < LIMIT
