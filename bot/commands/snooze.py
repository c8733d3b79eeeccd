"""`/launch snooze` and its buttons: let it sleep for a while, visibly; it wakes when it gets worse."""

from __future__ import annotations

from datetime import timedelta

from bot.commands import lengths, which
from bot.commands.base import Call, Reply, action, command
from bot.domain.asks import Snooze
from bot.services.container import Services
from bot.services.who import zone_of
from bot.views import answered as view
from bot.views import notice
from bot.views.answered import Did, Offer

OFFER = Offer("incident.snooze", "Snooze 30 Min", "/launch snooze INC-n 30m", "30m")
EXAMPLES = ("/launch snooze INC-12 30m", "/launch snooze INC-12 until 9:00")
LENGTHS = {"30m": timedelta(minutes=30), "1h": timedelta(hours=1), "2h": timedelta(hours=2), "nine": None}
"""What a button may say; None: until the product's next 9:00."""


@command(
    "snooze",
    usage="snooze [INC-n] [how long or until when] [why]",
    help="Lets an incident sleep until a moment you name, 9:00 at the latest; the gravest ones for 30 minutes.",
    examples=(*EXAMPLES, "/launch snooze 2h"),
    stored=True,
)
async def snooze(call: Call, services: Services) -> Reply:
    """For 30 minutes where nothing is said."""
    number, words = which.take(call.args)
    if number is None and len(words) > 1 and words[0].isdigit() and lengths.reads_as_time(words[1]):
        number, words = int(words[0][:9]), words[1:]
    length: timedelta | None = LENGTHS["30m"]
    reason: tuple[str, ...] = ()
    if words:
        try:
            end, reason = lengths.until(words, call.now, zone_of(services, call.user))
        except lengths.NotATime as error:
            return Reply(view.not_a_time(str(error), EXAMPLES))
        length = end - call.now
    offer = Offer(
        "incident.snooze", "Snooze", "/launch snooze INC-n 30m", f"{int(length.total_seconds())}s" if length else ""
    )
    found = await which.one_of(services, number, offer)
    if isinstance(found, Reply):
        return found
    wish = Snooze(call.user, call.number, length=length, reason=" ".join(reason))
    return await which.answer(services, call, found.id, wish, Did.SNOOZE, typed=True)


@action("incident.snooze", stored=True)
async def clicked(call: Call, services: Services) -> Reply:
    """As long as the button says."""
    named = which.from_value(call.value)
    if named is None or not known(named.rest):
        return Reply(notice.old_button())
    wish = Snooze(call.user, call.number, named.rev, length_of(named.rest))
    return await which.answer(services, call, named.incident, wish, Did.SNOOZE, typed=False)


def known(text: str) -> bool:
    """Whether a button may say that."""
    seconds = text.removesuffix("s")
    return text in LENGTHS or (text.endswith("s") and seconds.isascii() and seconds.isdigit() and len(seconds) <= 8)


def length_of(text: str) -> timedelta | None:
    """`30m`, `nine`, `5400s`."""
    return LENGTHS[text] if text in LENGTHS else timedelta(seconds=int(text.removesuffix("s")))
