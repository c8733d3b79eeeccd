"""`/launch page`: call somebody about an incident by hand, with a word why."""

from __future__ import annotations

from bot.commands import which
from bot.commands.base import Call, Reply, action, command
from bot.domain.asks import Page
from bot.services.container import Services
from bot.services.who import find
from bot.views import answered as view
from bot.views import notice
from bot.views.answered import Did, Offer

EXAMPLE = "/launch page @ben the shop takes no payments"
WHY_IN_BUTTON = 150


@command(
    "page",
    usage="page [INC-n] @somebody [why]",
    help="Calls somebody about an incident now, whoever is on duty, and says why.",
    examples=(EXAMPLE, "/launch page INC-12 @ben please look at the database"),
    stored=True,
)
async def page(call: Call, services: Services) -> Reply:
    """Call them."""
    number, words = which.take(call.args)
    name = words[0] if words else ""
    whom = await find(services, name, call.now) if name else None
    if whom is None:
        return Reply(
            view.nobody_like(name, tuple(services.config.file.people) if services.config.file else (), EXAMPLE)
        )
    why = " ".join(words[1:])
    command = f"/launch page INC-n {which.handle(whom, name)} {why}"[:WHY_IN_BUTTON].strip()
    offer = Offer("incident.page", "Call", command, f"{whom.slack or name} {why}"[:WHY_IN_BUTTON].strip())
    found = await which.one_of(services, number, offer)
    if isinstance(found, Reply):
        return found
    wish = Page(call.user, call.number, whom=whom, why=why)
    return await which.answer(services, call, found.id, wish, Did.PAGE, typed=True)


@action("incident.page", stored=True)
async def clicked(call: Call, services: Services) -> Reply:
    """Which incident was asked; the person and the reason came with the button."""
    named = which.from_value(call.value)
    if named is None:
        return Reply(notice.old_button())
    name, _, why = named.rest.partition(" ")
    whom = await find(services, name, call.now)
    if whom is None:
        return Reply(view.nobody_like(name, (), EXAMPLE))
    wish = Page(call.user, call.number, named.rev, whom, why)
    return await which.answer(services, call, named.incident, wish, Did.PAGE, typed=True)
