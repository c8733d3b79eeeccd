"""The walk: what a click, a look, or time makes of a run.

Pure, and it never raises: what does not fit changes nothing, and the answer says where the run is now. The caller
loads the row, writes what comes out in one transaction, and looks at what `Moved.look` asks for.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.runbook import run as r
from bot.domain.runbook.book import Ask, Call, Check, Do, End, Runbook, Sort, Wait
from bot.domain.runbook.known import Known
from bot.domain.runbook.looking import LOOK_LOST, SLOWEST, again, last_verdict, late, own_eyes, proven, saw
from bot.domain.runbook.moved import CALM, Code, Did, Moved, Wake, Way
from bot.domain.runbook.paths import digest_of, nearest_call, remaining, through
from bot.domain.runbook.run import LIVE, Act, Command, Run, Sight, Standing, Verdict
from checks.masking import mask

REMINDERS = 2
FAILED = "failed"
"""In `what` of a check: whatever began the run."""
HELPED = ("yes", "partly", "no")
MOST_LESSON = 1000
"""Characters of what somebody wants to be remembered."""
NOTHING = Runbook("", "", Sort.HOW_TO, (), (), "", "", (), ())
"""In place of a text that is no longer there."""


def begin(book: Runbook, run: Run, known: Known) -> Moved:
    """The first step of a new run. Of `run`, what it is about is given; where it stands is decided here."""
    way = Way(book, known, replace(run, rev=0), replace(run, rev=0), by=run.holder)
    way.set(digest=digest_of(book), step=book.first)
    way.tell(Did.BEGAN)
    way.enter(book.first)
    return way.done()


def decide(book: Runbook, run: Run, command: Command, known: Known) -> Moved:
    """What the command makes of the run."""
    by = command.by if isinstance(command, Act) else ""
    way = Way(book, known, run, run, by=by)
    if isinstance(command, r.Rated):
        return _rated(way, command)
    if run.standing not in LIVE:
        return way.done(Code.OVER)
    if isinstance(command, Act):
        return _act(way, command)
    match command:
        case r.Saw():
            return saw(way, command) if digest_of(book) == run.digest else _mended(way)
        case r.IncidentEnded():
            return _incident(way, command)
        case r.BookGone():
            return gone(run, known)
        case _:
            return _tick(way)


def gone(run: Run, known: Known) -> Moved:
    """Its text is no longer there: it is put away, with a word."""
    way = Way(NOTHING, known, run, run)
    if run.standing in LIVE:
        way.set(remark="gone")
        way.end(Standing.LEFT, Did.LEFT)
        way.stir(Wake.LEFT)
    return way.done(Code.OVER)


def _act(way: Way, act: Act) -> Moved:
    """A click: of somebody who has it, with a button of the present step."""
    run = way.run
    if act.rev < run.turn:
        return way.done(Code.OLD)
    if isinstance(act, r.TakeOver):
        return _taken_over(way)
    if act.by != run.holder and act.by not in run.helpers:
        return way.done(Code.TAKEN)
    if isinstance(act, r.Leave):
        way.end(Standing.LEFT, Did.LEFT)
        return way.done()
    if digest_of(way.book) != run.digest:
        # Whatever was clicked stood in another text.
        moved = _mended(way)
        return replace(moved, answer=replace(moved.answer, code=Code.CHANGED))
    return way.done(_step(way, act))


def _step(way: Way, act: Act) -> Code:
    match act:
        case r.Back():
            return _back(way)
        case r.CallSomeone():
            return _call(way)
        case r.LooksDifferent():
            return _different(way)
        case r.LookAgain():
            return again(way)
        case r.SawIt():
            return own_eyes(way, good=act.good)
    match way.step, act:
        case Ask() as step, r.Answered() if 0 <= act.choice < len(step.answers):
            chosen = step.answers[act.choice]
            way.tell(Did.ANSWERED, chosen.label)
            way.behind(chosen.label)
            way.enter(chosen.go)
        case Do() as step, r.DidIt() | r.Next():
            way.tell(Did.DID)
            way.behind("done")
            way.enter(step.go)
        case Call() as step, r.Handed():
            way.behind("sent")
            if step.go != End.HANDED:
                way.tell(Did.HANDED)
            way.enter(step.go)
        case _:
            return Code.NOT_NOW
    return Code.OK


def _taken_over(way: Way) -> Moved:
    run, by = way.run, way.by
    if by != run.holder:
        others = tuple(one for one in (*run.helpers, run.holder) if one and one != by)
        way.tell(Did.TAKEN_OVER, run.holder)
        way.stir(Wake.TAKEN, run.holder)
        way.set(holder=by, since=way.now, helpers=tuple(dict.fromkeys(others)), reminded=0)
        if run.standing is Standing.OPEN:
            way.open()
        way.turned = True
    return way.done()


def _back(way: Way) -> Code:
    """To the last step that a person did or answered: nothing is done again, and nothing is undone for them."""
    past = list(way.run.past)
    while past:
        one = past.pop()
        if isinstance(way.book.steps.get(one.step), Ask | Do | Call):
            way.tell(Did.BACK)
            way.set(past=tuple(past), heard=(), remark="")
            way.stand(one.step)
            return Code.OK
    return Code.NOT_NOW


def _call(way: Way) -> Code:
    if isinstance(way.step, Call):
        return Code.NOT_NOW
    call = nearest_call(way.book, way.run.step, way.known)
    if not call:
        return Code.NOBODY
    way.tell(Did.CALLING)
    way.behind("call", last_verdict(way))
    way.enter(call)
    return Code.OK


def _different(way: Way) -> Code:
    """To the step for that; else to the one to call; else a step back."""
    step = way.step
    target = step.late if isinstance(step, Wait) else step.bad if isinstance(step, Check) else ""
    target = target or nearest_call(way.book, way.run.step, way.known)
    if isinstance(step, Call):
        return Code.NOT_NOW
    if not target:
        return _back(way)
    way.tell(Did.DIFFERENT)
    way.behind("different", last_verdict(way))
    way.enter(target)
    return Code.OK


def is_due(book: Runbook, run: Run, now: datetime) -> bool:
    """Whether time, a lost look or a changed text asks something of a live run."""
    if digest_of(book) != run.digest or run.standing is Standing.CHECKING or run.until is None:
        return True
    step = book.steps.get(run.step)
    if isinstance(step, Wait) and run.standing is Standing.WAITING:
        return run.look_at is None or now >= min(run.look_at, run.until) or _put_back(run, step, now)
    return now >= run.until or run.until - now > CALM


def _put_back(run: Run, step: Wait, now: datetime) -> bool:
    """Whether the clock was put back meanwhile: nothing waits for it to catch up."""
    ahead = run.look_at is not None and run.look_at - now > SLOWEST
    return ahead or (run.until is not None and run.until - now > step.longest)


def _tick(way: Way) -> Moved:
    run, step, now = way.run, way.step, way.now
    if digest_of(way.book) != run.digest:
        return _mended(way)
    if run.standing is Standing.CHECKING:
        way.look = True
    elif run.standing is Standing.WAITING and isinstance(step, Wait):
        if run.until is None or now >= run.until + LOOK_LOST:
            late(way, step)
        elif _put_back(run, step, now):
            way.set(until=min(run.until, now + step.longest), look_at=now)
            way.look = True
        else:
            way.look = run.look_at is None or now >= run.look_at
    elif run.until is not None and run.until - now > CALM:
        way.open()
    elif run.until is None or now >= run.until:
        if run.reminded < REMINDERS:
            way.tell(Did.REMINDED)
            way.set(reminded=run.reminded + 1, until=now + way.patience)
            way.stir(Wake.SILENT)
        else:
            way.end(Standing.LEFT, Did.LEFT)
            way.stir(Wake.LEFT)
    return way.done()


def _mended(way: Way) -> Moved:
    """The text is another one now: go on at the same step, or at the nearest that is left, and say so."""
    way.set(digest=digest_of(way.book))
    way.tell(Did.CHANGED)
    way.enter(remaining(way.book, way.run))
    way.set(remark="changed")
    return way.done()


def _incident(way: Way, ended: r.IncidentEnded) -> Moved:
    run, step = way.run, way.step
    if ended.how == "merged" and ended.into and ended.into != run.incident:
        way.set(incident=ended.into, remark="merged")
        way.tell(Did.MERGED)
        return way.done()
    if isinstance(step, Check | Wait) and _last_proof(way, step):
        # The monitors have seen just what this step waits for.
        proven(way, step, Sight(Verdict.GOOD, checks=(FAILED,)))
        if run.standing is not Standing.CHECKING:
            way.stir(Wake.GOOD)
        return way.done()
    way.end(Standing.OVER, Did.OVER)
    way.stir(Wake.OVER)
    return way.done()


def _last_proof(way: Way, step: Check | Wait) -> bool:
    """Whether all that is missing is a good look at what had failed."""
    return FAILED in step.what and through(way.book, step.good, way.known).at == End.FIXED


def _rated(way: Way, rated: r.Rated) -> Moved:
    run = way.run
    if run.standing in LIVE:
        return way.done(Code.NOT_NOW)
    if rated.rev < run.turn:
        return way.done(Code.OLD)
    # The team reads it, and a key that somebody pasted is not for them.
    lesson = mask(rated.lesson.strip())[:MOST_LESSON] or run.lesson
    way.set(helped=rated.helped if rated.helped in HELPED else run.helped, lesson=lesson)
    if way.run != run:
        way.tell(Did.RATED, way.run.lesson or way.run.helped)
    return way.done()
