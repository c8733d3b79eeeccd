"""`/launch status`: everything on one screen, or one host or monitor in detail."""

from __future__ import annotations

import asyncio

from bot.commands.base import Call, Reply, command
from bot.config.settings import Settings
from bot.document import Part
from bot.services.container import Services
from bot.services.heartbeats import address
from bot.services.overview import UnknownPlace, overview
from bot.speakers.behind import charts_of
from bot.views import job, notice
from bot.views.status import status as screen


@command(
    "status",
    usage="status [host or monitor]",
    help="What is broken and who has it, how each monitor stands, is it safe to launch, how is the bot: one screen.",
    examples=(
        "/launch status",
        "/launch status app.example.com",
        '/launch status "sign-up page"',
        '/launch status "nightly billing"',
    ),
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
    if any(one.name == place.name and one.job is not None for one in seen.stand.monitors):
        return Reply(screen(seen, more=await _address(call, services, place.name)))
    charts = await services.store.read(lambda c: charts_of(c, services.config, place.name, call.now))
    return Reply(screen(seen, charts))


async def _address(call: Call, services: Services, name: str) -> list[Part]:
    """Where a job reports: a secret, so for members of the workspace alone."""
    no = await services.roles.refusal(call.user, call.now, team=call.team)
    if no is not None:
        return job.address(None, no)
    folder, listen = services.store.path.parent, Settings.from_env(tokens=False).launch_http
    try:
        found = await asyncio.to_thread(address, folder, services.config, name, listen)
    except OSError as error:
        return job.address(None, None, error.strerror or str(error))
    return job.address(found, None)
