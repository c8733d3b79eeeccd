"""A small scripted workspace: serves the page, speaks its protocol, remembers what the page did."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.clock import SystemClock

Json = dict[str, Any]
STATIC = Path(__file__).resolve().parents[2] / "bot" / "demo" / "page" / "static"
MIA, BEN, LENA, BOT, SLACKBOT = "U0MIA", "U0BEN", "U0LENA", "U0BOT", "USLACKBOT"
LAUNCH, GENERAL, FOUNDERS, DIRECT = "C0LAUNCH", "C0GENERAL", "G0FOUND", "D0MIABOT"
VERBS = [
    {"usage": "status [host or monitor]", "help": "Go or no-go, on one screen."},
    {"usage": "check [family, check or host]", "help": "Runs the checks now."},
    {"usage": "explain <check id>", "help": "Why it matters and how to fix it."},
    {"usage": "help [verb]", "help": "What it can do."},
]


def person(id: str, name: str, real: str, title: str = "", *, bot: bool = False) -> Json:
    """A user as the workspace describes one."""
    return {
        "id": id,
        "name": name,
        "real_name": real,
        "title": title,
        "is_bot": bot,
        "is_guest": False,
        "deleted": False,
    }


def channel(id: str, kind: str, name: str, members: list[str], topic: str = "", *, archived: bool = False) -> Json:
    """A channel as the workspace describes one."""
    return {
        "id": id,
        "kind": kind,
        "name": name,
        "topic": topic,
        "purpose": "",
        "members": members,
        "archived": archived,
    }


def opening(now: float) -> Json:
    """A workspace with three people, the bot, two public channels, a private one and direct messages."""
    return {
        "version": 1,
        "now": now,
        "team": {"id": "T1", "name": "Northlight", "domain": "northlight"},
        "app": {
            "id": "A1",
            "user": BOT,
            "name": "launch-ready",
            "description": "Launch checks and incidents",
            "connections": 2,
            "home_tab": True,
        },
        "commands": [
            {
                "command": "/launch",
                "description": "Launch checks",
                "usage_hint": "status | check | explain",
                "verbs": VERBS,
            }
        ],
        "shortcuts": [{"type": "message", "callback_id": "look", "name": "Look Into This", "description": ""}],
        "users": [
            person(MIA, "mia", "Mia Torres", "Founder"),
            person(BEN, "ben", "Ben Okafor", "Co-founder"),
            person(LENA, "lena", "Lena Hofer", "Support"),
            person(BOT, "launch-ready", "Launch Ready", bot=True),
            person(SLACKBOT, "slackbot", "Slackbot"),
        ],
        "channels": [
            channel(LAUNCH, "public", "launch", [MIA, BEN, LENA, BOT], "Launch day"),
            channel(GENERAL, "public", "general", [MIA, BEN]),
            channel(FOUNDERS, "private", "founders", [MIA, BEN]),
            channel(DIRECT, "im", "", [MIA, BOT]),
            channel("C0OLD", "public", "old-site", [MIA], archived=True),
        ],
        "messages": {},
        "ephemerals": [],
        "homes": {},
        "modals": {},
        "read": {},
    }


class Stage:
    """The workspace's side of the page's protocol, as far as a test has written it."""

    def __init__(self) -> None:
        self.now = SystemClock().now().timestamp()
        self.state = opening(self.now)
        self.acts: list[Json] = []
        self.answers: dict[str, Json | Callable[[Json], Any]] = {}
        self.company: Json | None = None
        self.company_posts: list[Json] = []
        self.url = ""
        self._streams: set[web.StreamResponse] = set()
        self._runner: web.AppRunner | None = None
        self._count = 0
        self._closing = asyncio.Event()

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        app = web.Application()
        app.router.add_get("/_page/stream", self._stream)
        app.router.add_post("/_page/act", self._act)
        app.router.add_get("/_company/state", self._company_state)
        app.router.add_post("/_company/fault", self._company_fault)
        app.router.add_get("/", self._index)
        app.router.add_static("/", STATIC)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/"

    async def stop(self) -> None:
        """Close every stream and the port."""
        self._closing.set()
        if self._runner:
            await self._runner.cleanup()

    async def _index(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / "index.html")

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await answer.prepare(request)
        await self._write(answer, "state", self.state)
        self._streams.add(answer)
        try:
            await self._closing.wait()
        finally:
            self._streams.discard(answer)
        return answer

    @staticmethod
    async def _write(answer: web.StreamResponse, event: str, data: Json) -> None:
        await answer.write(f"event: {event}\ndata: {json.dumps(data)}\n\n".encode())

    async def emit(self, **delta: Any) -> None:
        """One change, to every page that listens."""
        for answer in list(self._streams):
            try:
                await self._write(answer, "delta", copy.deepcopy(delta))
            except ConnectionError:
                self._streams.discard(answer)  # a page that was closed or loaded anew

    async def _act(self, request: web.Request) -> web.Response:
        act = await request.json()
        self.acts.append(act)
        answer = self.answers.get(act["do"], {"ok": True})
        if callable(answer):
            answer = answer(act)
            if asyncio.iscoroutine(answer):
                answer = await answer
        return web.json_response(answer)

    async def _company_state(self, _request: web.Request) -> web.Response:
        if self.company is None:
            raise web.HTTPNotFound
        return web.json_response(self.company)

    async def _company_fault(self, request: web.Request) -> web.Response:
        wish = await request.json()
        self.company_posts.append(wish)
        for fault in (self.company or {}).get("faults", []):
            if fault["id"] == wish["id"]:
                fault["on"] = wish["on"]
        return web.json_response({"ok": True})

    def done(self, what: str) -> list[Json]:
        """The acts of one kind, oldest first."""
        return [act for act in self.acts if act["do"] == what]

    def message(self, text: str = "", *, user: str = BOT, channel: str = LAUNCH, ago: float = 60, **more: Any) -> Json:
        """A message in the opening state."""
        message = self.make(text, user=user, ago=ago, **more)
        self.state["messages"].setdefault(channel, []).append(message)
        self.state["messages"][channel].sort(key=lambda one: float(one["ts"]))
        return message

    def make(self, text: str = "", *, user: str = BOT, ago: float = 0, **more: Any) -> Json:
        """A message with a time stamp of its own."""
        self._count += 1
        return {"type": "message", "ts": f"{int(self.now - ago)}.{self._count:06d}", "user": user, "text": text, **more}

    async def post(self, text: str = "", *, channel: str = LAUNCH, **more: Any) -> Json:
        """A message that arrives while the page is open."""
        message = self.make(text, **more)
        await self.emit(type="message", channel=channel, message=message)
        return message
