"""Fire drills in words: what they are, that one begins, why none does, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.document import (
    Action,
    Actions,
    Document,
    Facts,
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
    Time,
    Tone,
    Words,
)
from bot.domain.drill import Drill, How, Score, score
from bot.domain.runbook.book import Runbook, Sort
from bot.domain.scene import Contact
from bot.views.felt import length
from bot.views.prose import count

LAST = 5
STOP = Action("drill.stop", "Stop the Drill", command="/launch drill stop")
CHOOSE = Action("drill.pick", "Choose Another…", command="/launch drill site down")
ENDS: Mapping[How, str] = {
    How.FIXED: "The target was repaired, and the last look proved it.",
    How.HANDED: "It was handed to somebody. In a real outage that can be right.",
    How.STOPPED: "It was stopped before the target was repaired.",
    How.LATE: "Nobody had repaired the target within an hour.",
    How.REAL: "Something really broke meanwhile, and that comes first.",
}


@dataclass(frozen=True, slots=True)
class Board:
    """What there is to say about drills."""

    due: Runbook | None
    """The runbook whose turn it is."""
    drilled: int
    """Runbooks that were drilled to an end."""
    of: int
    """Runbooks that can be drilled."""
    past: tuple[Drill, ...]
    live: Drill | None
    titles: Mapping[str, str]


def board(state: Board) -> Document:
    """What a drill is, whose turn it is, and how the last ones went."""
    parts: list[Part] = []
    if state.live is not None:
        parts += [
            Paragraph(
                (
                    Strong(f"One is going on: {_title(state, state.live)}."),
                    " Begun ",
                    Time(state.live.began_at, "ago"),
                    ".",
                )
            ),
            Actions((STOP,)),
        ]
    elif state.due is not None:
        parts += [
            Paragraph(
                (
                    "I break a simulated target and page whoever is on call. You walk the runbook until it answers. ",
                    "Nothing real is touched. It takes about ten minutes.",
                )
            ),
            Paragraph((Strong("Next in turn:"), " ", state.due.title)),
            Actions((Action("drill.start", "Start the Drill", state.due.topic, primary=True,
                            command=f"/launch drill {state.due.topic}"), CHOOSE)),
        ]  # fmt: skip
    if state.past:
        items = tuple(_past(state, one) for one in state.past[:LAST])
        parts += [Heading("The last ones"), Listing(items, limit=LAST)]
    parts.append(Note((f"{state.drilled} of {count(state.of, 'runbook')} drilled so far.",)))
    return Document("Fire drill: practise while nothing burns", tuple(parts))


def _title(state: Board, drill: Drill) -> str:
    return state.titles.get(drill.topic, drill.topic.replace("_", " "))


def _past(state: Board, drill: Drill) -> Item:
    found = score(drill)
    line = _short(found) if found is not None else ""
    return Item((_title(state, drill), ", ", Time(drill.began_at, "date")), ((line,),) if line else ())


def _short(found: Score) -> str:
    first = f"first answer after {_took(found.to_ack)}" if found.to_ack is not None else "nobody answered"
    fixed = f", repaired after {_took(found.to_fix)}" if found.to_fix is not None else ", not repaired"
    return f"{first}{fixed}".capitalize()


def _took(took: timedelta) -> str:
    return length(took.total_seconds())


def begun(book: Runbook, called: Contact) -> Document:
    """It begins: what to do now."""
    who: Words = (
        (Person(called.slack), " is called now.") if called.slack else ("Nobody is on call: the card says so.",)
    )
    return Document(
        f"DRILL · {book.title}",
        (
            Paragraph((Strong("A drill begins."), " Nothing is really broken; everything about it says DRILL. ", *who)),
            Paragraph(("Answer the card as if it were real: I'm on It, then Show Me the Fix.",)),
            Actions((STOP,)),
            Note(("It ends by itself after an hour, or as soon as something really breaks.",)),
        ),
    )


def asleep(book: Runbook, called: Contact) -> Document:
    """Whoever would be called has quiet hours."""
    until: Words = (" until ", Time(called.quiet_until, "time")) if called.quiet_until is not None else ()
    who: Words = (Person(called.slack),) if called.slack else (called.name or "Whoever is on call",)
    anyway = Action(
        "drill.anyway", "Wake Them All the Same", book.topic, danger=True,
        confirm="This wakes somebody for an exercise. Really?", command=f"/launch drill {book.topic} anyway",
    )  # fmt: skip
    return Document(
        "Not now: they sleep",
        (Paragraph((*who, " has quiet hours", *until, ". A drill would wake them.")), Actions((anyway,))),
    )


def busy(title: str) -> Document:
    """There is one already."""
    return Document(
        "A drill is going on already", (Paragraph((f"{title}. Finish it, or stop it first.",)), Actions((STOP,)))
    )


def real() -> Document:
    """Something is really broken."""
    said = "Something is really broken right now. Repair that first: /launch incidents shows it."
    return Document("No drill now", (Paragraph((said,)),), Tone.WARN)


def nothing(book: Runbook) -> Document:
    """The runbook repairs nothing."""
    said = (
        f"“{book.title}” repairs nothing that could be broken for a drill. Read it with /launch runbook {book.topic}."
    )
    return Document("This one cannot be drilled", (Paragraph((said,)), Actions((CHOOSE,))))


def stopped(drill: Drill | None) -> Document:
    """Somebody ended it."""
    if drill is None:
        return Document("No drill is going on", (Paragraph(("Start one with /launch drill.",)),))
    return Document("The drill is over", (Paragraph(("It was stopped. What was measured stands where alerts go.",)),))


def wrong(task: str) -> Document:
    """A control that does not do what the step asks for."""
    said = f"“{task}” does something else. Nothing happened; read the step once more and choose again."
    return Document("That was not it", (Paragraph((said,)),))


def picker(books: Sequence[Runbook], drilled: Mapping[str, object]) -> Form:
    """All that can be drilled, those whose turn it is first."""
    options = tuple(
        (f"{one.title}{'' if one.topic in drilled else ' (never drilled)'}"[:75], one.topic) for one in books[:100]
    )
    return Form(
        "drill.picked",
        "Which drill?",
        "Start the Drill",
        (Paragraph(("Whoever is on call is paged at once. Nothing real is touched.",)),),
        (Field("topic", "What should break?", kind="choice", options=options),),
    )


def drillable(books: Mapping[str, Runbook]) -> tuple[Runbook, ...]:
    """What a founder would practise: things that break or are at risk."""
    return tuple(one for one in books.values() if one.sort in (Sort.BROKEN, Sort.AT_RISK))


def result(drill: Drill, title: str) -> Document:
    """What came of it, for everybody."""
    found = score(drill)
    if found is None:
        return Document(f"DRILL · {title}", (Paragraph(("It is going on.",)),))
    facts: list[tuple[str, Words]] = [
        (
            "First answer",
            _measured(found.to_ack, "nobody answered", (" by ", Person(drill.acked_by)) if drill.acked_by else ()),
        ),
        ("Runbook opened", _measured(found.to_open, "never")),
        ("Repaired", _measured(found.to_fix, "no")),
        ("Wrong turns", (str(found.slips),)),
    ]
    return Document(
        f"DRILL OVER · {title}",
        (Paragraph((Strong(ENDS[found.how]), " ", _verdict(found))), Facts(tuple(facts)), Note((_next(found),))),
        Tone.GOOD if found.how is How.FIXED and found.prompt else Tone.PLAIN,
        fallback=f"Drill over: {title}. {_short(found)}.",
    )


def _measured(took: timedelta | None, none: str, more: Words = ()) -> Words:
    return (f"after {_took(took)}", *more) if took is not None else (none,)


def _verdict(found: Score) -> str:
    if found.how in (How.REAL, How.STOPPED):
        return "It says little about how a real one would go."
    if found.to_ack is None:
        return "In a real outage customers would still wait for a first answer."
    if not found.prompt:
        return "The first answer took longer than the 15 minutes that customers may expect."
    return "The first answer came within the 15 minutes that customers may expect."


def _next(found: Score) -> str:
    if found.how in (How.REAL, How.STOPPED):
        return "Begin it again when there is time: /launch drill."
    if found.to_ack is None or not found.prompt:
        return "To answer sooner: let your phone ring for messages of this app, and see who is called: /launch oncall."
    if found.slips:
        return "Read the runbook once in peace: it shows where each thing is done at your own providers."
    return "Next time let somebody else do it: whoever is awake should be able to."
