"""What a decision says: events to append, things to say, timers to keep, an answer to the person who asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.asks import Command, TimerKind
    from bot.domain.events import Event
    from bot.domain.incident import Incident


class What(StrEnum):
    """The form in which something is said."""

    ROOT = "root"
    """The card: one per incident."""
    EDIT = "edit"
    """The card, brought up to date. Never notifies anybody."""
    THREAD = "thread"
    """A line below the card."""
    DM = "dm"
    """A direct message to one person."""
    LINE = "line"
    """One quiet line in the channel, without a card."""
    ROUTE = "route"
    """A person's second routes: e-mail, webhook, push."""


class Priority(IntEnum):
    """What goes out first; 0 is first."""

    SEV1_ROOT = 0
    PAGE = 1
    """Direct messages and mentions that must wake somebody."""
    HUMAN_EDIT = 2
    """The answer to a click."""
    SEV2_ROOT = 3
    ROOT = 4
    THREAD = 5
    EDIT = 6


class Why(StrEnum):
    """What it is about: the words are made from this and the state at the time of sending."""

    OPENED = "opened"
    CHANGED = "changed"
    """The card changed; no words of its own."""
    ACKED = "acked"
    JOINED = "joined"
    EXTENDED = "extended"
    ACK_ENDS_SOON = "ack_ends_soon"
    ACK_ENDED = "ack_ended"
    TAKES_LONG = "takes_long"
    """To the backup: the extensions are used up."""
    TAKEN_OVER = "taken_over"
    HANDED_OVER = "handed_over"
    SNOOZED = "snoozed"
    WOKE = "woke"
    WORSE = "worse"
    RED_AGAIN = "red_again"
    FIX_REFUSED = "fix_refused"
    RESOLVED = "resolved"
    REMOVED = "removed"
    REOPENED = "reopened"
    MERGED = "merged"
    NOBODY_YET = "nobody_yet"
    """An escalation or a repeat: nobody answered."""
    PAGED = "paged"
    UNSTABLE = "unstable"
    CALM_RED = "calm_red"
    MUTED = "muted"
    SILENCED_SEV1 = "silenced_sev1"
    NOTED = "noted"


HERE = "here"
"""A mention of everybody who is active in the channel."""


@dataclass(frozen=True, slots=True)
class Say:
    """One thing that must be said. Its words are made when it is sent."""

    what: What
    why: Why
    incident: int
    rev: int
    """Revision of the event that it comes from: no word without an event."""
    priority: Priority
    to: str = ""
    """DM and ROUTE: the person's Slack id."""
    mention: tuple[str, ...] = ()
    """Slack ids, or `HERE`."""
    broadcast: bool = False
    """THREAD: shown in the channel as well."""
    not_before: datetime | None = None
    """None: now. Edits by the machine are gathered."""
    late_s: int = 0
    """Seconds after the planned time, where the bot was offline."""

    @property
    def key(self) -> str:
        """Under which the outbox keeps it once."""
        match self.what:
            case What.ROOT | What.EDIT:
                return f"{self.what}:INC-{self.incident}"
            case What.DM | What.ROUTE:
                return f"{self.what}:INC-{self.incident}:{self.rev}:{self.to}"
            case What.THREAD | What.LINE:
                return f"{self.what}:INC-{self.incident}:{self.rev}"


@dataclass(frozen=True, slots=True)
class Timer:
    """A row with a due time. At most one of a kind for each incident; a new one replaces the old."""

    incident: int
    kind: TimerKind
    due_at: datetime
    guard_rev: int
    """`Incident.turn` when it was set: at another turn it does nothing."""


class AnswerCode(StrEnum):
    """What the person who asked is told, to be put into words elsewhere."""

    DONE = "done"
    ALREADY_YOURS = "already_yours"
    """`at`: until when."""
    JOINED = "joined"
    """`who` is on it until `at`; offer [Take over]."""
    ALREADY_FIXED = "already_fixed"
    """`at`: since when. Nothing to do."""
    CLOSED_INTO = "closed_into"
    """It goes on in incident `number`."""
    NOT_YOURS = "not_yours"
    """Only `who`, who is on it, can do that; offer [Take over]."""
    NOBODY_ON_IT = "nobody_on_it"
    NO_MORE_EXTENSIONS = "no_more_extensions"
    """The backup is told; `at`: until when it is still the person's."""
    ALREADY_ASLEEP = "already_asleep"
    SNOOZED = "snoozed"
    """Until `at`."""
    SNOOZED_SHORTER = "snoozed_shorter"
    """Until `at`: as long as its severity allows."""
    REASON_NEEDED = "reason_needed"
    LENGTH_NEEDED = "length_needed"
    """A sleep has a length above zero."""
    CHECKING = "checking"
    """A fresh look is under way."""
    FIXED = "fixed"
    STILL_RED = "still_red"
    """Offer: keep open, or known and mute."""
    COULD_NOT_SEE = "could_not_see"
    KEPT_OPEN = "kept_open"
    SAME_PERSON = "same_person"
    CANNOT_REACH = "cannot_reach"
    """`who` has no Slack account that the bot knows."""
    NO_SUCH_INCIDENT = "no_such_incident"
    TEXT_NEEDED = "text_needed"
    BLIND = "blind"
    NOT_NOW = "not_now"
    """Nothing to do: what was asked does not fit the present state."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request."""

    code: AnswerCode
    at: datetime | None = None
    who: str = ""
    """Slack id."""
    number: int = 0
    stale: bool = False
    """The button was about an earlier outage of the same incident; it acted on the present one."""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Follow:
    """A command for another incident (None: whichever its key leads to), to be decided right after this one."""

    incident: int | None
    command: Command
    upstream: int = 0
    """Which incident to load as `Scene.upstream`; 0: as usual."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The result: all of it is written in one transaction, or none."""

    incident: Incident | None
    """The row afterwards; None: there is still none."""
    events: tuple[Event, ...] = ()
    say: tuple[Say, ...] = ()
    timers: tuple[Timer, ...] = ()
    """All timers that the incident has afterwards: they replace the ones it had."""
    answer: Answer | None = None
    then: tuple[Follow, ...] = ()
    recheck: tuple[str, ...] = ()
    """Probes to look at now, freshly; the result comes back as `Rechecked`."""
