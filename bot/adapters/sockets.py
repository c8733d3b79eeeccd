"""Two Socket Mode connections, so that a lost one costs nothing, and a watchdog that brings it back.

Slack hands each payload to any one of an app's connections, and what is sent while none is open is lost or comes
late (https://docs.slack.dev/apis/events-api/using-socket-mode). The SDK's client reconnects after a close frame by
itself; a reset it notices only after its ping interval, and a failed attempt it repeats with the same spent URL.
So a connection that is not back by itself within a moment is thrown away and built anew.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.clock import Clock

log = logging.getLogger(__name__)

PING_INTERVAL = 5.0
"""Seconds between pings; the SDK gives a silent connection up after three of them."""
LOOK_EVERY = 0.25
"""Seconds between two looks of the watchdog."""
PATIENCE = 0.5
"""Seconds that the SDK may take to reconnect by itself before the connection is rebuilt."""
CONNECT_TIMEOUT = 10.0
TURNS = 4
"""Commands that are worked on at the same time: a crowd of them at once would hold up the loop, and everybody."""
Stored = Callable[[str], bool]
"""Whether a command with this text is acknowledged only once it is written down."""
FRESH = 24 * 60.0
"""Seconds without a word of Slack after which a connection is built anew: its greeting proves a whole round trip, which
a pong of the nearest server does not."""
LONGEST_PAUSE = 30.0
"""`apps.connections.open` is of Slack's lowest rate tier, so attempts thin out."""


@dataclass(frozen=True, slots=True)
class SocketState:
    """One connection as `status` and the health page show it."""

    number: int
    connected: bool
    pong_age: float | None
    """Seconds since the last pong; None before the first."""
    heard_age: float | None
    """Seconds since Slack sent a greeting or a request; None before the first."""
    rebuilt: int
    """How often the watchdog had to build it anew."""


