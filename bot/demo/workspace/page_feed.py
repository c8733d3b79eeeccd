"""What the page in the browser talks to: a live feed of the state, acting as a person, and the page's own files."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.demo.workspace.acts import NO_ANSWER, Acts, NotPossible
from bot.demo.workspace.content import parse_json
from bot.demo.workspace.core import Core
from bot.demo.workspace.people import Json
from bot.demo.workspace.sockets import Result

ALIVE_EVERY = 15.0
BACKLOG = 2000
STATIC = Path(__file__).resolve().parents[1] / "page" / "static"
SAFE = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

Act = Callable[[Json], Awaitable[Json]]


class PageFeed:
    """Routes below `/_page/`, and the static files."""

    def __init__(self, core: Core, acts: Acts, static: Path = STATIC) -> None:
        self._core = core
        self._acts = acts
        self._static = static.resolve()
        self._queues: set[asyncio.Queue[tuple[int, Json] | None]] = set()
        self._open = True

    def routes(self) -> list[web.RouteDef]:
        """Where it is found; the last one takes all that nobody else wants."""
        return [
            web.get("/_page/state", self.state),
            web.get("/_page/stream", self.stream),
            web.post("/_page/act", self.act),
            web.get("/{path:.*}", self.file),
        ]

    def close(self) -> None:
        """End every feed."""
        self._open = False
        for queue in tuple(self._queues):
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait(None)

    async def state(self, request: web.Request) -> web.Response:
        """Everything, once."""
        del request
        return web.json_response(self._core.workspace.snapshot())

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Everything, then each change as it happens (server-sent events)."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        await response.prepare(request)
        queue: asyncio.Queue[tuple[int, Json] | None] = asyncio.Queue(BACKLOG)
        workspace = self._core.workspace

        def put(delta: Json) -> None:
            if queue.full():
                # The browser sleeps: forget the details, it gets everything anew.
                while not queue.empty():
                    queue.get_nowait()
                delta = {"type": "reset"}
            queue.put_nowait((workspace.version, delta))

        stop = workspace.listen(put)
        self._queues.add(queue)
        try:
            await self._send(response, "state", workspace.version, workspace.snapshot())
            while self._open:
                try:
                    entry = await asyncio.wait_for(queue.get(), ALIVE_EVERY)
                except TimeoutError:
                    await response.write(b": alive\n\n")
                    continue
                if entry is None:
                    break
                version, delta = entry
                await self._send(response, "delta", version, delta)
                if delta["type"] == "reset":
                    await self._send(response, "state", workspace.version, workspace.snapshot())
        except ConnectionError:
            pass
        finally:
            self._queues.discard(queue)
            stop()
        return response

    @staticmethod
    async def _send(response: web.StreamResponse, event: str, version: int, data: Json) -> None:
        await response.write(f"event: {event}\nid: {version}\ndata: {json.dumps(data)}\n\n".encode())

    # -- acting ----------------------------------------------------------------

    async def act(self, request: web.Request) -> web.Response:
        """One act of a person; see README.md."""
        if request.content_type != "application/json":
            return web.json_response({"ok": False, "error": "not_json", "message": "JSON is expected."}, status=415)
        try:
            data = parse_json(await request.text())
        except (ValueError, LookupError):
            data = None
        if not isinstance(data, dict):
            return web.json_response(
                {"ok": False, "error": "not_json", "message": "A JSON object is expected."}, status=400
            )
        return web.json_response(await self.perform(data))

    async def perform(self, data: Json) -> Json:
        """Do what README.md lists; never raises for what a person can send."""
        act = getattr(self, f"_do_{data.get('do')}", None) if isinstance(data.get("do"), str) else None
        if act is None:
            said = f"Nothing is called {str(data.get('do'))[:40]!r}."
            return {"ok": False, "error": "unknown_act", "message": said}
        try:
            return {"ok": True, **await act(data)}
        except NotPossible as no:
            extra = {"errors": no.errors} if no.errors else {}
            return {"ok": False, "error": no.error, "message": no.message, **extra}

    async def _do_say(self, data: Json) -> Json:
        text = _text(data, "text")
        if text.startswith("/"):
            return await self._do_command(data)
        message = self._acts.say(_text(data, "user"), _text(data, "channel"), text, _maybe(data, "thread_ts"))
        return {"ts": message["ts"]}

    async def _do_command(self, data: Json) -> Json:
        return _result(await self._acts.command(_text(data, "user"), _text(data, "channel"), _text(data, "text")))

    async def _do_action(self, data: Json) -> Json:
        result = await self._acts.action(
            _text(data, "user"),
            _text(data, "action_id"),
            channel=_maybe(data, "channel"),
            ts=_maybe(data, "ts"),
            view_id=_maybe(data, "view_id"),
            block_id=_maybe(data, "block_id"),
            given=data.get("input"),
            state=data.get("state"),
        )
        return _result(result)

    async def _do_suggest(self, data: Json) -> Json:
        return await self._acts.suggest(
            _text(data, "user"),
            _text(data, "action_id"),
            _maybe(data, "query"),
            channel=_maybe(data, "channel"),
            ts=_maybe(data, "ts"),
            view_id=_maybe(data, "view_id"),
            block_id=_maybe(data, "block_id"),
        )

    async def _do_submit(self, data: Json) -> Json:
        return _result(await self._acts.submit(_text(data, "user"), _text(data, "view_id"), data.get("state")))

    async def _do_close(self, data: Json) -> Json:
        await self._acts.close(_text(data, "user"), _text(data, "view_id"), everything=data.get("all") is True)
        return {}

    async def _do_open_home(self, data: Json) -> Json:
        self._acts.open_home(_text(data, "user"), _maybe(data, "tab") or "home")
        return {}

    async def _do_shortcut(self, data: Json) -> Json:
        user, callback = _text(data, "user"), _text(data, "callback_id")
        return _result(
            await self._acts.shortcut(user, callback, channel=_maybe(data, "channel"), ts=_maybe(data, "ts"))
        )

    async def _do_open_dm(self, data: Json) -> Json:
        return {"channel": self._acts.open_dm(_text(data, "user"), _text(data, "with")).id}

    async def _do_invite(self, data: Json) -> Json:
        self._acts.invite(_text(data, "user"), _text(data, "channel"), _text(data, "who"))
        return {}

    async def _do_remove(self, data: Json) -> Json:
        self._acts.remove(_text(data, "user"), _text(data, "channel"), _text(data, "who"))
        return {}

    async def _do_join(self, data: Json) -> Json:
        return await self._do_invite(data | {"who": _text(data, "user")})

    async def _do_leave(self, data: Json) -> Json:
        return await self._do_remove(data | {"who": _text(data, "user")})

    async def _do_archive(self, data: Json) -> Json:
        self._acts.archive(_text(data, "user"), _text(data, "channel"))
        return {}

    async def _do_unarchive(self, data: Json) -> Json:
        self._acts.archive(_text(data, "user"), _text(data, "channel"), archived=False)
        return {}

    async def _do_create_channel(self, data: Json) -> Json:
        made = self._acts.create_channel(_text(data, "user"), _text(data, "name"), private=data.get("private") is True)
        return {"channel": made.id}

    async def _do_edit(self, data: Json) -> Json:
        self._acts.change(_text(data, "user"), _text(data, "channel"), _text(data, "ts"), _text(data, "text"))
        return {}

    async def _do_delete(self, data: Json) -> Json:
        self._acts.change(_text(data, "user"), _text(data, "channel"), _text(data, "ts"), None)
        return {}

    async def _do_dismiss(self, data: Json) -> Json:
        self._acts.dismiss(_text(data, "user"), _text(data, "channel"), _text(data, "ts"))
        return {}

    async def _do_read(self, data: Json) -> Json:
        self._acts.mark_read(_text(data, "user"), _text(data, "channel"), _text(data, "ts"))
        return {}

    # -- files -----------------------------------------------------------------

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A file of the page; `/` is its start."""
        wanted = request.match_info["path"] or "index.html"
        try:
            place = (self._static / wanted).resolve()
            found = place.is_relative_to(self._static) and place.is_file()
        except (ValueError, OSError):
            found = False
        if not found:
            return web.Response(status=404, text="there is nothing here")
        return web.FileResponse(place, headers=SAFE)


def _text(data: Json, name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise NotPossible("missing", f"{name} is missing.")
    return value


def _maybe(data: Json, name: str) -> str:
    value: Any = data.get(name)
    return value if isinstance(value, str) else ""


def _result(result: Result) -> Json:
    if not result.ok:
        raise NotPossible(result.error, NO_ANSWER.get(result.error, "The bot could not be reached."))
    return {"took_ms": round(result.took_ms, 1)}
