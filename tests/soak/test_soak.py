"""A few hundred of the runs of `make soak`, and proof that the judge sees what it should see."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store.outbox import Delivery, Kind, State
from tests.soak.judge import Verdict, judge_messages
from tests.soak.plan import CLOSED, CLOSED_EVERY, CLOSED_FROM, FAULTS, POINTS, draw

SECONDS = 25


@pytest.mark.slow
def test_no_kill_and_no_fault_loses_or_doubles_anything():
    """Every point at which the bot can die, with every fault, as many as the time allows."""
    words = [sys.executable, "-m", "tests.soak", "--runs", "400", "--seconds", str(SECONDS)]
    root = Path(__file__).parents[2]
    ended = subprocess.run(words, check=False, cwd=root, capture_output=True, text=True, timeout=110)
    last = ended.stdout.splitlines()[-1]
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found = re.match(r"(\d+) runs: 0 lost, 0 doubled, \d+ marked repeats", last)
    assert found, last
    assert int(found[1]) >= len(POINTS)
    assert "0 where it could have been looked up" in ended.stdout
    [died] = [line for line in ended.stdout.splitlines() if "died at" in line]
    assert sum(f"{point} " in died for point in POINTS) >= len(POINTS) - 2, died


def test_the_plans_bring_every_point_together_with_every_fault():
    """And now and then with a closed history; beside them are runs that all have one. A seed is always the same run."""
    plans = [draw(seed) for seed in range(10_000)]
    met = Counter((plan.kills[0].point, plan.fault) for plan in plans)
    assert set(met) == {(point, fault) for point in POINTS for fault in (*FAULTS, CLOSED)}
    assert sum(plan.fault == CLOSED for plan in plans) == 10_000 // CLOSED_EVERY
    assert all(draw(CLOSED_FROM + number).fault == CLOSED for number in range(50))
    assert draw(77) == draw(77)


def row(**changes: object) -> Delivery:
    """A card that was sent."""
    at = datetime(2026, 11, 23, tzinfo=UTC)
    known = {
        "number": 1, "delivery_id": "d1", "product": "shop", "subject": "incident:1", "kind": Kind.ROOT, "about": 0,
        "broadcast": False, "said": {}, "prio": 0, "state": State.SENT, "attempts": 1, "looks": 0, "not_before": at,
        "claimed_at": at, "lease_until": None, "channel": "C1", "slack_channel": "C1", "slack_ts": "1.0", "rev": 1,
        "rung": 0, "may_repeat": False, "last_error": "", "created_at": at, "sent_at": at,
    }  # fmt: skip
    return Delivery(**{**known, **changes})  # type: ignore[arg-type]


def seen(ts: str = "1.0", id: str = "d1") -> dict[str, object]:
    """A message as people see it."""
    return {"channel": "C1", "ts": ts, "metadata": {"event_payload": {"d": id}}}


@pytest.mark.parametrize(
    ("rows", "messages", "known", "found"),
    [
        ([row()], [seen()], {}, (0, 0, 0, 0)),
        ([row()], [], {}, (1, 0, 0, 0)),
        ([row()], [seen(), seen("2.0")], {}, (0, 1, 0, 0)),
        ([row()], [seen(), seen("2.0")], {"closed": frozenset({"d1"})}, (0, 1, 0, 0)),
        ([row(may_repeat=True)], [seen(), seen("2.0")], {}, (0, 1, 0, 0)),
        ([row(may_repeat=True)], [seen(), seen("2.0")], {"strangers": True}, (0, 1, 0, 0)),
        ([row(may_repeat=True)], [seen(), seen("2.0")], {"closed": frozenset({"d1"})}, (0, 0, 0, 1)),
        ([row(may_repeat=True, kind=Kind.DM)], [seen(), seen("2.0"), seen("3.0")], {"strangers": True}, (0, 0, 0, 2)),
        ([row()], [seen(), seen("3.0", "d9")], {}, (0, 0, 1, 0)),
        ([row(state=State.RECONCILE)], [], {}, (1, 0, 0, 0)),
    ],
)
def test_the_judge_counts_what_is_lost_doubled_and_uncalled_for(rows, messages, known, found):
    """Each by its name; a marked repetition is only counted where the message could not be looked up."""
    verdict = Verdict()
    judge_messages(verdict, {each.delivery_id: each for each in rows}, messages, **known)
    counts = Counter(lost=len(verdict.lost), doubled=len(verdict.doubled), wrong=len(verdict.wrong))
    assert (counts["lost"], counts["doubled"], counts["wrong"], verdict.marked) == found
