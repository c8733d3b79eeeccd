"""`/launch deploys`: what went out, how each one went, and the notes of releases."""

from __future__ import annotations

from datetime import timedelta

from bot.commands.base import Call, Reply, command
from bot.domain.gates import held_up
from bot.services.container import Services
from bot.store import deploys as rows
from bot.store import gates
from bot.views import deploy_list as view

USUAL, MOST = 10, 50
LATELY = timedelta(days=7)
"""A build that was stopped longer ago is nobody's any more."""


@command(
    "deploys",
    usage="deploys [how many]",
    help="Lists what went out with how it went: flows tried, speed before and after, the way back.",
    examples=("/launch deploys", "/launch deploys 30"),
)
async def deploys(call: Call, services: Services) -> Reply:
    """Read what is stored."""
    asked = call.args[0] if call.args else ""
    limit = min(max(int(asked), 1), MOST) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else USUAL
    every = await services.store.read(lambda c: rows.recent(c, services.product, limit=4 * MOST))
    since = services.clock.now() - LATELY
    builds = await services.store.read(lambda c: gates.recent(c, services.product, since))
    return Reply(view.deploys(every, limit=limit, stopped=held_up(builds)))
