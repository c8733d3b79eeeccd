"""Somebody goes through the release checklist, or tries to go back to the version before: step by step, timed. Pure.

What the bot can see is looked at anew whenever the message is made; what only a person knows is asked, one step at a
time. What is not in order must be put in order, or be taken on with a reason. At the end stands go, or not yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

IN_TIME = timedelta(minutes=10)
"""Longer than this a checklist is not gone through a second time."""
FORGOTTEN = timedelta(hours=12)
"""A list that nobody goes on with ends by itself: what it says is no longer true."""
STALE = timedelta(days=90)
"""After so long a rollback that was tried proves little."""
LONGEST = 300
"""Characters of a reason, or of a note."""


class Kind(StrEnum):
    """Which list it is."""

    RELEASE = "release"
    ROLLBACK = "rollback"


class How(StrEnum):
    """What became of a step."""

    DONE = "done"
    SKIPPED = "skipped"
    """Left out, or taken on, with a reason."""


class Sight(StrEnum):
    """What the bot sees of something that it can look at."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"
    """Never called good: nobody has looked."""
    OUT = "out"
    """It is not set up, so there is nothing to see: shown, and nobody has to answer for it."""

    @property
    def asks(self) -> bool:
        """Whether somebody has to put it in order, or take it on."""
        return self in (Sight.BAD, Sight.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a person answers for."""

    id: str
    title: str
    """A question, or what to do."""
    how: str
    """One sentence more."""
    note: bool = False
    """Something is to be written, not only clicked."""
    counts: bool = True
    """Whether "go" depends on it."""


RELEASE_STEPS: tuple[Step, ...] = (
    Step("tests", "Are all tests green?", "Look at the last run in CI for exactly this version."),
    Step(
        "migrations",
        "Can the database still be used by the version before?",
        "A column that is dropped or renamed makes going back impossible. No change of the database: Done.",
    ),
    Step("rollback", "Do you know how to go back?", "Whoever watches must be able to do it alone."),
    Step("watch", "Who watches for the first half hour?", "Done means: you do, with this channel open."),
    Step("smoke", "Will the flows be walked right after it is live?", "Log-in, sign-up and paying, as a customer."),
    Step("notes", "What changes for customers?", "One sentence for the release notes.", note=True),
)
ROLLBACK_STEPS: tuple[Step, ...] = (
    Step("who", "Who can go back to an older version?", "Whoever is on call must be able to, also at night."),
    Step("where", "Open the list of versions at your host", "Find the button, and do not press it yet."),
    Step("which", "Find the last good version", "Its number, date or first words of the change."),
    Step("try", "Go back to it now", "On staging, or on a quiet day. The time begins with Done of the step before."),
    Step("seen", "Open the product: is the older version there?", "Look for what the newest version changed."),
    Step("forward", "Put the newest version live again", "And open the product once more."),
)
STEPS: Mapping[Kind, tuple[Step, ...]] = {Kind.RELEASE: RELEASE_STEPS, Kind.ROLLBACK: ROLLBACK_STEPS}
TRIED = "try"
"""The step of a rollback that proves something."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the bot sees of one thing, now."""

    id: str
    title: str
    sight: Sight
    said: str
    """In a few words."""
    todo: str = ""
    """A command that helps."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answered."""

    step: str
    how: How
    by: str
    """Slack id."""
    at: datetime
    why: str = ""
    """With SKIPPED the reason; with a note the note. Masked."""


@dataclass(frozen=True, slots=True)
class Run:
    """One way through a list. `rev` grows with each change."""

    id: int
    product: str
    kind: Kind
    person: str
    began_at: datetime
    version: str = ""
    """What is to go out, where that was said."""
    answers: tuple[Answer, ...] = ()
    ended_at: datetime | None = None
    stopped: bool = False
    """It was left before its end."""
    seen: tuple[Seen, ...] = ()
    """What the bot saw at the end."""
    rev: int = 0

    def answer(self, step: str) -> Answer | None:
        """What was answered to a step."""
        return next((one for one in self.answers if one.step == step), None)

    @property
    def took(self) -> timedelta | None:
        """From beginning to end; None while it goes on, or where it was left."""
        return None if self.ended_at is None or self.stopped else self.ended_at - self.began_at

    @property
    def note(self) -> str:
        """The note for customers."""
        found = self.answer("notes")
        return found.why if found is not None and found.how is How.DONE else ""


def open_step(run: Run, seen: Sequence[Seen] = ()) -> Step | None:
    """What is to be answered next: the steps in order, then what the bot sees that is not in order; None at the end."""
    if run.ended_at is not None:
        return None
    for step in STEPS[run.kind]:
        if run.answer(step.id) is None:
            return step
    for one in seen:
        if one.sight.asks and run.answer(one.id) is None:
            return Step(one.id, f"{one.title}: {one.said}", "Put it in order and look again, or go all the same.")
    return None


def seen_step(run: Run, step: Step) -> bool:
    """Whether a step is about something that the bot looks at by itself."""
    return step.id not in {one.id for one in STEPS[run.kind]}


def answered(run: Run, answer: Answer, seen: Sequence[Seen]) -> Run:
    """The run with one more answer; it ends with the last one. Unchanged where that step is not the open one."""
    step = open_step(run, seen)
    if step is None or step.id != answer.step:
        return run
    if answer.how is How.DONE and seen_step(run, step):
        # What the bot can see is not clicked away: it must be in order, or be taken on with a reason.
        return run
    return ended(replace(run, answers=(*run.answers, answer), rev=run.rev + 1), answer.at, seen)


def ended(run: Run, now: datetime, seen: Sequence[Seen]) -> Run:
    """The run, over where nothing is left to be answered."""
    if run.ended_at is not None or open_step(run, seen) is not None:
        return run
    return replace(run, ended_at=now, seen=tuple(seen), rev=run.rev + 1)


def looked(run: Run, now: datetime, seen: Sequence[Seen]) -> Run:
    """Somebody asked for a fresh look."""
    return run if run.ended_at is not None else ended(replace(run, rev=run.rev + 1), now, seen)


def stopped(run: Run, now: datetime, seen: Sequence[Seen] = ()) -> Run:
    """It was left before its end."""
    if run.ended_at is not None:
        return run
    return replace(run, ended_at=now, stopped=True, seen=tuple(seen), rev=run.rev + 1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a release checklist."""

    missing: tuple[str, ...]
    """Why not yet."""
    taken: tuple[str, ...]
    """What is not in order, and somebody took on with a reason."""

    @property
    def go(self) -> bool:
        """Whether it may go out."""
        return not self.missing


def verdict(run: Run, seen: Sequence[Seen] | None = None) -> Verdict:
    """Go where every step is done and nothing that the bot sees is bad; what was skipped says "not yet".

    What the bot sees and somebody took on with a reason does not stop it, and is named.
    """
    looked_at = run.seen if seen is None else seen
    missing, taken = [], []
    for step in STEPS[run.kind]:
        found = run.answer(step.id)
        if found is None:
            missing.append(f"{step.title} Nobody answered.")
        elif found.how is How.SKIPPED:
            missing.append(f"{step.title} Left out: {found.why}")
    for one in looked_at:
        if not one.sight.asks:
            continue
        found = run.answer(one.id)
        if found is None:
            missing.append(f"{one.title}: {one.said}")
        else:
            taken.append(f"{one.title}: {one.said}. Taken on: {found.why}")
    return Verdict(tuple(missing), tuple(taken))


def back_in(run: Run) -> timedelta | None:
    """How long going back took: from the version that was found to the older one being live; None: not tried."""
    tried, found = run.answer(TRIED), run.answer("which")
    if run.kind is not Kind.ROLLBACK or tried is None or tried.how is not How.DONE or found is None:
        return None
    return tried.at - found.at


@dataclass(frozen=True, slots=True)
class LastTry:
    """The last time that going back was tried."""

    at: datetime
    by: str
    took: timedelta | None = None
    drill: bool = False
    """It was a fire drill with simulated consoles."""

    def stale(self, now: datetime) -> bool:
        """Whether it proves little by now."""
        return now - self.at > STALE
