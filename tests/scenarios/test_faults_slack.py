"""The whole bot while Slack's connections are dead without a word, and people click out of order."""

from __future__ import annotations

import pytest

from tests.scenarios.world import hurrying

pytestmark = pytest.mark.slow


async def test_connections_that_swallow_everything_are_noticed_and_replaced(roomy):
    """Open as far as anybody can see, and nothing comes through: the missing pongs tell, and commands are answered."""
    slack = roomy.slack
    async with hurrying() as clock, roomy.bot(clock=clock) as bot:
        await slack.connected(2)
        dead = set(slack.core.dispatcher.sockets.connections)
        await slack.sockets("half_open")
        assert not (await slack.command("mia", "#launch", "/launch help")).ok
        await slack.until(lambda: len(set(slack.core.dispatcher.sockets.connections) - dead) >= 2, timeout=60)
        await slack.until(lambda: sum(each.connected for each in bot.services.health.sockets) == 2, timeout=60)
        assert (await slack.command("mia", "#launch", "/launch help")).ok
        await slack.wait_for("/launch check", user="mia")
    slack.core.violations.clear()  # the command that a dead connection swallowed was meant


async def test_of_two_clicks_that_overtake_each_other_both_count_once(roomy):
    """Slack delivers the second before the first: one has it, the other is told so, nothing is lost."""
    slack = roomy.slack
    async with roomy.bot():
        await slack.connected(2)
        slack.fault("reorder", method="slash_commands")
        first = await slack.command("mia", "#launch", "/launch explain nothing1")
        second = await slack.command("ben", "#launch", "/launch explain nothing2")
        assert first.ok or second.ok
        await slack.wait_for("nothing2", user="ben")
        await slack.wait_for("nothing1", user="mia")
