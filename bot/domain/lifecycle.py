"""The life of an incident: `decide` says what a command changes, what must be said, and what is due when.

Pure: the caller loads the row and its surroundings (`Scene`), and writes everything that the decision holds in one
transaction. It never raises for a command that does not fit: then nothing changes, and the answer says so.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from bot.domain import asks as a
from bot.domain import events as e
from bot.domain.asks import Command, TimerKind
from bot.domain.clock_step import not_ahead
from bot.domain.decision import AnswerCode, Decision, What, Why
from bot.domain.draft import PUNCTUAL, Draft
from bot.domain.escalation import offset
from bot.domain.hands import all_green, asked, rechecked
from bot.domain.incident import Incident, Status
from bot.domain.member import Outcome
from bot.domain.opening import merged, several
from bot.domain.scene import Scene
from bot.domain.severity import Sev
from bot.domain.signals import heard
from bot.domain.timers import timer_of
from bot.domain.turning import resolve


def decide(incident: Incident | None, command: Command, scene: Scene, now: datetime) -> Decision:
    """What the command changes: events to append, things to say, timers to keep, and an answer.

    `incident` is the row that the command is for: for a `Signal` or `Shared` the unclosed one of its key, for what
    has an id the one with that id; None where there is none.
    """
    draft = Draft(incident, scene, now, cause=cause_of(command))
    match command:
        case a.Signal():
            return heard(draft, not_ahead(command, now))
        case a.Shared():
            return several(draft, replace(command, first_failure=min(command.first_failure, now)))
        case a.CauseFound():
            return merged(draft)
        case a.TimerDue():
            return _due(draft, command)
        case a.SilenceBegan() | a.SilenceEnded():
            return _silence(draft, command)
        case a.ClockPutBack():
            return _clock(draft, command)
        case a.Rechecked():
            return rechecked(draft, command)
        case a.Walked():
            return _walked(draft, command)
        case a.Ask():
            draft.actor, draft.cause = command.user, command.cause
            return asked(draft, command)
        case _:
            assert_never(command)


def cause_of(command: Command) -> str:
    """What the events that follow from it name as their cause."""
    match command:
        case a.Signal():
            return f"probe:{command.probe}"
        case a.TimerDue():
            return f"timer:{command.kind}"
        case a.SilenceEnded():
            return f"silence:{command.silence}"
        case a.Ask():
            return command.cause
        case a.Walked():
            return f"run:{command.run}"
        case _:
            return type(command).__name__.lower()


def _due(draft: Draft, timer: a.TimerDue) -> Decision:
    """A timer does its work only in the turn that it was set for, once its time has come, and however late."""
    before = draft.before
    if before is None:
        return draft.done(AnswerCode.NO_SUCH_INCIDENT)
    meant = timer_of(before, timer.kind)
    if meant is None or meant.guard_rev != timer.guard_rev or meant.due_at > draft.now:
        return draft.done(AnswerCode.NOT_NOW)
    late = draft.now - meant.due_at
    late_s = int(late.total_seconds()) if late > PUNCTUAL else 0
    match timer.kind:
        case TimerKind.GROUP_WAIT:
            draft.announce()
        case TimerKind.ESC:
            draft.call(Why.NOBODY_YET, late_s=late_s)
        case TimerKind.ACK_WARNING:
            draft.add(e.AckWarned(draft.now))
            draft.say(What.DM, Why.ACK_ENDS_SOON, before.acker, late_s=late_s)
        case TimerKind.ACK_UNTIL:
            _ack_ended(draft, before, late_s)
        case TimerKind.SNOOZE_UNTIL:
            _woke(draft)
        case TimerKind.MUTED_UNTIL:
            _unmuted(draft, before)
        case TimerKind.FIX:
            draft.add(e.FixRefused(draft.now, why="unknown"))
            draft.say(What.DM, Why.FIX_REFUSED, before.fix_by, late_s=late_s)
        case TimerKind.FLAP:
            _calm(draft, before)
        case TimerKind.REOPEN_UNTIL:
            draft.add(e.Closed(draft.now))
        case _:
            assert_never(timer.kind)
    return draft.done()


def _ack_ended(draft: Draft, before: Incident, late_s: int) -> None:
    """T7: nobody is on it any more; the escalation goes on at the second step, at once."""
    wait = offset(before.sev, 1)
    draft.add(e.AckEnded(draft.now, before=before.acker, esc_from=None if wait is None else draft.now - wait, step=1))
    if draft.incident.muted_until is not None:
        return
    if before.announced_at is None and before.sev is not Sev.FOUR:
        draft.announce()
        return
    draft.say(What.DM, Why.ACK_ENDED, before.acker, late_s=late_s)
    draft.call(Why.ACK_ENDED, late_s=late_s, skip=(before.acker,))
    if not any(one.what is What.THREAD for one in draft.says):
        draft.say(What.THREAD, Why.ACK_ENDED, late_s=late_s)


def _woke(draft: Draft) -> None:
    """T9: it still fails, and is told from the beginning; under a silence that goes on it sleeps on."""
    before, silence = draft.incident, draft.scene.silence
    if before.silence and silence is not None:
        draft.add(e.Snoozed(draft.now, until=silence.ends, silence=silence.id))
        return
    draft.add(e.Woke(draft.now, esc_from=draft.from_zero()))
    if before.announced_at is None:
        if before.sev is not Sev.FOUR:
            draft.announce()
        return
    draft.call(Why.WOKE, thread=True)
    if not any(one.what is What.THREAD for one in draft.says):
        draft.say(What.THREAD, Why.WOKE)


def _unmuted(draft: Draft, before: Incident) -> None:
    silence = draft.scene.silence
    if silence is not None:
        draft.add(e.Muted(draft.now, silence=silence.id, until=silence.ends, reason=silence.reason))
        return
    draft.add(e.Unmuted(draft.now, silence=before.muted_by))
    draft.call(Why.NOBODY_YET)


def _walked(draft: Draft, command: a.Walked) -> Decision:
    """It goes into the story, also afterwards; nothing else changes by it."""
    if draft.before is None:
        return draft.done(AnswerCode.NO_SUCH_INCIDENT)
    draft.actor = command.by
    draft.add(
        e.Walked(
            draft.now,
            run=command.run,
            title=command.title,
            did=command.did,
            step=command.step,
            said=command.said,
            verdict=command.verdict,
        )
    )
    return draft.done()


def _clock(draft: Draft, command: a.ClockPutBack) -> Decision:
    """It goes on waiting as long as it would have waited."""
    before, by_ms = draft.before, int(command.by / timedelta(milliseconds=1))
    if before is None or before.status is Status.CLOSED or by_ms <= 0:
        return draft.done(AnswerCode.NOT_NOW)
    draft.add(e.ClockPutBack(draft.now, by_ms=by_ms))
    return draft.done()


def _silence(draft: Draft, command: a.SilenceBegan | a.SilenceEnded) -> Decision:
    """A silence over a live incident: it keeps its state, repeats nothing, and says why."""
    before = draft.before
    if before is None or not before.live:
        return draft.done(AnswerCode.NOT_NOW)
    if isinstance(command, a.SilenceEnded):
        if before.silence == command.silence:
            _woke(draft)
        elif before.muted_by == command.silence:
            _unmuted(draft, before)
        return draft.done()
    silence = draft.scene.silence
    if silence is None or before.silence or (before.muted_by, before.muted_until) == (silence.id, silence.ends):
        return draft.done()
    if before.announced_at is None and before.status is not Status.ACKED:
        # Nobody has seen its card yet, so it waits for the end as one that begins under the silence does.
        draft.add(e.Snoozed(draft.now, until=silence.ends, silence=silence.id))
        if before.sev is Sev.ONE:
            draft.say(What.LINE, Why.SILENCED_SEV1)
        return draft.done()
    draft.add(e.Muted(draft.now, silence=silence.id, until=silence.ends, reason=silence.reason))
    draft.say(What.THREAD, Why.MUTED)
    return draft.done()


def _calm(draft: Draft, before: Incident) -> None:
    """It has been calm for as long as it had to be: over if it is green, an ordinary outage if it is not."""
    if all_green(before):
        resolve(draft, Outcome.AUTO)
        return
    draft.add(e.FlappingEnded(draft.now, esc_from=draft.from_zero()))
    if before.silence or before.status is Status.SNOOZED:
        return
    draft.call(Why.CALM_RED, thread=True)
    if not any(one.what is What.THREAD for one in draft.says):
        draft.say(What.THREAD, Why.CALM_RED)
