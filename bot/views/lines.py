"""Lines under a card and messages to one person: one for each thing that matters to a human."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.blockkit.words import clip, one_line
from bot.document import Action, Actions, Document, Note, Paragraph, Person, Span, Strong, Time, Words
from bot.domain import events as e
from bot.domain.decision import Why
from bot.domain.events import Event
from bot.domain.incident import Status
from bot.domain.member import Light
from bot.render.spans import said
from bot.views.answered import offers_when_red
from bot.views.card import FALLBACK, headline, sentence_of
from bot.views.card_buttons import hand_over, longer, show_the_fix, snooze, take, timeline
from bot.views.felt import felt, lasted, length
from bot.views.holding import REASON, coming
from bot.views.notices import at, day
from bot.views.prose import sentence as full
from bot.views.state import State, calling, moment, naming, small

Sentence = Callable[[State, "Told"], Words]
TEXT = 1000
"""Characters of what a person wrote."""


@dataclass(frozen=True, slots=True)
class Told:
    """Why something is said, and about which event."""

    why: str
    event: Event
    mention: tuple[str, ...] = ()
    late_s: int = 0
    to: str = ""
    """Slack id of the person who reads a direct message."""


def line(state: State, told: Told) -> Document:
    """A line under the card."""
    words = sentence(state, told)
    named = {one.id for one in words if isinstance(one, Person)}
    call = calling(tuple(one for one in told.mention if one not in named))
    begun = (*call[:-1], ": ") if call else ()
    return Document("", (Paragraph((*begun, *words, *_late(told))),), fallback=_spoken(state, words))


def direct(state: State, told: Told) -> Document:
    """A message to one person; with the buttons that answer it."""
    incident = state.incident
    words = sentence(state, told)
    seen = () if told.why == Why.FIX_REFUSED else _seen(state)
    parts = [Paragraph((*words, *_late(told))), *([Paragraph(seen)] if seen else [])]
    buttons = _answers(state, told) if incident.live else (timeline(incident),)
    return Document(
        headline(state),
        (*parts, Actions(buttons), Note(coming(state))),
        fallback=sentence_of(state),
    )


def sentence(state: State, told: Told) -> Words:
    """What happened, in a sentence or two."""
    speak = _SENTENCES.get(Why(told.why)) if told.why else None
    return speak(state, told) if speak is not None else (f"{state.what}: {_felt(state)}.",)


def _answers(state: State, told: Told) -> tuple[Action, ...]:
    incident = state.incident
    if told.why == Why.FIX_REFUSED:
        return offers_when_red(incident)
    if told.why == Why.ACK_ENDS_SOON:
        return (longer(incident, primary=True), hand_over(incident))
    if incident.status is Status.ACKED and incident.acker != told.to:
        return (take(incident, "I Help"),)
    # Whoever is called at night reads this on a phone: the way out of it is here, and not only on the card.
    fix = (show_the_fix(incident, state.runbook),) if state.runbook else ()
    if incident.status is Status.ACKED:
        return (longer(incident), *fix, hand_over(incident))
    return (take(incident), *fix, *(() if incident.status is Status.SNOOZED else (snooze(incident, "30m"),)))


def _seen(state: State) -> Words:
    """What the bot saw, as on the card."""
    incident = state.incident
    seen = next((one.evidence for one in incident.own if one.light is Light.RED and one.evidence), "")
    return (Strong("Seen:"), " ", one_line(seen, 300)) if seen and incident.live else ()


def _spoken(state: State, words: Words) -> str:
    """The line for a phone's banner: which incident, then the line itself, with people by their names."""
    text = f"{state.incident.name}: {' '.join(''.join(_bare(state, one) for one in words).split())}"
    return full(clip(text, FALLBACK - 1))


def _bare(state: State, span: Span) -> str:
    if isinstance(span, Person):
        return state.people.get(span.id, "somebody")
    if isinstance(span, Time):
        near = moment(state, span.at).style == "time"
        return f"{day(span.at, state.zone)}, {at(span.at, state.zone)}" if not near else at(span.at, state.zone)
    return said(span)


