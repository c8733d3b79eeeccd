"""`/launch why` and its buttons: who was told about an incident, when, because of what; and what happened in order."""

from __future__ import annotations

from bot.commands import which
from bot.commands.base import Call, Reply, action, command
from bot.services.container import Services
from bot.services.stories import story
from bot.store import incidents
from bot.views import answered, notice
from bot.views.answered import Offer
from bot.views.timeline import timeline as tale
from bot.views.why import why as trail

OFFER = Offer("incident.why", "Why?", "/launch why INC-n", over=True)


@command(
    "why",
    usage="why [INC-n]",
    help="Says why you were told about an incident, and shows every message about it: to whom, when, sent or not.",
    examples=("/launch why", "/launch why INC-12"),
)
async def why(call: Call, services: Services) -> Reply:
    """The trail of one; of the last one where none is live."""
    number, _ = which.take(call.args, bare=True)
    found = await which.one_of(services, number if number is not None else await last(services), OFFER)
    return found if isinstance(found, Reply) else await _why(call, services, found.id)


@action("incident.why")
async def clicked(call: Call, services: Services) -> Reply:
    """Why did I get this?"""
    named = which.from_value(call.value)
    return Reply(notice.old_button()) if named is None else await _why(call, services, named.incident)


@action("incident.timeline")
async def timeline(call: Call, services: Services) -> Reply:
    """What happened, in order."""
    named = which.from_value(call.value)
    if named is None:
        return Reply(notice.old_button())
    found = await story(services, named.incident, call.now)
    if found is None:
        return Reply(answered.no_such(named.incident, (), OFFER))
    return Reply(tale(found.incident, found.events))


async def last(services: Services) -> int | None:
    """Where nothing is live, the newest that is over; None where several may be meant, or none is known."""
    if await services.incidents.live():
        return None
    found = await services.store.read(lambda c: incidents.recent(c, services.product, limit=1))
    return found[0].id if found else None


async def _why(call: Call, services: Services, number: int) -> Reply:
    found = await story(services, number, call.now)
    if found is None:
        return Reply(answered.no_such(number, (), OFFER))
    return Reply(trail(found.incident, found.trail, found.ways, found.events, user=call.user, duty=found.duty))
