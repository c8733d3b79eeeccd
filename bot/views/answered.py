"""Answers to people who work on an incident: what happened, or why nothing did, and what can be done instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.blockkit.words import one_line
from bot.document import Action, Actions, Code, Document, Item, Listing, Paragraph, Part, Person, Time, Tone, Words
from bot.domain.decision import Answer, AnswerCode
from bot.domain.incident import Incident, Status
from bot.views.card_buttons import fixed, longer, show_the_fix
from bot.views.felt import what_of
from bot.views.prose import count, sentence


class Did(StrEnum):
    """What somebody asked for."""

    ACK = "ack"
    TAKE_OVER = "take_over"
    EXTEND = "extend"
    PASS = "pass"  # noqa: S105  handing it over
    SNOOZE = "snooze"
    KNOWN = "known"
    KEEP_OPEN = "keep_open"
    FIXED = "fixed"
    PAGE = "page"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Offer:
    """The button beside each incident where it must be asked which one is meant."""

    action: str
    label: str
    command: str = ""
    """What to type, with the number in place of `INC-n`."""
    rest: str = ""
    """Comes back behind the incident's number and revision."""
    over: bool = False
    """Whether it is asked about incidents that are over, too."""

    def button(self, incident: Incident) -> Action:
        """For one incident."""
        value = f"{incident.id}:{incident.rev}" + (f":{self.rest}" if self.rest else "")
        return Action(self.action, self.label, value, command=self.command.replace("INC-n", incident.name))


def answered(answer: Answer, incident: Incident, did: Did, *, typed: bool) -> Document | None:
    """The answer for the one who asked; None where the card shows all of it, since they clicked there."""
    say = _WORDS.get(answer.code)
    if say is None:
        said = _done(answer, incident, did)
        if not typed and not answer.stale and did not in (Did.PASS, Did.PAGE, Did.KEEP_OPEN):
            return None
        headline, words, buttons = said
        tone = Tone.GOOD
    else:
        headline, words, buttons = say(answer, incident)
        tone = _TONES.get(answer.code, Tone.PLAIN)
    if answer.stale:
        words = (*words, " That button was from an earlier outage; it is about the present one now.")
    parts: list[Part] = [Paragraph(words)]
    if buttons:
        parts.append(Actions(buttons))
    return Document(headline, tuple(parts), tone, fallback=f"{incident.name}: {sentence(headline)}")


_Said = tuple[str, Words, tuple[Action, ...]]


def _value(incident: Incident) -> str:
    return f"{incident.id}:{incident.rev}"


def take_over(incident: Incident) -> Action:
    """The button that takes it from whoever has it."""
    return Action("incident.take_over", "Take Over", _value(incident), command=f"/launch ack {incident.name} over")


def _until(answer: Answer) -> Words:
    return (" until ", Time(answer.at)) if answer.at is not None else ()


def _who(answer: Answer) -> Words:
    return (Person(answer.who),) if answer.who else ("Somebody else",)


def _done(answer: Answer, incident: Incident, did: Did) -> _Said:
    name = incident.name
    if did is Did.PASS:
        words: Words = (Person(answer.who), " is called now, and has to take it. Until then it stays open.")
        return f"{name} is handed over", words, ()
    if did is Did.PAGE:
        return f"{name}: the call is on its way", ("I message ", Person(answer.who), " now."), ()
    if did is Did.NOTE:
        return f"{name}: noted", ("It stands in the timeline.",), ()
    if did is Did.EXTEND:
        return f"{name} stays yours", ("It is yours", *_until(answer), "."), ()
    words = ("You are on it", *_until(answer), ". Five minutes before that I ask again.")
    return f"{name} is yours", words, (show_the_fix(incident), fixed(incident))


def _already_yours(answer: Answer, incident: Incident) -> _Said:
    buttons = (show_the_fix(incident), fixed(incident), longer(incident))
    return f"{incident.name} is already yours", ("It is yours", *_until(answer), "."), buttons


def _joined(answer: Answer, incident: Incident) -> _Said:
    words = (*_who(answer), " is on it", *_until(answer), ". The card shows that you help.")
    return f"Somebody is on {incident.name} already", words, (take_over(incident),)


def _already_fixed(answer: Answer, incident: Incident) -> _Said:
    at: Words = (" since ", Time(answer.at)) if answer.at is not None else ()
    return f"{incident.name} is already fixed", ("It is fixed", *at, ", so there is nothing to do."), ()


def _merged(answer: Answer, incident: Incident) -> _Said:
    words: Words = (
        f"It has the same cause as INC-{answer.number}, and everything goes on there: ",
        Code(f"/launch ack INC-{answer.number}"),
    )
    return f"{incident.name} is part of INC-{answer.number}", words, ()


def _not_yours(answer: Answer, incident: Incident) -> _Said:
    words = (*_who(answer), " has it", *_until(answer), ", and only they can ask for more time.")
    return f"{incident.name} is not yours", words, (take_over(incident),)


