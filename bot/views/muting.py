"""What is silenced, by whom, why and until when; and what was asked for that cannot be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.document import Action, Actions, Code, Document, Item, Listing, Note, Paragraph, Person, Time, Tone, Words
from bot.domain.silence import Refusal, Silence
from bot.views.prose import count, listed

if TYPE_CHECKING:
    from bot.services.silencing import Quiet

EXAMPLES = ("/launch mute sign-up 2h moving the database", "/launch mute everything until 18:00 maintenance")


def examples(service: str) -> tuple[str, str]:
    """The same about one service; "" is everything."""
    word = f'"{service}"' if " " in service else service or "everything"
    return f"/launch mute {word} 2h moving the database", f"/launch mute {word} until 18:00 maintenance"


REFUSED: Mapping[Refusal, tuple[str, str]] = {
    Refusal.NO_REASON: (
        "Why should it be quiet?",
        "Write the reason behind the time, so that the others know it too.",
    ),
    Refusal.NO_END: ("It would be over already", "Name an end that is still to come."),
    Refusal.TOO_LONG: (
        "That is too long",
        "A silence lasts seven days at most. Longer than that, take the monitor out of launch.yml instead.",
    ),
}


def what(silence: Silence) -> str:
    """What it is about."""
    return silence.service or "everything"


def line(silence: Silence, *, maintenance: bool = False) -> Words:
    """`sign-up is muted until 18:00 by @mia: moving the database`."""
    kind = "under maintenance" if maintenance else "muted"
    by: Words = (" by ", Person(silence.author)) if silence.author else (", as launch.yml says",)
    return (f"{what(silence)} is {kind} until ", Time(silence.until, "both"), *by, f": {silence.reason}")


def muting(quiet: Quiet, names: Sequence[str], *, missing: str = "") -> Document:
    """All silences, with a button to end each; how to begin one. `missing`: what was to be ended, and is not there."""
    items = [_item(one, quiet) for one in quiet.now]
    items += [_item(one, quiet, later=True) for one in quiet.later]
    headline = f"{count(len(quiet.now), 'silence')} in force" if quiet.now else "Nothing is muted"
    known = f"What can be muted: {listed(tuple(names), 10)}, or everything." if names else ""
    return Document(
        headline,
        (
            *((Paragraph((f"{missing[:60]} is not muted, so nothing was changed.",)),) if missing else ()),
            Listing(tuple(items), "Everything that breaks is told. Only an owner may mute something."),
            Paragraph(("To begin one: ", Code(EXAMPLES[0]))),
            Note((known or "Every service of launch.yml can be muted, or everything.",)),
        ),
        Tone.WARN if quiet.now else Tone.GOOD,
        fallback=f"{headline}.",
    )


def _item(silence: Silence, quiet: Quiet, *, later: bool = False) -> Item:
    begins: Words = ("From ", Time(silence.begins, "both"), ": ") if later else ()
    end = Action(
        "mute.lift", "Call It Off" if later else "End It Now", silence.id, command=f"/launch mute off {silence.id}"
    )
    words = line(silence, maintenance=silence.id in quiet.maintenance)
    return Item((*begins, *words, f" (number {silence.id})"), tone=Tone.WARN, actions=(end,))


def begun(silence: Silence, now: datetime, *, maintenance: bool) -> Document:
    """It is written down."""
    name = what(silence)
    later = silence.begins > now
    when: Words = ("From ", Time(silence.begins, "both"), " until ") if later else ("Until ",)
    counted = " These minutes do not count as downtime." if maintenance else ""
    said = f"{name[:1].upper()}{name[1:]} {'will be muted' if later else 'is muted'}"
    end = Action("mute.lift", "End It Now", silence.id, command=f"/launch mute off {silence.id}")
    words = (
        ". I keep looking, and at its end I say at once what still fails. An outage is still told, in one quiet line."
        f"{counted}"
    )
    return Document(
        said,
        (Paragraph((*when, Time(silence.until, "both"), words)), Actions((end,))),
        Tone.WARN,
        fallback=f"{said}: {silence.reason}.",
    )


def ended(gone: Sequence[Silence]) -> Document:
    """It speaks again."""
    if not gone:
        return Document(
            "That silence is over already",
            (Paragraph(("What holds now: ", Code("/launch mute"))),),
            fallback="That silence is over already.",
        )
    names = ", ".join(dict.fromkeys(what(one) for one in gone))
    return Document(
        f"{names[:1].upper()}{names[1:]}: I speak again",
        (Paragraph(("What still fails is told at once.",)),),
        Tone.GOOD,
        fallback=f"The silence of {names} is over.",
    )


def refused(why: Refusal, service: str = "") -> Document:
    """What is missing, with two examples."""
    return _refused(*REFUSED[why], service)


def how_long(service: str) -> Document:
    """A service was named, and nothing else."""
    return _refused("For how long?", "Write how long, or until when, and why.", service)


def _refused(headline: str, words: str, service: str) -> Document:
    return Document(
        headline,
        (Paragraph((words,)), Listing(tuple(Item((Code(one),)) for one in examples(service)))),
        Tone.WARN,
        fallback=f"{headline} {words}",
    )


def no_service(name: str, nearest: Sequence[str], names: Sequence[str]) -> Document:
    """Nothing of that name is watched."""
    first = nearest[0] if nearest else names[0] if names else "everything"
    word = f'"{first}"' if " " in first else first
    hint: Words = (" Did you mean ", Code(word), "?") if nearest else ()
    known = f"In launch.yml: {', '.join(names[:10])}." if names else "launch.yml names no service yet."
    return Document(
        "I do not know that service",
        (
            Paragraph((Code(name[:60] or " "), " is no service of launch.yml.", *hint)),
            Paragraph((known,)),
            Paragraph(("For example: ", Code(f"/launch mute {word} 2h moving the database"))),
        ),
        Tone.WARN,
        fallback=f"{name[:60]} is no service of launch.yml.",
    )
