"""docs/hooks.md says what the senders say of themselves, and its commands work; `UPDATE_DOCS=1` writes it anew."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from aiohttp import web

from bot.adapters.hooks import generic
from bot.adapters.hooks.base import Inbound, Said, Verified, load
from bot.clock import SystemClock
from bot.domain.heard import Counted, Marker, Outside
from tests.hooks.page import EXAMPLES, page
from tests.hooks.senders import SECRET

PAGE = Path(__file__).parents[2] / "docs" / "hooks.md"
UPDATE = os.environ.get("UPDATE_DOCS") == "1"


def test_the_page_is_what_the_code_says() -> None:
    """What is verified, what cannot be, what becomes of each event, where to click: all of it from the senders."""
    if UPDATE:
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    """A cell too many is cut off where the page is shown, and a reader takes one column for another."""
    tables = [part.splitlines() for part in PAGE.read_text(encoding="utf-8").split("\n\n") if part.startswith("|")]
    assert len(tables) > 10
    for head, *rows in tables:
        assert {row.count("|") for row in rows} == {head.count("|")}, head


def test_every_sender_has_its_row_and_its_steps() -> None:
    """Its variable and its address stand there."""
    text = PAGE.read_text(encoding="utf-8")
    for source in load().values():
        assert f"https://launch.example.com/hooks/{source.name}" in text
        assert source.variable in text
        assert source.setup
        assert source.events
        assert source.pages or source.name == "generic"


@pytest.mark.parametrize(("place", "kind"), [(0, Marker), (1, Counted), (2, Outside)])
async def test_the_commands_of_the_page_are_believed(place: int, kind: type) -> None:
    """As they stand there, with openssl and curl, in a shell: proven and understood."""
    came: list[Inbound] = []

    async def take(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        came.append(Inbound(headers, await request.read(), SystemClock().now()))
        return web.Response(status=202)

    app = web.Application()
    app.router.add_post("/hooks/generic", take)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        line = EXAMPLES[place].replace("https://launch.example.com", f"http://{host}:{port}")
        assert line != EXAMPLES[place]
        environment = {"PATH": os.environ["PATH"], "LAUNCH_HOOK_GENERIC_SECRET": SECRET}
        shell = await asyncio.create_subprocess_exec("sh", "-euc", line, env=environment)
        assert await asyncio.wait_for(shell.wait(), 60) == 0
    finally:
        await runner.cleanup()
    [sent] = came
    assert isinstance(generic.verify(sent, SECRET), Verified)
    said = generic.parse(sent)
    assert isinstance(said, Said), said
    [one] = said.heard
    assert isinstance(one, kind)
