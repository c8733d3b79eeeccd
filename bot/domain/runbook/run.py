"""One person's way through a runbook: a row, and the events that led to it.

Nothing is lost: each click is an event before it is a message, a step that was begun is taken up after a kill, and
two clicks at once do one thing (`rev`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Standing(StrEnum):
    """How a run stands."""

    OPEN = "open"
    """A person is to do or to answer something."""
    CHECKING = "checking"
    """The bot is looking right now."""
    WAITING = "waiting"
    """The bot looks again by itself until `until`."""
    FIXED = "fixed"
    HANDED = "handed"
    DONE = "done"
    OVER = "over"
    """The incident ended by itself meanwhile."""
    LEFT = "left"
    """Somebody gave it up, or nobody came back."""


LIVE = (Standing.OPEN, Standing.CHECKING, Standing.WAITING)


class Verdict(StrEnum):
    """What a check said."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"
    """It could not look: a person is asked to."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look for a step saw."""

    verdict: Verdict
    seen: str = ""
    """One line, masked."""
    expected: str = ""
    checks: tuple[str, ...] = ()
    """Ids of the checks that ran."""


@dataclass(frozen=True, slots=True)
class Past:
    """A step that is behind: one line of the message."""

    step: str
    said: str
    """The answer or the verdict in words: "Yes", "done", "good"."""
    verdict: Verdict | None
    by: str
    """A Slack id; "" for the bot."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """The row."""

    id: int
    product: str
    topic: str
    digest: str
    """Of the runbook's text as it was when the run began; a changed text is said."""
    incident: int
    """0 without one."""
    check: str
    """What began it: a check's id, or ""."""
    target: str
    """The host or monitor that it is about, or ""."""
    code: str
    """The outcome's code, or ""."""
    holder: str
    """Slack id of the one who is doing it."""
    since: datetime
    """Since when they have it."""
    began_at: datetime
    step: str
    """The step that stands open; the last one once it is over."""
    standing: Standing
    rev: int
    past: tuple[Past, ...] = ()
    sight: Sight | None = None
    """The last look of this step, where it was not good."""
    looks: int = 0
    """Looks of this step so far."""
    until: datetime | None = None
    """End of a wait; or when somebody who went silent is reminded."""
    look_at: datetime | None = None
    """The next look of a wait."""
    reminded: int = 0
    ended_at: datetime | None = None
    helped: str = ""
    """`yes`, `partly`, `no`, or "" while nobody said."""
    lesson: str = ""
    """What to write down for next time."""
    drill: bool = False
    turn: int = 1
    """The revision at which a person, or the end of a look, last moved it: a button that is older than this is old."""
    helpers: tuple[str, ...] = ()
    """Slack ids of those who had it before: they go on clicking as well."""
    heard: tuple[str, ...] = ()
    """Steps that only explain and were passed on the way to this one: shown above it."""
    remark: str = ""
    """What happened to the run itself: `changed` (the text is another one now), `merged`, or ""."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that somebody asks of a run."""

    by: str
    id: str
    """Slack's mark of the click."""
    rev: int
    """The revision that the button was shown with; one from before `Run.turn` gets told where the run is now."""


@dataclass(frozen=True, slots=True)
class Next(Act):
    """Read."""


@dataclass(frozen=True, slots=True)
class Answered(Act):
    """Chose answer number `choice`, from 0."""

    choice: int = 0


@dataclass(frozen=True, slots=True)
class DidIt(Act):
    """[Done, Check It]."""


@dataclass(frozen=True, slots=True)
class LookAgain(Act):
    """[Check Again]."""


@dataclass(frozen=True, slots=True)
class LooksDifferent(Act):
    """[It Looks Different]: to the step for that, or to the one to call."""


@dataclass(frozen=True, slots=True)
class SawIt(Act):
    """A person looked where the bot could not: `good` or not."""

    good: bool = True


@dataclass(frozen=True, slots=True)
class CallSomeone(Act):
    """[Call Someone]: the nearest call of this runbook."""


@dataclass(frozen=True, slots=True)
class Handed(Act):
    """[I Sent It]: the person of a call has it now."""


@dataclass(frozen=True, slots=True)
class Back(Act):
    """One step back."""


@dataclass(frozen=True, slots=True)
class TakeOver(Act):
    """Somebody else does it now."""


@dataclass(frozen=True, slots=True)
class Leave(Act):
    """[Stop Here]."""


@dataclass(frozen=True, slots=True)
class Rated(Act):
    """Did it help? `yes`, `partly` or `no`, and what to write down."""

    helped: str = "yes"
    lesson: str = ""


@dataclass(frozen=True, slots=True)
class Saw:
    """The bot has looked (for the step and revision that asked)."""

    rev: int
    sight: Sight


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


@dataclass(frozen=True, slots=True)
class BookGone:
    """Its runbook is no longer there: a founder's own was taken away."""


@dataclass(frozen=True, slots=True)
class IncidentEnded:
    """The incident was resolved, merged (`into`) or closed."""

    how: str
    """`resolved`, `merged` or `closed`."""
    into: int = 0


Command = (
    Next
    | Answered
    | DidIt
    | LookAgain
    | LooksDifferent
    | SawIt
    | CallSomeone
    | Handed
    | Back
    | TakeOver
    | Leave
    | Rated
    | Saw
    | Tick
    | BookGone
    | IncidentEnded
)
