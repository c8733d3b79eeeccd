"""After a time in which the bot was not running: one line, once everything has been looked at again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import SystemClock
from bot.services.back import Back
from bot.services.config import Config
from bot.services.incidents import Incidents
from bot.speakers.offline import speaker
from bot.store import outbox
from bot.store.db import Store

BEGAN = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
ENDED = BEGAN + timedelta(minutes=21)


@dataclass
class Standing:
    """When a monitor was looked at last."""

    last_at: datetime | None


@pytest.fixture
def back(tmp_path):
    """On a real store."""
    (tmp_path / "launch.yml").write_text(
        'product: {name: Shop, id: shop, domain: shop.test}\nchannels: {alerts: "#ops"}\n'
    )
    config = Config.read(tmp_path / "launch.yml")
    store = Store.open(tmp_path / "launch.db")
    yield Back(store, Incidents(store, SystemClock(), lambda: config, lambda: None)), store
    store.close()


async def rows(store: Store) -> list[outbox.Delivery]:
    """What is to be said."""
    return await store.read(lambda c: outbox.trail(c, "shop", f"offline:{int(BEGAN.timestamp())}"))


async def test_the_line_waits_until_all_has_been_looked_at_again_and_comes_once(back):
    """With the span, and how many monitors were looked at since."""
    told, store = back
    asleep = (BEGAN, ENDED)
    one, two = Standing(ENDED + timedelta(seconds=2)), Standing(BEGAN)
    assert not await told.tell(asleep, [one, two], ENDED + timedelta(seconds=5))
    two.last_at = ENDED + timedelta(seconds=6)
    assert await told.tell(asleep, [one, two], ENDED + timedelta(seconds=10))
    assert not await told.tell(asleep, [one, two], ENDED + timedelta(seconds=15))
    [row] = await rows(store)
    assert row.channel == "#ops"
    said = speaker().say(None, 1, row)
    assert said is not None
    assert "offline" in said.document.fallback
    assert "21 minutes" in said.document.fallback
    assert "all 2 monitors" in str(said.document.parts)


async def test_a_monitor_that_is_never_looked_at_does_not_hold_it_up(back):
    """After two minutes it is said anyway, with what was looked at."""
    told, store = back
    assert not await told.tell((BEGAN, ENDED), [Standing(None)], ENDED + timedelta(seconds=119))
    assert await told.tell((BEGAN, ENDED), [Standing(None)], ENDED + timedelta(seconds=121))
    assert len(await rows(store)) == 1


async def test_nothing_is_said_where_nothing_happened_or_nothing_is_watched(back):
    """A start as usual, and a bot without a product."""
    told, store = back
    assert not await told.tell(None, [Standing(ENDED)], ENDED)
    assert not await told.tell((BEGAN, ENDED), [], ENDED + timedelta(minutes=3))
    assert await rows(store) == []


async def test_a_watch_that_has_not_begun_yet_is_waited_for(back):
    """The first look at this comes before anything is under watch."""
    told, store = back
    assert not await told.tell((BEGAN, ENDED), [], ENDED)
    assert await told.tell((BEGAN, ENDED), [Standing(ENDED + timedelta(seconds=3))], ENDED + timedelta(seconds=5))
    assert len(await rows(store)) == 1
