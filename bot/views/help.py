"""Help: all verbs on one screen, one verb with its examples, and the nearest one to what was mistyped."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.document import Code, Document, Heading, Item, Listing, Note, Paragraph, Strong, Tone, Words

if TYPE_CHECKING:
    from bot.commands.base import Command

FIRST = ("status", "check", "ack", "fixed", "incidents", "oncall", "explain", "setup", "help")
"""What a newcomer needs, in this order; the rest follows by name."""
OWNER = "owner"


def help(commands: Mapping[str, Command]) -> Document:
    """All verbs with what they do."""
    listed = {verb: command for verb, command in commands.items() if command.listed}
    order = [verb for verb in FIRST if verb in listed] + [verb for verb in listed if verb not in FIRST]
    items = tuple(Item((Code(f"/launch {listed[verb].usage}"), f" – {listed[verb].help}")) for verb in order)
    return Document(
        headline="What you can ask",
        parts=(
            Listing(items, empty="There are no commands.", limit=40),
            Note(("More about one of them: ", Code("/launch help check"))),
        ),
        fallback="Help: " + ", ".join(f"/launch {verb}" for verb in order) + ".",
    )


def verb(command: Command) -> Document:
    """One verb with its examples."""
    who: Words = (" Only owners of this product may do it.",) if command.role.value == OWNER else ()
    return Document(
        headline=f"/launch {command.verb}",
        parts=(
            Paragraph((command.help, *who)),
            Paragraph((Strong("Write:"), " ", Code(f"/launch {command.usage}"))),
            Heading("For example"),
            Listing(tuple(Item((Code(example),)) for example in command.examples)),
        ),
        fallback=f"/launch {command.usage}: {command.help}",
    )


def nearest(verb: str, commands: Mapping[str, Command]) -> tuple[str, ...]:
    """The verbs that look most like it, best first; a verb that begins with it comes before all."""
    listed = [name for name, command in commands.items() if command.listed]
    typed = verb.lower()[:40]
    begun = [name for name in listed if typed and name.startswith(typed)]
    close = difflib.get_close_matches(typed, listed, n=3, cutoff=0.5)
    return tuple(dict.fromkeys([*begun, *close]))[:2]


def unknown(verb: str, commands: Mapping[str, Command]) -> Document:
    """A verb that does not exist: the nearest one and two examples."""
    close = nearest(verb, commands)
    hint: Words = (" Did you mean ", Code(f"/launch {close[0]}"), "?") if close else ()
    return Document(
        headline="I do not know that command",
        parts=(
            Paragraph(("There is no ", Code(f"/launch {verb[:60]}"), ".", *hint)),
            Listing(tuple(Item((Code(example),)) for example in _examples(close, commands))),
            Note(("All of them: ", Code("/launch help"))),
        ),
        tone=Tone.WARN,
        fallback=f"There is no command {verb[:60]}; /launch help lists all of them.",
    )


def _examples(close: tuple[str, ...], commands: Mapping[str, Command]) -> tuple[str, ...]:
    """Two examples: of the nearest verb first, then of what a newcomer needs."""
    names = [name for name in (*close, *FIRST) if name in commands]
    found = [
        example for name in dict.fromkeys(names) for example in commands[name].examples[: 2 if name in close else 1]
    ]
    return tuple(dict.fromkeys(found))[:2]
