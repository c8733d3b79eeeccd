"""The release checklist in the running bot: typed, clicked, filled in, and carried on after a stop."""

from __future__ import annotations

from typing import Any

import pytest

from bot.demo.workspace.looking import words
from tests.scenarios.test_drill import buttons, moved_on
from tests.scenarios.world import World

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


async def press(world: World, message: dict[str, Any], label: str) -> dict[str, Any]:
    """Click it, and wait for what the message says then."""
    [found] = [one for one in buttons(message) if one[0] == label]
    await world.slack.click("mia", message, *found[1:])
    return await moved_on(world, message)


async def test_a_checklist_from_the_first_question_to_its_end(world: World) -> None:
    """One message, edited in place; a stop of the bot in the middle loses nothing; it ends in words, with its time."""
    async with world.bot():
        await world.slack.command("mia", "#launch", "/launch release v43")
        list_ = await world.slack.wait_for("Release v43 · 0 of", channel="#launch", timeout=60)
        assert "Are all tests green?" in words(list_)
        list_ = await press(world, list_, "Done")
        list_ = await press(world, list_, "Done")
    async with world.bot():
        list_ = await press(world, list_, "Done")
        await world.slack.command("mia", "#launch", "/launch release done")
        list_ = await moved_on(world, list_)
        list_ = await press(world, list_, "Done")
        assert "What changes for customers?" in words(list_)
        await world.slack.command("mia", "#launch", "/launch release note Invoices can be downloaded")
        list_ = await moved_on(world, list_)
        for _ in range(6):
            if "It took" in words(list_):
                break
            await world.slack.command("mia", "#launch", "/launch release skip a try")
            list_ = await moved_on(world, list_)
        assert "Go · v43" in words(list_)
        assert "Invoices can be downloaded" in words(list_)
        assert len([one for one in world.slack.seen() if one["ts"] == list_["ts"]]) == 1
        await world.slack.command("mia", "#launch", "/launch release notes")
        await world.slack.wait_for("v43", user="mia", timeout=60)
