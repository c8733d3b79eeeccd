"""A runbook: a graph of steps that leads somebody without any operations knowledge out of one trouble.

Every way through it ends: proven by a check, handed to a person who is named, or waiting until a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class End(StrEnum):
    """Where a step may lead besides to another step."""

    FIXED = "fixed"
    """It is repaired and proven: only a check leads here."""
    HANDED = "handed"
    """A person who is named has it now: only a call leads here."""
    DONE = "done"
    """A how-to is finished where nothing was broken."""


class Sort(StrEnum):
    """The shelf that it stands on."""

    BROKEN = "broken"
    AT_RISK = "at_risk"
    HOW_TO = "how_to"
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class Say:
    """Explains, in three lines at the most."""

    id: str
    text: str
    go: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question."""

    label: str
    """Title Case, at most 30 characters."""
    go: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One question with two to five answers; "Not Sure" is one of them."""

    id: str
    text: str
    answers: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Do:
    """One thing that a person does, with the exact place and the exact value."""

    id: str
    text: str
    go: str
    panel: str = ""
    """`kind.task` of the panels (`dns.edit_record`): the menu path of their own provider is shown below the text."""
    paste: str = ""
    """The exact value to paste."""
    slip: str = ""
    """What could go wrong."""
    undo: str = ""
    """How to take it back; shown before the step where `danger`."""
    danger: bool = False
    """It destroys something, or customers feel it."""
    changes: bool = True
    """False where it only looks: then no check has to follow."""


@dataclass(frozen=True, slots=True)
class Check:
    """Runs checks now. Good: `good`. Bad: what was seen, the usual slip, how long it takes."""

    id: str
    text: str
    """What must be true now."""
    what: tuple[str, ...]
    """Ids of checks (`tls.valid`), `failed` (whatever began this run) or the bot's own (`bot.on_call`)."""
    good: str
    look: str
    """What a person looks for where no check can run."""
    slip: str = ""
    takes: str = ""
    """How long it normally takes, in words."""
    bad: str = ""
    """A step that is offered when it looks different; empty: the step before."""
    finds: bool = False
    """It looks for the fault: where it is not good, the way goes on at `bad` by itself."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The bot looks again by itself, slower with time, and goes on or wakes the person."""

    id: str
    text: str
    what: tuple[str, ...]
    good: str
    late: str
    """Where it leads when `longest` is over."""
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Decide:
    """Branches on what is known, without a question."""

    id: str
    fact: str
    """A name of `known.FACTS`."""
    cases: Mapping[str, str]
    other: str


@dataclass(frozen=True, slots=True)
class Call:
    """Who to reach, how, and what to send them."""

    id: str
    text: str
    who: str
    """A role of `known.CONTACTS`: `builder`, `backup`, `host_support` …"""
    message: str
    go: str = End.HANDED


Step = Say | Ask | Do | Check | Wait | Decide | Call


@dataclass(frozen=True, slots=True)
class Runbook:
    """One file."""

    topic: str
    """The file's name: `site_down`."""
    title: str
    """As a founder would say it: "The site is down"."""
    sort: Sort
    says: tuple[str, ...]
    """Other words that find it."""
    leads: tuple[str, ...]
    """What leads here: ids of checks, families (`mail.*`), outcomes (`up.http:down`), classes of trouble (`DOWN`)."""
    feels: str
    """What customers feel meanwhile."""
    notice: str
    """What to tell them: at most five lines to paste."""
    needs: tuple[str, ...]
    """Names of `known.FIELDS` that its texts use."""
    serves: tuple[str, ...]
    """Ids of requirements."""
    steps: Mapping[str, Step] = field(default_factory=dict)
    """By id, in the order of the file; the first one begins."""
    own: bool = False
    """The founder's own, or the founder's version of a shipped one."""

    @property
    def first(self) -> str:
        """The id of the step that begins."""
        return next(iter(self.steps))


def leads_to(step: Step) -> tuple[str, ...]:
    """Ids of steps and ends that may follow."""
    match step:
        case Say() | Do() | Call():
            return (step.go,)
        case Ask():
            return tuple(answer.go for answer in step.answers)
        case Check():
            return (step.good, step.bad) if step.bad else (step.good,)
        case Wait():
            return (step.good, step.late)
        case Decide():
            return (*step.cases.values(), step.other)
