"""What is said about a light load: what hurts, what proves nothing, and what is nobody's fault but ours."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.finding import build
from checks.inventory import Host, Inventory, Monitor, expand
from checks.load_model import Ended, Load, Step
from checks.measured import Speed
from checks.model import Kind
from checks.perf.load_light import OUTCOMES, Facts, judge, load_light
from checks.registry import load
from tests.checks.samples import NOW
from tests.engine.probes import TableProbe

URL = "https://app.example.test/dashboard"
STEPS = (Step(2, 40, 40, 90, 120, 200), Step(5, 100, 100, 95, 130, 210), Step(10, 200, 200, 100, 180, 300))
GOOD = Load(URL, Ended.DONE, STEPS, connections=4, statuses=((200, 340),), at=NOW)


def ended(last: Step, how: Ended = Ended.DONE, **more: object) -> Facts:
    """The same, but the last step went like this."""
    return Facts(replace(GOOD, ended=how, steps=(*STEPS[:2], last), **more))  # type: ignore[arg-type]


CASES = {
    "ok": Facts(GOOD),
    "slower": ended(Step(10, 200, 200, 200, 360, 900)),
    "too_slow": ended(Step(10, 60, 60, 2500, 3400, 5000), Ended.SLOW),
    "errors": ended(Step(10, 60, 40, 100, 150, 200), Ended.ERRORS),
    "not_allowed": Facts(None, allowed=False),
    "not_measured": Facts(None),
    "only_cache": Facts(replace(GOOD, hits=171)),
    "turned_away": Facts(replace(GOOD, turned_away=30, ended=Ended.ERRORS)),
    "noisy": Facts(replace(GOOD, late_ms=180.0)),
    "cut_short": ended(Step(10, 30, 30, 100, 150, 200), Ended.STOPPED),
    "could_not_look": Facts(Load(URL, Ended.NO_START, reason="it answers with status 404")),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (ended(Step(10, 200, 200, 100, 240, 300)), "ok"),
        (ended(Step(10, 200, 200, 100, 241, 300)), "slower"),
        (ended(Step(10, 200, 197, 100, 150, 300)), "ok"),
        (ended(Step(10, 200, 196, 100, 150, 300)), "errors"),
        (Facts(replace(GOOD, hits=170)), "ok"),
        (Facts(replace(GOOD, steps=(Step(2, 40, 40, 2, 4, 5), Step(10, 200, 200, 5, 30, 60)))), "ok"),
        (Facts(replace(GOOD, steps=())), "could_not_look"),
    ],
)
def test_where_the_lines_are(facts, code):
    """Twice the time and 30 ms; one error in a hundred; half out of a cache."""
    assert judge(facts).code == code


def target(*, allowed: bool, measured: Load | None = None):
    """A monitor of an inventory."""
    monitors = (Monitor("Dashboard", URL),)
    inventory = Inventory(
        "shop",
        "example.test",
        hosts=(Host("app.example.test"),),
        monitors=monitors,
        opt_in=frozenset({"app.example.test"} if allowed else ()),
        speed=Speed(loads={"Dashboard": measured} if measured is not None else {}),
    )
    return next(one for one in expand(inventory) if one.kind is Kind.MONITOR)


async def test_an_audit_never_sends_a_load():
    """Allowed or not: it reads the last test, and says how to run one."""
    probe = TableProbe()
    assert (await load_light(target(allowed=False), probe)).code == "not_allowed"
    assert (await load_light(target(allowed=True), probe)).code == "not_measured"
    assert (await load_light(target(allowed=True, measured=GOOD), probe)).code == "ok"
    assert not probe.asked


def test_the_founder_reads_what_ten_visitors_do():
    """The sentence of the catalogue, with the numbers of this test."""
    facts = ended(Step(10, 200, 200, 200, 366, 900))
    finding = build(load()["perf.load_light"], target(allowed=True), judge(facts), at=NOW)
    assert finding.summary == ("With 10 visitors a second Dashboard becomes 3 times slower: 366 ms instead of 120 ms")
    assert finding.seen["at"] == "20 November 2026, 12:00 UTC"


steps = st.builds(
    lambda sent, bad, p95: Step(10, sent, max(0, sent - bad), p95 / 2, p95, p95),
    st.integers(1, 200),
    st.integers(0, 200),
    st.floats(0, 10_000),
)


@given(st.lists(steps, max_size=3), st.sampled_from(Ended), st.integers(0, 340), st.floats(0, 500))
def test_nothing_that_hurts_is_called_in_order(found, how, hits, late):
    """Errors and slow answers are never a pass, whatever else was seen."""
    facts = Facts(Load(URL, how, tuple(found), hits=hits, late_ms=late))
    if judge(facts).code == "ok":
        assert facts.load is not None
        assert how is Ended.DONE
        assert facts.load.bad < 0.01 * facts.load.sent
        assert found[-1].p95 <= 2 * found[0].p95 or found[-1].p95 - found[0].p95 <= 30
