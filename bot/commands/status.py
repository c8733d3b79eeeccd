"""`/launch status`: everything on one screen, or one host or monitor in detail."""

from __future__ import annotations

from bot.commands.base import Call, Reply, command
from bot.services.container import Services
from bot.services.overview import UnknownPlace, overview
from bot.views import notice
from bot.views.status import status as screen


@command(
    "status",
    usage="status [host or monitor]",
    help="Is it safe to launch, what needs a person, how is the bot itself: one screen.",
    examples=("/launch status", "/launch status app.example.com"),
)
async def status(call: Call, services: Services) -> Reply:
    """Read what is known; nothing is looked at anew."""
    try:
        seen = await overview(services, call.now, " ".join(call.args))
    except UnknownPlace as error:
        return Reply(notice.unknown_place(error.name, error.nearest))
    return Reply(screen(seen))
