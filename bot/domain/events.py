"""Everything that can happen to an incident: the events that are kept, in order, for as long as it is remembered.

Events are facts. They are decided once (`lifecycle.decide`), appended, and never changed; the incident's row is their
fold (`folding.apply`). Each says when, by whom (`actor`: a Slack id, "" for the bot itself) and from what
(`cause`: a click, a probe, a timer, a silence).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.member import Member, Outcome
from bot.domain.severity import Sev, Trouble


@dataclass(frozen=True, slots=True)
class Event:
    """What all events say."""

    at: datetime
    actor: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Opened(Event):
    """A new incident. `announce_at` is when the card is due; None: not before it gets worse, or the silence ends."""

    id: int = 0
    product: str = ""
    environment: str = "production"
    service: str = ""
    trouble: Trouble = Trouble.NOTE
    key: str = ""
    sev: Sev = Sev.FOUR
    first_failure: datetime | None = None
    announce_at: datetime | None = None
    members: tuple[Member, ...] = ()
    children: tuple[int, ...] = ()
    """Incidents of which this is the shared cause."""
    silence: str = ""
    until: datetime | None = None
    """End of that silence."""
    deploy: str = ""
    """The release that went out shortly before, if one did: what it is called."""
    deploy_by: str = ""
    deploy_at: datetime | None = None
    drill: bool = False


@dataclass(frozen=True, slots=True)
class Announced(Event):
    """The card went out. Escalation counts from `esc_from`."""

    esc_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class MemberJoined(Event):
    """Something else fails that belongs to it."""

    member: Member | None = None


@dataclass(frozen=True, slots=True)
class MemberRed(Event):
    """A member that looked better fails again."""

    probe: str = ""
    trouble: Trouble = Trouble.NOTE
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class MemberGreen(Event):
    """A member looks better; `until` is when its recovery window ends."""

    probe: str = ""
    trouble: Trouble = Trouble.NOTE
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class MemberUp(Event):
    """A member has been good for its whole recovery window."""

    probe: str = ""
    trouble: Trouble = Trouble.NOTE


@dataclass(frozen=True, slots=True)
class MemberLeft(Event):
    """A member no longer belongs to it: it is not watched any more, or fails in another way now."""

    probe: str = ""
    trouble: Trouble = Trouble.NOTE


@dataclass(frozen=True, slots=True)
class Worsened(Event):
    """It got worse: a higher severity, or another kind of trouble that it does not explain. Breaks ack and snooze."""

    sev: Sev = Sev.FOUR
    why: str = "severity"
    """`severity` or `trouble`."""
    trouble: Trouble = Trouble.NOTE
    esc_from: datetime | None = None
    announce_at: datetime | None = None
    """When the card is due, where it has not gone out; None: unchanged."""
    wakes: bool = True
    """False under a silence: it is recorded, and sleeps on."""


@dataclass(frozen=True, slots=True)
class Acked(Event):
    """The actor works on it until `until`."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AckWarned(Event):
    """The person working on it was told that the time is nearly over."""


@dataclass(frozen=True, slots=True)
class Joined(Event):
    """Somebody else works on it as well."""


@dataclass(frozen=True, slots=True)
class Extended(Event):
    """The person working on it needs longer."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExtensionRefused(Event):
    """No further extension: the backup is told that it takes longer than it should."""


@dataclass(frozen=True, slots=True)
class TakenOver(Event):
    """The actor works on it now, in place of `before`."""

    before: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class HandedOver(Event):
    """The actor passed it on to `to`, who is asked to take it."""

    to: str = ""
    before: str = ""
    esc_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class AckEnded(Event):
    """The time of the person working on it ran out, and it still fails."""

    before: str = ""
    esc_from: datetime | None = None
    step: int = 1


@dataclass(frozen=True, slots=True)
class Snoozed(Event):
    """It sleeps until `until`; it wakes when it gets worse."""

    until: datetime | None = None
    reason: str = ""
    silence: str = ""
    """The silence that goes on, where one followed upon another."""


@dataclass(frozen=True, slots=True)
class Woke(Event):
    """The sleep ended, and it still fails."""

    esc_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class LooksBetter(Event):
    """Nothing of it fails any more; until `until` that is only a hope."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RedAgain(Event):
    """It looked better, and fails again."""


@dataclass(frozen=True, slots=True)
class FixAsked(Event):
    """The actor says that it is fixed; a fresh look decides."""


@dataclass(frozen=True, slots=True)
class FixRefused(Event):
    """The fresh look did not agree: `why` is `red`, or `unknown` where nothing could be seen."""

    why: str = "red"
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Resolved(Event):
    """It is over. Until `reopen_until` the same trouble opens the same incident again."""

    outcome: Outcome = Outcome.AUTO
    reopen_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reopened(Event):
    """The same trouble is back, soon after."""

    member: Member | None = None
    sev: Sev = Sev.FOUR
    esc_from: datetime | None = None
    silence: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Closed(Event):
    """It stayed good: this incident is history, the next one gets a new number."""


@dataclass(frozen=True, slots=True)
class Merged(Event):
    """It is a consequence of incident `parent`, and goes on there."""

    parent: int = 0


@dataclass(frozen=True, slots=True)
class Escalated(Event):
    """Step `step` of the escalation: `told` were called; `late_s` seconds later than planned."""

    step: int = 0
    told: tuple[str, ...] = ()
    late_s: int = 0


@dataclass(frozen=True, slots=True)
class Repeated(Event):
    """Nobody answered yet, so it was said again."""

    step: int = 0
    told: tuple[str, ...] = ()
    late_s: int = 0


@dataclass(frozen=True, slots=True)
class Paged(Event):
    """The actor called somebody by hand."""

    whom: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class FlappingBegan(Event):
    """It goes up and down: nothing more is said about each turn until it is calm for `hold_s` seconds."""

    until: datetime | None = None
    hold_s: int = 0


@dataclass(frozen=True, slots=True)
class FlappingWentOn(Event):
    """It turned once more while unstable."""

    until: datetime | None = None
    hold_s: int = 0


@dataclass(frozen=True, slots=True)
class FlappingEnded(Event):
    """It was calm for long enough, and still fails."""

    esc_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Muted(Event):
    """A silence began that covers it: it keeps its state and repeats nothing."""

    silence: str = ""
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unmuted(Event):
    """That silence ended."""

    silence: str = ""


@dataclass(frozen=True, slots=True)
class ClockPutBack(Event):
    """The machine's clock was put back: what happened next may bear an earlier time than what happened before."""

    by_ms: int = 0


@dataclass(frozen=True, slots=True)
class Walked(Event):
    """Somebody, or the bot, took a step of a runbook's run: what was done, answered or seen."""

    run: int = 0
    title: str = ""
    """Of the runbook, as it was then."""
    did: str = ""
    """`moved.Did`: `began`, `answered`, `checked` …"""
    step: str = ""
    """What the step says, filled, one line."""
    said: str = ""
    """The answer, what was seen, who had it before; masked."""
    verdict: str = ""
    """Of a look: `good`, `bad` or `unknown`."""


@dataclass(frozen=True, slots=True)
class Noted(Event):
    """A person wrote something into the timeline."""

    text: str = ""


KINDS: tuple[type[Event], ...] = tuple(
    one for one in list(globals().values()) if isinstance(one, type) and issubclass(one, Event) and one is not Event
)
"""All kinds of events; a kind's name in the store is the name of its class."""