def _felt(state: State) -> str:
    return small(felt(state.incident).now)


def _late(told: Told) -> Words:
    if not told.late_s:
        return ()
    return (f" (Late: I was offline for {length(told.late_s)}.)",)


def _actor(state: State, told: Told) -> Span:
    return naming(state, told.event.actor) if told.event.actor else "The bot"


def _until(state: State, told: Told) -> Words:
    until = getattr(told.event, "until", None)
    return (" until ", moment(state, until)) if until is not None else ()


def _since(state: State) -> Words:
    return (", since ", moment(state, state.incident.first_failure))


def _opened(state: State, _told: Told) -> Words:
    drill = ("This is a drill, nothing is really broken. ",) if state.incident.drill else ()
    return (*drill, Strong(f"{state.what}: {_felt(state)}"), *_since(state), ". You are called first: can you look?")


def _nobody(state: State, told: Told) -> Words:
    incident = state.incident
    waits = "It waits for you. " if told.to and incident.handed_to == told.to else "Nobody is on it yet. "
    return (waits, f"{state.what}: {_felt(state)}", *_since(state), " (", Time(incident.first_failure, "ago"), ").")


def _silenced(state: State, _told: Told) -> Words:
    incident = state.incident
    end: Words = (" until ", moment(state, incident.snooze_until)) if incident.snooze_until else ()
    return (f"{state.what}: {_felt(state)}", *_since(state), ". A silence covers it", *end, ", so nobody is called.")


def _by(words: str) -> Sentence:
    return lambda state, told: (_actor(state, told), words, *_until(state, told), ".")


def _plain(words: str) -> Sentence:
    return lambda _state, _told: (words,)


def _snoozed(state: State, told: Told) -> Words:
    why = told.event.reason if isinstance(told.event, e.Snoozed) else ""
    reason = f": {one_line(why, REASON)}" if why else ""
    return (_actor(state, told), " put it to sleep", *_until(state, told), reason, ". It wakes if it gets worse.")


def _handed(state: State, told: Told) -> Words:
    to = told.event.to if isinstance(told.event, e.HandedOver) else ""
    if told.to and told.to == to:
        return (_actor(state, told), " handed it over to you. ", f"{state.what}: {_felt(state)}", *_since(state), ".")
    return (_actor(state, told), " handed it over to ", naming(state, to), ", who has to take it.")


def _taken(state: State, told: Told) -> Words:
    before = told.event.before if isinstance(told.event, e.TakenOver) else ""
    from_whom: Words = (" from ", naming(state, before)) if before else ()
    return (_actor(state, told), " took it over", *from_whom, ", and is on it", *_until(state, told), ".")


def _ends_soon(state: State, _told: Told) -> Words:
    end = state.incident.ack_until
    ends: Words = (" ends at ", moment(state, end)) if end is not None else (" is nearly over",)
    return (f"Your time on {state.what}", *ends, ", and it still fails. Do you need longer?")


def _takes_long(state: State, told: Told) -> Words:
    who = naming(state, state.incident.acker) if state.incident.acker else _actor(state, told)
    return (who, " has been on it for long; a second pair of eyes may help. ", f"{state.what}: {_felt(state)}",
            *_since(state), ".")  # fmt: skip


def _worse(state: State, told: Told) -> Words:
    sev = told.event.sev if isinstance(told.event, e.Worsened) else state.incident.sev
    return ("It got worse. ", f"{state.what}: {_felt(state)}. It is severity {int(sev)} now: {sev.meaning.lower()}.")


def _ack_ended(state: State, told: Told) -> Words:
    before = told.event.before if isinstance(told.event, e.AckEnded) else ""
    who: Words = (naming(state, before), " was on it; the time is over") if before else ("The time is over",)
    return (*who, f", and it still fails: {_felt(state)}. Who takes it?")


