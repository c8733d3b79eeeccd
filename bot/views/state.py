"""What a card knows when it is written, and how it names people and moments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.blockkit.words import one_line
from bot.document import Chart, Everyone, Person, Span, Time, Words
from bot.domain.decision import HERE
from bot.domain.events import FixRefused
from bot.domain.incident import Incident
from bot.domain.outlook import Next
from bot.domain.scene import Duty
from bot.views.felt import what_of

TODAY = timedelta(hours=8)
"""A moment no further away than this is said without its day."""


@dataclass(frozen=True, slots=True)
class State:
    """All that a card shows."""

    incident: Incident
    duty: Duty
    next: Next
    now: datetime | None = None
    people: Mapping[str, str] = field(default_factory=dict)
    """Names of launch.yml by Slack id."""
    calls: frozenset[str] | None = None
    """Whom the message may call by naming them; None: it calls nobody, since it is an edit or a direct message."""
    steps: tuple[str, ...] = ()
    """How the check says that it is repaired, the first step first; shown where no runbook leads out."""
    runbook: str = ""
    """The topic of the runbook that leads out of it."""
    every: float = 0.0
    """Seconds between two looks; 0: not known."""
    charts: tuple[Chart, ...] = ()
    few: str = ""
    """What is said in place of the charts where there are too few looks for one."""
    zone: str = "UTC"
    """Where the product's day begins: for places that cannot know the reader's zone."""
    refused: FixRefused | None = None
    """The fresh look that did not agree with somebody who said that it is fixed, where that is news."""

    @property
    def what(self) -> str:
        """What it is about, as people call it."""
        return what_of(self.incident)


def naming(state: State, slack: str, unknown: str = "") -> Span:
    """A person: mentioned where that calls nobody who is not to be called, else by name."""
    if state.calls is None or slack in state.calls:
        return Person(slack)
    known = state.people.get(slack)
    return one_line(known, 40) if known else unknown or Person(slack)


def moment(state: State, at: datetime) -> Time:
    """A moment near by as a time of day, another one with its day."""
    near = state.now is not None and abs(at - state.now) <= TODAY
    return Time(at, "time" if near else "both")


def calling(mention: tuple[str, ...]) -> Words:
    """Those who are called, in front of what is said."""
    out: list[Span] = []
    for one in dict.fromkeys(mention):
        out += [Everyone() if one == HERE else Person(one), " "]
    return tuple(out)


def small(text: str) -> str:
    """Within a sentence: without the capital at the start, where it is not an abbreviation."""
    return text if text[:2].isupper() and text[1:2].isalpha() else text[:1].lower() + text[1:]
