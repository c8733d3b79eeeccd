"""The whole bot in a small world: the local workspace, the demo company, real files, real protocols."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from bot import app
from bot.app import Runtime
from bot.clock import Clock, SystemClock
from bot.config.settings import Settings
from bot.demo.company import Company
from bot.demo.workspace import WorkspaceServer
from tests.delivery.winding import WindingClock


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Runtime]:
    """The bot with these settings, connected, until the block ends; then it is stopped in an orderly way."""
    stop, up = asyncio.Event(), asyncio.get_running_loop().create_future()
    task = asyncio.create_task(app.run(settings, clock=clock, stop=stop, ready=up.set_result))
    await asyncio.wait({task, up}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()
    try:
        yield up.result()
    finally:
        stop.set()
        await task


class World:
    """The workspace and the company; `async with world.bot()` runs the bot in them."""

    def __init__(self, folder: Path, slack: WorkspaceServer, company: Company) -> None:
        self.folder = folder
        self.slack = slack
        self.company = company

    def settings(self, **more: Any) -> Settings:
        """Settings of a bot for this world."""
        given = {
            "slack_bot_token": self.slack.bot_token,
            "slack_app_token": self.slack.app_token,
            "slack_api_url": self.slack.api_url,
            "launch_config": self.company.config,
            "launch_data": self.folder / "data",
            "launch_http": "127.0.0.1:0",
        }
        return Settings.from_env(env_file=None, **{**given, **more})

    @asynccontextmanager
    async def bot(self, *, clock: Clock | None = None, **more: Any) -> AsyncIterator[Runtime]:
        """The bot, connected; stopped in an orderly way at the end."""
        async with running(self.settings(**more), clock) as bot:
            yield bot

    async def check(self, *, user: str = "mia", channel: str = "#launch", text: str = "", timeout: float = 60.0) -> Any:
        """Type `/launch check …` and wait for the report; answers the message."""
        before = {each["ts"] for each in self.slack.seen()}
        result = await self.slack.command(user, channel, f"/launch check {text}".strip())
        assert result.ok, result
        return await self.slack.wait_for(
            lambda m: m["ts"] not in before and any(w in m.get("text", "") for w in VERDICTS),
            user=user,
            timeout=timeout,
        )


VERDICTS = ("Go:", "Go, but", "No-go:", "Not proven:", "Only ")


@asynccontextmanager
async def a_world(folder: Path, **workspace: Any) -> AsyncIterator[World]:
    """A workspace with a company in it, no bot yet."""
    async with AsyncExitStack() as stack:
        company = await stack.enter_async_context(Company(folder / "company"))
        slack = WorkspaceServer(**workspace)
        slack.mount(company.add_routes)
        await stack.enter_async_context(slack)
        yield World(folder, slack, company)


@asynccontextmanager
async def hurrying() -> AsyncIterator[WindingClock]:
    """A clock that goes nearly three times as fast: any faster, and Slack would seem to have fallen silent."""
    clock = WindingClock()

    async def hurry() -> None:
        while True:
            await SystemClock().sleep(0.25)
            clock.wind(0.45)

    task = asyncio.create_task(hurry())
    try:
        yield clock
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
