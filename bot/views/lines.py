"""Lines under a card and messages to one person: one for each thing that matters to a human."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.document import Action, Actions, Document, Note, Paragraph, Person, Span, Time, Words
from bot.domain import events as e
from bot.domain.decision import HERE, Why
from bot.domain.events import Event
from bot.views.card import FELT, State, coming, headline, sentence_of

Sentence = Callable[[State, "Told"], Words]


@dataclass(frozen=True, slots=True)
class Told:
    """Why something is said, and about which event."""

    why: str
    event: Event
    mention: tuple[str, ...] = ()
    late_s: int = 0


def line(state: State, told: Told) -> Document:
    """A line under the card."""
    words = (*_called(told), *sentence(state, told), *_late(told))
    return Document("", (Paragraph(words),), fallback=f"{state.incident.name}: {sentence_of(state)}")


def direct(state: State, told: Told) -> Document:
    """A message to one person; with the button that answers it."""
    incident = state.incident
    value = f"{incident.id}:{incident.rev}"
    parts = [Paragraph((*sentence(state, told), *_late(told)))]
    buttons: tuple[Action, ...] = ()
    if incident.live:
        command = f"/launch ack {incident.name}"
        ack = Action("incident.ack", "I'm on It", value, primary=True, command=command)
        more = Action("incident.extend", "30 Min More", value, primary=True, command=command)
        buttons = (more,) if told.why == Why.ACK_ENDS_SOON else (ack,)
    return Document(
        headline(state),
        (*parts, *((Actions(buttons),) if buttons else ()), Note(coming(state))),
        fallback=sentence_of(state),
    )


def sentence(state: State, told: Told) -> Words:
    """What happened, in one sentence."""
    speak = _SENTENCES.get(Why(told.why)) if told.why else None
    return speak(state, told) if speak is not None else (f"{state.what}: {FELT[state.incident.trouble][1]}.",)


def _called(told: Told) -> Words:
    return tuple(span for one in told.mention if one != HERE for span in (Person(one), " "))


def _late(told: Told) -> Words:
    if not told.late_s:
        return ()
    return (f" (Late: I was offline for {max(1, round(told.late_s / 60))} min.)",)


def _actor(told: Told) -> Span:
    return Person(told.event.actor) if told.event.actor else "The bot"


def _until(told: Told) -> Words:
    until = getattr(told.event, "until", None)
    return (" until ", Time(until)) if until is not None else ()


def _opened(state: State, _told: Told) -> Words:
    incident = state.incident
    return (
        f"{state.what}: {FELT[incident.trouble][1]} since ",
        Time(incident.first_failure),
        ". You are called first.",
    )


def _nobody(state: State, _told: Told) -> Words:
    incident = state.incident
    return ("Nobody is on it yet. ", f"{FELT[incident.trouble][1]} since ", Time(incident.first_failure, "ago"), ".")


def _by(words: str) -> Sentence:
    return lambda _state, told: (_actor(told), words, *_until(told), ".")


def _plain(words: str) -> Sentence:
    return lambda _state, _told: (words,)


def _handed(_state: State, told: Told) -> Words:
    to = told.event.to if isinstance(told.event, e.HandedOver) else ""
    return (_actor(told), " handed it over to ", Person(to), ".")


def _worse(state: State, _told: Told) -> Words:
    return (f"It got worse: {FELT[state.incident.trouble][1].lower()}. Severity {int(state.incident.sev)} now.",)


def _ack_ended(_state: State, told: Told) -> Words:
    before = told.event.before if isinstance(told.event, e.AckEnded) else ""
    who: Words = (Person(before), " had it; ") if before else ()
    return (*who, "the time is over and it still fails. Who takes it?")


def _refused(_state: State, told: Told) -> Words:
    seen = told.event.evidence if isinstance(told.event, e.FixRefused) else ""
    return ("I looked again, and it still fails", f": {seen}" if seen else "", ".")


def _resolved(_state: State, told: Told) -> Words:
    return ("Fixed. Visitors are fine again since ", Time(told.event.at), ".")


def _paged(_state: State, told: Told) -> Words:
    if not isinstance(told.event, e.Paged):
        return (_actor(told), " calls for help.")
    return (_actor(told), " calls ", Person(told.event.whom), f": {told.event.why}" if told.event.why else "", ".")


def _noted(_state: State, told: Told) -> Words:
    return (_actor(told), ": ", told.event.text if isinstance(told.event, e.Noted) else "")


_SENTENCES: Mapping[Why, Sentence] = {
    Why.OPENED: _opened,
    Why.ACKED: _by(" is on it"),
    Why.JOINED: _by(" works on it too"),
    Why.EXTENDED: _by(" needs longer, and stays on it"),
    Why.ACK_ENDS_SOON: _plain("Your time is nearly over and it still fails. Do you need longer?"),
    Why.ACK_ENDED: _ack_ended,
    Why.TAKES_LONG: _by(" has had it for long; a second pair of eyes may help"),
    Why.TAKEN_OVER: _by(" took it over"),
    Why.HANDED_OVER: _handed,
    Why.SNOOZED: _by(" put it to sleep"),
    Why.WOKE: _plain("The sleep is over, and it still fails."),
    Why.WORSE: _worse,
    Why.RED_AGAIN: _plain("It looked better for a while, and fails again."),
    Why.FIX_REFUSED: _refused,
    Why.RESOLVED: _resolved,
    Why.REMOVED: _plain("It is no longer in launch.yml, so nobody looks at it any more."),
    Why.REOPENED: _plain("It is back: the same trouble as before."),
    Why.MERGED: lambda state, _told: (f"It is part of INC-{state.incident.parent} now.",),
    Why.NOBODY_YET: _nobody,
    Why.PAGED: _paged,
    Why.UNSTABLE: _plain("It goes up and down. I report each turn no more until it is calm; the card counts them."),
    Why.CALM_RED: _plain("It has stopped going up and down, and stays broken."),
    Why.MUTED: _plain("A silence covers it now: I keep watching and do not repeat myself."),
    Why.SILENCED_SEV1: _nobody,
    Why.NOTED: _noted,
}
