"""The ways through a runbook's graph: what follows, who can be called from here, how far it still is."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.domain.runbook.book import (
    Ask,
    Call,
    Check,
    Decide,
    Do,
    End,
    Runbook,
    Say,
    Step,
    Wait,
    leads_to,
)
from bot.domain.runbook.known import Known
from bot.domain.runbook.run import LIVE, Run

ENDS = frozenset(one.value for one in End)
GOOD_ENDS = frozenset({End.FIXED.value, End.DONE.value})
HAS = "has:"


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a way leads, past everything that asks nothing."""

    at: str
    """A step that waits for somebody or for a look, an end, or "" where the way leads nowhere."""
    heard: tuple[str, ...] = ()
    """Steps that only explain and were passed."""


@dataclass(frozen=True, slots=True)
class Outline:
    """How far a run has come: "Step 2 of about 5"."""

    step: int
    of: int


def digest_of(book: Runbook) -> str:
    """A short hash of all that a run goes by: where it differs, the text was changed."""
    return hashlib.sha256(repr((book.title, tuple(book.steps.items()))).encode()).hexdigest()[:16]


def fact(known: Known, name: str) -> str:
    """What a `decide` branches on; "" where it is not known. `has:…` follows from the fields."""
    if name.startswith(HAS):
        return "yes" if known.fields.get(name.removeprefix(HAS)) else "no"
    return known.facts.get(name, "")


def branch(step: Decide, known: Known) -> str:
    """The id of the step that a `decide` leads to."""
    return step.cases.get(fact(known, step.fact), step.other)


def through(book: Runbook, start: str, known: Known) -> Landing:
    """Go on from `start`, deciding and explaining, until somebody or a look is waited for, or it ends."""
    heard: list[str] = []
    at, steps = start, 0
    while at not in ENDS:
        step = book.steps.get(at)
        steps += 1
        if step is None or steps > len(book.steps):
            # A step that does not exist, or a circle: a file that nobody proved.
            return Landing("", tuple(heard))
        if isinstance(step, Decide):
            at = branch(step, known)
        elif isinstance(step, Say):
            heard.append(at)
            at = step.go
        else:
            break
    return Landing(at, tuple(heard))


def nearest_call(book: Runbook, start: str, known: Known) -> str:
    """The id of the call that is reached in the fewest steps, else the first one of the file, else ""."""
    found = _nearest(book, start, _taken(known), lambda step: isinstance(step, Call))
    if found:
        return found
    every = [id for id, step in book.steps.items() if isinstance(step, Call) and id != start]
    return every[0] if every else ""


def _taken(known: Known) -> Callable[[Step], Iterable[str]]:
    """All ways that may be gone from a step, with what is known."""
    return lambda step: (branch(step, known),) if isinstance(step, Decide) else leads_to(step)


def _likely(known: Known) -> Callable[[Step], Iterable[str]]:
    """The ways that are gone where all goes well."""

    def ways(step: Step) -> Iterable[str]:
        if isinstance(step, Check | Wait):
            return (step.good,)
        return _taken(known)(step)

    return ways


def _nearest(book: Runbook, start: str, ways: Callable[[Step], Iterable[str]], wanted: Callable[[Step], bool]) -> str:
    seen, waiting = {start}, deque([start])
    while waiting:
        step = book.steps.get(waiting.popleft())
        for one in ways(step) if step is not None else ():
            if one in seen or one not in book.steps:
                continue
            if wanted(book.steps[one]):
                return one
            seen.add(one)
            waiting.append(one)
    return ""


def stops(book: Runbook, start: str, known: Known) -> int:
    """Steps from `start` on, itself included, on the shortest way to a good end; what asks nothing counts nothing."""
    ways = _likely(known), _taken(known)
    for way, ends in ((ways[0], GOOD_ENDS), (ways[1], GOOD_ENDS), (ways[1], ENDS)):
        found = _distance(book, start, way, ends)
        if found is not None:
            return found
    return 1


def _distance(book: Runbook, start: str, ways: Callable[[Step], Iterable[str]], ends: frozenset[str]) -> int | None:
    """Breadth first, where steps that ask nothing cost nothing."""
    seen: set[str] = set()
    waiting = deque([(start, 0)])
    while waiting:
        at, behind = waiting.popleft()
        if at in ends:
            return behind
        step = book.steps.get(at)
        if step is None or at in seen:
            continue
        seen.add(at)
        free = isinstance(step, Decide | Say)
        for one in ways(step):
            if free:
                waiting.appendleft((one, behind))
            else:
                waiting.append((one, behind + 1))
    return None


def outline(book: Runbook, run: Run, known: Known) -> Outline:
    """Which step it is, of about how many on the likeliest way."""
    behind = len(run.past)
    if run.standing not in LIVE:
        return Outline(max(1, behind), max(1, behind))
    return Outline(behind + 1, behind + max(1, stops(book, run.step, known)))


def remaining(book: Runbook, run: Run) -> str:
    """Where a run goes on in a text that is another one now: at its step, or after the last one that is still there."""
    if run.step in book.steps:
        return run.step
    for one in reversed(run.past):
        step = book.steps.get(one.step)
        if step is not None:
            return _after(step, one.said) or one.step
    return book.first


def _after(step: Step, said: str) -> str:
    match step:
        case Say() | Do() | Call():
            return step.go
        case Check() | Wait():
            # What was good before is looked at again rather than believed.
            return step.id
        case Ask():
            return next((answer.go for answer in step.answers if answer.label == said), "")
        case Decide():
            return step.id
