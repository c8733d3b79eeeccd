"""The course of a branch that gates stop and let pass again, whatever order their reports come in."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.gates import GATE_OF, GATES, Build, Ended, Found, Gated, fold, held_up
from checks.registry import load

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
KEY = Found("sec.repo", "pay.js", "secret_in_code")


def said(minute: int, ended: Ended = Ended.STOPPED, gate: str = "secrets", **more: object) -> Gated:
    """A report of that minute, each of a run of its own."""
    about: dict[str, object] = {"run": f"run-{minute}", "version": f"v{minute}", "branch": "main", **more}
    return Gated(gate, ended, NOW + timedelta(minutes=minute), (KEY,), **about)  # type: ignore[arg-type]


def heard(*reports: Gated, tell: bool = True) -> list[Build]:
    """Rows after these reports, numbered as a store does it, each message posted as the bot does."""
    rows: list[Build] = []
    for one in reports:
        bad = () if one.ended is Ended.PASSED else one.findings
        for build in fold(rows[-1] if rows else None, one, bad, 0, "shop"):
            told = build.told or (tell and bool(build.stopped))
            kept = _numbered(build, build.id or len(rows) + 1, told=told)
            rows = [*(row for row in rows if row.id != kept.id), kept]
    return sorted(rows, key=lambda row: row.id)


def _numbered(build: Build, id: int, *, told: bool) -> Build:
    return replace(build, id=id, told=told, rev=build.rev + 1)


def test_a_gate_stops_a_branch_and_lets_it_pass_again():
    """Since when, until when, and whose version it is."""
    [stopped] = heard(said(0, author="ana"))
    assert ([one.name for one in stopped.stopped], stopped.began_at, stopped.ended_at) == (["secrets"], NOW, None)
    [again] = heard(said(0, author="ana"), said(5, Ended.PASSED, author="ben"))
    assert (again.stopped, again.ended_at, again.version, again.author) == ((), NOW + timedelta(minutes=5), "v5", "ben")


def test_all_that_hold_it_up_must_pass():
    """And what is wrong stands before what could not be looked at."""
    [one] = heard(said(0, Ended.UNPROVEN, "perf"), said(1, gate="env"), said(2), said(3, Ended.PASSED))
    assert [gate.name for gate in one.stopped] == ["env", "perf"]
    assert one.ended_at is None


def test_staging_and_production_are_two():
    """The same gate about two sets of variables."""
    [one] = heard(said(0, gate="env", environment="staging"), said(1, Ended.PASSED, "env"))
    assert [gate.environment for gate in one.stopped] == ["staging"]
    assert (one.environment, one.production) == ("staging", False)
    [both] = heard(said(0, gate="env", environment="staging"), said(1, gate="env"))
    assert both.production


@pytest.mark.parametrize("seed", range(40))
def test_the_end_is_the_same_in_any_order(seed):
    """Reports of three gates, late, twice and mixed: each gate stands where the one that looked last says."""
    chance = random.Random(seed)
    reports = [
        said(minute, chance.choice(list(Ended)), chance.choice(["secrets", "env", "perf"])) for minute in range(12)
    ]
    wanted = {one.gate: one.ended for one in reports}
    mixed = [*reports, *chance.sample(reports, 5)]
    chance.shuffle(mixed)
    last = heard(*mixed)[-1]
    assert {one.name: one.ended for one in last.gates} == wanted
    assert (last.ended_at is None) == any(one is not Ended.PASSED for one in wanted.values())


def test_the_same_again_is_nothing():
    """Nothing is written down twice."""
    [one] = heard(said(0))
    assert fold(one, said(0), (KEY,), 0) == ()


def test_after_a_message_that_is_over_the_next_stop_is_a_new_one():
    """Where none was posted, the same row serves."""
    course = (said(0), said(1, Ended.PASSED), said(2))
    assert [row.ended_at is None for row in heard(*course)] == [False, True]
    assert len(heard(*course, tell=False)) == 1


def test_what_is_stopped_for_a_day_gets_a_new_message_with_the_next_run_alone():
    """Another gate of the same run does not count as one."""
    late = 24 * 60
    assert len(heard(said(0), said(late, gate="env", run="run-0"))) == 1
    first, second = heard(said(0), said(late))
    assert (first.newer, first.ended_at is None, second.newer, second.ended_at) == (True, False, False, None)
    assert second.began_at == NOW + timedelta(minutes=late)


def test_held_up_is_what_is_stopped_now():
    """What was to go to customers first."""
    [proposal] = heard(said(0, change="12", main=False))
    [main] = heard(said(0))
    [over] = heard(said(0), said(1, Ended.PASSED))
    assert held_up([over, proposal, main]) == [main, proposal]


def test_every_check_of_a_gate_is_one():
    """And no check belongs to two gates."""
    assert set(GATE_OF) <= set(load())
    assert sum(len(checks) for checks in GATES.values()) == len(GATE_OF)
