"""What a command is: one file per verb, a `Call` in, a `Reply` out; Bolt and Block Kit stay outside.

`@command("status", …)` registers a verb of `/launch`, `@action("audit.rerun")` a button. `load()` finds them all.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.document import Document

if TYPE_CHECKING:
    from bot.services.container import Services


class Role(StrEnum):
    """Who may do it."""

    MEMBER = "member"
    OWNER = "owner"


class Where(StrEnum):
    """Where a reply goes."""

    ALONE = "alone"
    """For the person who asked only (ephemeral)."""
    CHANNEL = "channel"
    """An ordinary message where it was asked, or a direct message where the bot is not a member."""


@dataclass(frozen=True, slots=True)
class Call:
    """Someone asked for something, by a slash command or a button."""

    verb: str
    args: tuple[str, ...]
    """Words after the verb; quotes group, Slack's escapes (`<@U1|ana>`, `<http://x|x>`) are plain text by now."""
    user: str
    """Slack user id."""
    channel: str
    now: datetime
    text: str = ""
    """Everything after the verb as typed."""
    value: str = ""
    """The value of the button."""
    message_ts: str = ""
    """The message whose button was clicked."""
    trigger: str = ""
    """Slack's trigger id, for opening a dialog within 3 s."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer. None as document: the command has arranged for its own messages."""

    document: Document | None
    where: Where = Where.ALONE


Handler = Callable[[Call, "Services"], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Command:
    """A verb of `/launch`."""

    verb: str
    usage: str
    """After `/launch `: `check [family, check or host]`."""
    help: str
    """One sentence: what it does."""
    examples: tuple[str, ...]
    """At least one, each a whole line a person can paste: `/launch check mail`."""
    run: Handler
    role: Role = Role.MEMBER
    listed: bool = True


@dataclass(slots=True)
class _Registry:
    commands: dict[str, Command] = field(default_factory=dict)
    actions: dict[str, Handler] = field(default_factory=dict)
    loaded: bool = False


_registry = _Registry()


def command(
    verb: str, *, usage: str, help: str, examples: tuple[str, ...], role: Role = Role.MEMBER
) -> Callable[[Handler], Handler]:
    """Register a verb."""

    def register(run: Handler) -> Handler:
        if verb in _registry.commands:
            raise ValueError(f"/launch {verb} is defined twice")
        _registry.commands[verb] = Command(verb, usage, help, examples, run, role)
        return run

    return register


def action(id: str) -> Callable[[Handler], Handler]:
    """Register what happens when a button with this dotted id is clicked."""

    def register(run: Handler) -> Handler:
        if id in _registry.actions:
            raise ValueError(f"action {id} is defined twice")
        _registry.actions[id] = run
        return run

    return register


def _load() -> _Registry:
    if not _registry.loaded:
        import bot.commands

        for module in pkgutil.iter_modules(bot.commands.__path__, "bot.commands."):
            importlib.import_module(module.name)
        _registry.loaded = True
    return _registry


def commands() -> Mapping[str, Command]:
    """Every verb, in alphabetical order."""
    return dict(sorted(_load().commands.items()))


def actions() -> Mapping[str, Handler]:
    """Every button's handler by action id."""
    return dict(sorted(_load().actions.items()))
