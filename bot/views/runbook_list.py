"""Which runbook somebody means, and what a click on a run is answered with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.blockkit.words import one_line
from bot.document import (
    Action,
    Actions,
    Document,
    Field,
    Form,
    Heading,
    Item,
    Listing,
    Note,
    Paragraph,
    Part,
    Person,
    Strong,
    Words,
)
from bot.domain.incident import Incident
from bot.domain.runbook.book import Call, Runbook, Sort, Step
from bot.domain.runbook.fill import fill
from bot.domain.runbook.moved import Answer, Code
from bot.domain.runbook.run import Standing
from bot.views.card_buttons import take

SHELVES: Mapping[Sort, str] = {
    Sort.BROKEN: "Down and broken",
    Sort.AT_RISK: "At risk",
    Sort.HOW_TO: "How to",
    Sort.BOT: "The bot itself",
}
OFTEN = ("site_down", "bad_deploy", "certificate_expired", "dns_broken", "emails_in_spam", "checkout_broken")
"""Offered where nobody has said what it is about."""
MOST = 8


@dataclass(frozen=True, slots=True)
class Suggested:
    """A runbook that fits what is broken right now, or what somebody typed."""

    book: Runbook
    incident: int = 0
    about: str = ""
    """What is broken, as customers call it."""
    check: str = ""
    target: str = ""

    @property
    def value(self) -> str:
        """What its button carries."""
        return start_value(self.book.topic, self.incident, self.check, self.target)


def start_value(topic: str, incident: int = 0, check: str = "", target: str = "") -> str:
    """`site_down:12:up.http:Sign-up page`: the target is last, since it may hold anything."""
    return f"{topic}:{incident}:{check}:{target}"


def start(one: Suggested, label: str = "Show Me the Fix", *, primary: bool = False) -> Action:
    """The button that begins it."""
    command = f"/launch runbook {one.book.topic}"
    return Action("runbook.start", label, one.value, primary=primary, command=command)


def shelves(books: Mapping[str, Runbook], live: tuple[Suggested, ...]) -> Document:
    """What is broken now first, then what is asked for most, then all by their shelf."""
    parts: list[Heading | Listing | Paragraph | Actions | Note] = []
    if live:
        parts += [Heading("Broken right now"), Listing(tuple(_item(one, primary=True) for one in live), limit=MOST)]
    shown = {one.book.topic for one in live}
    often = tuple(_item(Suggested(books[topic])) for topic in OFTEN if topic in books and topic not in shown)
    parts += [Heading("Asked for most"), Listing(often, limit=MOST)]
    counts = ", ".join(f"{SHELVES[sort].lower()} {_many(books, sort)}" for sort in Sort)
    parts.append(Actions((Action("runbook.pick", "All Runbooks…", command="launch runbook"),)))
    parts.append(Note((f"{len(books)} runbooks: {counts}. Say it in your own words: /launch runbook emails in spam",)))
    return Document("What should I lead you through?", tuple(parts))


def _many(books: Mapping[str, Runbook], sort: Sort) -> int:
    return sum(one.sort is sort for one in books.values())


def _item(one: Suggested, *, primary: bool = False) -> Item:
    about = f"INC-{one.incident}: {one_line(one.about, 80)}" if one.incident else ""
    # What is broken is not known yet, so words stand for the names in the text.
    feels = one_line(fill(one.book.feels, {}).text, 160)
    lines: tuple[Words, ...] = tuple((text,) for text in (about, feels) if text)
    return Item((Strong(one.book.title),), lines, actions=(start(one, primary=primary),))


def choice(words: str, found: tuple[Suggested, ...], *, sure: bool) -> Document:
    """Several that fit; or none does, and the nearest ones are offered."""
    head = "Which one do you mean?" if sure else "I have no runbook in just these words"
    lead = f"Several runbooks fit “{one_line(words, 60)}”." if sure else f"Nearest to “{one_line(words, 60)}”:"
    items = tuple(_item(one) for one in found)
    return Document(
        head,
        (
            Paragraph((lead,)),
            Listing(items, empty="None comes near. Look through all of them.", limit=MOST),
            Actions((Action("runbook.pick", "All Runbooks…", command="launch runbook"),)),
        ),
    )


def picker(books: Iterable[Runbook]) -> Form:
    """All of them in a dialog."""
    options = tuple((one_line(f"{SHELVES[one.sort]}: {one.title}", 75), one.topic) for one in books)
    return Form(
        "runbook.picked",
        "All Runbooks",
        "Begin",
        (Paragraph(("Nothing happens to your product by reading one. I check each step together with you.",)),),
        (Field("topic", "What is it about?", kind="choice", options=options),),
    )


def begun(book: Runbook, incident: int, free: Incident | None = None) -> Document:
    """Where it goes on, for whoever asked. `free` is the incident where nobody is on it: then I go on calling."""
    where = f"in the thread of INC-{incident}" if incident else "in our direct messages"
    parts: list[Part] = [Paragraph((f"It goes on {where}, one step at a time.",))]
    if free is not None:
        parts += [
            Paragraph(("Nobody is on it yet, so I go on calling people. Say that it is you:",)),
            Actions((take(free),)),
        ]
    return Document(f"I lead you through it: {book.title}", tuple(parts))


def ongoing(book: Runbook, answer: Answer, incident: int) -> Document:
    """It was begun before: by the one who asks, or by somebody who is still on it."""
    where = f"in the thread of INC-{incident}" if incident else "in our direct messages"
    if answer.code is Code.OLD:
        said: Words = (f"You have begun it already: it goes on {where}, at the step where you left it.",)
        return Document(f"This one is going on already: {book.title}", (Paragraph(said),))
    said = (Person(answer.who), f" is doing it, {where}. Take it over if they cannot go on.")
    return Document(f"This one is going on already: {book.title}", (Paragraph(said), _take_over(answer)))


def _take_over(answer: Answer) -> Actions:
    return Actions((Action("runbook.take_over", "Take Over", f"{answer.run}:{answer.rev}"),))


def answered(book: Runbook | None, answer: Answer) -> Document | None:
    """What the message itself does not say; None where it says it."""
    where = _where(book, answer)
    match answer.code:
        case Code.OK:
            return None
        case Code.OLD:
            return Document("That button is from an earlier step", (Paragraph((f"Nothing was changed. {where}",)),))
        case Code.TAKEN:
            said: Words = (Person(answer.who), " is doing this one. Nothing was changed. Take it over if they cannot.")
            return Document("Somebody else has it", (Paragraph(said), _take_over(answer)))
        case Code.OVER:
            return Document("This run is over", (Paragraph((_ended(answer),)),))
        case Code.CHANGED:
            changed = f"The text was changed while you were reading. {where} Please look at it again."
            return Document("The text has changed", (Paragraph((changed,)),))
        case Code.NOBODY:
            nobody = "This runbook names nobody to call. Ask in your team, or look at /launch oncall."
            return Document("Nobody is named here", (Paragraph((nobody,)),))
        case Code.NO_SUCH:
            return no_such()
        case Code.NOT_NOW:
            return Document("That does not fit this step", (Paragraph((f"Nothing was changed. {where}",)),))


def _where(book: Runbook | None, answer: Answer) -> str:
    step: Step | None = book.steps.get(answer.step) if book is not None else None
    if step is None or answer.standing in (Standing.CHECKING, Standing.WAITING):
        return "I am looking right now; the message shows what I see."
    what = "it is time to call somebody" if isinstance(step, Call) else "one step is open"
    return f"The message above shows where the run is now: {what}."


def _ended(answer: Answer) -> str:
    return {
        Standing.FIXED: "It is fixed and proven. There is nothing left to do.",
        Standing.HANDED: "It was handed over. I go on watching.",
        Standing.DONE: "It is done.",
        Standing.OVER: "The trouble ended by itself.",
    }.get(answer.standing, "Somebody stopped it. Begin it again with /launch runbook.")


def no_such() -> Document:
    """A button of a run that is no longer kept."""
    said = "Begin anew with /launch runbook, or with the words for what is wrong: /launch runbook site is down."
    return Document("I do not have this run any more", (Paragraph((said,)),))
