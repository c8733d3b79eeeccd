"""What looks make of a run: a check that is good or not yet, a wait that looks again by itself, a person's own eyes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain.runbook import run as r
from bot.domain.runbook.book import Check, Wait
from bot.domain.runbook.moved import FIRST_LOOK, Code, Did, Moved, Wake, Way
from bot.domain.runbook.run import Sight, Standing, Verdict

SLOWER = 1.5
SLOWEST = timedelta(minutes=5)
LOOK_LOST = timedelta(minutes=2)
"""A wait whose last look did not come back in this time is over."""


def again(way: Way) -> Code:
    """Look once more, now."""
    run = way.run
    if isinstance(way.step, Check) and run.standing is Standing.OPEN:
        way.set(standing=Standing.CHECKING, until=None, reminded=0)
        way.turned = way.look = True
        return Code.OK
    if isinstance(way.step, Wait) and run.standing is Standing.WAITING:
        way.set(look_at=way.now)
        way.look = True
        return Code.OK
    return Code.NOT_NOW


def own_eyes(way: Way, *, good: bool) -> Code:
    """A person looked where no check could."""
    step, sight = way.step, way.run.sight
    if not isinstance(step, Check | Wait) or sight is None or sight.verdict is not Verdict.UNKNOWN:
        return Code.NOT_NOW
    verdict = Verdict.GOOD if good else Verdict.BAD
    if good:
        proven(way, step, replace(sight, verdict=verdict))
    else:
        way.tell(Did.CHECKED, verdict=verdict)
        way.set(sight=replace(sight, verdict=verdict), reminded=0)
        if isinstance(step, Check) and step.finds and step.bad:
            way.behind("found", verdict)
            way.enter(step.bad)
        elif isinstance(step, Check):
            way.open()
        way.turned = True
    return Code.OK


def proven(way: Way, step: Check | Wait, sight: Sight) -> None:
    """What must be true is: go on, with what was seen as the proof."""
    way.tell(Did.CHECKED, sight.seen, Verdict.GOOD)
    way.behind("good", Verdict.GOOD)
    way.enter(step.good, proof=sight)


def saw(way: Way, seen: r.Saw) -> Moved:
    """The look of this very step has come back; any other is of no interest any more."""
    run, step, sight = way.run, way.step, seen.sight
    if seen.rev != run.turn or run.standing not in (Standing.CHECKING, Standing.WAITING):
        return way.done(Code.OLD)
    if not isinstance(step, Check | Wait):
        return way.done(Code.NOT_NOW)
    waited = run.standing is Standing.WAITING
    if sight.verdict is Verdict.GOOD:
        way.set(looks=run.looks + 1)
        proven(way, step, sight)
        if waited:
            way.stir(Wake.GOOD)
        return way.done()
    if not waited or run.sight is None or run.sight.verdict is not sight.verdict:
        way.tell(Did.CHECKED, sight.seen, sight.verdict)
    way.set(sight=sight, looks=run.looks + 1)
    if isinstance(step, Check) and step.finds and step.bad and sight.verdict is Verdict.BAD:
        # That is the fault that was looked for: the repair comes next, without a click.
        way.behind("found", sight.verdict)
        way.enter(step.bad)
    elif isinstance(step, Check):
        way.turned = True
        way.open()
    elif run.until is None or way.now >= run.until:
        late(way, step)
    else:
        way.set(look_at=min(run.until, way.now + pause(run.looks + 1)))
    return way.done()


def pause(looks: int) -> timedelta:
    """Until the next look of a wait, after so many."""
    return min(SLOWEST, FIRST_LOOK * SLOWER ** min(looks, 20))


def late(way: Way, step: Wait) -> None:
    """It took longer than it may: on to the step for that, and the person hears of it."""
    way.tell(Did.LATE)
    way.behind("late", last_verdict(way))
    way.enter(step.late)
    way.stir(Wake.LATE)


def last_verdict(way: Way) -> Verdict | None:
    """What the last look of the present step said, where it was not good."""
    return way.run.sight.verdict if way.run.sight is not None else None
