"""The whole bot, with somebody who edits `launch.yml` while it runs."""

from __future__ import annotations

import signal

from tests.scenarios.test_bad_days import running


async def test_a_mistake_is_told_in_slack_and_its_repair_is_in_force(world):
    """The bot answers all the while; what is in force afterwards is the new file."""
    config = world.company.config
    before = config.read_text()
    async with running(world) as process:
        config.write_text(before + "\nmonitorz: []\n")
        process.send_signal(signal.SIGHUP)
        told = await world.slack.wait_for("cannot be used as it is now", timeout=60)
        assert "monitorz" in str(told)
        assert (await world.slack.command("mia", "#launch", "/launch help")).ok
        config.write_text(before.replace("monitors:", "monitors:\n  - {name: Brand new, url: /}", 1))
        process.send_signal(signal.SIGHUP)
        await world.slack.wait_for("right again", timeout=60)
        await world.slack.command("mia", "#launch", "/launch status Brand new")
        await world.slack.wait_for("Brand new", timeout=60)
