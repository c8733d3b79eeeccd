"""Runs beside other people and across a kill, in a real browser: who has it, what is asked for, where it goes on."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.scenarios.founder import LOOK, Founder
from tests.scenarios.test_first_hour import browsing
from tests.scenarios.world import World, a_world

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def a_process(world: World) -> AsyncIterator[asyncio.subprocess.Process]:
    """The bot as a process of its own; at the end of the block it is killed, as a power cut would."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("SLACK_", "LAUNCH_"))}
    env |= {
        "PYTHONPATH": str(ROOT),
        "SLACK_BOT_TOKEN": world.slack.bot_token,
        "SLACK_APP_TOKEN": world.slack.app_token,
        "SLACK_API_URL": world.slack.api_url,
        "LAUNCH_CONFIG": str(world.company.config),
        "LAUNCH_DATA": str(world.folder / "data"),
        "LAUNCH_HTTP": "127.0.0.1:0",
    }
    out = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", cwd=world.folder, env=env, stdout=out, stderr=out
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@asynccontextmanager
async def an_office(folder: Path) -> AsyncIterator[tuple[World, Page]]:
    """The workspace with the company in it and a page on it; no bot yet."""
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(a_world(folder))
        world.company.write_config(world.slack.url)
        yield world, await stack.enter_async_context(browsing(world.slack.url))


async def test_a_run_goes_on_where_it_was_after_a_kill(tmp_path: Path) -> None:
    """The bot dies between two clicks; the next click, after the next start, is a click on the step that was open."""
    async with an_office(tmp_path) as (world, page):
        founder, connected = Founder(page), page.get_by_text("Launch Ready is connected")
        async with a_process(world):
            await connected.wait_for(timeout=LOOK)
            await founder.type_command("/launch runbook jobs_stuck")
            await page.get_by_text("It goes on in our direct messages").wait_for(timeout=LOOK)
            await founder.open("app")
            await founder.meet("#main")
            step = await founder.read()
            assert "often called worker or cron" in step.task
            before = await founder.press("Done", step)
            assert "What does it say?" in before.question
        await expect(connected).to_have_count(0, timeout=LOOK)
        async with a_process(world):
            await connected.wait_for(timeout=LOOK)
            assert (await founder.read()).text == before.text
            after = await founder.press("Stopped or Failed", before)
            assert "Start the worker again" in after.task
            assert "Stopped or Failed" in after.text


async def test_what_is_missing_is_asked_for_once_and_shown(tmp_path: Path) -> None:
    """[Write Down: Where jobs run] opens a dialog; what is written stands in the step. Then the picker of all."""
    async with an_office(tmp_path) as (world, page), world.bot():
        founder = Founder(page)
        await page.get_by_text("Launch Ready is connected").wait_for()
        await founder.type_command("/launch runbook jobs_stuck")
        await page.get_by_text("It goes on in our direct messages").wait_for()
        await founder.open("app")
        await founder.meet("#main")
        step = await founder.read()
        assert "(not written down yet)" in step.text
        await page.get_by_role("button", name="Write Down: Where jobs run").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("textbox").fill("Hostling, the process called clock")
        await dialog.get_by_role("button", name="Write It Down").click()
        shown = await founder.read(before=step.text)
        assert "Where it runs: Hostling, the process called clock" in shown.text
        assert "(not written down yet)" not in shown.text

        await founder.menu("What to Tell Customers")
        await page.get_by_text("What to tell your customers").wait_for()
        await founder.menu("Stop Here")
        stopped = await founder.read(before=shown.text)
        assert stopped.over == "STOPPED"

        await founder.open("launch")
        await founder.type_command("/launch runbook")
        await page.get_by_role("button", name="All Runbooks…").click()
        await dialog.locator(".select").click()
        await page.get_by_role("option", name="How to: Change who is called").click()
        await dialog.get_by_role("button", name="Begin").click()
        await page.get_by_role("heading", name="I lead you through it: Change who is called").wait_for()


async def test_two_people_on_one_run(tmp_path: Path) -> None:
    """Mia walks. Ben's click changes nothing and says that she has it; he takes over, and goes on."""
    async with an_office(tmp_path) as (world, page), world.bot():
        mia = Founder(page)
        await page.get_by_text("Launch Ready is connected").wait_for()
        await mia.turn_on("Checkout fails")
        await mia.fix_card()
        step = await mia.read()
        assert "Mia has been doing it since" in step.text
        thread = page.locator("#thread")
        await mia.act_as("Ben Okafor")
        await thread.get_by_role("button", name=step.buttons[0], exact=True).first.click()
        await page.get_by_text("Somebody else has it").first.wait_for()
        assert (await mia.read()).text == step.text
        await page.get_by_role("button", name="Take Over", exact=True).last.click()
        taken = await mia.read(before=step.text)
        assert "Ben has been doing it since" in taken.text

        gone_on = await mia.press(step.buttons[0], taken)
        assert "Step 2" in gone_on.text
        assert "Ben has been doing it since" in gone_on.text