def _no_more(answer: Answer, incident: Incident) -> _Said:
    second: Words = ("I have told ", Person(answer.who), ". ") if answer.who else ("I have said so in its thread. ",)
    words = (*second, "It is yours", *_until(answer), "; then I call again. Hand it over if you need a rest.")
    return f"{incident.name} has been extended three times", words, (_pass(incident),)


def _pass(incident: Incident) -> Action:
    return Action("incident.pass", "Hand Over…", _value(incident), command=f"/launch pass {incident.name} @somebody")


def _asleep(answer: Answer, incident: Incident) -> _Said:
    ack = Action("incident.ack", "I'm on It", _value(incident), command=f"/launch ack {incident.name}")
    return f"{incident.name} is asleep already", ("It sleeps", *_until(answer), ", and wakes if it gets worse."), (ack,)


def _snoozed(answer: Answer, incident: Incident) -> _Said:
    return f"{incident.name} sleeps", ("It sleeps", *_until(answer), ", and wakes if it gets worse."), ()


def _shorter(answer: Answer, incident: Incident) -> _Said:
    words = ("It sleeps", *_until(answer), f": a severity {int(incident.sev)} may not sleep for longer.")
    return f"{incident.name} sleeps for a shorter time", words, ()


def _reason(_answer: Answer, incident: Incident) -> _Said:
    known = Action("incident.known", "Snooze With a Reason…", _value(incident), command=_known_twin(incident))
    return "Why may it stay broken?", ("Write a reason, so that the others know it too.",), (known,)


def _known_twin(incident: Incident) -> str:
    return f"/launch snooze {incident.name} 2h waiting for the provider"


def _length(_answer: Answer, incident: Incident) -> _Said:
    words: Words = ("Say for how long: ", Code(f"/launch snooze {incident.name} 30m"))
    return "A sleep needs a length", words, ()


def _checking(_answer: Answer, incident: Incident) -> _Said:
    return f"{incident.name}: I am looking again", ("The card tells you within seconds what I see.",), ()


def _fixed(_answer: Answer, incident: Incident) -> _Said:
    return f"{incident.name} is fixed", ("I looked again, and it is good. Thank you.",), ()


def _red(answer: Answer, incident: Incident) -> _Said:
    seen: Words = (": ", answer.evidence) if answer.evidence else (".",)
    words: Words = ("I looked again just now, and it still fails", *seen)
    return f"{incident.name} still fails", words, offers_when_red(incident)


def _unseen(answer: Answer, incident: Incident) -> _Said:
    seen: Words = (f" ({answer.evidence})",) if answer.evidence else ()
    words: Words = ("I looked again and could not see whether it is good", *seen, ". I keep it open and look on.")
    return f"{incident.name}: I could not see it", words, offers_when_red(incident)


def offers_when_red(incident: Incident) -> tuple[Action, ...]:
    """What can be done where a fresh look was red."""
    return (
        Action("incident.keep_open", "Keep Open", _value(incident), primary=True),
        Action("incident.known", "Snooze With a Reason…", _value(incident), command=_known_twin(incident)),
        show_the_fix(incident),
    )


def _kept(_answer: Answer, incident: Incident) -> _Said:
    return f"{incident.name} stays open", ("I keep looking, and close it by myself once it is good.",), ()


def _same(answer: Answer, incident: Incident) -> _Said:
    return f"{incident.name} is with them already", (*_who(answer), " has it or is being called already."), ()


def _unreachable(answer: Answer, _incident: Incident) -> _Said:
    name = answer.who or "This person"
    words: Words = (f"{name} has no Slack account that I know. Add ", Code("slack: U…"), " under people in launch.yml.")
    return "I cannot reach that person", words, ()


def _nobody(_answer: Answer, incident: Incident) -> _Said:
    ack = Action("incident.ack", "I'm on It", _value(incident), primary=True, command=f"/launch ack {incident.name}")
    return f"Nobody is on {incident.name}", ("Say first that you are on it.",), (ack,)


def _text(_answer: Answer, _incident: Incident) -> _Said:
    return "There is nothing to note", ("Write a word or two behind the number.",), ()


def _blind(_answer: Answer, incident: Incident) -> _Said:
    words = ("I cannot see out at the moment, so I cannot say whether it is good. I keep it open and look on.",)
    return f"{incident.name}: I cannot see out", words, ()


def _not_now(_answer: Answer, incident: Incident) -> _Said:
    return f"{incident.name}: nothing to do", ("That does not fit how it stands now, so nothing was changed.",), ()


