"""Handles that an app gets with an interaction: trigger ids (3 s, once), response URLs (30 min, five times)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from bot.demo.workspace.pace import Pace

TRIGGER_LIFE = 3.0
RESPONSE_LIFE = 1800.0
RESPONSE_USES = 5
_KEPT = 5000


@dataclass(slots=True)
class Trigger:
    user: str
    view_id: str
    """The dialog that it came from; empty where it came from elsewhere."""
    born: float
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    user: str
    channel: str
    message_ts: str
    """The message (or ephemeral) that it replaces; grows as it is used."""
    ephemeral: bool
    born: float
    uses: int = 0
    thread_ts: str = ""


class Handles:
    """All handles given out."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self.triggers: dict[str, Trigger] = {}
        self.responses: dict[str, ResponseUrl] = {}

    def trigger(self, user: str, view_id: str = "") -> str:
        """A new trigger id for something that this person just did."""
        name = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self.triggers[name] = Trigger(user, view_id, self._pace.now())
        _forget(self.triggers)
        return name

    def take(self, name: str) -> Trigger | str:
        """Use a trigger id up; an error code where that is not possible."""
        found = self.triggers.get(name)
        if found is None:
            return "invalid_trigger_id"
        if found.used:
            return "exchanged_trigger_id"
        if self._pace.now() - found.born > TRIGGER_LIFE:
            return "expired_trigger_id"
        found.used = True
        return found

    def response(
        self, user: str, channel: str, message_ts: str = "", *, ephemeral: bool = False, thread_ts: str = ""
    ) -> str:
        """The key of a new response URL."""
        key = secrets.token_urlsafe(18)
        self.responses[key] = ResponseUrl(user, channel, message_ts, ephemeral, self._pace.now(), thread_ts=thread_ts)
        _forget(self.responses)
        return key

    def answer(self, key: str) -> ResponseUrl | str:
        """Use a response URL once; an error code where that is not possible."""
        found = self.responses.get(key)
        if found is None:
            return "invalid_url"
        if self._pace.now() - found.born > RESPONSE_LIFE:
            return "expired_url"
        if found.uses >= RESPONSE_USES:
            return "used_url"
        found.uses += 1
        return found


def _forget(handles: dict[str, Trigger] | dict[str, ResponseUrl]) -> None:
    while len(handles) > _KEPT:
        handles.pop(next(iter(handles)))
