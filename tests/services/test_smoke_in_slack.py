"""A walk as the team sees it: the running bot, the local workspace, and the demo company that somebody breaks."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.demo.company.state import APP, DOMAIN
from bot.store import walks
from checks.flow.model import State
from tests.scenarios.world import World, a_world

FLOWS = f"""
flows:
  - id: signup
    name: Sign-up
    service: sign-up
    carries: signup
    base: https://{APP}/
    steps:
      - name: Open the page
        request: {{url: /signup}}
        expect: {{contains: Create your account}}
      - name: Create the account
        submit: {{fields: {{email: "qa+{{run}}@{DOMAIN}", password: "{{run}}-of-a-test"}}}}
        expect: {{contains: Your members}}
  - id: checkout
    name: Checkout start
    service: checkout
    carries: payment
    base: https://{APP}/
    steps:
      - name: Open the checkout
        request: {{url: /checkout}}
        expect: {{contains: Yearly plan}}
"""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The company with two flows, in place of those that it may have."""
    async with a_world(tmp_path) as made:
        path = Path(made.company.config)
        rest = re.sub(r"(?ms)^flows:.*?(?=^\S|\Z)", "", path.read_text())
        path.write_text(rest + FLOWS)
        yield made
        assert made.slack.violations() == []


def shown(message: dict[str, Any]) -> str:
    """Everything that stands in a message."""
    return json.dumps(message, ensure_ascii=False)


async def walked(world: World, words: str = "", headline: str = "Customers can") -> dict[str, Any]:
    """Type the command and wait for the result."""
    before = {each["ts"] for each in world.slack.seen()}
    result = await world.slack.command("mia", "#launch", f"/launch smoke {words}".strip())
    assert result.ok, result
    return await world.slack.wait_for(
        lambda m: m["ts"] not in before and headline in m.get("text", ""), user="mia", timeout=60
    )


async def test_a_broken_checkout_is_found_told_and_walked_again(world: World) -> None:
    """One message that becomes the result; a card for the owner with a way out; well again after the repair."""
    async with world.bot() as bot:
        message = await walked(world)
        assert "Customers can sign up and pay" in message["text"]
        assert "2 of 2 flows worked" in message["text"]

        world.company.switch("checkout_500", on=True)
        broken = await walked(world, headline="Customers cannot pay")
        assert "Checkout start fails" in shown(broken)
        assert "500" in shown(broken)
        assert "Sign-up works" in shown(broken)
        assert "Show Me the Fix" in shown(broken)
        live = await bot.services.incidents.live()
        assert "Smoke: Checkout start" in [member.probe for one in live for member in one.members]

        click = await world.slack.click("mia", broken, "runbook.start", None)
        assert click.ok, click

        world.company.switch("checkout_500", on=False)
        result = await world.slack.click("mia", broken, "smoke.again", None)
        assert result.ok, result
        again = await world.slack.wait_for(
            lambda m: m["ts"] > broken["ts"] and "Customers can sign up and pay" in m.get("text", ""),
            user="mia",
            timeout=40,
        )
        assert again["ts"] != message["ts"]
        found = await bot.services.store.read(lambda c: walks.recent(c, bot.services.product))
        assert [one.cause for one in found] == ["hand"] * 3
        assert [len(one.of(State.OK)) for one in found] == [2, 1, 2]


async def test_answers_to_who_asks_for_something_else(world: World) -> None:
    """A flow that is none; and status shows how each stood."""
    async with world.bot():
        await world.slack.command("mia", "#launch", "/launch smoke chekout")
        answer = await alone(world, "I do not know that flow")
        assert "/launch smoke checkout" in answer
        await walked(world, "checkout", headline="Customers can pay")
        await world.slack.command("mia", "#launch", "/launch status")
        assert await alone(world, "Flows: 1 of 2 worked when they were walked last, 1 never walked")


async def alone(world: World, words: str) -> str:
    """The answer for one person that holds these words."""
    found: list[str] = []

    def there() -> bool:
        found[:] = [shown(one) for one in world.slack.ephemerals("mia") if words in shown(one)]
        return bool(found)

    await world.slack.until(there, timeout=60)
    return found[0]