_WORDS: Mapping[AnswerCode, Callable[[Answer, Incident], _Said]] = {
    AnswerCode.ALREADY_YOURS: _already_yours,
    AnswerCode.JOINED: _joined,
    AnswerCode.ALREADY_FIXED: _already_fixed,
    AnswerCode.CLOSED_INTO: _merged,
    AnswerCode.NOT_YOURS: _not_yours,
    AnswerCode.NOBODY_ON_IT: _nobody,
    AnswerCode.NO_MORE_EXTENSIONS: _no_more,
    AnswerCode.ALREADY_ASLEEP: _asleep,
    AnswerCode.SNOOZED: _snoozed,
    AnswerCode.SNOOZED_SHORTER: _shorter,
    AnswerCode.REASON_NEEDED: _reason,
    AnswerCode.LENGTH_NEEDED: _length,
    AnswerCode.CHECKING: _checking,
    AnswerCode.FIXED: _fixed,
    AnswerCode.STILL_RED: _red,
    AnswerCode.COULD_NOT_SEE: _unseen,
    AnswerCode.KEPT_OPEN: _kept,
    AnswerCode.SAME_PERSON: _same,
    AnswerCode.CANNOT_REACH: _unreachable,
    AnswerCode.TEXT_NEEDED: _text,
    AnswerCode.BLIND: _blind,
    AnswerCode.NOT_NOW: _not_now,
}
_TONES: Mapping[AnswerCode, Tone] = {
    AnswerCode.STILL_RED: Tone.BAD,
    AnswerCode.COULD_NOT_SEE: Tone.UNKNOWN,
    AnswerCode.BLIND: Tone.UNKNOWN,
    AnswerCode.CANNOT_REACH: Tone.WARN,
    AnswerCode.REASON_NEEDED: Tone.WARN,
    AnswerCode.LENGTH_NEEDED: Tone.WARN,
    AnswerCode.FIXED: Tone.GOOD,
    AnswerCode.ALREADY_FIXED: Tone.GOOD,
}
QUIET = frozenset({AnswerCode.SNOOZED, AnswerCode.CHECKING, AnswerCode.FIXED})
"""Answers that the card gives by itself to whoever clicked on it."""


def nothing_broken(offer: Offer) -> Document:
    """There is no live incident to speak of; but somebody asks, so perhaps they know more than the bot has seen."""
    parts: tuple[Part, ...] = (
        Paragraph(("I see nothing broken, so nothing was changed and nobody was called.",)),
        Paragraph(("Do customers say otherwise? Look at everything now: ", Code("/launch check"),
                   ". Or say what is wrong: ", Code("/launch runbook site is down"))),
        Paragraph(("The last incidents: ", Code("/launch incidents"))),
    )  # fmt: skip
    if offer.over:
        example = Code(offer.command.replace("INC-n", "INC-12"))
        last = Code("/launch incidents")
        parts = (Paragraph(("About one that is over, name it: ", example)), Paragraph(("The last ones: ", last)))
    return Document("No incident is going on", parts, fallback="No incident is going on; nothing was changed.")


def which(live: Sequence[Incident], offer: Offer) -> Document:
    """Several are live: which one?"""
    return Document(
        "Which one?",
        (
            Paragraph((f"{count(len(live), 'incident')} are going on. Choose one, or name it in the command.",)),
            _choices(live, offer),
        ),
        fallback=f"{len(live)} incidents are going on: name one of them in the command.",
    )


def no_such(number: int, live: Sequence[Incident], offer: Offer) -> Document:
    """There is no incident of that number."""
    parts: tuple[Part, ...] = (Paragraph(("No incident is going on." if not live else "These are going on:",)),)
    if live:
        parts = (*parts, _choices(live, offer))
    return Document(
        f"There is no INC-{number}",
        (*parts, Paragraph(("All that I remember: ", Code("/launch incidents")))),
        Tone.WARN,
        fallback=f"There is no INC-{number}; /launch incidents lists those that I remember.",
    )


def _choices(live: Sequence[Incident], offer: Offer) -> Listing:
    return Listing(tuple(Item(_line(one), actions=(offer.button(one),)) for one in live), limit=10)


def _line(incident: Incident) -> Words:
    who: Words = (", ", Person(incident.acker), " is on it") if incident.status is Status.ACKED else ()
    return (f"{incident.name} · {one_line(what_of(incident), 100)}, since ", Time(incident.first_failure), *who)


def not_a_time(why: str, examples: Sequence[str]) -> Document:
    """A length or a time could not be read; two examples that work."""
    return Document(
        "I do not understand the time",
        (
            Paragraph((sentence(why),)),
            Paragraph(("Write it like this:",)),
            Listing(tuple(Item((Code(example),)) for example in examples)),
        ),
        Tone.WARN,
        fallback=f"{sentence(why)} Write for example {examples[0]}.",
    )


def nobody_like(name: str, known: Sequence[str], example: str) -> Document:
    """Somebody was named whom nobody knows."""
    people: tuple[Part, ...] = (Paragraph((f"In launch.yml: {', '.join(known[:10])}.",)),) if known else ()
    words: Words = (Code(name[:60]), " is nobody that I know.") if name else ("You did not say who.",)
    return Document(
        "Who is that?" if name else "Who?",
        (
            Paragraph(words),
            *people,
            Paragraph(("Mention the person, write a name from launch.yml or an e-mail address: ", Code(example))),
        ),
        Tone.WARN,
        fallback="I do not know that person; mention them, or write a name from launch.yml.",
    )
