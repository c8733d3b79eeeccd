"""One Web API call: its arguments read and checked, and the table of methods."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.demo.workspace.content import Refused, arguments, parse_json
from bot.demo.workspace.core import Core
from bot.demo.workspace.people import BOT_USER, Channel, Json
from bot.demo.workspace.state import Workspace

__all__ = ["HISTORY", "METHODS", "READ", "TS", "Call", "Method", "Refused", "arguments", "method"]

TS = re.compile(r"\d{1,12}(\.\d{1,9})?", re.ASCII)
READ = {"public": "channels:read", "private": "groups:read", "im": "im:read"}
HISTORY = {"public": "channels:history", "private": "groups:history", "im": "im:history"}


@dataclass(slots=True)
class Call:
    """What a method gets: who calls, with what."""

    core: Core
    args: dict[str, Any]
    token: str
    """`bot`, `app` or empty."""

    @property
    def workspace(self) -> Workspace:
        """The state."""
        return self.core.workspace

    def text(self, name: str, *, required: bool = False, default: str = "") -> str:
        """A string argument."""
        value = self.args.get(name)
        if isinstance(value, bool | int | float):
            value = str(value).lower() if isinstance(value, bool) else str(value)
        if value is None or value == "":
            if required:
                raise arguments(f"missing required field: {name}")
            return default
        if not isinstance(value, str):
            raise arguments(f"must be a string [json-pointer:/{name}]")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean, in JSON or in a form."""
        value = self.args.get(name)
        if value is None or value == "":
            return default
        if isinstance(value, bool):
            return value
        return str(value).lower() in ("1", "true", "t", "yes")

    def number(self, name: str, default: int, highest: int) -> int:
        """A limit: 1 to `highest`."""
        value = self.args.get(name)
        if value is None or value == "":
            return default
        try:
            found = int(str(value)[:20])
        except ValueError as bad:
            raise Refused(f"invalid_{name}") from bad
        if found < 0 or (found == 0 and str(value) != "0"):
            raise Refused(f"invalid_{name}")
        return min(found or default, highest)

    def data(self, name: str) -> Any:
        """An object or list, given as such or as JSON text."""
        value = self.args.get(name)
        if isinstance(value, str):
            try:
                return parse_json(value)
            except ValueError as bad:
                raise arguments(f"invalid JSON [json-pointer:/{name}]") from bad
        return value

    def need(self, *scopes: str) -> None:
        """Raise `missing_scope` unless one of these is granted."""
        have = self.core.tokens.scopes
        if not any(each in have for each in scopes):
            raise Refused("missing_scope", needed=",".join(scopes), provided=",".join(have))

    def channel(self, name: str = "channel", *, scopes: dict[str, str] | None = None) -> Channel:
        """The channel named by an argument, as far as the bot may know of it; raises `channel_not_found`."""
        wanted = self.text(name, required=True)
        found = self.workspace.channels.get(wanted)
        if found is None or (found.kind != "public" and BOT_USER not in found.members):
            raise Refused("channel_not_found")
        if scopes:
            self.need(scopes[found.kind])
        return found

    def page(self, items: list[Any], *, default: int = 100, highest: int = 1000) -> tuple[list[Any], Json]:
        """One page of a list, and `{"next_cursor": …}`."""
        limit = self.number("limit", default, highest)
        start = 0
        cursor = self.text("cursor")
        if cursor:
            try:
                kind, _, place = base64.b64decode(cursor, validate=True).decode("ascii").partition(":")
                start = int(place)
            except (binascii.Error, ValueError) as bad:
                raise Refused("invalid_cursor") from bad
            if kind != "next" or not 0 < start < max(len(items), 1):
                raise Refused("invalid_cursor")
        more = start + limit < len(items)
        following = base64.b64encode(f"next:{start + limit}".encode()).decode() if more else ""
        return items[start : start + limit], {"next_cursor": following}


Handler = Callable[[Call], Json]


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the Web API."""

    name: str
    run: Handler
    tier: str
    """A key of `limits.TIERS`, or `post`."""
    scopes: tuple[str, ...] = ()
    """One of these is needed."""
    caller: str = "bot"
    """`bot`, `app`, or `any` (no token needed)."""


METHODS: dict[str, Method] = {}


def method(name: str, *, tier: str, scopes: tuple[str, ...] = (), caller: str = "bot") -> Callable[[Handler], Handler]:
    """Register a method."""

    def register(run: Handler) -> Handler:
        METHODS[name] = Method(name, run, tier, scopes, caller)
        return run

    return register
