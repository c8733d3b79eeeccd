"""`/launch help`: all verbs, or one with its examples."""

from __future__ import annotations

from bot.commands.base import Call, Reply, action, command, commands
from bot.services.container import Services
from bot.views import help as view


@command(
    "help",
    usage="help [verb]",
    help="Lists what you can ask, or shows one command with examples.",
    examples=("/launch help", "/launch help check"),
)
async def help(call: Call, _services: Services) -> Reply:
    """All verbs; one where it was named; the nearest where it was mistyped."""
    known = commands()
    if not call.args:
        return Reply(view.help(known))
    verb = call.args[0].lower().removeprefix("/launch").strip() or "help"
    return Reply(view.verb(known[verb]) if verb in known else view.unknown(verb, known))


@action("help.show")
async def show(_call: Call, _services: Services) -> Reply:
    """The button's form of it."""
    return Reply(view.help(commands()))
