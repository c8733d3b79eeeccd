"""The course of a deploy: reports come twice, late and in any order, and it ends where the furthest of them says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import deploys as rules
from bot.domain.deploys import Deploy, Stage, Walked
from bot.domain.heard import Marker, Progress

NOW = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FURTHEST = (Progress.RELEASED, Progress.STARTED, Progress.CANCELLED, Progress.FAILED, Progress.LIVE)


def marker(progress: Progress, minutes: float = 0, **more: object) -> Marker:
    """A report about v43."""
    return replace(Marker("github", progress, "v43", NOW + minutes * MINUTE, "7"), **more)  # type: ignore[arg-type]


def folded(*markers: Marker, now: datetime = NOW + 60 * MINUTE) -> Deploy:
    """All of them, one after the other."""
    deploy: Deploy | None = None
    for one in markers:
        deploy = rules.fold(deploy, one, now, product="shop")
    assert deploy is not None
    return deploy


MARKERS = st.builds(marker, st.sampled_from(list(Progress)), st.integers(0, 50))


@given(st.lists(MARKERS, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_any_order_and_repetition_of_the_same_reports_ends_in_the_same_stage(markers, random):
    """Shuffled and doubled, they come to the same stage and the same moments."""
    mixed = [*markers, *random.choices(markers, k=5)]
    random.shuffle(mixed)
    plain, other = folded(*markers), folded(*mixed)
    assert (other.stage, other.progress, other.live_at, other.began_at) == (
        plain.stage,
        plain.progress,
        plain.live_at,
        plain.began_at,
    )


@given(st.lists(MARKERS, min_size=1, max_size=8))
def test_the_furthest_report_holds(markers):
    """Live beats failed, failed beats cancelled, cancelled beats started."""
    furthest = max((one.progress for one in markers), key=FURTHEST.index)
    assert folded(*markers).stage.value == furthest.value


@given(MARKERS, st.lists(MARKERS, max_size=4))
def test_what_is_said_again_changes_nothing(first, others):
    """A report that was folded in already gives the very same deploy."""
    before = folded(first, *others)
    assert rules.fold(before, first, NOW + 60 * MINUTE) == before


@given(st.lists(MARKERS, min_size=1, max_size=6))
def test_a_verdict_is_never_taken_back_by_a_late_report(markers):
    """Judged good, it stays good, whatever its host still sends."""
    live = folded(marker(Progress.LIVE), *markers)
    good = rules.judged(live, Walked(3, 4, 4), NOW + MINUTE)
    for one in markers:
        good = rules.fold(good, one, NOW + 60 * MINUTE)
    assert (good.stage, good.walked) == (Stage.GOOD, Walked(3, 4, 4))


def test_a_report_from_the_future_happened_when_it_was_heard():
    """A sender's clock that is ahead makes no deploy of tomorrow."""
    assert folded(marker(Progress.LIVE, 600), now=NOW).live_at == NOW


@pytest.mark.parametrize(
    ("walked", "stage"),
    [
        (Walked(1, 4, 4), Stage.GOOD),
        (Walked(1, 3, 4, ("Checkout",)), Stage.BAD),
        (Walked(1, 3, 4), Stage.LIVE),
        (Walked(0, 0, 0), Stage.LIVE),
    ],
    ids=["all good", "one broken", "one not seen", "nothing to try"],
)
def test_the_verdict_is_what_was_seen(walked, stage):
    """What nobody could see is neither good nor bad, and is over all the same."""
    decided = rules.judged(folded(marker(Progress.LIVE)), walked, NOW + MINUTE)
    assert (decided.stage, decided.judged) == (stage, True)


def test_what_is_not_live_gets_no_verdict():
    """A walk that was under way when it failed says nothing about it."""
    for one in (Progress.STARTED, Progress.FAILED, Progress.CANCELLED):
        deploy = folded(marker(one))
        assert rules.judged(deploy, Walked(1, 4, 4), NOW) == deploy


