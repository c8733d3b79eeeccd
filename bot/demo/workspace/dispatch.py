"""From the workspace to the app: commands and interactions once, events again until they are acknowledged."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine
from dataclasses import asdict, dataclass
from typing import Any

from bot.demo.workspace import events
from bot.demo.workspace.core import Core
from bot.demo.workspace.http_mode import HttpMode
from bot.demo.workspace.people import BOT_USER, Channel, Json
from bot.demo.workspace.sockets import Result, Sockets

REDELIVER = (0.0, 0.0, 60.0, 300.0)
"""Seconds before each try of an event: the first at once, then at once again, after a minute, after five."""
NOBODY = 1.0
"""Seconds before "at once again" where nobody was connected."""
REASON = {"operation_timeout": "timeout", "connection_lost": "timeout", "dispatch_failed": "connection_failed"}
HTTP_REASON = {"operation_timeout": "http_timeout", "dispatch_failed": "connection_failed", "http_error": "http_error"}
MESSAGE_EVENT = {"public": "message.channels", "private": "message.groups", "im": "message.im"}


@dataclass(slots=True)
class Delivery:
    """One try to hand something to the app."""

    at: float
    kind: str
    name: str
    """The command, the kind of interaction, or the event's type."""
    id: str
    """The event id; empty for what is delivered once."""
    attempt: int
    ok: bool
    error: str
    took_ms: float

    def as_json(self) -> dict[str, Any]:
        """For `GET /_control/deliveries`."""
        return asdict(self)


class Dispatcher:
    """Sends payloads to the app, by sockets or by HTTP."""

    def __init__(self, core: Core, *, ack_timeout: float) -> None:
        self._core = core
        self.ack_timeout = ack_timeout
        self.sockets = Sockets(core, ack_timeout)
        self.http: HttpMode | None = None
        self.deliveries: deque[Delivery] = deque(maxlen=20_000)
        self._tasks: set[asyncio.Task[None]] = set()

    async def use_http(self, url: str) -> bool:
        """Deliver to this address from now on (empty: by sockets again); whether it answered Slack's challenge."""
        if self.http is not None:
            await self.http.close()
            self.http = None
        if url:
            self.http = HttpMode(self._core, url, self.ack_timeout)
        verified = self.http is None or await self.http.verify()
        self._core.workspace.connected(len(self.sockets.connections), http=self.http is not None)
        return verified

    async def _send(self, kind: str, payload: Json, *, accepts: bool, attempt: int = 0, reason: str = "") -> Result:
        transport = self.http or self.sockets
        began = self._core.pace.now()
        result = await transport.send(kind, payload, accepts=accepts, attempt=attempt, reason=reason)
        name = payload.get("command") or (payload.get("event") or {}).get("type") or payload.get("type") or ""
        event_id = str(payload.get("event_id") or "")
        self.deliveries.append(
            Delivery(began, kind, str(name), event_id, attempt, result.ok, result.error, round(result.took_ms, 1))
        )
        return result

    async def ask(self, kind: str, payload: Json, *, accepts: bool) -> Result:
        """Hand over a command or an interaction: once, and the answer within three seconds or never."""
        result = await self._send(kind, payload, accepts=accepts)
        if result.error == "connection_lost":
            result.error = "operation_timeout"
        if result.error == "http_error":
            result.error = "dispatch_failed"
        return result

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside; it ends with the workspace."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def tell(self, name: str, event: Json) -> None:
        """Send an event if the app asked for it, in the background, until it is acknowledged."""
        if events.subscribed(self._core, name):
            self.background(self._until_acknowledged(events.callback(self._core, event)))

    async def _until_acknowledged(self, payload: Json) -> None:
        reason, nobody = "", False
        for attempt, wait in enumerate(REDELIVER):
            await self._core.pace.sleep(max(wait, NOBODY if nobody else 0.0))
            result = await self._send("events_api", payload, accepts=False, attempt=attempt, reason=reason)
            if result.ok:
                return
            nobody = result.error == "dispatch_failed"
            reason = (HTTP_REASON if self.http else REASON).get(result.error, "timeout")

    def message_event(self, channel: Channel, message: Json) -> None:
        """Tell the app of a message in a channel that it is in."""
        if BOT_USER not in channel.members:
            return
        kind = {"public": "channel", "private": "group", "im": "im"}[channel.kind]
        event = {**message, "channel": channel.id, "channel_type": kind, "event_ts": message["ts"]}
        self.tell(MESSAGE_EVENT[channel.kind], event)
        if f"<@{BOT_USER}>" in message.get("text", "") and message["user"] != BOT_USER and channel.kind != "im":
            self.tell("app_mention", {**event, "type": "app_mention"})

    def join(self, channel: Channel, user: str, inviter: str = "") -> None:
        """Add a member, with the line in the channel and the event."""
        channel.members.append(user)
        self._core.workspace.told(channel)
        by = f" (invited by <@{inviter}>)" if inviter and inviter != user else ""
        text = f"<@{user}> has joined the channel{by}"
        self._core.workspace.post(channel, {"user": user, "text": text, "subtype": "channel_join"})
        if BOT_USER in channel.members:
            self.tell("member_joined_channel", events.joined(self._core, channel, user, inviter))

    def leave(self, channel: Channel, user: str) -> None:
        """Remove a member, with the line in the channel and the event."""
        seen = BOT_USER in channel.members
        channel.members.remove(user)
        self._core.workspace.told(channel)
        self._core.workspace.post(
            channel, {"user": user, "text": f"<@{user}> has left the channel", "subtype": "channel_leave"}
        )
        if seen:
            self.tell("member_left_channel", events.joined(self._core, channel, user, "", left=True))

    async def close(self) -> None:
        """End all that waits."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.sockets.close()
        if self.http is not None:
            await self.http.close()
