"""From what someone typed or clicked to the command that answers it; what is not known gets help instead."""

from __future__ import annotations

from datetime import datetime

from bot.blockkit.surfaces import action_name
from bot.commands import words
from bot.commands.base import Button, Call, Handler, Reply, buttons, commands
from bot.services.container import Services
from bot.views import help as view
from bot.views import notice


def from_text(text: str, *, user: str, channel: str, trigger: str, now: datetime) -> tuple[Call, Handler]:
    """The call and its handler for the text after `/launch`; no text at all asks for help."""
    call, button = typed(text, user=user, channel=channel, trigger=trigger, now=now)
    return call, button.run


def typed(
    text: str, *, user: str, channel: str, trigger: str, now: datetime, team: str = "", id: str = ""
) -> tuple[Call, Button]:
    """The call for the text after `/launch`, and what it runs."""
    parts = words.split(text)
    verb = parts[0].lower() if parts else "help"
    call = Call(
        verb, tuple(parts[1:]), user, channel, now, text=text.strip(), trigger=trigger, id=id or trigger, team=team
    )
    command = commands().get(verb)
    return call, Button(_unknown) if command is None else Button(command.run, command.role, command.keeps(call.args))


def stored(text: str) -> bool:
    """Whether what was typed after `/launch` is written down before Slack is told that it arrived."""
    parts = words.split(text)
    command = commands().get(parts[0].lower()) if parts else None
    return command is not None and command.keeps(tuple(parts[1:]))


def for_action(id: str) -> Handler:
    """The handler of a button; `audit.explain:2` is the second button of that kind in a message."""
    return button(id).run


def button(id: str) -> Button:
    """What a button runs."""
    return buttons().get(action_name(id), Button(_gone))


async def _unknown(call: Call, _services: Services) -> Reply:
    return Reply(view.unknown(call.verb, commands(), call.text))


async def _gone(_call: Call, _services: Services) -> Reply:
    return Reply(notice.old_button())
