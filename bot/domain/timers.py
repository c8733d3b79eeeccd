"""The timers of an incident, derived from its row: what is due, and when. Nothing else ever sets one.

As they follow from the row, a restart, a lost row or a clock that jumped cannot lose one: `timers_of` says again what
must be there.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.asks import TimerKind
from bot.domain.decision import Timer
from bot.domain.escalation import ACK_WARNING, step_due
from bot.domain.flapping import mostly_down
from bot.domain.incident import Incident, Status
from bot.domain.severity import Sev

GREEN_GRACE = timedelta(seconds=30)
"""Whoever would be called is left in peace this much longer than the recovery window lasts."""
FIX_PATIENCE = timedelta(seconds=30)
"""A fresh look that takes longer has been lost."""


def timers_of(incident: Incident) -> tuple[Timer, ...]:
    """All timers that the incident has now, at most one of each kind."""
    due: dict[TimerKind, datetime | None] = {}
    if incident.status is Status.RESOLVED:
        due[TimerKind.REOPEN_UNTIL] = incident.reopen_until
    elif incident.live:
        due = {
            TimerKind.GROUP_WAIT: _announcement(incident),
            TimerKind.ESC: _step(incident),
            TimerKind.ACK_WARNING: _ack_warning(incident),
            TimerKind.ACK_UNTIL: _unless_green(incident, incident.ack_until),
            TimerKind.SNOOZE_UNTIL: _unless_green(incident, incident.snooze_until),
            TimerKind.MUTED_UNTIL: incident.muted_until,
            TimerKind.FIX: None if incident.fix_at is None else incident.fix_at + FIX_PATIENCE,
            TimerKind.FLAP: incident.flapping_until,
        }
    return tuple(Timer(incident.id, kind, at, incident.turn) for kind, at in due.items() if at is not None)


def timer_of(incident: Incident, kind: TimerKind) -> Timer | None:
    """Its timer of that kind, if it has one."""
    return next((one for one in timers_of(incident) if one.kind is kind), None)


def _unless_green(incident: Incident, at: datetime | None) -> datetime | None:
    """That moment; later where it looks better, since then it may be over by itself."""
    if at is None or incident.green_until is None or incident.flapping_until is not None:
        return at
    return max(at, incident.green_until + GREEN_GRACE)


def _announcement(incident: Incident) -> datetime | None:
    if incident.announced_at is not None or incident.status is Status.SNOOZED:
        return None
    return _unless_green(incident, incident.announce_at)


def _step(incident: Incident) -> datetime | None:
    due = step_due(incident)
    if incident.status is not Status.OPEN or incident.announced_at is None or incident.muted_until is not None:
        return None
    due = _unless_green(incident, due)
    damped = incident.flapping_until is not None and incident.sev is not Sev.ONE and not mostly_down(incident)
    if due is not None and damped and incident.flapping_until is not None:
        due = max(due, incident.flapping_until)
    return due


def _ack_warning(incident: Incident) -> datetime | None:
    if incident.ack_until is None or incident.ack_warned:
        return None
    at = _unless_green(incident, incident.ack_until - ACK_WARNING)
    return at if at is not None and at < incident.ack_until else None
