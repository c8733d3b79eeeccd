"""What comes out of a step of a run: the row afterwards, an answer, lines for the timeline, something to look at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.runbook.book import Check, End, Runbook, Step, Wait
from bot.domain.runbook.known import Known
from bot.domain.runbook.paths import nearest_call, through
from bot.domain.runbook.run import Past, Run, Sight, Standing, Verdict

FIRST_LOOK = timedelta(seconds=20)
"""After which a wait looks for the first time."""
PATIENCE = timedelta(minutes=15)
"""How long somebody may be silent while customers feel it."""
CALM = timedelta(days=1)
"""And otherwise."""


class Code(StrEnum):
    """What the person who clicked is told."""

    OK = "ok"
    OLD = "old"
    """The button is old: here is where the run is now."""
    TAKEN = "taken"
    """`who` is doing it; offer [Take Over]."""
    OVER = "over"
    CHANGED = "changed"
    """The text was changed meanwhile: look at the step again."""
    NOBODY = "nobody"
    """This runbook names nobody to call."""
    NO_SUCH = "no_such"
    """There is no such run, or no such runbook."""
    NOT_NOW = "not_now"
    """It does not fit the present step."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a click, with where the run is now."""

    code: Code
    run: int
    step: str
    standing: Standing
    rev: int
    who: str
    """Slack id of the one who is doing it."""
    since: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """Something to look at now; what was seen comes back as `Saw` with this token."""

    run: int
    token: int
    step: str
    what: tuple[str, ...]


class Did(StrEnum):
    """What happened, for the timeline."""

    BEGAN = "began"
    ANSWERED = "answered"
    DID = "did"
    CHECKED = "checked"
    DIFFERENT = "different"
    CALLING = "calling"
    HANDED = "handed"
    BACK = "back"
    TAKEN_OVER = "taken_over"
    LATE = "late"
    REMINDED = "reminded"
    LEFT = "left"
    FIXED = "fixed"
    DONE = "done"
    OVER = "over"
    MERGED = "merged"
    CHANGED = "changed"
    RATED = "rated"


@dataclass(frozen=True, slots=True)
class Told:
    """One line for the timeline."""

    did: Did
    step: str = ""
    said: str = ""
    verdict: Verdict | None = None
    by: str = ""


class Wake(StrEnum):
    """Why somebody must hear of it who is not looking at the message."""

    NOBODY = ""
    GOOD = "good"
    """A wait is over: it goes on."""
    LATE = "late"
    """A wait is over: it took too long."""
    SILENT = "silent"
    """Nothing was heard for a while."""
    LEFT = "left"
    """Nobody came back; it is put away."""
    OVER = "over"
    """The incident ended meanwhile."""
    TAKEN = "taken"
    """Somebody else does it now: to the one who had it."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of a command: all of it is written in one transaction."""

    run: Run
    answer: Answer
    told: tuple[Told, ...] = ()
    look: Look | None = None
    wake: Wake = Wake.NOBODY
    wakes: str = ""
    """Slack id of the one to wake."""


@dataclass(slots=True)
class Way:
    """A decision in the making."""

    book: Runbook
    known: Known
    before: Run
    run: Run
    by: str = ""
    told: list[Told] = field(default_factory=list)
    turned: bool = False
    look: bool = False
    wake: Wake = Wake.NOBODY
    wakes: str = ""

    @property
    def now(self) -> datetime:
        return self.known.at

    @property
    def step(self) -> Step | None:
        return self.book.steps.get(self.run.step)

    def set(self, **changes: object) -> None:
        self.run = replace(self.run, **changes)  # type: ignore[arg-type]

    def tell(self, did: Did, said: str = "", verdict: Verdict | None = None, *, by: str | None = None) -> None:
        self.told.append(Told(did, self.run.step, said, verdict, self.by if by is None else by))

    def behind(self, said: str, verdict: Verdict | None = None) -> None:
        """The present step is done with."""
        self.set(past=(*self.run.past, Past(self.run.step, said, verdict, self.by, self.now)))

    def stir(self, wake: Wake, whom: str = "") -> None:
        self.wake, self.wakes = wake, whom or self.run.holder

    def enter(self, target: str, *, proof: Sight | None = None) -> None:
        """Go on at a step or an end, past everything that asks nothing."""
        landing = through(self.book, target, self.known)
        at = landing.at
        if not at:
            call = nearest_call(self.book, self.run.step, self.known)
            if not call or call == self.run.step:
                self.end(Standing.LEFT, Did.LEFT)
                return
            at = call
        self.turned = True
        self.set(heard=landing.heard, remark="", reminded=0)
        match at:
            case End.FIXED if proof is not None:
                self.set(sight=proof)
                self.end(Standing.FIXED, Did.FIXED)
            case End.HANDED:
                self.end(Standing.HANDED, Did.HANDED)
            case End.FIXED | End.DONE:
                self.end(Standing.DONE, Did.DONE)
            case _:
                self.stand(at)

    def stand(self, at: str) -> None:
        """At a step that waits for a person or a look."""
        step = self.book.steps[at]
        self.turned = True
        self.set(step=at, sight=None, looks=0, reminded=0, look_at=None)
        if isinstance(step, Check):
            self.set(standing=Standing.CHECKING, until=None)
            self.look = True
        elif isinstance(step, Wait):
            until = self.now + step.longest
            self.set(standing=Standing.WAITING, until=until, look_at=min(until, self.now + FIRST_LOOK))
        else:
            self.open()

    def open(self) -> None:
        """A person is to do something; who stays silent is reminded."""
        self.set(standing=Standing.OPEN, until=self.now + self.patience, look_at=None)

    @property
    def patience(self) -> timedelta:
        return PATIENCE if self.known.facts.get("incident") == "yes" else CALM

    def end(self, standing: Standing, did: Did) -> None:
        self.turned = True
        self.tell(did)
        self.set(standing=standing, ended_at=self.now, until=None, look_at=None)

    def done(self, code: Code = Code.OK) -> Moved:
        run = self.run
        if run != self.before:
            rev = self.before.rev + 1
            run = replace(run, rev=rev, turn=rev if self.turned else run.turn)
        step = self.book.steps.get(run.step)
        look = None
        if self.look and run.standing in (Standing.CHECKING, Standing.WAITING) and isinstance(step, Check | Wait):
            look = Look(run.id, run.turn, run.step, step.what)
        answer = Answer(code, run.id, run.step, run.standing, run.rev, run.holder, run.since)
        return Moved(run, answer, tuple(self.told), look, self.wake, self.wakes)
