"""How an incident begins, comes back, and finds its cause in another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain import events as e
from bot.domain.asks import CauseFound, Reading, Shared, Signal
from bot.domain.decision import AnswerCode, Decision, Follow, What, Why
from bot.domain.draft import Draft
from bot.domain.escalation import begins, owner_of
from bot.domain.grouping import absorbed_by, announce_at, suspect
from bot.domain.incident import Status
from bot.domain.member import Light, Member
from bot.domain.severity import Sev
from bot.domain.turning import member_of, said_again, turned


def nothing_there(draft: Draft, signal: Signal) -> Decision:
    """T1: a failure that no incident stands for yet opens one, or belongs to the one that explains it."""
    if draft.scene.upstream is not None or (draft.before is not None and signal.reading is Reading.DOWN):
        return elsewhere(draft, replace(signal, absorbed=False))
    if signal.reading is not Reading.DOWN:
        return draft.done()
    due = announce_at(signal.trouble, signal.sev, signal.first_failure, draft.now, draft.scene.release)
    _open(draft, signal, e.Opened(draft.now, service=signal.service, sev=signal.sev, members=(member_of(signal),)), due)
    _opened(draft, tuple(one.id for one in draft.scene.downstream))
    return draft.done()


def several(draft: Draft, shared: Shared) -> Decision:
    """Several services stopped together: one incident stands for all of them."""
    before = draft.before
    if draft.scene.blind:
        return draft.done(AnswerCode.BLIND)
    if before is not None and before.status is Status.RESOLVED:
        if not shared.members or not _soon(draft):
            draft.add(e.Closed(draft.now))
            draft.then.append(Follow(None, shared))
            return draft.done()
        _reopen(draft, *shared.members)
        point(draft, shared.children)
        return draft.done()
    if before is not None and before.live:
        for one in shared.members:
            if before.member(one.probe, one.trouble) is None:
                draft.add(e.MemberJoined(draft.now, member=one))
        point(draft, shared.children)
        return draft.done()
    sev = min((one.sev for one in shared.members), default=Sev.ONE)
    due = announce_at(shared.trouble, sev, shared.first_failure, draft.now, None)
    opened = e.Opened(draft.now, service="", sev=sev, members=shared.members, children=shared.children)
    _open(draft, shared, opened, due)
    _opened(draft, shared.children)
    return draft.done()


def _open(draft: Draft, told: Signal | Shared, opened: e.Opened, due: datetime | None) -> None:
    """The number, the key and whether anybody is to hear of it now."""
    scene, silence = draft.scene, draft.scene.silence
    release = suspect(scene.release, told.first_failure)
    draft.add(
        replace(
            opened,
            id=scene.next_id,
            product=told.product,
            environment=told.environment,
            trouble=told.trouble,
            key=told.key,
            first_failure=told.first_failure,
            announce_at=None if silence is not None else due,
            silence="" if silence is None else silence.id,
            until=None if silence is None else silence.ends,
            deploy="" if release is None else release.version,
            deploy_by="" if release is None else release.by,
            deploy_at=None if release is None else release.at,
            drill=told.drill,
        )
    )


def _opened(draft: Draft, consequences: tuple[int, ...]) -> None:
    incident = draft.incident
    if incident.silence and incident.sev is Sev.ONE:
        draft.say(What.LINE, Why.SILENCED_SEV1)
    point(draft, consequences)
    if incident.announce_at is not None and incident.announce_at <= draft.now:
        draft.announce()


def point(draft: Draft, consequences: tuple[int, ...]) -> None:
    """Tell the others that this is why they fail."""
    draft.then.extend(Follow(one, CauseFound(), upstream=draft.incident.id) for one in consequences)


def merged(draft: Draft) -> Decision:
    """T16: the cause was found in another live incident; this one goes on there."""
    before, upstream = draft.before, draft.scene.upstream
    if before is None or not before.live or upstream is None or not upstream.live or upstream.id == before.id:
        return draft.done(AnswerCode.NOT_NOW)
    draft.add(e.Merged(draft.now, parent=upstream.id))
    draft.say(What.THREAD, Why.MERGED)
    for one in before.members:
        if one.light is Light.RED and upstream.member(one.probe, one.trouble) is None:
            signal = said_again(draft, one)
            draft.then.append(Follow(upstream.id, absorbed_by(upstream, signal)))
    return draft.done()


def over(draft: Draft, signal: Signal) -> Decision:
    """T13: the same trouble soon after the end opens the same incident; later a new one."""
    incident = draft.incident
    ended = incident.resolved_at
    if draft.scene.upstream is not None:
        return elsewhere(draft, replace(signal, absorbed=False))
    if signal.reading is not Reading.DOWN or (ended is not None and signal.seen_at <= ended):
        return draft.done()
    if signal.absorbed or signal.key != incident.key:
        return elsewhere(draft, replace(signal, absorbed=False))
    if not _soon(draft):
        draft.add(e.Closed(draft.now))
        draft.then.append(Follow(None, signal))
        return draft.done()
    _reopen(draft, member_of(signal))
    point(draft, tuple(one.id for one in draft.scene.downstream))
    return draft.done()


def _soon(draft: Draft) -> bool:
    """Whether it is the same outage still, and not the next one."""
    until = draft.incident.reopen_until
    return until is not None and draft.now < until


def _reopen(draft: Draft, first: Member, *others: Member) -> None:
    incident, silence = draft.incident, draft.scene.silence
    # What failed before it ended has been told already.
    since = max(first.first_at, incident.resolved_at or first.first_at)
    sev = min(one.sev for one in (first, *others))
    start = begins(sev, owner_of("", draft.scene.duty), since, draft.now)
    draft.add(
        e.Reopened(
            draft.now,
            member=replace(first, first_at=since),
            sev=sev,
            esc_from=None if silence is not None else start,
            silence="" if silence is None else silence.id,
            until=None if silence is None else silence.ends,
        )
    )
    for one in others:
        draft.add(e.MemberJoined(draft.now, member=one))
    turned(draft, quietly=True)
    _back(draft)


def _back(draft: Draft) -> None:
    """Say that it is back; where it is unstable, that instead."""
    incident = draft.incident
    if incident.silence:
        if incident.sev is Sev.ONE:
            draft.say(What.LINE, Why.SILENCED_SEV1)
        return
    if incident.announced_at is None:
        if incident.sev is not Sev.FOUR:
            draft.announce()
        return
    why = Why.REOPENED if incident.flapping_until is None else Why.UNSTABLE
    draft.say(What.THREAD, why, broadcast=incident.sev <= Sev.TWO)
    draft.call(Why.REOPENED)


def elsewhere(draft: Draft, signal: Signal) -> Decision:
    """It belongs to another incident than this one."""
    upstream = draft.scene.upstream
    if upstream is None:
        draft.then.append(Follow(None, signal))
    else:
        draft.then.append(Follow(upstream.id, absorbed_by(upstream, signal)))
    return draft.done()