def test_one_that_nobody_ends_is_stuck_and_one_that_was_overtaken_is_not():
    """Hosts skip queued builds without a word: a newer one that is live is the answer then."""
    started = folded(marker(Progress.STARTED))
    assert rules.overdue(started, NOW + 31 * MINUTE, newer=False).stage is Stage.STUCK
    assert rules.overdue(started, NOW + 31 * MINUTE, newer=True).stage is Stage.SUPERSEDED


@pytest.mark.parametrize("last", [Progress.LIVE, Progress.FAILED, Progress.CANCELLED])
def test_a_stuck_one_goes_on_when_its_sender_speaks_again(last):
    """Late is better than never."""
    stuck = rules.overdue(folded(marker(Progress.STARTED)), NOW + 31 * MINUTE, newer=False)
    assert rules.fold(stuck, marker(last, 40), NOW + 41 * MINUTE).stage.value == last.value


def test_what_is_awaited_next_follows_from_the_row():
    """Each stage has its moment, and what is over has none."""
    late = 30 * MINUTE
    assert rules.next_look(folded(marker(Progress.STARTED)), NOW, late) == NOW + late
    assert rules.next_look(folded(marker(Progress.FAILED)), NOW, late) == NOW
    assert rules.next_look(replace(folded(marker(Progress.FAILED)), incident=3), NOW, late) is None
    live = folded(marker(Progress.LIVE))
    assert rules.next_look(live, NOW, late) == NOW + rules.LOOKS[0]
    good = rules.judged(live, Walked(1, 2, 2), NOW + MINUTE)
    assert rules.next_look(good, NOW + MINUTE, late) == NOW + rules.WINDOW
    bad = rules.judged(live, Walked(1, 1, 2, ("Login",)), NOW + MINUTE)
    assert rules.next_look(bad, NOW + MINUTE, late) == NOW + MINUTE + rules.LINK
    for other in ("preview", "staging"):
        assert rules.next_look(replace(live, environment=other), NOW, late) is None
    assert rules.next_look(live, NOW + timedelta(days=2), late) is None


def test_the_looks_without_flows_end_within_two_minutes():
    """Even if each of them hangs for its ten seconds."""
    assert sum((one.total_seconds() for one in rules.LOOKS), start=10.0 * len(rules.LOOKS)) < 120


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("v43", "43", True),
        ("V43", "v43", True),
        ("a1b2c3d", "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678", True),
        ("A1B2C3D", "a1b2c3d", True),
        ("v43", "v4", False),
        ("1.2.3", "1.2.30", False),
        ("20261120", "2026112", False),
        ("", "", False),
        ("vite", "ite", False),
    ],
)
def test_two_names_of_one_version(one, other, same):
    """A tag with or without its v, a commit with its first letters; a date is no commit."""
    assert rules.same_version(one, other) is same
    assert rules.same_version(other, one) is same


@given(st.text(max_size=50), st.text(max_size=50))
def test_names_of_versions_compare_both_ways(one, other):
    """Whatever they are called."""
    assert rules.same_version(one, other) == rules.same_version(other, one)


def test_reports_of_two_hosts_about_one_commit_belong_together():
    """GitHub names the branch's commit, the host its first letters; half an hour apart it is another deploy."""
    commit = "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678"
    first = folded(marker(Progress.LIVE, version="a1b2c3d", commit=commit))
    other = replace(marker(Progress.LIVE, 5), source="vercel", key="dpl_1", version="a1b2c3d4")
    assert rules.belongs(first, other)
    assert not rules.belongs(first, replace(other, at=NOW + 31 * MINUTE))
    assert not rules.belongs(first, replace(other, environment="staging"))
    assert not rules.belongs(first, replace(other, version="b2c3d4e"))
    assert not rules.belongs(first, replace(other, source="github"))
    assert not rules.belongs(replace(first, also=("vercel:dpl_0",)), other)
    assert not rules.belongs(replace(first, service="api"), replace(other, service="shop"))
