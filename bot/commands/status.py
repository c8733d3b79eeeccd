"""`/launch status`: everything on one screen, or one host or monitor in detail."""

from __future__ import annotations

from bot.commands.base import Call, Reply, command
from bot.services.container import Services
from bot.services.overview import UnknownPlace, overview
from bot.speakers.behind import charts_of
from bot.views import notice
from bot.views.status import status as screen


@command(
    "status",
    usage="status [host or monitor]",
    help="What is broken and who has it, how each monitor stands, is it safe to launch, how is the bot: one screen.",
    examples=("/launch status", "/launch status app.example.com", '/launch status "sign-up page"'),
)
async def status(call: Call, services: Services) -> Reply:
    """Read what is known; nothing is looked at anew."""
    try:
        seen = await overview(services, call.now, " ".join(call.args))
    except UnknownPlace as error:
        return Reply(notice.unknown_place(error.name, error.nearest))
    place = seen.place
    if place is None:
        return Reply(screen(seen))
    charts = await services.store.read(lambda c: charts_of(c, services.config, place.name, call.now))
    return Reply(screen(seen, charts))
