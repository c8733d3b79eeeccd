"""What a command is: one file per verb, a `Call` in, a `Reply` out; Bolt and Block Kit stay outside.

`@command("status", …)` registers a verb of `/launch`, `@action("audit.rerun")` a button or a dialog that was sent.
What is `stored` is written down before Slack is told that it arrived, and carried out once, also after a kill.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.blockkit.surfaces import action_name
from bot.document import Document
from bot.services.incidents import Request

if TYPE_CHECKING:
    from bot.document import Form
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
    thread: str = ""
    """The message below which that one stands; "" where it stands by itself."""
    trigger: str = ""
    """Slack's trigger id, for opening a dialog within 3 s."""
    id: str = ""
    """Slack's own mark of it: a button's `action_ts`, a command's trigger id, a dialog's view id."""
    team: str = ""
    """The workspace that the person belongs to."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """What was filled in, by the name of the field."""
    dialog: str = ""
    """The id of the dialog in which the button stands, where it stands in one."""

    @property
    def name(self) -> str:
        """What was asked, for the journal: `/launch ack`, or the button's id."""
        return self.verb if "." in self.verb else f"/launch {self.verb}"

    @property
    def number(self) -> str:
        """The mark of it; where Slack gave none, the moment."""
        return self.id or f"{self.now.timestamp():.6f}"

    @property
    def request(self) -> Request:
        """What the person asked for, as it is written down before it is answered."""
        return Request(self.number, self.user, action_name(self.name))


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer. None as document: the command has arranged for its own messages."""

    document: Document | None
    where: Where = Where.ALONE
    replaces: bool = False
    """It stands in place of the answer, seen by one person, whose button was clicked."""
    form: Form | None = None
    """A dialog to open instead."""


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
    stored: bool = False
    """Written down before it is acknowledged; only a full member of the workspace may do it."""
    reads: Callable[[tuple[str, ...]], bool] | None = None
    """Of what is stored: whether these words only ask for what is, which guests may too and no row is needed for."""

    def keeps(self, args: tuple[str, ...]) -> bool:
        """Whether a call with these words is written down before it is acknowledged."""
        return self.stored and not (self.reads is not None and self.reads(args))


@dataclass(frozen=True, slots=True)
class Button:
    """What happens when a button is clicked, or a dialog sent."""

    run: Handler
    role: Role = Role.MEMBER
    stored: bool = False
    """Written down before it is acknowledged; only a full member of the workspace may do it."""


@dataclass(slots=True)
class _Registry:
    commands: dict[str, Command] = field(default_factory=dict)
    buttons: dict[str, Button] = field(default_factory=dict)
    loaded: bool = False


_registry = _Registry()


def command(
    verb: str,
    *,
    usage: str,
    help: str,
    examples: tuple[str, ...],
    role: Role = Role.MEMBER,
    stored: bool = False,
    reads: Callable[[tuple[str, ...]], bool] | None = None,
) -> Callable[[Handler], Handler]:
    """Register a verb."""

    def register(run: Handler) -> Handler:
        if verb in _registry.commands:
            raise ValueError(f"/launch {verb} is defined twice")
        _registry.commands[verb] = Command(verb, usage, help, examples, run, role, stored=stored, reads=reads)
        return run

    return register


def action(id: str, *, role: Role = Role.MEMBER, stored: bool = False) -> Callable[[Handler], Handler]:
    """Register what happens when a button with this dotted id is clicked, or the dialog of that name is sent."""

    def register(run: Handler) -> Handler:
        if id in _registry.buttons:
            raise ValueError(f"action {id} is defined twice")
        _registry.buttons[id] = Button(run, role, stored)
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


def buttons() -> Mapping[str, Button]:
    """Every button and dialog by action id."""
    return dict(sorted(_load().buttons.items()))


def actions() -> Mapping[str, Handler]:
    """Every button's handler by action id."""
    return {id: button.run for id, button in buttons().items()}
