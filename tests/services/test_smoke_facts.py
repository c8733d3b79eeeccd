"""What an audit takes from earlier walks, and what it walks anew."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.services.smoke_facts import informed
from bot.store import releases
from tests.servers.http import Answer
from tests.services.smoke_shop import Shop, shop


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Shop]:
    """The shop."""
    async with shop(tmp_path) as one:
        yield one


async def known(made: Shop) -> list[str]:
    """Flows that an audit would not walk again now."""
    now, inventory = made.clock.now(), made.config.inventory
    return sorted((await made.store.read(lambda c: informed(c, inventory, made.environ, now))).walked)


async def test_a_walk_of_today_counts(made: Shop) -> None:
    """For a day; after that nobody knows."""
    assert await known(made) == []
    await made.walk()
    made.later(hours=23)
    assert await known(made) == ["checkout", "login"]
    made.later(hours=2)
    assert await known(made) == []


async def test_what_was_broken_is_walked_again(made: Shop) -> None:
    """It may be mended since; so is what could not be seen."""
    made.web.route("shop.test", "/pricing", Answer(500, "no"))
    del made.environ["SMOKE_EMAIL"]
    await made.walk()
    assert await known(made) == []


async def test_a_walk_before_the_last_version_counts_no_more(made: Shop) -> None:
    """Whatever worked before it."""
    await made.walk()
    made.later(minutes=5)
    now = made.clock.now()
    went_out = now - timedelta(minutes=1)
    await made.store.write(lambda c: releases.add(c, "shop", went_out, version="v2", source="slack"))
    assert await known(made) == []


async def test_the_secrets_are_those_of_now(made: Shop) -> None:
    """Set after the file was read; they show themselves nowhere."""
    made.environ["SMOKE_PASSWORD"] = "set-a-moment-ago"
    now, inventory = made.clock.now(), made.config.inventory
    found = await made.store.read(lambda c: informed(c, inventory, made.environ, now))
    assert found.secrets["SMOKE_PASSWORD"].reveal() == "set-a-moment-ago"
    assert "set-a-moment-ago" not in repr(found)
