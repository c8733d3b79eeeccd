"""Answers that no store can keep as they are: the alert about them comes all the same, and so do all others."""

from __future__ import annotations

import pytest

from bot.domain.detection import State
from bot.store import outbox
from tests.servers.http import Answer
from tests.services.watchtower import a_tower

MONITORS = """monitors:
  - {name: odd, url: 'http://app.shop.test/odd', service: sign-up, expect: {json: {path: status, equals: ok}}}
  - {name: plain, url: 'http://app.shop.test/plain', service: sign-up}
"""


@pytest.mark.parametrize("value", [r"\ud800", r"\u0000", r"\udfff\ud800 <!channel>", "x" * 1_000_000])
async def test_half_a_character_in_an_answer_keeps_no_alert_back(tmp_path, value):
    """JSON may hold what is no text: halves of characters, zeros, a megabyte. Its monitor is down, the other one up."""
    kind = (("content-type", "application/json"),)
    async with a_tower(tmp_path) as tower:
        tower.web.route("*", "/odd", Answer(200, f'{{"status": "{value}"}}'.encode(), kind))
        tower.web.route("*", "/plain", Answer(200, b"fine"))
        tower.write(MONITORS)
        await tower.begin()
        await tower.run(seconds=60)
        assert (tower.state("odd"), tower.state("plain")) == (State.DOWN, State.UP)
        [incident] = await tower.open()
        assert {one.probe for one in incident.members} == {"odd"}
        rows = await tower.store.read(lambda c: outbox.trail(c, "shop", f"incident:{incident.id}"))
        assert rows