def _refused(_state: State, told: Told) -> Words:
    if not isinstance(told.event, e.FixRefused):
        return ("I looked again, and it still fails.",)
    seen = f": {one_line(told.event.evidence, 300)}" if told.event.evidence else ""
    if told.event.why != "red":
        return ("I looked again and could not see whether it is good", seen, ". I look on.")
    return ("I looked again, and it still fails", seen, ".")


def _resolved(state: State, told: Told) -> Words:
    incident = state.incident
    human = told.event.actor if isinstance(told.event, e.Resolved) else ""
    by: Words = (" ", naming(state, human), " said that it is fixed, and a fresh look agreed.") if human else ()
    since = moment(state, told.event.at)
    return (
        Strong("Fixed."),
        f" {felt(incident).again} since ",
        since,
        f", after {lasted(incident, told.event.at)}.",
        *by,
    )


def _merged(state: State, _told: Told) -> Words:
    parent = state.incident.parent
    return (f"It has the same cause as INC-{parent}; everything goes on there.",)


def _reopened(state: State, _told: Told) -> Words:
    return (f"It is back. {state.what}: {_felt(state)}", *_since(state), ".")


def _unstable(state: State, _told: Told) -> Words:
    counts = "From now on I do not report each change; the card counts them, and I say it once it is calm."
    return (f"{state.what} goes up and down. {counts}",)


def _muted(state: State, told: Told) -> Words:
    event = told.event
    why = f" ({one_line(event.reason, REASON)})" if isinstance(event, e.Muted) and event.reason else ""
    return (f"A silence covers it now{why}", *_until(state, told), ". I keep watching and do not repeat myself.")


def _paged(state: State, told: Told) -> Words:
    if not isinstance(told.event, e.Paged):
        return (_actor(state, told), " calls for help.")
    whom: Span = "you" if told.to == told.event.whom else naming(state, told.event.whom)
    why = f": {one_line(told.event.why, TEXT)}" if told.event.why else ""
    about: Words = (f" {state.what}: {_felt(state)}.",) if told.to else ()
    return (_actor(state, told), " calls ", whom, " for help", full(why) or ".", *about)


def _noted(state: State, told: Told) -> Words:
    return (_actor(state, told), " notes: ", clip(told.event.text, TEXT) if isinstance(told.event, e.Noted) else "")


def _woke(state: State, _told: Told) -> Words:
    return (f"The sleep is over, and it still fails. {state.what}: {_felt(state)}", *_since(state), ".")


_SENTENCES: Mapping[Why, Sentence] = {
    Why.OPENED: _opened,
    Why.CHANGED: lambda state, _told: (f"{state.what}: {_felt(state)}.",),
    Why.ACKED: _by(" is on it"),
    Why.JOINED: _by(" helps"),
    Why.EXTENDED: _by(" needs longer, and stays on it"),
    Why.ACK_ENDS_SOON: _ends_soon,
    Why.ACK_ENDED: _ack_ended,
    Why.TAKES_LONG: _takes_long,
    Why.TAKEN_OVER: _taken,
    Why.HANDED_OVER: _handed,
    Why.SNOOZED: _snoozed,
    Why.WOKE: _woke,
    Why.WORSE: _worse,
    Why.RED_AGAIN: _plain("It looked better for a while, and fails again."),
    Why.FIX_REFUSED: _refused,
    Why.RESOLVED: _resolved,
    Why.REMOVED: _plain("It is no longer in launch.yml, so nobody looks at it any more."),
    Why.REOPENED: _reopened,
    Why.MERGED: _merged,
    Why.NOBODY_YET: _nobody,
    Why.PAGED: _paged,
    Why.UNSTABLE: _unstable,
    Why.CALM_RED: lambda state, _told: (f"{state.what} has stopped going up and down, and stays broken.",),
    Why.MUTED: _muted,
    Why.SILENCED_SEV1: _silenced,
    Why.NOTED: _noted,
}
