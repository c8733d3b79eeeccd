"""What people do with an incident: work on it, pass it on, let it sleep, call somebody, say that it is fixed.

Whatever does not fit the present state changes nothing and is answered kindly. Whether a person may do it at all is
the caller's question; here anybody may.
"""

from __future__ import annotations

from datetime import timedelta

from bot.domain import asks as a
from bot.domain import events as e
from bot.domain.decision import Answer, AnswerCode, Decision, What, Why
from bot.domain.draft import Draft
from bot.domain.escalation import MOST_EXTENSIONS, ack_end, extended, second_of, sleep_end
from bot.domain.incident import Incident, Status
from bot.domain.member import Light, Outcome
from bot.domain.scene import Contact
from bot.domain.severity import Sev
from bot.domain.turning import resolve

NOTE_LONGEST = 1000
"""Characters of a note, a reason or a word to somebody who is called."""


def asked(draft: Draft, ask: a.Ask) -> Decision:
    """What a person's request changes, and the answer."""
    before = draft.before
    if before is None:
        return draft.done(AnswerCode.NO_SUCH_INCIDENT)
    if isinstance(ask, a.Note):
        return _noted(draft, ask)
    if not before.live:
        return draft.done(_over_already(before))
    draft.stale = ask.rev is not None and ask.rev < before.reopen_rev
    match ask:
        case a.Ack():
            return _ack(draft, before)
        case a.TakeOver():
            return _take_over(draft, before)
        case a.Extend():
            return _extend(draft, before)
        case a.Pass():
            return _pass(draft, before, ask.to)
        case a.Snooze():
            return _snooze(draft, before, ask.length, ask.reason)
        case a.KnownMute():
            return _known(draft, before, ask)
        case a.FixedAsk():
            return _fixed(draft, before)
        case a.Page():
            return _page(draft, ask)
        case _:
            return draft.done(AnswerCode.KEPT_OPEN)


def _over_already(before: Incident) -> Answer:
    """T15: nothing to do; never does a click bring it back."""
    if before.parent:
        return Answer(AnswerCode.CLOSED_INTO, before.resolved_at, number=before.parent)
    return Answer(AnswerCode.ALREADY_FIXED, before.resolved_at, before.resolved_by)


def _ack(draft: Draft, before: Incident) -> Decision:
    """T4, T5, T6; on a sleeping card it wakes it into the hands of whoever clicked."""
    if before.status is Status.ACKED:
        if before.acker == draft.actor:
            return draft.done(Answer(AnswerCode.ALREADY_YOURS, before.ack_until, before.acker))
        if draft.actor not in before.helpers:
            draft.add(e.Joined(draft.now))
            draft.say(What.THREAD, Why.JOINED)
        return draft.done(Answer(AnswerCode.JOINED, before.ack_until, before.acker))
    until = ack_end(before.sev, draft.scene, draft.now)
    draft.add(e.Acked(draft.now, until=until))
    if before.announced_at is None and before.sev is not Sev.FOUR:
        draft.announce()
    else:
        draft.say(What.THREAD, Why.ACKED)
    return draft.done(Answer(AnswerCode.DONE, until, draft.actor))


def _take_over(draft: Draft, before: Incident) -> Decision:
    if before.status is not Status.ACKED or before.acker == draft.actor:
        return _ack(draft, before)
    until = ack_end(before.sev, draft.scene, draft.now)
    draft.add(e.TakenOver(draft.now, before=before.acker, until=until))
    draft.say(What.THREAD, Why.TAKEN_OVER, mention=(before.acker,))
    return draft.done(Answer(AnswerCode.DONE, until, draft.actor))


def _extend(draft: Draft, before: Incident) -> Decision:
    if before.status is not Status.ACKED or before.ack_until is None:
        # The time ran out a moment ago: whoever asks for more is on it.
        return _ack(draft, before)
    if before.acker != draft.actor:
        return draft.done(Answer(AnswerCode.NOT_YOURS, before.ack_until, before.acker))
    if before.sev is Sev.ONE and before.extensions >= MOST_EXTENSIONS:
        second = second_of(Contact(slack=draft.actor), draft.scene.duty)
        if not before.backup_told:
            draft.add(e.ExtensionRefused(draft.now))
            if second is not None:
                draft.say(What.DM, Why.TAKES_LONG, second.slack)
            else:
                draft.say(What.THREAD, Why.TAKES_LONG)
        who = "" if second is None else second.slack
        return draft.done(Answer(AnswerCode.NO_MORE_EXTENSIONS, before.ack_until, who))
    until = extended(before.sev, max(before.ack_until, draft.now), draft.scene)
    draft.add(e.Extended(draft.now, until=until))
    draft.say(What.THREAD, Why.EXTENDED)
    return draft.done(Answer(AnswerCode.DONE, until, draft.actor))


