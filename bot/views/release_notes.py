"""Release notes: the versions that went out, each with what it changes for customers."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blockkit.words import one_line
from bot.document import Action, Actions, Document, Item, Link, Listing, Paragraph, Person, Strong, Time, Tone, Words
from bot.services.release import Noted

VERSION = 40
"""Characters."""


def notes(found: Sequence[Noted]) -> Document:
    """The versions that went out, newest first."""
    start = Action("release.start", "Begin the Checklist", command="/launch release")
    if not found:
        return Document(
            "No release notes yet",
            (
                Paragraph(("A line appears here for each version that goes live, with the note from its checklist.",)),
                Actions((start,)),
            ),
        )
    return Document("Release notes", (Listing(tuple(_noted(one) for one in found), limit=20), Actions((start,))))


def _noted(one: Noted) -> Item:
    name = one_line(one.version, VERSION) if one.version else "Next version"
    title: Words = (
        (Strong(name), ", ", Time(one.at, "date")) if one.at is not None else (Strong(name), ", not live yet")
    )
    bad = one.stage == "bad"
    lines: list[Words] = [(one_line(one.note, 300) if one.note else "Nobody wrote what changes.",)]
    by: Words = ("By ", Person(one.by)) if one.by else ()
    page: Words = (" · " if by else "", Link(one.url, "See it")) if one.url.startswith("https://") else ()
    if by or page:
        lines.append((*by, *page))
    return Item(title, tuple(lines), Tone.WARN if bad else Tone.PLAIN, "Broken" if bad else "")
