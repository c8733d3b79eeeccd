"""A fire drill in the running bot: paged, walked in the thread of its card by who only reads and clicks, measured."""

from __future__ import annotations

from typing import Any

import pytest

from bot.demo.workspace.looking import words
from tests.scenarios.world import World, hurrying

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def buttons(message: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Label, action id without what tells twins apart, and value."""
    return [
        (one["text"]["text"], one["action_id"], one["value"])
        for block in message["blocks"]
        if block["type"] == "actions"
        for one in block["elements"]
        if one["type"] == "button"
    ]


async def newest(world: World, ts: str) -> dict[str, Any]:
    """The message as it is now."""
    return next(one for one in world.slack.seen() if one["ts"] == ts)


async def moved_on(world: World, before: dict[str, Any]) -> dict[str, Any]:
    """The message once it says something else than before and nothing is being looked at."""

    def other(one: dict[str, Any]) -> bool:
        shown = words(one)
        return one["ts"] == before["ts"] and one["blocks"] != before["blocks"] and "Looking now" not in shown

    return await world.slack.wait_for(other, timeout=60)


async def test_a_drill_from_the_page_to_the_score(world):
    """Everything says DRILL; a wrong control, and whoever is not on it, get words in the thread; all read the score."""
    async with hurrying() as clock, world.bot(clock=clock):
        await world.slack.command("mia", "#launch", "/launch drill site down")
        await world.slack.wait_for("A drill begins.", user="mia", timeout=60)
        card = await world.slack.wait_for(
            lambda m: m["text"].startswith("Drill, nothing is broken: SEV2") and bool(buttons(m)),
            channel="#launch", timeout=60,
        )  # fmt: skip
        [fix] = [one for one in buttons(card) if one[0] == "Show Me the Fix"]
        await world.slack.click("ben", card, fix[1], fix[2])
        run = await world.slack.wait_for(lambda m: "DRILL · RUNBOOK" in words(m), timeout=60)
        assert run["thread_ts"] == card["ts"]
        await world.slack.click("mia", run, *buttons(run)[0][1:])
        told = await world.slack.wait_for("Somebody else has it", user="mia", timeout=60)
        assert told["thread_ts"] == card["ts"]
        slipped = False
        for _ in range(40):
            shown, offered = words(run), buttons(run)
            if "DRILL · FIXED" in shown:
                break
            console = [one for one in offered if one[1].startswith("drill.control")]
            if console:
                chosen = console[0]
            elif "what you would find is: " in shown:
                true = shown.split("what you would find is: ")[1].split(".")[0].split("\n")[0]
                chosen = next(one for one in offered if one[0] == true)
            else:
                chosen = next(
                    (one for one in offered if one[1].split(":")[0] in ("runbook.did", "runbook.different")), offered[0]
                )
            before = run
            await world.slack.click("ben", run, chosen[1], chosen[2])
            if console:
                answer = await world.slack.wait_for(
                    lambda m, before=before: "That was not it" in words(m) or (
                        m["ts"] == before["ts"] and m["blocks"] != before["blocks"]
                    ),
                    user="ben", timeout=60,
                )  # fmt: skip
                if "That was not it" in words(answer):
                    slipped = True
                    assert answer["thread_ts"] == card["ts"]
                    right = await press_until_right(world, run, console[1:])
                    assert right
            run = await moved_on(world, before)
        assert "DRILL · FIXED" in words(run), words(run)
        score = await world.slack.wait_for(lambda m: "DRILL OVER" in words(m), channel="#launch", timeout=60)
        assert "Wrong turns" in words(score)
        assert ("Wrong turns\n0" not in words(score)) == slipped

        await world.slack.command("mia", "#launch", "/launch drill")
        board = await world.slack.wait_for("Fire drill: practise while nothing burns", user="mia", timeout=60)
        assert "The site is down" in words(board)


async def press_until_right(world: World, run: dict[str, Any], rest: list[tuple[str, str, str]]) -> bool:
    """Try the other controls of the console, one after the other."""
    for _, id, value in rest:
        await world.slack.click("ben", run, id, value)
        try:
            await moved_on(world, run)
        except TimeoutError:
            continue
        return True
    return False