def _pass(draft: Draft, before: Incident, to: Contact) -> Decision:
    """Hand it over: the other person is called at once, and has to take it."""
    if not to.slack:
        return draft.done(Answer(AnswerCode.CANNOT_REACH, who=to.name))
    if to.slack == draft.actor:
        return _take_over(draft, before)
    if to.slack in (before.acker, before.handed_to):
        return draft.done(Answer(AnswerCode.SAME_PERSON, before.ack_until, to.slack))
    giver = before.acker or before.handed_to
    draft.add(e.HandedOver(draft.now, to=to.slack, before=giver, esc_from=draft.now if before.sev <= Sev.TWO else None))
    if before.announced_at is None and before.sev is not Sev.FOUR:
        draft.announce(mention=False)
    draft.call(Why.HANDED_OVER)
    if not any(one.what is What.DM and one.to == to.slack for one in draft.says):
        draft.say(What.DM, Why.HANDED_OVER, to.slack)
    draft.say(What.THREAD, Why.HANDED_OVER, mention=(to.slack,))
    return draft.done(Answer(AnswerCode.DONE, who=to.slack))


def _snooze(draft: Draft, before: Incident, length: timedelta | None, reason: str, *, known: bool = False) -> Decision:
    """T8: it sleeps, visibly and with an end."""
    if before.status is Status.SNOOZED:
        return draft.done(Answer(AnswerCode.ALREADY_ASLEEP, before.snooze_until))
    if length is not None and length <= timedelta(0):
        return draft.done(AnswerCode.LENGTH_NEEDED)
    until = sleep_end(before.sev, length, draft.scene, draft.now, known=known)
    wanted = draft.scene.next_nine if length is None else draft.now + length
    draft.add(e.Snoozed(draft.now, until=until, reason=_clipped(reason)))
    draft.say(What.THREAD, Why.SNOOZED)
    return draft.done(Answer(AnswerCode.SNOOZED if until >= wanted else AnswerCode.SNOOZED_SHORTER, until))


def _known(draft: Draft, before: Incident, ask: a.KnownMute) -> Decision:
    if not ask.reason.strip():
        return draft.done(AnswerCode.REASON_NEEDED)
    return _snooze(draft, before, ask.length or timedelta(hours=24), ask.reason, known=True)


def _fixed(draft: Draft, before: Incident) -> Decision:
    """T11, T12: written down first, then looked at freshly; the look decides."""
    if before.fix_at is not None:
        return draft.done(Answer(AnswerCode.CHECKING, before.fix_at, before.fix_by))
    draft.add(e.FixAsked(draft.now))
    draft.recheck = tuple(dict.fromkeys(one.probe for one in before.own))
    return draft.done(Answer(AnswerCode.CHECKING, draft.now, draft.actor))


def rechecked(draft: Draft, found: a.Rechecked) -> Decision:
    """What the fresh look says about "It's fixed"."""
    before = draft.before
    if before is None:
        return draft.done(AnswerCode.NO_SUCH_INCIDENT)
    if not before.live:
        return draft.done(_over_already(before))
    if before.fix_at is None:
        return draft.done(AnswerCode.NOT_NOW)
    if found.good:
        draft.actor = before.fix_by
        resolve(draft, Outcome.HUMAN)
        return draft.done(Answer(AnswerCode.FIXED, draft.now, before.fix_by))
    why = "unknown" if found.good is None else "red"
    who = before.fix_by
    draft.add(e.FixRefused(draft.now, why=why, evidence=found.evidence))
    code = AnswerCode.COULD_NOT_SEE if found.good is None else AnswerCode.STILL_RED
    return draft.done(Answer(code, draft.now, who, evidence=found.evidence))


def _page(draft: Draft, ask: a.Page) -> Decision:
    if not ask.whom.slack:
        return draft.done(Answer(AnswerCode.CANNOT_REACH, who=ask.whom.name))
    draft.add(e.Paged(draft.now, whom=ask.whom.slack, why=_clipped(ask.why)))
    draft.say(What.DM, Why.PAGED, ask.whom.slack)
    draft.say(What.THREAD, Why.PAGED, mention=(ask.whom.slack,))
    return draft.done(Answer(AnswerCode.DONE, who=ask.whom.slack))


def _noted(draft: Draft, ask: a.Note) -> Decision:
    """A note is welcome at any time, also afterwards."""
    if not ask.text.strip():
        return draft.done(AnswerCode.TEXT_NEEDED)
    draft.add(e.Noted(draft.now, text=_clipped(ask.text)))
    draft.say(What.THREAD, Why.NOTED)
    return draft.done(AnswerCode.DONE)


def _clipped(text: str) -> str:
    text = text.strip()
    return text if len(text) <= NOTE_LONGEST else text[: NOTE_LONGEST - 1] + "…"


def all_green(incident: Incident) -> bool:
    """Whether nothing of its own fails now."""
    return all(one.light is not Light.RED for one in incident.own)
