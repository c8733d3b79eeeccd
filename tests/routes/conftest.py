"""Real receivers on loopback: a mail server and an HTTP server that keep what arrives."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from bot.adapters.notify import Note


@dataclass
class Receiver:
    """An HTTP server that keeps every request, and answers with the next of `answers`, else 200."""

    url: str = ""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    before: Callable[[], None] | None = None
    """Called when a request has come, before it is answered."""

    @property
    def host(self) -> str:
        """`127.0.0.1:12345`."""
        return self.url.removeprefix("http://")

    async def take(self, request: web.Request) -> web.Response:
        """Keep it."""
        self.got.append((request.path, {k.lower(): v for k, v in request.headers.items()}, await request.read()))
        if self.before is not None:
            self.before()
        status, headers = self.answers.pop(0) if self.answers else (200, {})
        return web.json_response({}, status=status, headers=headers)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """The HTTP server."""
    made = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
def note() -> Note:
    """A message."""
    return Note(
        str(uuid.uuid4()),
        7,
        "DOWN: Sign-up page (INC-1)",
        "Visitors get an error instead of the page.\nNobody is on it yet.",
        "DOWN: Sign-up page. Visitors get an error since 14:02. INC-1 #abc",
        {"type": "incident", "incident": "INC-1"},
    )
