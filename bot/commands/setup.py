"""`/launch setup`: how to begin, and what is still missing."""

from __future__ import annotations

from bot.commands.base import Call, Reply, action, command
from bot.services.container import Services
from bot.views.setup import setup as view


@command(
    "setup",
    usage="setup",
    help="Shows how to begin, or which lines of launch.yml need correcting.",
    examples=("/launch setup",),
)
async def setup(_call: Call, services: Services) -> Reply:
    """The state of the set-up."""
    config = services.config
    problems = tuple(map(str, config.error.problems)) if config.error else ()
    return Reply(view(config.path.name, problems, ready=config.inventory is not None))


@action("setup.show")
async def show(call: Call, services: Services) -> Reply:
    """The button's form of it."""
    return await setup(call, services)
