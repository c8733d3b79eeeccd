"""What becomes of an incident when probes speak: it opens, grows, gets worse, looks better, ends, and comes back.

A signal tells how a probe stands, not what just happened, so hearing it twice changes nothing, and one that was lost
is made up for by the next.
"""

from __future__ import annotations

from bot.domain import events as e
from bot.domain.asks import Reading, Signal
from bot.domain.decision import AnswerCode, Decision, What, Why
from bot.domain.draft import Draft
from bot.domain.escalation import begins, owner_of
from bot.domain.grouping import announce_at
from bot.domain.incident import Status
from bot.domain.member import Light, Outcome
from bot.domain.opening import nothing_there, over
from bot.domain.severity import Sev
from bot.domain.turning import member_of, resolve, turned


def heard(draft: Draft, signal: Signal) -> Decision:
    """What a signal changes."""
    if draft.scene.blind and signal.reading is not Reading.GONE:
        return draft.done(AnswerCode.BLIND)
    before = draft.before
    if before is None or before.status is Status.CLOSED:
        return nothing_there(draft, signal)
    if before.status is Status.RESOLVED:
        return over(draft, signal)
    match signal.reading:
        case Reading.DOWN:
            _failing(draft, signal)
        case Reading.BETTER:
            _better(draft, signal)
        case Reading.UP:
            _up(draft, signal)
        case Reading.GONE:
            _gone(draft, signal)
    return draft.done()


def _failing(draft: Draft, signal: Signal) -> None:
    """T2 and T3: something fails that was not known to; or looked better, and does not any more."""
    incident = draft.incident
    known = incident.member(signal.probe, signal.trouble)
    if known is None:
        draft.add(e.MemberJoined(draft.now, member=member_of(signal)))
    elif known.light is not Light.RED:
        draft.add(e.MemberRed(draft.now, probe=signal.probe, trouble=signal.trouble, evidence=signal.evidence))
    absorbed = signal.absorbed if known is None else known.absorbed
    if not absorbed and incident.green_since is not None:
        draft.add(e.RedAgain(draft.now))
        turned(draft)
    stranger = known is None and not absorbed and _stranger(draft, signal)
    if signal.sev < incident.sev or stranger:
        _worse(draft, signal, stranger=stranger)


def _stranger(draft: Draft, signal: Signal) -> bool:
    """Whether it fails in a way that the incident's own members do not."""
    own = {one.trouble for one in (draft.before.own if draft.before is not None else ())}
    shared = draft.incident.service == ""
    return signal.trouble is not draft.incident.trouble and signal.trouble not in own and not shared


def _worse(draft: Draft, signal: Signal, *, stranger: bool) -> None:
    """T3: it got worse. Who was on it is told, and people are called from the beginning."""
    incident = draft.incident
    sev = min(signal.sev, incident.sev)
    asleep = incident.silence != "" or (incident.muted_until is not None and not stranger)
    due = None
    if incident.announced_at is None and not asleep:
        wait = announce_at(signal.trouble, sev, signal.first_failure, draft.now, None)
        due = min((one for one in (wait, incident.announce_at) if one is not None), default=None)
    holder = incident.acker
    owner = owner_of(incident.handed_to, draft.scene.duty)
    start = None if asleep else begins(sev, owner, incident.first_failure, draft.now)
    draft.add(
        e.Worsened(
            draft.now, sev=sev, why="trouble" if stranger else "severity", trouble=signal.trouble, announce_at=due,
            esc_from=start,
            wakes=not asleep,
        )
    )  # fmt: skip
    if asleep:
        if sev is Sev.ONE:
            draft.say(What.LINE, Why.SILENCED_SEV1)
        return
    if holder:
        draft.say(What.DM, Why.WORSE, holder)
    _go(draft, Why.WORSE, skip=(holder,) if holder else ())


def _go(draft: Draft, why: Why, *, skip: tuple[str, ...] = ()) -> None:
    """Call people from the beginning; where the card is not out and due, it goes out first."""
    incident = draft.incident
    if incident.announced_at is None:
        if incident.announce_at is not None and incident.announce_at <= draft.now:
            draft.announce()
        return
    draft.call(why, thread=True, skip=skip)
    if not any(one.what is What.THREAD for one in draft.says):
        draft.say(What.THREAD, why)


def _better(draft: Draft, signal: Signal) -> None:
    known = draft.incident.member(signal.probe, signal.trouble)
    if known is None or known.light is not Light.RED:
        return
    draft.add(e.MemberGreen(draft.now, probe=signal.probe, trouble=signal.trouble, until=signal.until or draft.now))
    _maybe_green(draft)


def _up(draft: Draft, signal: Signal) -> None:
    known = draft.incident.member(signal.probe, signal.trouble)
    if known is None or known.light is Light.UP:
        return
    draft.add(e.MemberUp(draft.now, probe=signal.probe, trouble=signal.trouble))
    if not known.absorbed:
        _maybe_green(draft)
        _maybe_over(draft)


def _maybe_green(draft: Draft) -> None:
    """Nothing of it fails any more: say when that will be believed."""
    incident = draft.incident
    if incident.green_since is not None or any(one.light is Light.RED for one in incident.own):
        return
    draft.add(e.LooksBetter(draft.now, until=max([draft.now, *(one.until for one in incident.own if one.until)])))
    turned(draft)


def _maybe_over(draft: Draft) -> None:
    """T10: all of it has been good for long enough. While it is unstable that is not believed."""
    incident = draft.incident
    if incident.flapping_until is None and all(one.light is Light.UP for one in incident.own):
        resolve(draft, Outcome.AUTO)


def _gone(draft: Draft, signal: Signal) -> None:
    known = draft.incident.member(signal.probe, signal.trouble)
    if known is None:
        return
    draft.add(e.MemberLeft(draft.now, probe=signal.probe, trouble=signal.trouble))
    left = draft.incident.own
    if known.absorbed:
        return
    if not left:
        resolve(draft, Outcome.REMOVED if signal.removed else Outcome.AUTO)
    elif all(one.light is Light.UP for one in left):
        _maybe_over(draft)
    else:
        _maybe_green(draft)
