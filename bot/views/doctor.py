"""The self-test as an answer: what is wrong first, each with the exact fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.document import Document, Heading, Item, Listing, Note, Paragraph, Part, Tone, Words
from bot.views.prose import count, label, prose, sentence

if TYPE_CHECKING:
    from bot.services.doctor import Line

TONES = {"OK": Tone.GOOD, "Problem": Tone.BAD, "Unknown": Tone.UNKNOWN}
ORDER = ("Problem", "Unknown", "OK")


def doctor(lines: tuple[Line, ...]) -> Document:
    """Problems, then what could not be looked at, then what is well."""
    ranked = sorted(lines, key=lambda line: ORDER.index(line.state.value))
    wrong = [line for line in ranked if line.state.value == "Problem"]
    blind = [line for line in ranked if line.state.value == "Unknown"]
    well = [line for line in ranked if line.state.value == "OK"]
    parts: list[Part] = []
    if wrong:
        parts.append(Listing(tuple(_item(line) for line in wrong), limit=15))
    else:
        parts.append(Paragraph(("The bot has everything that it needs.",)))
    if blind:
        parts += [Heading("Could not look"), Listing(tuple(_item(line) for line in blind), limit=10)]
    if well:
        parts += [Heading("In order"), Listing(tuple(_item(line) for line in well), limit=20)]
    parts.append(Note(("This is about the bot itself; your product is looked at by ", *prose("`/launch check`"), ".")))
    state = f"The bot needs help: {count(len(wrong), 'problem')}" if wrong else "The bot is well"
    return Document(state, tuple(parts), Tone.BAD if wrong else Tone.GOOD, fallback=f"{state} after its self-test.")


def _item(line: Line) -> Item:
    fix: tuple[Words, ...] = (label("Do this", prose(line.fix)),) if line.fix else ()
    return Item((f"{line.name}: ", *prose(sentence(line.said))), fix, TONES[line.state.value], line.state.value)
