"""Without a channel for alerts the first one that the bot is invited to becomes it, said aloud."""

from __future__ import annotations

from tests.listeners.conftest import LAUNCH_YML

UNNAMED = LAUNCH_YML.replace('channels: {alerts: "#launch"}\n', "")


async def test_the_first_channel_becomes_it(stage):
    """It says so there, cards come there, and a second invitation changes nothing."""
    (stage.folder / "launch.yml").write_text(UNNAMED, encoding="utf-8")
    slack = stage.slack
    async with stage.bot() as bot:
        slack.invite_bot("mia", "#general")
        await slack.wait_for("Alerts come to this channel from now on", channel="#general")
        await stage.signal(bot)
        await slack.wait_for("INC-1", channel="#general")


async def test_one_that_is_named_stays(stage):
    """The greeting does not speak of alerts."""
    slack = stage.slack
    async with stage.bot() as bot:
        slack.invite_bot("mia", "#general")
        hello = await slack.wait_for("Hello", channel="#general")
        assert "Alerts come" not in str(hello)
        await stage.breaks(bot)
        assert "INC-1" not in str(slack.messages("#general"))
