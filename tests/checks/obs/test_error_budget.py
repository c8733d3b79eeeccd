"""Judging the minutes of a month, cut and never rounded up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.burn import LOW as TOLD_AT
from checks.finding import build
from checks.inventory import Inventory, Monitor, Spent, expand
from checks.model import Kind
from checks.obs.error_budget import LOW, OUTCOMES, Facts, error_budget, judge
from checks.registry import load
from tests.checks.samples import NOW
from tests.engine.probes import TableProbe

MONTH = 43.2 * 60
DAY = 86_400.0
CASES = {
    "ok": Facts(Spent(MONTH, 12 * 60, seen_s=DAY)),
    "low": Facts(Spent(MONTH, 33 * 60, seen_s=DAY)),
    "used_up": Facts(Spent(MONTH, 50 * 60, seen_s=DAY)),
    "too_early": Facts(Spent(MONTH, 12 * 60, seen_s=1740)),
    "not_watched": Facts(None),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code: str) -> None:
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    ("used", "code"),
    [(0, "ok"), (MONTH * 0.75, "ok"), (MONTH * 0.75 + 1, "low"), (MONTH, "low"), (MONTH + 1, "used_up")],
)
def test_a_quarter_is_the_line(used: float, code: str) -> None:
    """Exactly a quarter left is enough; exactly nothing left is not overdrawn."""
    assert judge(Facts(Spent(MONTH, used, seen_s=DAY))).code == code
    assert LOW == TOLD_AT


async def test_the_founder_reads_minutes_and_what_was_left_out() -> None:
    """31 of 43 minutes; announced work and what nobody saw is shown."""
    monitor = Monitor("Log-in", "https://app.example.test/login")
    spent = Spent(MONTH, 12 * 60, 7200, 90, DAY)
    inventory = Inventory("shop", "example.test", monitors=(monitor,), spent={"Log-in": spent})
    target = next(one for one in expand(inventory) if one.kind is Kind.MONITOR)
    check = load()["obs.error_budget"]
    finding = build(check, target, await error_budget(target, TableProbe()), at=NOW)
    assert finding.summary == (
        "31 of 43 minutes that Log-in may be down are left this month"
        " (left out: 2 hours of announced work and 1 minute that nobody could see)"
    )
    over = build(check, target, judge(Facts(replace(spent, used_s=50 * 60, excused_s=0, unseen_s=0))), at=NOW)
    assert over.summary == "All 43 minutes that Log-in may be down this month are used up, and 6 more"
