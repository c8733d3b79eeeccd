"""The company's host tells of deploys: signed as the specification says, so that a real receiver believes it."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import web

from bot.adapters.hooks import standard
from bot.adapters.hooks.base import Inbound, Refused, Verified
from bot.clock import SystemClock
from bot.demo.__main__ import HOOK_SECRET, HOOK_URL, receiver
from bot.demo.company import Company
from bot.demo.company.hooks import Receiver
from bot.domain.heard import Marker, Progress

SECRET = "whsec_" + "TWFyaWdvbGQncyBob3N0IHNpZ25z"


@pytest.fixture
async def heard():
    """A receiver that keeps what it gets; the first request is refused, as by a machine that begins anew."""
    got: list[Inbound] = []
    status = [503]

    async def take(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = await request.read()
        if status:
            return web.Response(status=status.pop())
        got.append(Inbound(headers, body, SystemClock().now()))
        return web.Response(status=202)

    app = web.Application()
    app.router.add_post("/hooks/standard", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/standard", got
    await runner.cleanup()


async def until(count: int, got: list[Inbound]) -> None:
    async with asyncio.timeout(60):
        while len(got) < count:
            await SystemClock().sleep(0.05)


async def test_a_release_is_told_twice_and_signed(tmp_path, heard):
    """It goes out, then it is live: the real receiver's own rules accept it, and another secret's refuse it."""
    url, got = heard
    async with Company(tmp_path / "company") as company:
        company.hooks.receiver = Receiver(url, SECRET)
        company.switch("checkout_500", on=True)
        await until(2, got)
    for request, progress in zip(got, (Progress.STARTED, Progress.LIVE), strict=True):
        assert isinstance(standard.SOURCE.verify(request, SECRET), Verified)
        assert isinstance(standard.SOURCE.verify(request, "whsec_" + "b3RoZXI="), Refused)
        said = standard.SOURCE.parse(request)
        assert not isinstance(said, Refused)
        [marker] = said.heard
        assert isinstance(marker, Marker)
        assert (marker.version, marker.progress, marker.author) == ("v43", progress, "ben")
    assert len({json.loads(one.body)["deploy"]["key"] for one in got}) == 1


async def test_without_a_receiver_nothing_is_told(tmp_path):
    """A company that stands alone works as ever."""
    async with Company(tmp_path / "company") as company:
        assert company.switch("checkout_500", on=True)
        assert company.state.current.version == "v43"


def test_whom_it_tells_is_said_by_whoever_starts_it():
    """Two variables, or nobody."""
    found = receiver({HOOK_URL: "http://127.0.0.1:1/", HOOK_SECRET: SECRET})
    assert found is not None
    assert (found.url, found.secret) == ("http://127.0.0.1:1/", SECRET)
    assert receiver({HOOK_URL: "http://127.0.0.1:1/"}) is None
