"""The whole bot over two days: stopped at night, started late, and again: one summary in the channel, which says so."""

from __future__ import annotations

from datetime import timedelta

from bot.config.settings import Settings
from bot.demo.workspace import WorkspaceServer
from bot.domain.hours import NINE, next_at
from tests.delivery.winding import WindingClock
from tests.scenarios.world import running

FILE = """
product: {name: Shop, id: shop, domain: shop.test, time_zone: Europe/Madrid}
hosts: [{name: shop.test, purpose: marketing}]
monitors: []
people: {lena: {email: lena@marigold.test}}
services: {shop: {owner: lena}}
channels: {alerts: C0OPSALRT, digest: C0LAUNCH1}
network: {resolvers: ["127.0.0.1:9"], canaries: false}
"""


async def test_a_bot_that_was_off_at_nine_makes_up_for_it_once(tmp_path):
    """Found by e-mail on the way: who is on call stands in the summary."""
    (tmp_path / "launch.yml").write_text(FILE)
    clock = WindingClock()
    clock.wind((next_at(clock.now(), NINE, "Europe/Madrid") - clock.now()).total_seconds() + 3600)
    async with WorkspaceServer(limits=False, now=lambda: clock.now().timestamp()) as slack:
        settings = Settings.from_env(
            env_file=None,
            slack_bot_token=slack.bot_token,
            slack_app_token=slack.app_token,
            slack_api_url=slack.api_url,
            launch_config=tmp_path / "launch.yml",
            launch_data=tmp_path / "data",
            launch_http="127.0.0.1:0",
        )

        def said() -> list[dict]:
            messages = slack.workspace.channel("C0LAUNCH1").messages.values()
            return [one for one in messages if one.get("bot_id") and "Morning summary" in one["text"]]

        async with running(settings, clock):
            assert said() == []
        clock.wind(timedelta(hours=26).total_seconds())
        for _ in range(2):
            async with running(settings, clock) as bot:
                await bot.postman.tick()
                await bot.postman.settle()
        [summary] = said()
    assert "3 hours late" in repr(summary["blocks"])
    assert "<@ULENA>" in repr(summary["blocks"])
