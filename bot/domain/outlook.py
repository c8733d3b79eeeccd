"""The "Next:" line: what the bot will do, when, and whom it will call, from the same timers that will make it do so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.asks import TimerKind
from bot.domain.decision import Timer
from bot.domain.escalation import Act, call_now, highest_due
from bot.domain.incident import Incident, Status
from bot.domain.scene import Scene


class NextStep(StrEnum):
    """What comes next, to be put into words elsewhere."""

    CARD = "card"
    """The card goes out."""
    CALL_OWNER = "call_owner"
    CALL_BACKUP = "call_backup"
    CALL_AGAIN = "call_again"
    CALL_EVERYBODY = "call_everybody"
    REPEAT = "repeat"
    ASK_HOLDER = "ask_holder"
    """Whoever is on it is asked whether more time is needed."""
    LET_GO = "let_go"
    """Nobody is on it any more, if it still fails; others are called."""
    WAKE = "wake"
    SPEAK_AGAIN = "speak_again"
    """The silence ends."""
    CONFIRM = "confirm"
    """It looks better; if it stays so, it is over."""
    LOOK = "look"
    """A fresh look is under way."""
    CALM = "calm"
    """Unstable; over, or an ordinary outage, if it is calm until then."""
    DIGEST = "digest"
    """It stands in the next morning's digest."""
    CLOSE = "close"
    """If it stays good, this incident is history."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Next:
    """One line: what, when, whom."""

    what: NextStep
    at: datetime | None = None
    whom: tuple[str, ...] = ()
    """Slack ids, or `here`."""


_OF_ACT = {
    Act.CALL_OWNER: NextStep.CALL_OWNER,
    Act.CALL_BACKUP: NextStep.CALL_BACKUP,
    Act.CALL_AGAIN: NextStep.CALL_AGAIN,
    Act.CALL_EVERYBODY: NextStep.CALL_EVERYBODY,
    Act.REPEAT: NextStep.REPEAT,
}
_OF_TIMER = {
    TimerKind.GROUP_WAIT: NextStep.CARD,
    TimerKind.ACK_WARNING: NextStep.ASK_HOLDER,
    TimerKind.ACK_UNTIL: NextStep.LET_GO,
    TimerKind.SNOOZE_UNTIL: NextStep.WAKE,
    TimerKind.MUTED_UNTIL: NextStep.SPEAK_AGAIN,
    TimerKind.FIX: NextStep.LOOK,
    TimerKind.FLAP: NextStep.CALM,
    TimerKind.REOPEN_UNTIL: NextStep.CLOSE,
}


def next_of(incident: Incident, timers: Iterable[Timer], scene: Scene, now: datetime) -> Next:
    """What comes next. `timers` are the rows of the incident; one whose time has come is about to fire."""
    if incident.fix_at is not None:
        return Next(NextStep.LOOK, incident.fix_at, (incident.fix_by,))
    if incident.live and incident.green_until is not None and incident.flapping_until is None:
        return Next(NextStep.CONFIRM, incident.green_until)
    due = min(timers, key=lambda one: (one.due_at, one.kind.value), default=None)
    if due is None:
        if incident.status is Status.CLOSED:
            return Next(NextStep.NOTHING)
        return Next(NextStep.DIGEST, scene.next_nine)
    if due.kind is TimerKind.ESC:
        step = max(incident.step, highest_due(incident, max(now, due.due_at)))
        call = call_now(incident, step, scene.duty)
        return Next(_OF_ACT[call.act], due.due_at, tuple(dict.fromkeys((*call.dms, *call.mention))))
    whom = (incident.acker,) if due.kind is TimerKind.ACK_WARNING and incident.acker else ()
    return Next(_OF_TIMER[due.kind], due.due_at, whom)
