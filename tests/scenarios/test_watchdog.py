"""The whole bot and somebody outside who expects to hear of it."""

from __future__ import annotations

import asyncio

import aiohttp
from aiohttp import web

from tests.scenarios.test_bad_days import running
from tests.servers.http import closed_port


async def test_the_running_bot_calls_its_watchdog_until_slack_refuses_it(world):
    """The first call comes once everything has been seen to work; its health page says when."""
    called = asyncio.Event()

    async def take(_request: web.Request) -> web.Response:
        called.set()
        return web.Response()

    app = web.Application()
    app.router.add_get("/ping", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    with world.company.config.open("a") as file:
        file.write("\nwatchdog: {url_env: MY_WATCHDOG, every: 10s}\n")
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/ping"
    _, port = closed_port()
    try:
        async with running(world, MY_WATCHDOG=url, LAUNCH_HTTP=f"127.0.0.1:{port}"):
            async with asyncio.timeout(60):
                await called.wait()
            async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/healthz") as answer:
                body = await answer.json()
            assert body["ok"], body
            assert body["warnings"] == []
            assert body["slack_ok_age_s"] is not None
    finally:
        await runner.cleanup()
