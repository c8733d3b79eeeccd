"""A light load as its one message: in order for Slack in every state, and plain words on 80 columns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.blockkit.validator import validate_message
from bot.render.blocks import message
from bot.render.text import text
from bot.store.perf_runs import CUT, OWN_FAULT, Figures, LoadRun
from bot.views import perf_gate, perf_load
from checks.finding import build
from checks.inventory import Inventory
from checks.load_model import Ended, Step
from checks.loading import NotAllowed
from checks.measured import Compared
from checks.model import Kind, Severity, Status, Target
from checks.perf import gate
from checks.registry import load
from checks.regression import Call
from checks.report import Report
from tests.checks.samples import NOW

STEPS = (Step(2, 40, 40, 90, 120, 200), Step(5, 100, 100, 95, 130, 210), Step(10, 200, 200, 100, 180, 300))
DONE = Figures(
    "Dashboard", "https://app.example.test/dashboard", 340, 340, Ended.DONE, STEPS, 12, 0, 9, 2.0, ((200, 340),)
)
RUN = LoadRun(7, "shop", "U0ANA", NOW, NOW, "C0OPS", "1.0", 3, DONE)
SLOWER = replace(DONE, steps=(*STEPS[:2], Step(10, 200, 200, 200, 366, 900)))
STATES = {
    "begun": replace(RUN, ended_at=None, figures=replace(DONE, done=0, ended=None, steps=())),
    "going": replace(RUN, ended_at=None, figures=replace(DONE, done=140, ended=None, steps=())),
    "good": RUN,
    "slower": replace(RUN, figures=SLOWER),
    "errors": replace(RUN, figures=replace(DONE, ended=Ended.ERRORS, steps=(Step(2, 10, 7, 90, 120, 200),))),
    "stopped": replace(RUN, figures=replace(DONE, ended=Ended.STOPPED, steps=STEPS[:1], stopped_by="U0BEN")),
    "no start": replace(
        RUN, figures=replace(DONE, ended=Ended.NO_START, steps=(), reason="it answers with status 404")
    ),
    "cut": replace(RUN, figures=replace(DONE, ended=None, steps=(), problem=CUT)),
    "bug": replace(RUN, figures=replace(DONE, ended=None, steps=(), problem=OWN_FAULT)),
}


def shown(document) -> str:
    """As a person reads it; what Slack gets is in order."""
    assert validate_message(message(document)) == []
    return text(document, width=80, colour=False)


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_a_message(state):
    """Short lines, no gap, and no word of a program."""
    said = shown(perf_load.message(STATES[state]))
    print(said)
    assert "Dashboard" in said
    assert max(len(line) for line in said.splitlines()) <= 80
    assert not any(bad in said for bad in ("None", "{", "}", "??", "nan"))


def test_the_first_line_is_what_customers_feel():
    """And below it each step with its numbers."""
    said = " ".join(shown(perf_load.message(STATES["slower"])).split())
    assert said.startswith("With 10 visitors a second Dashboard becomes 3 times slower: 366 ms instead of 120 ms")
    assert "12 of 340 answers came from a cache" in said
    assert "9 connections opened" in said


def test_it_can_be_stopped_only_while_it_goes_on():
    """A control for what can be done, and its twin as a command."""
    assert "/launch perf stop 7" in shown(perf_load.message(STATES["going"]))
    for state in ("good", "stopped", "cut"):
        assert "/launch perf stop" not in shown(perf_load.message(STATES[state]))


def test_refusals_show_the_line_to_add():
    """For a host without leave, and for one that nobody wrote down."""
    listed = shown(perf_load.not_allowed(NotAllowed("app.example.test", listed=True)))
    assert "under the host" in listed
    assert "intrusive: true" in listed
    stranger = shown(perf_load.not_allowed(NotAllowed("shop.example", listed=False), ("Dashboard",)))
    assert "- {name: shop.example, purpose: other, intrusive: true}" in stranger
    for document in (perf_load.busy(RUN), perf_load.which(()), perf_load.which(("A", "B")), perf_load.over()):
        assert shown(document)


def test_the_gate_says_the_worst_first_and_how_sure_it_is():
    """A slower release beside one that is not."""
    target = Target(
        Kind.MONITOR, "Log-in", "app.example.test", Inventory("shop", "example.test"), url="https://a.test/"
    )
    slower = Compared(Call.SLOWER, "www.example.test", 120, 0.34, 300, 402, 0.21, 0.47)
    findings = [
        build(load()["perf.gate"], replace(target, name=name), gate.judge(found), at=NOW)
        for name, found in (("Dashboard", replace(slower, call=Call.SAME, growth=0.01)), ("Log-in", slower))
    ]
    said = " ".join(shown(perf_gate.result(Report("shop", (), NOW, 10, tuple(findings)))).split())
    assert said.startswith("This release makes Log-in 34 % slower than www.example.test (120 samples each, seen twice)")
    assert "95 % sure: between 21 and 47 % slower" in said
    assert findings[1].severity is Severity.HIGH
    assert findings[0].status is Status.PASS
