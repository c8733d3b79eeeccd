"""Judging when going back to an older version was last tried."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.release import STALE as TOLD_AT
from checks.finding import build
from checks.inventory import Inventory, Rollback, expand
from checks.registry import load
from checks.rel.rollback_drill import OUTCOMES, STALE, Facts, judge, rollback_drill
from tests.checks.samples import NOW
from tests.engine.probes import TableProbe


def tried(days: float, took: float | None = 240.0) -> Facts:
    """So many days ago."""
    return Facts(Rollback(NOW - timedelta(days=days), "U0ANA", took, NOW))


CASES = {
    "ok": tried(3),
    "never": Facts(Rollback(now=NOW)),
    "going_on": Facts(Rollback(now=NOW, live=True)),
    "long_ago": tried(91),
    "not_kept": Facts(None),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code: str) -> None:
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_ninety_days_are_the_line() -> None:
    """The same that the checklist goes by."""
    assert judge(tried(90)).code == "ok"
    assert judge(tried(90.01)).code == "long_ago"
    assert STALE == TOLD_AT


async def test_the_founder_reads_when_and_how_long() -> None:
    """The date and the minutes; a fire drill has no minutes of its own."""
    inventory = Inventory("shop", "example.test", rollback=tried(3).rollback)
    target, check = expand(inventory)[0], load()["rel.rollback_drill"]
    finding = build(check, target, await rollback_drill(target, TableProbe()), at=NOW)
    assert finding.summary.endswith("and took 4 minutes")
    drilled = build(check, target, judge(tried(3, None)), at=NOW)
    assert "took" not in drilled.summary
    old = build(check, target, judge(tried(120)), at=NOW)
    assert old.summary.endswith("120 days ago")
