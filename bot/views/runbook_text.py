"""Runbooks for a terminal: the list by shelf, a step with its keys, and the whole text to read or to print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from textwrap import wrap

from bot.document import (
    Code,
    Document,
    Heading,
    Item,
    Listing,
    Note,
    Paragraph,
    Part,
    Preformatted,
    Strong,
    Tone,
    Words,
)
from bot.domain.runbook.book import Ask, Call, Check, Decide, Do, End, Runbook, Say, Sort, Step, Wait, leads_to
from bot.domain.runbook.fill import fill
from bot.domain.runbook.known import FIELDS, Known
from bot.domain.runbook.paths import through
from bot.domain.runbook.run import Run, Sight, Standing, Verdict
from bot.views.felt import length
from bot.views.prose import count, label, prose, sentence
from bot.views.runbook_door import where
from bot.views.runbook_list import SHELVES

ENDS: Mapping[str, str] = {
    End.FIXED: "it is fixed, and proven",
    End.HANDED: "whoever you called has it now",
    End.DONE: "you are done",
}


def shelves(books: Iterable[Runbook], typed: str = "launch runbook") -> Document:
    """Every runbook, by its shelf."""
    every = tuple(books)
    parts: list[Part] = [
        Paragraph((f"{count(len(every), 'runbook')}. Ask for one by its name, or in your own words:",))
    ]
    parts.append(Preformatted(f"{typed} site_down\n{typed} emails go to spam"))
    for sort in Sort:
        found = [book for book in every if book.sort is sort]
        items = tuple(
            Item((Code(book.topic), f" · {book.title}", *((" (your own)",) if book.own else ()))) for book in found
        )
        if items:
            parts += [Heading(SHELVES[sort]), Listing(items, limit=200)]
    return Document("What to do if it breaks", tuple(parts))


def opening(book: Runbook, known: Known, seen: str) -> Document:
    """What it is about, before the first step. `seen`: what is broken right now, as far as it was looked at."""
    parts: list[Part] = []
    if book.feels:
        parts.append(Paragraph(label("What customers feel", _filled(book.feels, known))))
    if seen:
        parts.append(Paragraph(prose(seen)))
    if book.notice:
        parts += [Paragraph((Strong("To tell your customers:"),)), Preformatted(_letter(book.notice, known))]
    return Document(book.title, tuple(parts))


def step(book: Runbook, run: Run, known: Known, number: int, of: int) -> Document:
    """The step that stands open, with what was explained on the way to it."""
    heard = [] if run.looks else [book.steps[id] for id in run.heard if id in book.steps]
    parts: list[Part] = [Paragraph(_filled(_text(one), known)) for one in heard]
    now = book.steps[run.step]
    parts += _parts(now, known)
    if run.sight is not None and run.standing is Standing.OPEN:
        parts += _seen(now, run.sight, known)
    return Document(f"Step {number} of about {max(number, of)}", tuple(parts))


def sight(found: Sight, took: float) -> str:
    """One line about a look."""
    if found.verdict is Verdict.GOOD:
        return f"Good: {count(len(found.checks), 'check')} in {took:.1f} s."
    return ""


def end(run: Run, book: Runbook) -> Document:
    """How it ended."""
    took = length(((run.ended_at or run.began_at) - run.began_at).total_seconds())
    proofs = len(run.sight.checks) if run.sight is not None else 0
    again = f"Begin again: launch runbook {book.topic}"
    match run.standing:
        case Standing.FIXED:
            proven = f" ({count(proofs, 'check')})" if proofs else ""
            return Document("Fixed", (Paragraph((f"Fixed and proven{proven}, after {took}.",)),), Tone.GOOD)
        case Standing.DONE:
            return Document("Done", (Paragraph((f"Done, after {took}.",)),), Tone.GOOD)
        case Standing.HANDED:
            said = f"Handed over, after {took}. Nothing is proven yet: {again[0].lower()}{again[1:]}"
            return Document("Handed over", (Paragraph((said,)),))
        case _:
            return Document(
                "Stopped", (Paragraph((f"Stopped at step {len(run.past) + 1}. Nothing was proven.", f" {again}")),)
            )


def whole(book: Runbook, known: Known) -> Document:
    """The whole text as numbered steps; where facts decide, only the way that fits what is known."""
    order = _order(book, known)
    heard = through(book, book.first, known).heard
    numbers = {id: number for number, id in enumerate(order, 1)}
    parts: list[Part] = list(opening(book, known, "").parts)
    parts += [Paragraph(_filled(_text(book.steps[id]), known)) for id in heard]
    for id in order:
        now = book.steps[id]
        parts.append(Heading(f"Step {numbers[id]}"))
        parts += _parts(now, known)
        if isinstance(now, Check):
            parts += [Note((f"By hand: {_plain(now.look, known)}",)), *_hints(now, known)]
        parts.append(Note(_onward(book, now, known, numbers)))
    missing = missing_of(book, known)
    if missing:
        names = ", ".join(FIELDS[name].label for name in missing)
        parts.append(Note((f"Not written down yet: {names}. Add it to launch.yml, or write it down in Slack.",)))
    return Document(book.title, tuple(parts))


def missing_of(book: Runbook, known: Known) -> tuple[str, ...]:
    """Fields that its texts need and that nobody has written down."""
    return tuple(name for name in book.needs if not known.fields.get(name))


def _order(book: Runbook, known: Known) -> list[str]:
    """Steps that can be reached, in the order of the file; words and branches stand with what follows."""
    met: set[str] = set()
    ahead = [through(book, book.first, known).at]
    while ahead:
        id = ahead.pop()
        if id in met or id not in book.steps:
            continue
        met.add(id)
        ahead += [through(book, target, known).at for target in leads_to(book.steps[id])]
    return [id for id in book.steps if id in met]


def _onward(book: Runbook, now: Step, known: Known, numbers: Mapping[str, int]) -> Words:
    def to(target: str) -> str:
        landing = through(book, target, known)
        words = " ".join(_plain(_text(book.steps[id]), known) for id in landing.heard)
        where = ENDS.get(landing.at) or f"step {numbers.get(landing.at, '?')}"
        return f"{where}. {words}".rstrip(". ") if words else where

    match now:
        case Ask():
            return (" · ".join(f"{one.label}: {to(one.go)}" for one in now.answers),)
        case Check():
            bad = f" If not: {to(now.bad)}." if now.bad else " If not: the step before, once more."
            return (f"If so: {to(now.good)}.{bad}",)
        case Wait():
            return (f"Good: {to(now.good)}. After {length(now.longest.total_seconds())}: {to(now.late)}.",)
        case Do() | Say() | Call():
            return (f"Then: {to(now.go)}.",)
        case Decide():
            return ("",)


def _parts(now: Step, known: Known) -> list[Part]:
    match now:
        case Do():
            return _do(now, known)
        case Check():
            return [Paragraph(label("What must be true", _filled(now.text, known)))]
        case Call():
            name, reach = known.contacts.get(now.who, ("", ""))
            who = f"{name}, {reach}" if reach and reach != name else name
            who = who or "nobody is written down for this; ask in your team who knows them"
            return [
                Paragraph(_filled(now.text, known)),
                Paragraph(label("Who", (who,))),
                Paragraph((Strong("Send them this:"),)),
                Preformatted(_letter(now.message, known)),
            ]
        case Ask():
            return [Paragraph((Strong("Question: "), *_filled(now.text, known)))]
        case _:
            return [Paragraph(_filled(_text(now), known))]


def _do(now: Do, known: Known) -> list[Part]:
    parts: list[Part] = []
    if now.danger:
        parts.append(Paragraph(label("Careful, before you begin", _filled(now.undo, known))))
    parts.append(Paragraph(label("Do this", _filled(now.text, known))))
    if path := known.panels.get(now.panel, ""):
        parts.append(Paragraph(where(now.panel, _filled(path, known), known)))
    if now.paste and fill(now.paste, known.fields).whole:
        parts += [Paragraph((Strong("Copy this:"),)), Preformatted(_plain(now.paste, known))]
    if now.slip:
        parts.append(Note(("Usual slip: ", *_filled(now.slip, known))))
    if now.undo and not now.danger:
        parts.append(Note(("To take it back: ", *_filled(now.undo, known))))
    return parts


def _seen(now: Step, found: Sight, known: Known) -> list[Part]:
    """What the last look saw against what it should be."""
    if found.verdict is Verdict.UNKNOWN:
        look = _filled(now.look, known) if isinstance(now, Check) else ("whether it is good now.",)
        why = (" ", *prose(sentence(found.seen))) if found.seen else ()
        return [
            Paragraph((Strong("I could not look."), *why, " That is neither good nor bad.")),
            Paragraph(label("Please look yourself", look)),
        ]
    parts: list[Part] = [
        Paragraph((Strong("Not yet. "), *(prose(f"Seen: {sentence(found.seen)}") if found.seen else ())))
    ]
    if found.expected:
        parts.append(Paragraph(label("Expected", prose(sentence(found.expected)))))
    return parts + (_hints(now, known) if isinstance(now, Check) else [])


def _hints(now: Check, known: Known) -> list[Part]:
    hints = (("Usual slip: ", now.slip), ("How long it takes: ", now.takes))
    return [Note((name, *_filled(text, known))) for name, text in hints if text]


def _text(now: Step) -> str:
    return "" if isinstance(now, Decide) else now.text


def said(text: str, known: Known) -> str:
    """A text as it is said, filled."""
    return _plain(text, known)


def _letter(text: str, known: Known) -> str:
    """A message to others, in lines that fit every window; an address is never broken."""
    lines = _plain(text, known).splitlines()
    return "\n".join(
        part for line in lines for part in wrap(line, 72, break_long_words=False, break_on_hyphens=False) or [""]
    )


def _plain(text: str, known: Known) -> str:
    return fill(text, known.fields).text.strip()


def _filled(text: str, known: Known) -> Words:
    return prose(_plain(text, known))
