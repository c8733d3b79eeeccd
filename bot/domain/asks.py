"""What can be asked of an incident: by a probe, by a person, by a timer, by another incident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.incident import key_of
from bot.domain.member import Member
from bot.domain.scene import NOBODY, Contact
from bot.domain.severity import Sev, Trouble


class Reading(StrEnum):
    """What a probe says about one kind of trouble."""

    DOWN = "down"
    """It fails, confirmed."""
    BETTER = "better"
    """It is good again, not yet for its whole recovery window."""
    UP = "up"
    """It has been good for its whole recovery window."""
    GONE = "gone"
    """It fails in another way now, or is no longer watched: it says nothing about this trouble any more."""


@dataclass(frozen=True, slots=True)
class Signal:
    """How a probe stands. It may be said again and again: what is already known changes nothing."""

    product: str
    environment: str
    service: str
    probe: str
    trouble: Trouble
    sev: Sev
    reading: Reading
    first_failure: datetime
    seen_at: datetime
    """When the look was that says so: a failure seen before an incident ended does not open it again."""
    evidence: str = ""
    """What was seen, masked, in a few words."""
    until: datetime | None = None
    """With BETTER: end of the recovery window."""
    absorbed: bool = False
    """Said to the incident that explains this trouble."""
    removed: bool = False
    """With GONE: it stands no longer in launch.yml."""
    drill: bool = False
    url: str = ""
    """Where who says it shows more about it."""

    @property
    def key(self) -> str:
        """The key of the incident that it would be."""
        return key_of(self.product, self.environment, self.service, self.trouble)


@dataclass(frozen=True, slots=True)
class Shared:
    """Several services stopped together: these incidents have one cause (`grouping.shared_cause`)."""

    product: str
    environment: str
    trouble: Trouble
    children: tuple[int, ...]
    members: tuple[Member, ...]
    first_failure: datetime
    drill: bool = False

    @property
    def key(self) -> str:
        """The key of the incident that stands for all of them: no service is called `*`."""
        return key_of(self.product, self.environment, "*", self.trouble)


@dataclass(frozen=True, slots=True)
class CauseFound:
    """This incident is a consequence of `Scene.upstream`."""


@dataclass(frozen=True, slots=True)
class SilenceBegan:
    """`Scene.silence` began while the incident was live."""


@dataclass(frozen=True, slots=True)
class SilenceEnded:
    """A silence ended early, or its time is over."""

    silence: str


@dataclass(frozen=True, slots=True)
class ClockPutBack:
    """The machine's clock was put back."""

    by: timedelta


@dataclass(frozen=True, slots=True)
class Rechecked:
    """The fresh look that "It's fixed" asked for. `good` is None where nothing could be seen."""

    good: bool | None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Walked:
    """A run of a runbook that belongs to it went a step on."""

    run: int
    title: str
    did: str
    step: str = ""
    said: str = ""
    verdict: str = ""
    by: str = ""
    """Slack id; "" for the bot."""


class TimerKind(StrEnum):
    """What a timer is for; an incident has at most one of each."""

    GROUP_WAIT = "group_wait"
    """The card is due."""
    ESC = "esc"
    """The next step of the escalation, repeats included."""
    ACK_WARNING = "ack_warning"
    ACK_UNTIL = "ack_until"
    SNOOZE_UNTIL = "snooze_until"
    MUTED_UNTIL = "muted_until"
    FIX = "fix"
    """The fresh look did not come back."""
    FLAP = "flap"
    """It has been calm for long enough."""
    REOPEN_UNTIL = "reopen_until"


@dataclass(frozen=True, slots=True)
class TimerDue:
    """A timer's time has come, perhaps long ago."""

    kind: TimerKind
    guard_rev: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Ask:
    """What all requests of people say. Whether the person may is the caller's question."""

    user: str
    """Slack id."""
    cause: str = ""
    """The click or command it came from."""
    rev: int | None = None
    """The revision that the button showed; None for a typed command."""


@dataclass(frozen=True, slots=True)
class Ack(Ask):
    """The button [I'm on it]."""


@dataclass(frozen=True, slots=True)
class TakeOver(Ask):
    """[Take over] from the person who is on it."""


@dataclass(frozen=True, slots=True)
class Extend(Ask):
    """[30 min more]; for SEV3 and SEV4 another working day."""


@dataclass(frozen=True, slots=True)
class Pass(Ask):
    """[Hand over…] to somebody else, who is asked to take it."""

    to: Contact = NOBODY


@dataclass(frozen=True, slots=True)
class Snooze(Ask):
    """[Snooze]; `length` None: until the product's next 9:00."""

    length: timedelta | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class KnownMute(Ask):
    """[Known, mute] after a fresh look that was red; `reason` is needed."""

    reason: str = ""
    length: timedelta | None = None


@dataclass(frozen=True, slots=True)
class KeepOpen(Ask):
    """[Keep open, close by itself when green] after a fresh look that was red."""


@dataclass(frozen=True, slots=True)
class FixedAsk(Ask):
    """The button [It's fixed]."""


@dataclass(frozen=True, slots=True)
class Page(Ask):
    """Call somebody by hand."""

    whom: Contact = NOBODY
    why: str = ""


@dataclass(frozen=True, slots=True)
class Note(Ask):
    """Write something into the timeline."""

    text: str = ""


Command = (
    Signal | Shared | CauseFound | SilenceBegan | SilenceEnded | ClockPutBack | Rechecked | Walked | TimerDue
    | Ack | TakeOver | Extend | Pass | Snooze | KnownMute | KeepOpen | FixedAsk | Page | Note
)  # fmt: skip
