"""How the test of the second routes went: what each provider said, and what only a person can see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.document import Code, Document, Item, Listing, Note, Paragraph, Preformatted, Tone
from bot.views.prose import count, seconds, sentence

if TYPE_CHECKING:
    from bot.services.route_tests import Tried

EXAMPLE = """\
channels:
  second_route:
    - {kind: ntfy, env: NTFY_URL}"""


def tried(results: Sequence[Tried], again: str) -> Document:
    """Each route with what became of the test; `again` is what to type to repeat it."""
    if not results:
        return none()
    taken = sum(one.taken for one in results)
    if taken == len(results):
        headline = "The test is on its way" if taken == 1 else f"All {taken} tests are on their way"
        tone = Tone.GOOD
    else:
        headline, tone = (
            f"{count(len(results) - taken, 'second route')} of {len(results)} did not take the test",
            Tone.BAD,
        )
    items = tuple(_item(one) for one in results)
    return Document(
        headline,
        (
            Listing(items, limit=20),
            Paragraph(("Taken means that the provider has it. Only you can see whether it arrives: look now.",)),
            Note(("To try again: ", Code(again))),
        ),
        tone,
        fallback=f"{headline}.",
    )


def _item(one: Tried) -> Item:
    if one.taken:
        return Item((f"{one.route}, within {seconds(one.seconds * 1000)}",), tone=Tone.GOOD, label="Taken")
    return Item((one.route,), ((sentence(one.why),),), Tone.BAD, "Not taken")


def none() -> Document:
    """There is nothing to test."""
    headline = "There is no second route to test"
    return Document(
        headline,
        (
            Paragraph(("When Slack is down or refuses the bot, nobody is told of an outage.",)),
            Paragraph(("Add one to launch.yml; this one sends to your phone, and needs no account:",)),
            Preformatted(EXAMPLE),
        ),
        Tone.WARN,
        fallback=f"{headline}.",
    )


def too_soon() -> Document:
    """Somebody has just asked for it."""
    headline = "A test was sent less than a minute ago"
    return Document(headline, (Paragraph(("Wait a moment, then ask again.",)),), Tone.WARN, fallback=f"{headline}.")


def no_file() -> Document:
    """Nothing is known of any route."""
    headline = "There is no usable launch.yml"
    words = Paragraph(("So no second route is known. ", "What is missing: ", Code("/launch setup")))
    return Document(headline, (words,), Tone.WARN, fallback=f"{headline}.")
