"""From what someone typed or clicked to the command that answers it; what is not known gets help instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.blockkit.surfaces import action_name
from bot.commands import words
from bot.commands.base import Call, Handler, Reply, actions, commands
from bot.services.container import Services
from bot.views import help as view
from bot.views import notice


def from_text(text: str, *, user: str, channel: str, trigger: str, now: datetime) -> tuple[Call, Handler]:
    """The call and its handler for the text after `/launch`; no text at all asks for help."""
    parts = words.split(text)
    verb = parts[0].lower() if parts else "help"
    call = Call(verb, tuple(parts[1:]), user, channel, now, text=text.strip(), trigger=trigger)
    command = commands().get(verb)
    return call, _unknown if command is None else command.run


def for_action(id: str) -> Handler:
    """The handler of a button; `audit.explain:2` is the second button of that kind in a message."""
    return actions().get(action_name(id), _gone)


async def _unknown(call: Call, _services: Services) -> Reply:
    return Reply(view.unknown(call.verb, commands()))


async def _gone(_call: Call, _services: Services) -> Reply:
    return Reply(notice.old_button())


def with_args(call: Call, *args: str) -> Call:
    """The same call with other arguments: how a button asks for what its command twin would."""
    return replace(call, args=args)
