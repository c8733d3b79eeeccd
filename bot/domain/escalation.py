"""Who is told when, while nobody is on it; how long an acknowledgement and a sleep may last.

The steps of an incident are a fixed row of moments counted from `Incident.esc_from`, without an end for SEV1 and SEV2:
it is never silently given up. What was missed while the bot was offline is said once, at the highest step due.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.decision import HERE
from bot.domain.incident import Incident
from bot.domain.scene import Contact, Duty, Scene
from bot.domain.severity import Sev

_MINUTE = timedelta(minutes=1)
QUIET_WAIT = 10 * _MINUTE
"""At night a SEV2 fails this long before it wakes anybody."""
EXTENSION = 30 * _MINUTE
MOST_EXTENSIONS = 3
"""Of a SEV1; then the backup is told."""
ACK_WARNING = 5 * _MINUTE
SEV1_SLEEP = 30 * _MINUTE
LONGEST_MUTE = timedelta(hours=24)

_FIRST: dict[Sev, tuple[int, ...]] = {Sev.ONE: (0, 5, 10, 25, 40, 55, 70), Sev.TWO: (0, 30, 60, 90)}
_THEN: dict[Sev, int] = {Sev.ONE: 60, Sev.TWO: 120}
"""Minutes of each step, and between any two after them."""
_THOROUGH = 3
"""The steps before this one each call somebody else."""
FIRST_REPEAT = {Sev.ONE: 3, Sev.TWO: 1}
"""The step from which on it is only said again."""


def offset(sev: Sev, step: int) -> timedelta | None:
    """When a step comes, from the beginning; None: nobody is ever called for this severity."""
    if sev not in _FIRST:
        return None
    first = _FIRST[sev]
    if step < len(first):
        return first[step] * _MINUTE
    return (first[-1] + (step - len(first) + 1) * _THEN[sev]) * _MINUTE


def step_due(incident: Incident) -> datetime | None:
    """When its next step comes by the plan alone; None: there is none."""
    wait = offset(incident.sev, incident.step)
    return None if incident.esc_from is None or wait is None else incident.esc_from + wait


def highest_due(incident: Incident, now: datetime) -> int:
    """The last step whose time has come; the next one where none has."""
    step = incident.step
    if incident.esc_from is None or offset(incident.sev, step) is None:
        return step
    gone = now - incident.esc_from
    last = offset(incident.sev, len(_FIRST[incident.sev]) - 1)
    if last is not None and gone > last:
        beyond = (gone - last) // (_THEN[incident.sev] * _MINUTE)
        return max(step, len(_FIRST[incident.sev]) - 1 + beyond)
    while (after := offset(incident.sev, step + 1)) is not None and after <= gone:
        step += 1
    return step


def begins(sev: Sev, owner: Contact, first_failure: datetime, now: datetime) -> datetime | None:
    """From when the steps count, if it is announced now: at once, at night for a SEV2 after ten minutes of failing."""
    if sev is Sev.ONE:
        return now
    if sev is Sev.TWO:
        return now if owner.quiet_until is None else max(now, first_failure + QUIET_WAIT)
    return None


class Act(StrEnum):
    """What a step does, in a word for the "Next:" line."""

    CALL_OWNER = "call_owner"
    CALL_BACKUP = "call_backup"
    CALL_AGAIN = "call_again"
    """In a team of one: the same person once more, by another way."""
    CALL_EVERYBODY = "call_everybody"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class Call:
    """What one step of the escalation does."""

    act: Act
    dms: tuple[str, ...] = ()
    """Slack ids."""
    mention: tuple[str, ...] = ()
    thread: bool = True
    broadcast: bool = False
    routes: tuple[str, ...] = ()
    """Slack ids of those whose second routes are used."""


def owner_of(handed_to: str, duty: Duty) -> Contact:
    """Who is called first: whoever it was passed to and is still there, else who is on duty, else the last resort."""
    if handed_to and handed_to not in duty.gone:
        known = (duty.owner, duty.backup, duty.last_resort)
        return next((one for one in known if one is not None and one.slack == handed_to), Contact(slack=handed_to))
    if not duty.owner.slack and duty.last_resort is not None:
        return duty.last_resort
    return duty.owner


def second_of(owner: Contact, duty: Duty) -> Contact | None:
    """Who is called next; None where there is nobody else."""
    for one in (duty.backup, duty.owner, duty.last_resort):
        if one is not None and one.slack and one.slack != owner.slack:
            return one
    return None


def call_of(incident: Incident, step: int, duty: Duty) -> Call:
    """What a step does. Where nobody has a Slack account everybody in the channel is called."""
    owner = owner_of(incident.handed_to, duty)
    second = second_of(owner, duty)
    mine = _ids(owner)
    if incident.sev is not Sev.ONE:
        awake = mine if owner.quiet_until is None or step == 0 else ()
        act = Act.CALL_OWNER if step == 0 else Act.REPEAT
        return Call(act, awake, awake, thread=step > 0 or not mine)
    if step == 0:
        return Call(Act.CALL_OWNER, mine, () if mine else (HERE,), thread=not mine)
    if step == 1:
        called = _ids(second) or mine
        act = Act.CALL_BACKUP if second is not None else Act.CALL_AGAIN
        return Call(act, called, called or (HERE,), broadcast=True, routes=mine)
    both = (*mine, *_ids(second))
    if step == 2:
        return Call(Act.CALL_EVERYBODY, (), (HERE,), broadcast=True, routes=both)
    return Call(Act.REPEAT, both, both or (HERE,), routes=both)


def call_now(incident: Incident, step: int, duty: Duty) -> Call:
    """What a step does when it is fired; whoever a missed step would have called is called as well, once."""
    call = call_of(incident, step, duty)
    missed = [call_of(incident, one, duty).dms for one in range(incident.step, min(step, _THOROUGH))]
    return replace(call, dms=tuple(dict.fromkeys([*(person for dms in missed for person in dms), *call.dms])))


def _ids(contact: Contact | None) -> tuple[str, ...]:
    return (contact.slack,) if contact is not None and contact.slack else ()


def ack_end(sev: Sev, scene: Scene, now: datetime) -> datetime:
    """Until when "I'm on it" holds."""
    if sev is Sev.ONE:
        return now + 30 * _MINUTE
    if sev is Sev.TWO:
        return now + 120 * _MINUTE
    return max(scene.next_working_nine, now + 30 * _MINUTE)


def extended(sev: Sev, until: datetime, scene: Scene) -> datetime:
    """Until when it holds after [30 min more]."""
    if sev in (Sev.ONE, Sev.TWO):
        return until + EXTENSION
    return scene.next_working_nine if scene.next_working_nine > until else until + timedelta(days=1)


def sleep_end(sev: Sev, length: timedelta | None, scene: Scene, now: datetime, *, known: bool = False) -> datetime:
    """Until when it may sleep: a SEV1 30 minutes, others until the next 9:00, known ones 24 hours at most."""
    if sev is Sev.ONE:
        latest = now + SEV1_SLEEP
    elif known:
        latest = now + LONGEST_MUTE
    else:
        latest = scene.next_nine
    wanted = scene.next_nine if length is None else now + length
    return min(wanted, latest)
