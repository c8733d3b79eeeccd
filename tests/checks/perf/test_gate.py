"""What the gate says about a release, and that chance stops none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.finding import build
from checks.inventory import Inventory, Monitor, expand
from checks.measured import Compared, Speed
from checks.model import Kind, Status
from checks.perf.gate import OUTCOMES, gate, judge
from checks.registry import load
from checks.regression import Call
from tests.checks.samples import NOW
from tests.engine.probes import TableProbe

SAME = Compared(Call.SAME, "old.example.test", 120, 0.03, 300.0, 309.0, -0.04, 0.1, at=NOW)
SLOWER = replace(SAME, call=Call.SLOWER, growth=0.34, candidate_ms=402.4)
CASES = {
    "ok": SAME,
    "slower": SLOWER,
    "noisy": replace(SLOWER, call=Call.NOISY, pairs=720),
    "not_compared": None,
    "could_not_compare": Compared(None, "old.example.test", reason="the old version answers with status 404"),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def target(compared: Compared | None):
    """The monitor of an inventory that knows of this comparison."""
    speed = Speed(compared={"Log-in": compared} if compared is not None else {})
    monitors = (Monitor("Log-in", "https://app.example.test/login"),)
    inventory = Inventory("shop", "example.test", monitors=monitors, speed=speed)
    return next(one for one in expand(inventory) if one.kind is Kind.MONITOR)


def test_the_founder_reads_how_much_slower_and_that_it_was_seen_twice():
    """One sentence with the number, and what customers feel."""
    finding = build(load()["perf.gate"], target(SLOWER), judge(SLOWER), at=NOW)
    assert finding.summary == (
        "This release makes Log-in 34 % slower than old.example.test (120 samples each, seen twice)"
    )
    assert finding.status is Status.FAIL
    assert finding.fix[0] == "Hold the release."
    assert finding.seen["from_percent"] == -4


async def test_it_asks_nobody_and_reads_what_was_measured():
    """An audit knows of the last comparison of CI, and sends nothing for it."""
    probe = TableProbe()
    assert (await gate(target(SAME), probe)).code == "ok"
    assert (await gate(target(None), probe)).code == "not_compared"
    assert not probe.asked
