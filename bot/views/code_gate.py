"""What the gates about code say: keys in it, its variables, its logs; the worst first, each with the first step."""

from __future__ import annotations

from collections.abc import Sequence

from bot.document import Document, Heading, Item, Listing, Note, Paragraph, Part, Tone, Words
from bot.views.prose import SEVERITY, TONES, label, prose, sentence
from checks.model import Finding, Status

SHOWN = 15
"""Findings that a person reads at once; a report in JSON has all of them."""


def code_gate(found: Sequence[Finding], *, good: str, bad: str, notes: Sequence[str] = ()) -> Document:
    """`good` and `bad` are the headlines for nothing and for something that is wrong."""
    wrong = [one for one in found if one.status is Status.FAIL]
    warned = [one for one in found if one.status is Status.WARN]
    blind = [one for one in found if one.status is Status.UNKNOWN]
    fine = [one for one in found if one.status is Status.PASS]
    parts: list[Part] = []
    if wrong or warned:
        first, *others = (*wrong, *warned)
        parts.append(Listing((_item(first, alone=True), *(_item(one) for one in others)), limit=SHOWN))
        parts += _steps(first, alone=not others)
    if blind:
        parts += [Heading("Could not look"), Listing(tuple(_item(one) for one in blind), limit=SHOWN)]
    if fine:
        parts += [Paragraph(prose(sentence(one.summary))) for one in fine]
    parts += [Note(prose(sentence(note))) for note in notes]
    if wrong:
        return Document(bad, tuple(parts), Tone.BAD)
    if blind:
        return Document("Not proven: something could not be looked at", tuple(parts), Tone.UNKNOWN)
    return Document(good, tuple(parts), Tone.WARN if warned else Tone.GOOD)


def _item(one: Finding, *, alone: bool = False) -> Item:
    """`alone`: its steps stand below."""
    lines: list[Words] = []
    if one.seen.get("variable") and one.impact:
        lines.append(prose(one.impact))
    places = one.seen.get("places")
    if isinstance(places, list | tuple) and len(places) > 1:
        more = f" and {len(places) - 5} more" if len(places) > 5 else ""
        lines.append(("In: ", ", ".join(str(place) for place in places[:5]), more))
    author, day = one.seen.get("author"), one.seen.get("day")
    if author and day:
        lines.append((f"Brought in by {author} on {day}",))
    if one.fix and not alone:
        lines.append(label("First step", prose(one.fix[0])))
    word = SEVERITY[one.severity] if one.status.bad else "Could not look"
    return Item(prose(sentence(one.summary)), tuple(lines), TONES[one.status], word)


def _steps(first: Finding, *, alone: bool) -> list[Part]:
    """What to do about the worst one, step by step, and what it means where its entry does not say it."""
    parts: list[Part] = [] if first.seen.get("variable") or not first.impact else [Paragraph(prose(first.impact))]
    if first.fix:
        heading = "What to do" if alone else "What to do about the first"
        parts += [Heading(heading), Listing(tuple(Item(prose(step)) for step in first.fix), limit=12)]
    return parts