class Handler(AsyncSocketModeHandler):
    """Hands envelopes to Bolt, but acknowledges a command itself, before anything else.

    Slack gives up after three seconds, and Bolt looks only every 10 ms whether a listener has acknowledged: with many
    commands at once the last would wait for the work of all others. What must be stored first is left to Bolt.
    """

    def __init__(self, app: AsyncApp, app_token: str, turns: asyncio.Semaphore, stored: Stored) -> None:
        super().__init__(app, app_token, ping_interval=PING_INTERVAL)
        self._turns = turns
        self._stored = stored

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Take one envelope."""
        if req.type != "slash_commands" or self._stored(str(req.payload.get("text") or "")):
            await super().handle(client, req)
            return
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))
        async with self._turns:
            await run_async_bolt_app(self.app, req)


class Connection:
    """One Socket Mode connection that is kept open until `close`."""

    def __init__(
        self,
        number: int,
        app: AsyncApp,
        app_token: str,
        clock: Clock,
        *,
        looked: Callable[[], None],
        turns: asyncio.Semaphore,
        stored: Stored,
    ) -> None:
        self.number = number
        self._stored = stored
        self._turns = turns
        self._looked = looked
        self._app = app
        self._token = app_token
        self._clock = clock
        self._handler: Handler | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._last_pong: tuple[float | None, float] = (None, 0.0)
        self._heard: float | None = None
        self._rebuilt = 0

    async def open(self, url: str | None = None) -> None:
        """Connect, with `url` if one was just issued, and start the watchdog. Raises TimeoutError."""
        await self._connect(url)
        self._watcher = asyncio.create_task(self._watch(), name=f"socket-{self.number}")

    async def close(self) -> None:
        """Stop the watchdog and close the connection; requests already taken run on."""
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
        await self._discard()

    def state(self) -> SocketState:
        """How the connection is now."""
        stamp, noticed = self._last_pong
        age = None if stamp is None else max(0.0, self._clock.monotonic() - noticed)
        heard = None if self._heard is None else max(0.0, self._clock.monotonic() - self._heard)
        return SocketState(self.number, self._alive(), age, heard, self._rebuilt)

    async def _connect(self, url: str | None = None) -> None:
        # The SDK's client opens its own HTTP session; the Web API client is the app's, so that one base URL rules.
        self._handler = Handler(self._app, self._token, self._turns, self._stored)
        self._handler.client.wss_uri = url  # None: the SDK asks for one
        self._handler.client.message_listeners.append(self._hear)
        self._last_pong = (None, 0.0)
        try:
            await asyncio.wait_for(self._handler.client.connect(), CONNECT_TIMEOUT)
        except BaseException:
            await self._discard()
            raise

    async def _hear(self, _client: Any, _message: dict[str, Any], _raw: str | None) -> None:
        """Something of Slack's own came: a greeting, a request."""
        self._heard = self._clock.monotonic()

    async def _discard(self) -> None:
        handler, self._handler = self._handler, None
        if handler is not None:
            try:
                await asyncio.wait_for(handler.client.close(), 2.0)
            except Exception as error:  # noqa: BLE001  a connection thrown away may fail in any way it likes
                log.debug("closing socket %s: %s", self.number, error)

    def _alive(self) -> bool:
        client = None if self._handler is None else self._handler.client
        session: Any = None if client is None else client.current_session
        return client is not None and not client.closed and session is not None and not session.closed

    def _note_pong(self) -> None:
        stamp = None if self._handler is None else self._handler.client.last_ping_pong_time
        if stamp != self._last_pong[0]:
            self._last_pong = (stamp, self._clock.monotonic())

    async def _watch(self) -> None:
        """Every quarter of a second: 1 note the last pong, 2 is it alive, 3 if not for long, build it anew."""
        down_since: float | None = None
        pause = 0.0
        while True:
            await self._clock.sleep(LOOK_EVERY)
            self._note_pong()
            self._looked()
            now = self._clock.monotonic()
            silent = self._last_pong[0] is not None and now - self._last_pong[1] > 3 * PING_INTERVAL
            if self._alive() and not silent:
                down_since, pause = None, 0.0
                if self._heard is None or now - self._heard < FRESH * (1 + self.number / 20):
                    continue
                # Each at a time of its own, so that one is always open.
                self._heard = now
                down_since = now - PATIENCE
            down_since = now if down_since is None else down_since
            if now - down_since < max(PATIENCE, pause):
                continue
            self._rebuilt += 1
            log.warning("Slack connection %s is down or silent; building it anew", self.number)
            await self._discard()
            try:
                await self._connect()
            except Exception as error:  # noqa: BLE001  whatever it is, the next attempt is the answer
                pause = min(LONGEST_PAUSE, max(1.0, pause * 2))
                log.warning("Slack connection %s: %s; next attempt in %.0f s", self.number, error, pause)
            down_since = self._clock.monotonic()


class Sockets:
    """All connections of the app."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        clock: Clock,
        *,
        count: int = 2,
        tell: Callable[[tuple[SocketState, ...]], None] = lambda _: None,
        stored: Stored = lambda _: False,
    ) -> None:
        self._tell = tell
        turns = asyncio.Semaphore(TURNS)
        self._connections = tuple(
            Connection(number, app, app_token, clock, looked=self._looked, turns=turns, stored=stored)
            for number in range(1, count + 1)
        )

    async def open(self, url: str) -> None:
        """Open the first with the URL that the self-test got, the others with their own. Raises TimeoutError."""
        urls: tuple[str | None, ...] = (url, *(None for _ in self._connections[1:]))
        await asyncio.gather(*(each.open(one) for each, one in zip(self._connections, urls, strict=True)))
        self._looked()

    def _looked(self) -> None:
        self._tell(self.states())

    async def close(self) -> None:
        """Close all."""
        await asyncio.gather(*(each.close() for each in self._connections))

    def states(self) -> tuple[SocketState, ...]:
        """How each is now."""
        return tuple(each.state() for each in self._connections)
