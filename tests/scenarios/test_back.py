"""The whole bot, back after a time in which nobody watched."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import SystemClock
from bot.services.config import Config
from bot.store.beat import beat
from bot.store.db import Store
from tests.scenarios.test_bad_days import running


async def test_a_bot_that_was_off_says_from_when_to_when_once_it_has_looked_again(world):
    """Its last sign of life is twenty minutes old: one line in the channel, once all monitors have been looked at."""
    data = world.folder / "data"
    store = Store.open(data / "launch.db")
    product = Config.read(world.company.config).product
    before = SystemClock().now() - timedelta(minutes=21)
    await store.write(lambda c: beat(c, product, before))
    store.close()
    async with running(world):
        told = await world.slack.wait_for("offline", timeout=60)
        assert "looked at" in str(told)
