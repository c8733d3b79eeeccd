"""A fire drill: a simulated target breaks, somebody is paged, and walks the runbook that leads out of it.

Nothing real is touched. What is broken is one step of the runbook: the target is good again as soon as somebody has
done just that, with the right control of the simulated console. So every runbook of the library has its drill.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.runbook.book import Ask, Check, Decide, Do, Runbook, Say, Step, Wait, leads_to
from bot.domain.runbook.known import Known
from bot.domain.runbook.paths import branch
from bot.domain.runbook.run import Sight, Verdict

LONGEST = timedelta(hours=1)
"""A drill that nobody ends is over then."""
PROMPT = timedelta(minutes=15)
"""A first answer within this time is what customers may expect."""
NEAR = 3
"""The fault is one of the first so many repairs of the way: a drill is to take minutes."""
OTHERS = 2
"""Wrong controls beside the right one."""


class Stage(StrEnum):
    """How a drill stands."""

    BROKEN = "broken"
    REPAIRED = "repaired"
    """The right thing was done; the target answers again."""
    ENDED = "ended"


class How(StrEnum):
    """How it ended."""

    FIXED = "fixed"
    HANDED = "handed"
    """Somebody was called: in a real one that may be right."""
    STOPPED = "stopped"
    LATE = "late"
    """Nobody finished it within the time."""
    REAL = "real"
    """Something really broke meanwhile, which comes first."""


@dataclass(frozen=True, slots=True)
class Drill:
    """The row."""

    id: int
    product: str
    topic: str
    service: str
    began_by: str
    """A Slack id."""
    began_at: datetime
    hidden: str
    """The step whose doing repairs the target; nobody is told."""
    stage: Stage = Stage.BROKEN
    incident: int = 0
    run: int = 0
    acked_at: datetime | None = None
    acked_by: str = ""
    begun_at: datetime | None = None
    """When somebody opened the runbook."""
    repaired_at: datetime | None = None
    ended_at: datetime | None = None
    how: How | None = None
    slips: int = 0
    """Wrong controls that were clicked."""

    @property
    def probe(self) -> str:
        """What the simulated target is called among the monitors."""
        return f"Practice page {self.id}"


@dataclass(frozen=True, slots=True)
class Control:
    """A button of the simulated console."""

    task: str
    """`kind.task` of the panels: `host.roll_back`; or `done` where the step names no place."""
    right: bool


def repairs(book: Runbook, known: Known) -> tuple[str, ...]:
    """Steps that change something and are looked at afterwards, nearest first, on the ways that are open now."""
    seen, waiting, found = {book.first}, deque([book.first]), list[str]()
    while waiting:
        step = book.steps.get(waiting.popleft())
        if step is None:
            continue
        if isinstance(step, Do) and step.changes and _looked_at(book, step):
            found.append(step.id)
        for one in _ways(step, known):
            if one not in seen and one in book.steps:
                seen.add(one)
                waiting.append(one)
    return tuple(found)


def _looked_at(book: Runbook, step: Step) -> bool:
    """Whether a look follows, past what only explains."""
    at = leads_to(step)[0]
    for _ in book.steps:
        following = book.steps.get(at)
        if isinstance(following, Check | Wait):
            return True
        if not isinstance(following, Say):
            return False
        at = following.go
    return False


def hide(book: Runbook, known: Known, seed: int) -> str:
    """The step that repairs it this time; "" where the runbook repairs nothing, as many a how-to."""
    near = repairs(book, known)[:NEAR]
    # Not for secrets: it only has to differ from drill to drill, and be the same after a restart.
    return random.Random(seed).choice(near) if near else ""  # noqa: S311


def controls(step: Do, tasks: Iterable[str], seed: int) -> tuple[Control, ...]:
    """The right control among two others of the same console, in an order that differs from drill to drill."""
    right = step.panel or "done"
    kind = right.partition(".")[0]
    chance = random.Random(f"{seed}:{step.id}")  # noqa: S311
    wrong = sorted({one for one in tasks if one.partition(".")[0] == kind and one != right})
    shown = [
        Control(right, right=True),
        *(Control(one, right=False) for one in chance.sample(wrong, min(OTHERS, len(wrong)))),
    ]
    chance.shuffle(shown)
    return tuple(shown)


def truth(book: Runbook, known: Known, hidden: str, question: Ask) -> int | None:
    """The number of the answer that is true in this drill: the one from which it is nearest to the fault."""
    far = [_distance(book, known, answer.go, hidden) for answer in question.answers]
    near = [one for one in far if one is not None]
    return far.index(min(near)) if near else None


def _distance(book: Runbook, known: Known, start: str, goal: str) -> int | None:
    seen, waiting = {start}, deque([(start, 0)])
    while waiting:
        at, behind = waiting.popleft()
        if at == goal:
            return behind
        step = book.steps.get(at)
        for one in _ways(step, known) if step is not None else ():
            if one not in seen:
                seen.add(one)
                waiting.append((one, behind + 1))
    return None


def _ways(step: Step, known: Known) -> tuple[str, ...]:
    return (branch(step, known),) if isinstance(step, Decide) else leads_to(step)


def reachable(drill: Drill, book: Runbook, known: Known, step: str) -> Drill:
    """The drill with its fault on a way that is open: at `step`, where what is known now has closed every way to it.

    Providers are recognised, and things written down, while a drill goes on; other steps may be asked for then.
    """
    open_now = repairs(book, known)
    if drill.stage is not Stage.BROKEN or drill.hidden in open_now or step not in open_now:
        return drill
    return replace(drill, hidden=step)


def did(drill: Drill, step: str, now: datetime, *, right: bool) -> Drill:
    """Somebody clicked a control at that step."""
    if drill.stage is Stage.ENDED:
        return drill
    if not right:
        return replace(drill, slips=drill.slips + 1)
    if step != drill.hidden or drill.stage is Stage.REPAIRED:
        return drill
    return replace(drill, stage=Stage.REPAIRED, repaired_at=now)


def sight(drill: Drill) -> Sight:
    """What a look at the simulated target sees."""
    if drill.stage is Stage.BROKEN:
        return Sight(Verdict.BAD, "the simulated target still fails", "it answers as it should", ("drill",))
    return Sight(Verdict.GOOD, "the simulated target answers as it should", "", ("drill",))


def acked(drill: Drill, by: str, now: datetime) -> Drill:
    """Somebody is on it."""
    return drill if drill.acked_at is not None else replace(drill, acked_at=now, acked_by=by)


def opened(drill: Drill, run: int, now: datetime) -> Drill:
    """Somebody opened the runbook."""
    return drill if drill.begun_at is not None else replace(drill, run=run, begun_at=now)


def end(drill: Drill, how: How, now: datetime) -> Drill:
    """It is over."""
    return drill if drill.stage is Stage.ENDED else replace(drill, stage=Stage.ENDED, how=how, ended_at=now)


def overdue(drill: Drill, now: datetime) -> bool:
    """Whether it has gone on for too long."""
    return drill.stage is not Stage.ENDED and now - drill.began_at >= LONGEST


@dataclass(frozen=True, slots=True)
class Score:
    """What came of it."""

    to_ack: timedelta | None
    to_open: timedelta | None
    to_fix: timedelta | None
    slips: int
    how: How
    prompt: bool
    """Whether somebody answered in the time that customers may expect."""


def score(drill: Drill) -> Score | None:
    """The times of a drill that is over."""
    if drill.how is None:
        return None
    to_ack = _since(drill, drill.acked_at)
    return Score(
        to_ack,
        _since(drill, drill.begun_at),
        _since(drill, drill.repaired_at),
        drill.slips,
        drill.how,
        to_ack is not None and to_ack <= PROMPT,
    )


def _since(drill: Drill, at: datetime | None) -> timedelta | None:
    return None if at is None else at - drill.began_at


def due(topics: Iterable[str], last: Mapping[str, datetime]) -> tuple[str, ...]:
    """Runbooks in the order in which they should be drilled: never done first, then the longest ago."""
    order = {topic: number for number, topic in enumerate(topics)}
    return tuple(
        sorted(order, key=lambda one: (one in last, last[one].timestamp() if one in last else 0.0, order[one]))
    )
