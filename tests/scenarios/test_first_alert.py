"""From nothing to the first alert, as the page about Slack says: describe the product, start, invite, and it breaks."""

from __future__ import annotations

from time import perf_counter

import pytest

from bot.config.settings import Settings
from bot.demo.workspace import WorkspaceServer
from bot.demo.workspace.workspace_server import words
from bot.scopes import REQUIRED
from tests.scenarios.terminal.shop import APP, DOMAIN, a_shop
from tests.scenarios.world import hurrying, running
from tests.servers.http import Answer

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("granted", ["all permissions", "the six required ones"])
async def test_the_first_alert_comes_within_ten_minutes_of_nothing(tmp_path, authority, measured, granted):
    """Only what `launch init` writes, one process: a card in the first channel that the bot was invited to.

    With the six permissions alone the bot does not hear of an invitation; then the workspace's owner gets the card.
    """
    every = granted == "all permissions"
    async with a_shop(tmp_path, authority) as shop, WorkspaceServer(grant_optional=every) as slack, hurrying() as clock:
        began = perf_counter()
        described = await shop.launch("init", DOMAIN, "--force")
        assert described.code == 0, described.err
        described_s = perf_counter() - began
        settings = Settings.from_env(
            env_file=None,
            slack_bot_token=slack.bot_token,
            slack_app_token=slack.app_token,
            slack_api_url=slack.api_url,
            launch_config=tmp_path / "launch.yml",
            launch_data=tmp_path / "data",
            launch_http="127.0.0.1:0",
        )
        started = clock.now()
        async with running(settings, clock):
            slack.invite_bot("mia", "#general")
            if every:
                await slack.wait_for("Alerts come to this channel", channel="#general")
            shop.route(APP, Answer(502, b"Bad gateway"))
            broken = clock.now()
            card = await slack.wait_for(
                lambda one: any(block["type"] == "header" for block in one.get("blocks", ())) and "INC-1" in words(one),
                channel="#general" if every else "dm",
                user="mia",
                timeout=60,
            )
            told = clock.now()
        assert f"{APP}: visitors get an error" in words(card)
        assert slack.violations() == []
    alert_s = described_s + (told - started).total_seconds()
    measured(f"first alert after the set-up, the machine's share, {granted}", f"{alert_s:.0f} s")
    measured("a card after an outage, monitors once a minute", f"{(told - broken).total_seconds():.0f} s")
    assert len(REQUIRED) <= 6
    assert (told - broken).total_seconds() <= 90
    assert alert_s <= 600
