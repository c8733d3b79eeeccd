"""The fold: an incident's row is what its events make of it, exactly, whenever they are replayed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain import events as e
from bot.domain.clock_step import moved
from bot.domain.incident import Incident, OutOfOrder, Status
from bot.domain.member import Light, Member, Outcome

HOUR = timedelta(minutes=60)
"""Turns older than this are forgotten."""
MOST_CHANGES = 64


def replay(events: Iterable[e.Event]) -> Incident:
    """The incident that a whole log of events makes. Raises `OutOfOrder` for an empty or damaged log."""
    incident: Incident | None = None
    for event in events:
        incident = apply(incident, event)
    if incident is None:
        raise OutOfOrder("an incident begins with an event")
    return incident


def apply(incident: Incident | None, event: e.Event) -> Incident:
    """The incident after the event. Raises `OutOfOrder` where it cannot follow: the log is damaged."""
    if isinstance(event, e.Opened):
        if incident is not None:
            raise OutOfOrder("an incident opens once")
        return _opened(event)
    if incident is None:
        raise OutOfOrder(f"{type(event).__name__} of an incident that never opened")
    after = _after(incident, event)
    rev = incident.rev + 1
    turned = after.status is not incident.status or isinstance(event, _TURNS)
    return replace(
        after,
        rev=rev,
        turn=rev if turned else incident.turn,
        reopen_rev=rev if isinstance(event, e.Reopened) else after.reopen_rev,
    )


_TURNS = (e.HandedOver, e.TakenOver, e.Extended, e.Worsened, e.Snoozed)
"""Events that make timers of before worthless, even where the status stays."""


def _opened(event: e.Opened) -> Incident:
    asleep = event.silence != ""
    return Incident(
        id=event.id,
        product=event.product,
        environment=event.environment,
        service=event.service,
        trouble=event.trouble,
        key=event.key,
        status=Status.SNOOZED if asleep else Status.OPEN,
        sev=event.sev,
        opened_at=event.at,
        first_failure=event.first_failure or event.at,
        rev=1,
        turn=1,
        announce_at=event.announce_at,
        silence=event.silence,
        snooze_until=event.until if asleep else None,
        changes=(event.at,),
        children=event.children,
        members=event.members,
        deploy=event.deploy,
        deploy_by=event.deploy_by,
        deploy_at=event.deploy_at,
        drill=event.drill,
    )


def _after(incident: Incident, event: e.Event) -> Incident:
    match event:
        case e.Announced():
            return replace(incident, announced_at=event.at, esc_from=event.esc_from, step=0)
        case e.MemberJoined() | e.MemberRed() | e.MemberGreen() | e.MemberUp() | e.MemberLeft():
            return replace(incident, members=_members(incident.members, event))
        case e.LooksBetter():
            return replace(_turned(incident, event.at), green_since=event.at, green_until=event.until)
        case e.RedAgain():
            return replace(_turned(incident, event.at), green_since=None, green_until=None)
        case e.Escalated() | e.Repeated():
            return replace(incident, step=event.step + 1)
        case e.Worsened():
            return _worsened(incident, event)
        case e.ClockPutBack():
            return moved(incident, timedelta(milliseconds=event.by_ms), event.at)
        case e.Resolved() | e.Reopened() | e.Closed() | e.Merged():
            return _over(incident, event)
        case e.FlappingBegan() | e.FlappingWentOn() | e.FlappingEnded() | e.Muted() | e.Unmuted():
            return _damped(incident, event)
        case _:
            return _by_people(incident, event)


def _by_people(incident: Incident, event: e.Event) -> Incident:
    match event:
        case e.Acked():
            return _held(_awake(incident), event.actor, event.until)
        case e.AckWarned():
            return replace(incident, ack_warned=True)
        case e.Joined():
            return replace(incident, helpers=(*incident.helpers, event.actor))
        case e.Extended():
            return replace(incident, ack_until=event.until, ack_warned=False, extensions=incident.extensions + 1)
        case e.ExtensionRefused():
            return replace(incident, backup_told=True)
        case e.TakenOver():
            return _held(incident, event.actor, event.until)
        case e.HandedOver():
            let_go = _let_go(_awake(incident))
            return replace(let_go, status=Status.OPEN, handed_to=event.to, esc_from=event.esc_from, step=0)
        case e.AckEnded():
            return replace(_let_go(incident), status=Status.OPEN, esc_from=event.esc_from, step=event.step)
        case e.Snoozed():
            asleep = replace(_let_go(incident), status=Status.SNOOZED, silence=event.silence)
            return replace(asleep, snooze_until=event.until, snooze_reason=event.reason)
        case e.Woke():
            return replace(_awake(incident), status=Status.OPEN, esc_from=event.esc_from, step=0)
        case e.FixAsked():
            return replace(incident, fix_by=event.actor, fix_at=event.at)
        case e.FixRefused():
            return replace(incident, fix_by="", fix_at=None)
        case _:
            return incident


def _over(incident: Incident, event: e.Resolved | e.Reopened | e.Closed | e.Merged) -> Incident:
    match event:
        case e.Resolved():
            over = _calm(_awake(_let_go(incident)))
            # What still fails beside it is an incident of its own from now on.
            members = tuple(replace(one, light=Light.UP) for one in incident.members)
            return replace(
                over, status=Status.RESOLVED, members=members, resolved_at=event.at,
                resolved_by=event.actor, outcome=event.outcome,
                reopen_until=event.reopen_until, esc_from=None, muted_by="", muted_until=None, mute_reason="",
            )  # fmt: skip
        case e.Reopened():
            back = replace(
                _turned(incident, event.at), reopened=incident.reopened + 1, resolved_at=None, resolved_by="",
                outcome=None, reopen_until=None, sev=event.sev, step=0, esc_from=event.esc_from, handed_to="",
                extensions=0, backup_told=False,
            )  # fmt: skip
            if event.member is not None:
                members = _with(back.members, event.member)
                back = replace(back, members=members, first_failure=event.member.first_at)
            if event.silence:
                return replace(back, status=Status.SNOOZED, silence=event.silence, snooze_until=event.until)
            return replace(back, status=Status.OPEN)
        case e.Closed():
            return replace(incident, status=Status.CLOSED)
        case e.Merged():
            over = _calm(_awake(_let_go(incident)))
            return replace(
                over, status=Status.CLOSED, parent=event.parent, outcome=Outcome.MERGED, resolved_at=event.at,
                esc_from=None,
            )  # fmt: skip


def _damped(incident: Incident, event: e.Event) -> Incident:
    match event:
        case e.FlappingBegan():
            return replace(incident, flapping_since=event.at, flapping_until=event.until, flap_hold_s=event.hold_s)
        case e.FlappingWentOn():
            return replace(incident, flapping_until=event.until, flap_hold_s=event.hold_s)
        case e.FlappingEnded():
            ended = _unstable_no_more(incident)
            if ended.status is not Status.OPEN:
                return ended
            return replace(ended, esc_from=event.esc_from, step=0)
        case e.Muted():
            return replace(incident, muted_by=event.silence, muted_until=event.until, mute_reason=event.reason)
        case _:
            return replace(incident, muted_by="", muted_until=None, mute_reason="")


def _worsened(incident: Incident, event: e.Worsened) -> Incident:
    after = replace(incident, sev=event.sev, announce_at=event.announce_at or incident.announce_at)
    if not event.wakes:
        return after
    awake = _let_go(_awake(after))
    return replace(awake, status=Status.OPEN, esc_from=event.esc_from, step=0, extensions=0, backup_told=False)


def _held(incident: Incident, by: str, until: datetime | None) -> Incident:
    """Somebody is on it."""
    return replace(
        incident, status=Status.ACKED, acker=by, ack_until=until, ack_warned=False, extensions=0, backup_told=False,
        helpers=tuple(one for one in incident.helpers if one != by), handed_to="",
    )  # fmt: skip


def _let_go(incident: Incident) -> Incident:
    """Nobody is on it any more; who only helped does not hold it either."""
    return replace(incident, acker="", ack_until=None, ack_warned=False, helpers=())


def _awake(incident: Incident) -> Incident:
    return replace(incident, snooze_until=None, snooze_reason="", silence="")


def _calm(incident: Incident) -> Incident:
    """It is over: nothing green is awaited, no fresh look, no turn."""
    return replace(_unstable_no_more(incident), green_since=None, green_until=None, fix_by="", fix_at=None)


def _unstable_no_more(incident: Incident) -> Incident:
    return replace(incident, flapping_since=None, flapping_until=None, flap_hold_s=0)


def _turned(incident: Incident, at: datetime) -> Incident:
    kept = tuple(one for one in (*incident.changes, at) if one > at - HOUR)
    return replace(incident, changes=kept[-MOST_CHANGES:])


def _with(members: tuple[Member, ...], new: Member) -> tuple[Member, ...]:
    """The members with one joined, or replaced where it was there already."""
    name = (new.probe, new.trouble)
    if any((one.probe, one.trouble) == name for one in members):
        return tuple(new if (one.probe, one.trouble) == name else one for one in members)
    return (*members, new)


def _members(members: tuple[Member, ...], event: Any) -> tuple[Member, ...]:
    if isinstance(event, e.MemberJoined):
        return members if event.member is None else _with(members, event.member)
    name = (event.probe, event.trouble)
    if isinstance(event, e.MemberLeft):
        return tuple(one for one in members if (one.probe, one.trouble) != name)
    light, until = Light.RED, None
    if isinstance(event, e.MemberGreen):
        light, until = Light.GREEN, event.until
    elif isinstance(event, e.MemberUp):
        light = Light.UP
    seen = event.evidence if isinstance(event, e.MemberRed) else ""
    return tuple(
        replace(one, light=light, last_at=event.at, evidence=seen or one.evidence, until=until)
        if (one.probe, one.trouble) == name
        else one
        for one in members
    )
