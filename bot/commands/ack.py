"""`/launch ack` and its buttons: I'm on it, I take it over, I need longer."""

from __future__ import annotations

from bot.commands import which
from bot.commands.base import Call, Reply, action, command
from bot.domain.asks import Ack, Ask, Extend, TakeOver
from bot.services.container import Services
from bot.views import notice
from bot.views.answered import Did, Offer

OFFER = Offer("incident.ack", "I'm on It", "/launch ack INC-n")


@command(
    "ack",
    usage="ack [INC-n] [over or longer]",
    help="Says that you are on it: nobody else is called until your time is over. Also takes over, or asks for longer.",
    examples=("/launch ack", "/launch ack INC-12", "/launch ack INC-12 over", "/launch ack INC-12 longer"),
    stored=True,
)
async def ack(call: Call, services: Services) -> Reply:
    """The twin of the buttons."""
    number, words = which.take(call.args, bare=True)
    found = await which.one_of(services, number, OFFER)
    if isinstance(found, Reply):
        return found
    word = words[0].lower() if words else ""
    if word in ("over", "takeover", "take"):
        return await which.answer(services, call, found.id, TakeOver(call.user, call.number), Did.TAKE_OVER, typed=True)
    if word in ("longer", "more", "extend"):
        return await which.answer(services, call, found.id, Extend(call.user, call.number), Did.EXTEND, typed=True)
    return await which.answer(services, call, found.id, Ack(call.user, call.number), Did.ACK, typed=True)


@action("incident.ack", stored=True)
async def clicked(call: Call, services: Services) -> Reply:
    """I'm on it."""
    return await _clicked(call, services, Ack, Did.ACK)


@action("incident.take_over", stored=True)
async def take_over(call: Call, services: Services) -> Reply:
    """From the person who is on it."""
    return await _clicked(call, services, TakeOver, Did.TAKE_OVER)


@action("incident.extend", stored=True)
async def extend(call: Call, services: Services) -> Reply:
    """Thirty minutes more."""
    return await _clicked(call, services, Extend, Did.EXTEND)


async def _clicked(call: Call, services: Services, what: type[Ack | TakeOver | Extend], did: Did) -> Reply:
    named = which.from_value(call.value)
    if named is None:
        return Reply(notice.old_button())
    wish: Ask = what(call.user, call.number, named.rev)
    assert isinstance(wish, Ack | TakeOver | Extend)  # noqa: S101  for the type checker: it was made just now
    return await which.answer(services, call, named.incident, wish, did, typed=False)
