"""The turns between red and green, and the end: what all ways to them have in common."""

from __future__ import annotations

from bot.domain import events as e
from bot.domain.asks import Reading, Signal
from bot.domain.decision import Follow, What, Why
from bot.domain.draft import Draft
from bot.domain.flapping import next_hold
from bot.domain.incident import REOPEN_FOR
from bot.domain.member import Light, Member, Outcome


def turned(draft: Draft, *, quietly: bool = False) -> None:
    """Count a turn between red and green; the fourth within an hour makes it unstable, which is said once."""
    incident = draft.incident
    hold = next_hold(incident, draft.now)
    if hold is None:
        return
    if incident.flapping_until is not None:
        draft.add(e.FlappingWentOn(draft.now, until=hold.until, hold_s=hold.seconds))
        return
    draft.add(e.FlappingBegan(draft.now, until=hold.until, hold_s=hold.seconds))
    if not quietly and incident.silence == "":
        draft.say(What.THREAD, Why.UNSTABLE)


def resolve(draft: Draft, outcome: Outcome) -> None:
    """It is over. What failed beside it and still does is looked at on its own from now on."""
    before = draft.incident
    draft.add(e.Resolved(draft.now, outcome=outcome, reopen_until=draft.now + REOPEN_FOR))
    draft.say(What.THREAD, Why.REMOVED if outcome is Outcome.REMOVED else Why.RESOLVED)
    for one in before.also:
        if one.light is Light.RED:
            draft.then.append(Follow(None, said_again(draft, one)))


def said_again(draft: Draft, one: Member) -> Signal:
    """A member that fails, as a signal of its own."""
    incident = draft.incident
    return Signal(
        product=incident.product,
        environment=incident.environment,
        service=one.service,
        probe=one.probe,
        trouble=one.trouble,
        sev=one.sev,
        reading=Reading.DOWN,
        first_failure=one.first_at,
        seen_at=draft.now,
        evidence=one.evidence,
        drill=incident.drill,
        url=one.url,
    )


def member_of(signal: Signal) -> Member:
    """The member that a failing probe is."""
    return Member(
        probe=signal.probe,
        trouble=signal.trouble,
        service=signal.service,
        sev=signal.sev,
        light=Light.RED,
        absorbed=signal.absorbed,
        first_at=signal.first_failure,
        last_at=signal.seen_at,
        evidence=signal.evidence,
        url=signal.url,
    )
