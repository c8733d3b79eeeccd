"""The self-test as an answer: what is wrong first, each with the exact fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.document import Action, Actions, Document, Heading, Item, Listing, Note, Paragraph, Part, Tone, Words
from bot.views.prose import count, label, prose, sentence

if TYPE_CHECKING:
    from bot.services.doctor import Line

TONES = {"OK": Tone.GOOD, "Problem": Tone.BAD, "To do": Tone.WARN, "Unknown": Tone.UNKNOWN}
ROUTE = "Second route"
"""How lines about second routes are called."""
ORDER = ("Problem", "To do", "Unknown", "OK")


def doctor(lines: tuple[Line, ...], *, test: str = "") -> Document:
    """Problems, then what is still to do, then what could not be looked at, then what is well.

    `test` is what to type for a test of the second routes; empty where none can be asked for.
    """
    ranked = sorted(lines, key=lambda line: ORDER.index(line.state.value))
    wrong = [line for line in ranked if line.state.value == "Problem"]
    todo = [line for line in ranked if line.state.value == "To do"]
    blind = [line for line in ranked if line.state.value == "Unknown"]
    well = [line for line in ranked if line.state.value == "OK"]
    parts: list[Part] = []
    if wrong:
        parts.append(Listing(tuple(_item(line) for line in wrong), limit=15))
    else:
        parts.append(Paragraph(("The bot has everything that it needs" + (" to run." if todo else "."),)))
    if todo:
        parts += [Heading("Still to do"), Listing(tuple(_item(line) for line in todo), limit=10)]
    if blind:
        parts += [Heading("Could not look"), Listing(tuple(_item(line) for line in blind), limit=10)]
    if well:
        parts += [Heading("In order"), Listing(tuple(_item(line) for line in well), limit=20)]
    parts.append(Note(("This is about the bot itself; your product is looked at by ", *prose("`/launch check`"), ".")))
    if test and any(line.name == ROUTE and line.state.value == "OK" for line in lines):
        parts.append(Actions((Action("doctor.test", "Send a Test by Each", command=test),)))
    state, tone = "The bot is well", Tone.GOOD
    if todo:
        state, tone = f"The bot works, with {count(len(todo), 'thing')} still to do", Tone.WARN
    if wrong:
        state, tone = f"The bot needs help: {count(len(wrong), 'problem')}", Tone.BAD
    return Document(state, tuple(parts), tone, fallback=f"{state} after its self-test.")


def _item(line: Line) -> Item:
    fix: tuple[Words, ...] = (label("Do this", prose(line.fix)),) if line.fix else ()
    return Item((f"{line.name}: ", *prose(sentence(line.said))), fix, TONES[line.state.value], line.state.value)
