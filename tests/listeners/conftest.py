"""The running bot in the local workspace, with one thing that breaks when a test says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import app
from bot.app import Runtime
from bot.config.settings import Settings
from bot.demo.workspace import WorkspaceServer
from bot.domain.asks import Reading, Signal
from bot.domain.incident import Incident
from bot.domain.severity import Sev, Trouble
from bot.store import incidents

LAUNCH_YML = """\
product: {id: shop, name: Shop, domain: shop.test, time_zone: Europe/Vienna}
people:
  mia: {slack: UMIA, role: owner, email: mia@marigold.test}
  ben: {slack: UBEN}
services:
  sign-up: {owner: mia, backup: ben, critical: true}
  shop: {owner: ben}
channels: {alerts: "#launch"}
network: {resolvers: ["127.0.0.1:9"]}
"""


class Stage:
    """The workspace, and a bot that can be started, killed and started again."""

    def __init__(self, folder: Path, slack: WorkspaceServer) -> None:
        self.folder = folder
        self.slack = slack

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[Runtime]:
        """The bot, connected."""
        config = self.folder / "launch.yml"
        if not config.exists():
            config.write_text(LAUNCH_YML, encoding="utf-8")
        settings = Settings.from_env(
            env_file=None,
            slack_bot_token=self.slack.bot_token,
            slack_app_token=self.slack.app_token,
            slack_api_url=self.slack.api_url,
            launch_config=config,
            launch_data=self.folder / "data",
            launch_http="127.0.0.1:0",
        )
        stop, up = asyncio.Event(), asyncio.get_running_loop().create_future()
        task = asyncio.create_task(app.run(settings, stop=stop, ready=up.set_result))
        await asyncio.wait({task, up}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        try:
            yield up.result()
        finally:
            stop.set()
            await task

    async def breaks(self, bot: Runtime, service: str = "sign-up", *, sev: Sev = Sev.ONE) -> dict[str, Any]:
        """Something fails, confirmed, for a while already: answers its card."""
        await self.signal(bot, service, sev=sev)
        return await self.slack.wait_for(
            lambda m: m.get("bot_id") and not m.get("thread_ts") and f"· {service}" in str(m.get("blocks")).lower(),
            channel="#launch",
        )

    async def signal(
        self, bot: Runtime, service: str = "sign-up", reading: Reading = Reading.DOWN, *, sev: Sev = Sev.ONE
    ) -> None:
        """What a monitor says."""
        now = bot.services.clock.now()
        since = now - timedelta(minutes=2)
        signal = Signal(
            "shop", "production", service, f"{service} page", Trouble.REACH, sev, reading, since, now, "HTTP 502"
        )
        await bot.services.incidents.signal([signal])

    async def row(self, bot: Runtime, number: int = 1) -> Incident:
        """An incident as it is stored."""
        found = await bot.services.store.read(lambda c: incidents.get(c, number))
        assert found is not None
        return found

    async def becomes(self, bot: Runtime, wanted: Callable[[Incident], object], number: int = 1) -> Incident:
        """Wait until the stored incident is so."""
        async with asyncio.timeout(60):
            while not wanted(row := await self.row(bot, number)):
                await bot.services.clock.sleep(0.02)
        return row

    async def told(self, user: str, words: str) -> dict[str, Any]:
        """An answer that only this person sees."""
        return await self.slack.wait_for(words, user=user)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A workspace without rate limits, no bot yet."""
    async with WorkspaceServer(limits=False) as slack:
        yield Stage(tmp_path, slack)
        assert slack.violations() == []
