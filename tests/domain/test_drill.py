"""Fire drills: what is hidden, which controls are shown, what a look sees, and what was measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain import drill as d
from bot.domain.runbook.book import Ask, Check, Choice, Decide, Do, Runbook, Say, Sort
from bot.domain.runbook.known import Known
from bot.domain.runbook.run import Verdict

NOW = datetime(2026, 11, 27, 21, 0, tzinfo=UTC)
STEPS = (
    Decide("which", "recent_deploy", {"yes": "back"}, "look"),
    Do("look", "Open the page of your app.", "running", "host.see_running", changes=False),
    Ask("running", "Is it running?", (Choice("Yes", "back"), Choice("Not Sure", "restart"))),
    Do("restart", "Restart it.", "wait_a_bit", "host.restart"),
    Say("wait_a_bit", "Give it a minute.", "proven"),
    Do("back", "Roll back.", "proven", "host.roll_back"),
    Check("proven", "It answers.", ("failed",), "fixed", "Open it.", bad="write"),
    Do("write", "Write it down.", "fixed"),
)
BOOK = Runbook("site_down", "The site is down", Sort.BROKEN, (), (), "", "", (), (), {step.id: step for step in STEPS})
TASKS = ("host.restart", "host.roll_back", "host.see_logs", "host.scale_up", "dns.add_record")


def known(**facts: str) -> Known:
    return Known({}, facts, {}, NOW)


def drill(**changes: object) -> d.Drill:
    return replace(d.Drill(1, "acme", "site_down", "the app", "UMIA", NOW, "back"), **changes)


def test_only_repairs_that_are_looked_at_are_hidden():
    """Looking changes nothing, and what nobody looks at afterwards could not be proven."""
    assert set(d.repairs(BOOK, known())) == {"restart", "back"}


def test_only_ways_that_are_open_count():
    """Where a deploy is to blame, the way to the restart is closed."""
    assert d.repairs(BOOK, known(recent_deploy="yes")) == ("back",)


def test_the_fault_differs_from_drill_to_drill_and_survives_a_restart():
    """By the drill's number; every near repair has its turn."""
    hidden = [d.hide(BOOK, known(), seed) for seed in range(40)]
    assert set(hidden) == {"restart", "back"}
    assert hidden == [d.hide(BOOK, known(), seed) for seed in range(40)]


def test_a_runbook_that_repairs_nothing_hides_nothing():
    """Such as one that only explains."""
    only = replace(BOOK, steps={"look": STEPS[1], "running": STEPS[2]})
    assert d.hide(only, known(), 1) == ""


def test_the_answer_that_is_true_leads_to_the_fault():
    """A question is answered by what a person would find; where the fault is out of reach nothing is true."""
    question = BOOK.steps["running"]
    assert isinstance(question, Ask)
    assert d.truth(BOOK, known(), "back", question) == 0
    assert d.truth(BOOK, known(), "restart", question) == 1
    assert d.truth(BOOK, known(), "nowhere", question) is None


def test_the_right_control_stands_among_others_of_the_same_console():
    """One right, two wrong; where it stands differs."""
    step = BOOK.steps["back"]
    assert isinstance(step, Do)
    places = set()
    for seed in range(30):
        shown = d.controls(step, TASKS, seed)
        assert [one.task for one in shown if one.right] == ["host.roll_back"]
        assert len(shown) == 3
        assert all(one.task.startswith("host.") for one in shown)
        places.add([one.right for one in shown].index(True))
        assert shown == d.controls(step, TASKS, seed)
    assert places == {0, 1, 2}


def test_a_step_without_a_place_has_one_control():
    """There is nothing to mix it up with."""
    step = BOOK.steps["write"]
    assert isinstance(step, Do)
    assert d.controls(step, TASKS, 1) == (d.Control("done", right=True),)


def test_only_the_right_step_repairs_it():
    """Another step changes nothing; a wrong control is counted."""
    now = NOW + timedelta(minutes=4)
    assert d.did(drill(), "restart", now, right=True).stage is d.Stage.BROKEN
    slipped = d.did(drill(), "back", now, right=False)
    assert (slipped.stage, slipped.slips) == (d.Stage.BROKEN, 1)
    repaired = d.did(slipped, "back", now, right=True)
    assert (repaired.stage, repaired.repaired_at) == (d.Stage.REPAIRED, now)
    assert d.did(repaired, "back", now + timedelta(minutes=1), right=True) == repaired


def test_a_look_sees_what_was_done():
    """Bad until it is repaired."""
    assert d.sight(drill()).verdict is Verdict.BAD
    assert d.sight(drill(stage=d.Stage.REPAIRED)).verdict is Verdict.GOOD


def test_the_score_counts_from_the_beginning():
    """First answer, opening of the runbook, repair; later ones do not count again."""
    one = d.acked(drill(), "UBEN", NOW + timedelta(minutes=2))
    one = d.acked(one, "UMIA", NOW + timedelta(minutes=3))
    one = d.opened(one, 7, NOW + timedelta(minutes=3))
    one = d.did(one, "back", NOW + timedelta(minutes=6), right=True)
    one = d.end(one, d.How.FIXED, NOW + timedelta(minutes=7))
    found = d.score(one)
    assert found == d.Score(
        timedelta(minutes=2), timedelta(minutes=3), timedelta(minutes=6), 0, d.How.FIXED, prompt=True
    )
    assert one.acked_by == "UBEN"
    assert d.end(one, d.How.LATE, NOW + timedelta(hours=2)) == one


@pytest.mark.parametrize(("minutes", "prompt"), [(15, True), (16, False)])
def test_a_first_answer_is_prompt_within_a_quarter_of_an_hour(minutes, prompt):
    """The limit itself still counts."""
    one = d.end(d.acked(drill(), "UMIA", NOW + timedelta(minutes=minutes)), d.How.STOPPED, NOW + timedelta(hours=1))
    found = d.score(one)
    assert found is not None
    assert found.prompt is prompt


def test_no_score_while_it_goes_on_and_none_without_an_answer():
    """Nobody answered: that is what the score says."""
    assert d.score(drill()) is None
    found = d.score(d.end(drill(), d.How.LATE, NOW + timedelta(hours=1)))
    assert found is not None
    assert (found.to_ack, found.prompt) == (None, False)


def test_a_drill_that_nobody_ends_is_over_after_an_hour():
    """Not before; and not again."""
    assert not d.overdue(drill(), NOW + timedelta(minutes=59))
    assert d.overdue(drill(), NOW + timedelta(minutes=60))
    assert not d.overdue(drill(stage=d.Stage.ENDED), NOW + timedelta(hours=3))


def test_what_was_never_drilled_comes_first():
    """Then what was drilled longest ago."""
    last = {"site_down": NOW, "dns_broken": NOW - timedelta(days=3)}
    assert d.due(("site_down", "dns_broken", "bad_deploy"), last) == ("bad_deploy", "dns_broken", "site_down")
