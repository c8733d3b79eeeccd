"""Help: all verbs by the moment in which one needs them, one with its examples, the nearest to what was mistyped."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.document import Code, Document, Heading, Item, Listing, Note, Paragraph, Part, Strong, Tone, Words
from bot.views.prose import prose

if TYPE_CHECKING:
    from bot.commands.base import Command

MOMENTS: Mapping[str, tuple[str, ...]] = {
    "When something breaks": (
        *("status", "ack", "runbook", "fixed", "incidents", "oncall"),
        *("pass", "page", "snooze", "mute", "why", "export"),
    ),
    "Before you launch": ("check", "explain", "smoke", "perf", "dns"),
    "A new version goes out": ("release", "deploy", "deploys"),
    "The bot, and practice": ("setup", "doctor", "drill", "handover", "help"),
}
"""When one needs them, each in the order of need; a verb that stands nowhere is shown with the last."""
FIRST = ("status", "check")
"""What a newcomer tries."""
MEANT: Mapping[str, str] = {
    **dict.fromkeys(("who", "duty", "on-call", "rota", "owner", "owners"), "oncall"),
    **dict.fromkeys(("go", "audit", "scan", "report", "ready", "launch"), "check"),
    **dict.fromkeys(("take", "mine", "acknowledge", "me"), "ack"),
    **dict.fromkeys(("resolve", "resolved", "close", "repaired"), "fixed"),
    **dict.fromkeys(("hand", "assign", "give"), "pass"),
    **dict.fromkeys(("call", "alert", "notify", "phone"), "page"),
    **dict.fromkeys(("silence", "unmute", "quiet", "maintenance"), "mute"),
    **dict.fromkeys(("fix", "repair", "how", "guide"), "runbook"),
    **dict.fromkeys(("rollback", "revert", "ship", "checklist"), "release"),
    **dict.fromkeys(("speed", "slow", "load", "latency"), "perf"),
    **dict.fromkeys(("practice", "practise", "exercise"), "drill"),
    **dict.fromkeys(("timeline", "story", "postmortem"), "export"),
    **dict.fromkeys(("version", "versions", "history"), "deploys"),
    **dict.fromkeys(("login", "signup", "checkout", "flows"), "smoke"),
}
"""Other words that people try, and the verb that does it."""
OWNER = "owner"
WORDS_OF_TROUBLE = 2
"""`site is down` may be a trouble; one word is a slip of the hand."""


def help(commands: Mapping[str, Command]) -> Document:
    """All verbs with what they do."""
    listed = {verb: command for verb, command in commands.items() if command.listed}
    placed = {verb for verbs in MOMENTS.values() for verb in verbs}
    rest = tuple(verb for verb in listed if verb not in placed)
    parts: list[Part] = []
    order: list[str] = []
    for moment, verbs in MOMENTS.items():
        here = [verb for verb in (*verbs, *(rest if moment == list(MOMENTS)[-1] else ())) if verb in listed]
        items = tuple(Item((Code(f"/launch {listed[verb].usage}"), " – ", *prose(listed[verb].help))) for verb in here)
        if items:
            parts += [Heading(moment), Listing(items, limit=40)]
        order += here
    parts.append(Note(("Examples of one of them: ", Code("/launch help ack"))))
    spoken = "Help: " + ", ".join(f"/launch {verb}" for verb in order) + "."
    return Document("What you can ask", tuple(parts), fallback=spoken)


def verb(command: Command) -> Document:
    """One verb with its examples."""
    who: Words = (" Only owners of this product may do it.",) if command.role.value == OWNER else ()
    return Document(
        headline=f"/launch {command.verb}",
        parts=(
            Paragraph((*prose(command.help), *who)),
            Paragraph((Strong("Write:"), " ", Code(f"/launch {command.usage}"))),
            Heading("For example"),
            Listing(tuple(Item((Code(example),)) for example in command.examples)),
        ),
        fallback=f"/launch {command.usage}: {command.help}",
    )


def nearest(verb: str, commands: Mapping[str, Command]) -> tuple[str, ...]:
    """The verbs that are meant by it or look most like it, best first."""
    listed = [name for name, command in commands.items() if command.listed]
    typed = verb.lower()[:40]
    meant = [MEANT[typed]] if MEANT.get(typed) in listed else []
    begun = [name for name in listed if typed and name.startswith(typed)]
    close = difflib.get_close_matches(typed, listed, n=3, cutoff=0.6)
    return tuple(dict.fromkeys([*meant, *begun, *close]))[:2]


def unknown(verb: str, commands: Mapping[str, Command], text: str = "") -> Document:
    """A verb that does not exist: the nearest one and two examples.

    `text` is all that was typed: whole words about a trouble lead to its runbook.
    """
    close = nearest(verb, commands)
    hint: Words = (" Did you mean ", Code(f"/launch {close[0]}"), "?") if close else ()
    return Document(
        headline="I do not know that command",
        parts=(
            Paragraph(("There is no ", Code(f"/launch {verb[:60]}"), ".", *hint)),
            *_trouble(text if not close and "runbook" in commands else ""),
            Listing(tuple(Item((Code(example),)) for example in _examples(close, commands))),
            Note(("All of them: ", Code("/launch help"))),
        ),
        tone=Tone.WARN,
        fallback=f"There is no command {verb[:60]}; /launch help lists all of them.",
    )


def _trouble(text: str) -> tuple[Part, ...]:
    """Somebody typed what is wrong, in their own words."""
    if len(text.split()) < WORDS_OF_TROUBLE:
        return ()
    return (Paragraph(("Is that what is wrong? This leads you out of it: ", Code(f"/launch runbook {text[:80]}"))),)


def _examples(close: tuple[str, ...], commands: Mapping[str, Command]) -> tuple[str, ...]:
    """Two examples: of the nearest verb first, then of what a newcomer needs."""
    names = [name for name in (*close, *FIRST) if name in commands]
    found = [
        example for name in dict.fromkeys(names) for example in commands[name].examples[: 2 if name in close else 1]
    ]
    return tuple(dict.fromkeys(found))[:2]
