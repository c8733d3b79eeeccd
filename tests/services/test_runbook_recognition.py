"""Providers as public evidence shows them: asked once a day, waited for a moment, and never in the way."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.services.config import Config
from bot.services.runbook_recognition import Recognition
from bot.store import settings
from bot.store.db import Store
from tests.services.watchtower import Hand

FILE = "product: {name: Shop, id: shop, domain: shop.test}\n"


class Evidence:
    """What the outside would say."""

    def __init__(self) -> None:
        self.says: dict[str, str] | Exception = {"dns_provider": "namecheap", "edge_provider": "none"}
        self.asked: list[str] = []
        self.gate: asyncio.Event | None = None

    async def __call__(self, inventory, _now):
        """Ask it."""
        self.asked.append(inventory.domain)
        if self.gate is not None:
            await self.gate.wait()
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


class Post:
    """A recognition on a real store."""

    def __init__(self, tmp_path) -> None:
        (tmp_path / "launch.yml").write_text(FILE)
        self.config = Config.read(tmp_path / "launch.yml")
        self.clock, self.evidence = Hand(), Evidence()
        self.store = Store.open(tmp_path / "launch.db")
        self.recognition = Recognition(self.store, self.clock, lambda: self.config, self.evidence, patience=0.2)

    async def known(self) -> dict[str, str]:
        """What is kept."""
        every = await self.store.read(lambda c: settings.named(c, "shop"))
        return {name: value for name, value in every.items() if name.startswith("recognised:")}


@pytest.fixture
async def post(tmp_path):
    """One."""
    made = Post(tmp_path)
    yield made
    await made.recognition.stop()
    made.store.close()


async def test_it_is_asked_once_a_day_and_for_another_domain(post):
    """What was found stays, also where it is not found again."""
    await post.recognition.fresh()
    await post.recognition.fresh()
    assert await post.known() == {"recognised:dns_provider": "namecheap", "recognised:edge_provider": "none"}
    assert post.evidence.asked == ["shop.test"]
    post.clock.time += timedelta(hours=25)
    post.evidence.says = {"dns_provider": "gandi"}
    await post.recognition.fresh()
    assert await post.known() == {"recognised:dns_provider": "gandi", "recognised:edge_provider": "none"}
    post.config = replace(post.config, inventory=replace(post.config.inventory, domain="other.test"))
    await post.recognition.fresh()
    assert post.evidence.asked == ["shop.test", "shop.test", "other.test"]


@pytest.mark.parametrize("error", [TimeoutError(), OSError("no network"), ValueError("strange")])
async def test_what_goes_wrong_is_in_nobodys_way(post, error):
    """Nothing is kept, and the next run asks again."""
    post.evidence.says = error
    await post.recognition.fresh()
    assert await post.known() == {}
    post.evidence.says = {"dns_provider": "namecheap"}
    await post.recognition.fresh()
    assert await post.known() == {"recognised:dns_provider": "namecheap"}


async def test_a_slow_answer_is_not_waited_for(post, tmp_path):
    """The first step is shown without; two runs at once ask once."""
    post.evidence.gate = asyncio.Event()
    await asyncio.gather(post.recognition.fresh(), post.recognition.fresh())
    assert await post.known() == {}
    assert post.evidence.asked == ["shop.test"]
    post.evidence.gate.set()
    await post.recognition.fresh()
    assert await post.known() != {}


async def test_without_a_launch_file_nobody_is_asked(post):
    """There is nothing to ask about."""
    post.config = Config(post.config.path)
    await post.recognition.fresh()
    assert post.evidence.asked == []
