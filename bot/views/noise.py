"""A week of the bot's own noise: how much it said, what came of it, and the one line that would make it quieter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.document import Document, Item, Listing, Note, Paragraph, Part, Preformatted, Strong, Time, Tone
from bot.views.felt import FELT, called
from bot.views.prose import count, span_of

if TYPE_CHECKING:
    from bot.services.noise import Advice, Noise, Wolf


def noise(week: Noise, file: str = "launch.yml") -> Document:
    """The report of a week; `file` is what the configuration is called."""
    sent = count(week.messages, "message")
    led = f"{week.useful} led to an action" if week.useful else "none led to an action"
    about = count(week.incidents, "incident")
    told = f" I sent {sent} about {about}, {week.calls} of them to one person. {led.capitalize()}."
    parts: list[Part] = [Paragraph(("In the week from ", Time(week.since, "date"), told))]
    if week.wolves:
        parts.append(Listing(tuple(_wolf(one) for one in week.wolves), limit=5))
    else:
        parts.append(Paragraph(("No alarm was over by itself within minutes: nothing cried wolf.",)))
    if week.advice is not None:
        parts += _advice(week.advice, file)
    parts.append(
        Note(("A message led to an action if somebody did something about its incident before the next message came.",))
    )
    return Document(
        f"My noise last week · {sent}, {led}",
        tuple(parts),
        Tone.WARN if week.wolves else Tone.PLAIN,
        fallback=f"My noise last week: {sent}, {led}",
    )


def _wolf(one: Wolf) -> Item:
    what = FELT[one.trouble].word.lower()
    soon = f"over by itself within {span_of(one.longest)}, and nobody had to do anything"
    return Item((Strong(called(one.name)), f" cried wolf {count(one.times, 'time')}: {what}, {soon}"), tone=Tone.WARN)


def _advice(one: Advice, file: str) -> list[Part]:
    where = f"{file}, line {one.line}" if one.line else file
    return [
        Paragraph(("To hear less of ", Strong(called(one.monitor)), f", write this at the monitor in {where}:")),
        Preformatted(one.write),
        Note((one.cost,)),
    ]
