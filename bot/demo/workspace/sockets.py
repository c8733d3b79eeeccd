"""Socket Mode: up to ten sockets of the app, hello and disconnect frames, envelopes out, acknowledgements in.

Wire format: text frames of JSON, as in "Using Socket Mode" of Slack's documentation.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import socket
import struct
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.demo.workspace import people
from bot.demo.workspace.content import parse_json
from bot.demo.workspace.core import Core

MOST = 10
LIFE = 18_060
DEBUG_LIFE = 360
PING_EVERY = 5.0
"""Real seconds. The Node SDK takes a socket for dead after thirty without a ping."""
_REMEMBERED = 5000


@dataclass(slots=True)
class Result:
    """How a delivery went."""

    ok: bool
    error: str = ""
    """`dispatch_failed` (nobody there), `operation_timeout` (no answer in 3 s), `connection_lost`, `http_error`."""
    payload: Any = None
    """What came with the acknowledgement."""
    took_ms: float = 0.0


@dataclass(slots=True, eq=False)
class Connection:
    """One socket."""

    ws: web.WebSocketResponse
    request: web.Request
    number: int
    half_open: bool = False
    """Swallows everything, answers no ping."""
    waiting: set[str] = field(default_factory=set)

    async def send(self, frame: dict[str, Any]) -> bool:
        """Send one frame; False where the socket is gone."""
        if self.half_open:
            return True
        try:
            await asyncio.wait_for(self.ws.send_str(json.dumps(frame)), 5)
        except (ConnectionError, RuntimeError, TimeoutError):
            return False
        return True

    def reset(self) -> None:
        """Cut the TCP connection without a word."""
        abort(self.request)


def abort(request: web.Request) -> None:
    """Reset the TCP connection of a request (RST instead of FIN)."""
    transport = request.transport
    if transport is None:
        return
    sock = transport.get_extra_info("socket")
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


@dataclass(slots=True)
class _Sent:
    future: asyncio.Future[Result]
    at: float
    kind: str
    accepts: bool
    copies: int
    acks: int = 0


class Sockets:
    """All sockets of the app."""

    def __init__(self, core: Core, ack_timeout: float) -> None:
        self._core = core
        self._timeout = ack_timeout
        self.connections: list[Connection] = []
        self._tickets: dict[str, bool] = {}
        self._sent: dict[str, _Sent] = {}
        self._turn = 0
        self._opened = 0
        self._held: list[tuple[str, dict[str, Any]]] = []

    def ticket(self, *, debug: bool) -> str:
        """What one socket must show at the door."""
        name = secrets.token_urlsafe(18)
        self._tickets[name] = debug
        return name

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """`GET /link/`: one socket's whole life."""
        debug = self._tickets.pop(request.query.get("ticket", ""), None)
        if debug is None:
            return web.Response(status=404, text="this ticket is unknown or used: call apps.connections.open")
        ws = web.WebSocketResponse(autoping=False, max_msg_size=1 << 20)
        if not ws.can_prepare(request):
            return web.Response(status=400, text="a WebSocket is expected here")
        await ws.prepare(request)
        self._opened += 1
        connection = Connection(ws, request, self._opened, half_open=self._core.faults.stop_pongs)
        if len(self.connections) >= MOST:
            await connection.send(_disconnect("too_many_websockets"))
            await ws.close()
            return ws
        self.connections.append(connection)
        life = DEBUG_LIFE if debug else LIFE
        tasks = [asyncio.create_task(self._ping(connection)), asyncio.create_task(self._age(connection, life))]
        try:
            await connection.send(
                {
                    "type": "hello",
                    "num_connections": len(self.connections),
                    "debug_info": {
                        "host": f"local-{connection.number}",
                        "build_number": 1,
                        "approximate_connection_time": life,
                    },
                    "connection_info": {"app_id": people.APP_ID},
                }
            )
            self._core.workspace.connected(len(self.connections))
            # The client may vanish while it is being answered.
            with contextlib.suppress(ConnectionError):
                await self._read(connection)
        finally:
            for task in tasks:
                task.cancel()
            self._gone(connection)
        return ws

    def _gone(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
            self._core.workspace.connected(len(self.connections))
        for envelope in connection.waiting:
            sent = self._sent.get(envelope)
            if sent is not None and not sent.future.done():
                sent.future.set_result(Result(ok=False, error="connection_lost"))

    @staticmethod
    async def _ping(connection: Connection) -> None:
        while True:
            await asyncio.sleep(PING_EVERY)
            if not connection.half_open:
                with contextlib.suppress(ConnectionError, RuntimeError):
                    await connection.ws.ping(b"Ping from local-%d" % connection.number)

    async def _age(self, connection: Connection, life: int) -> None:
        """A socket lives some hours; the app is warned ten seconds before."""
        await self._core.pace.sleep(life - 10)
        await connection.send(_disconnect("warning"))
        await self._core.pace.sleep(10)
        await connection.send(_disconnect("refresh_requested"))
        await connection.ws.close()

    async def _read(self, connection: Connection) -> None:
        async for message in connection.ws:
            if connection.half_open:
                continue
            if message.type == WSMsgType.PING:
                await connection.ws.pong(message.data)
            elif message.type == WSMsgType.TEXT:
                self._frame(message.data)
            elif message.type == WSMsgType.BINARY:
                self._core.violation("bad_frame", "a binary frame")

    def _frame(self, text: str) -> None:
        try:
            frame = parse_json(text)
        except ValueError:
            self._core.violation("bad_frame", text[:200])
            return
        envelope = frame.get("envelope_id") if isinstance(frame, dict) else None
        sent = self._sent.get(envelope) if isinstance(envelope, str) else None
        if sent is None:
            self._core.violation("unknown_ack", text[:200], str(envelope)[:60])
            return
        if self._core.faults.take(sent.kind, kinds=("drop_ack",)):
            return
        took = (time.perf_counter() - sent.at) * 1000
        sent.acks += 1
        if sent.acks > sent.copies:
            self._core.violation("second_ack", f"{sent.kind} was acknowledged {sent.acks} times", str(envelope), took)
        elif sent.future.done():
            late = sent.future.cancelled() or sent.future.result().error == "operation_timeout"
            if late:
                self._core.violation(
                    "late_ack", f"{sent.kind} was acknowledged after {took:.0f} ms", str(envelope), took
                )
        else:
            payload = frame.get("payload")
            if payload and not sent.accepts:
                self._core.violation("payload_ignored", f"{sent.kind} takes no payload", str(envelope), took)
                payload = None
            sent.future.set_result(Result(ok=True, payload=payload, took_ms=took))

    async def send(self, kind: str, payload: Any, *, accepts: bool, attempt: int = 0, reason: str = "") -> Result:
        """Hand one envelope to one socket and wait for its acknowledgement."""
        if not self.connections:
            return Result(ok=False, error="dispatch_failed")
        envelope = str(uuid.uuid4())
        frame: dict[str, Any] = {
            "envelope_id": envelope,
            "payload": payload,
            "type": kind,
            "accepts_response_payload": accepts,
        }
        if kind == "events_api":
            frame |= {"retry_attempt": attempt, "retry_reason": reason}
        double = self._core.faults.take(kind, kinds=("duplicate",)) is not None
        sent = _Sent(asyncio.get_running_loop().create_future(), time.perf_counter(), kind, accepts, 2 if double else 1)
        self._remember(envelope, sent)
        if self._core.faults.take(kind, kinds=("reorder",)):
            self._held.append((envelope, frame))
            asyncio.get_running_loop().call_later(1.0, self._release_later)
        else:
            for _ in range(sent.copies):
                await self._hand(envelope, frame)
            await self._release()
        try:
            return await asyncio.wait_for(asyncio.shield(sent.future), self._timeout)
        except TimeoutError:
            result = Result(ok=False, error="operation_timeout", took_ms=self._timeout * 1000)
            if not sent.future.done():
                sent.future.set_result(result)
            return result
        finally:
            for connection in self.connections:
                connection.waiting.discard(envelope)

    async def _hand(self, envelope: str, frame: dict[str, Any]) -> None:
        """Give a frame to the socket whose turn it is; another one where that is gone."""
        self._turn += 1
        every = tuple(self.connections)
        for place in range(len(every)):
            connection = every[(self._turn + place) % len(every)]
            connection.waiting.add(envelope)
            if await connection.send(frame):
                return
            connection.waiting.discard(envelope)
        sent = self._sent[envelope]
        if not sent.future.done():
            sent.future.set_result(Result(ok=False, error="dispatch_failed"))

    async def _release(self) -> None:
        held, self._held = self._held, []
        for envelope, frame in held:
            await self._hand(envelope, frame)

    def _release_later(self) -> None:
        if self._held:
            self._core.dispatcher.background(self._release())

    def _remember(self, envelope: str, sent: _Sent) -> None:
        self._sent[envelope] = sent
        while len(self._sent) > _REMEMBERED:
            self._sent.pop(next(iter(self._sent)))

    async def disconnect(self, reason: str, *, close: bool = True) -> None:
        """Ask every socket to leave, as Slack does before it takes a server away."""
        for connection in tuple(self.connections):
            await connection.send(_disconnect(reason))
            if close:
                await connection.ws.close()

    async def close(self) -> None:
        """Close every socket."""
        for connection in tuple(self.connections):
            if connection.half_open:
                connection.reset()
            else:
                with contextlib.suppress(ConnectionError, RuntimeError, TimeoutError):
                    await asyncio.wait_for(connection.ws.close(code=1001), 1)


def _disconnect(reason: str) -> dict[str, Any]:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "local"}}
