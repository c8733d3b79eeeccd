"""The first hour of a newcomer: `launch run` without tokens, the page in a real browser, break, see, repair, gone."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.page.conftest import ARGS, CHROMIUM, HOW

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@asynccontextmanager
async def launched(folder: Path) -> AsyncIterator[str]:
    """The bot as `make run` starts it, without any token; answers the page's address. Ctrl-C must end it well."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("SLACK_", "LAUNCH_"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        cwd=folder,
        env={**env, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(60):
            line = (await process.stdout.readline()).decode()
        address = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert address, line
        yield address[0]
    finally:
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(60):
            _, said = await process.communicate()
    assert process.returncode == 0
    assert "Traceback" not in said.decode()


@asynccontextmanager
async def browsing(url: str) -> AsyncIterator[Page]:
    """Chromium on that page; an error on it fails the test."""
    if not CHROMIUM:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(HOW)
    faults: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        page = await browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB")
        page.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        await page.goto(url)
        await page.wait_for_selector("body.ready")
        yield page
        await browser.close()
    assert faults == []


async def type_command(page: Page, text: str) -> None:
    """As a person does: into the composer, Enter."""
    composer = page.locator("#composer-text")
    await composer.fill(text)
    await composer.press("Enter")


async def report_after(page: Page, count: int) -> str:
    """Type /launch check; answers the text of the report that comes as the message with that number."""
    await type_command(page, "/launch check")
    reports = page.locator("#main").get_by_text(re.compile("^(Go: |Go, but |No-go: |Not proven: )"))
    await reports.nth(count - 1).wait_for(timeout=60_000)
    return await reports.nth(count - 1).inner_text()


async def test_a_newcomer_breaks_and_repairs_the_demo_company(tmp_path):
    """Status answers, the check says go; a fault shows in the next check; a console repairs it; the check says go."""
    async with launched(tmp_path) as url, browsing(url) as page:
        await page.get_by_text("Launch Ready is connected").wait_for()
        await type_command(page, "/launch status")
        await page.get_by_text("Nobody knows yet whether it is safe to launch").wait_for()

        assert (await report_after(page, 1)).startswith("Go: nothing found")

        await page.get_by_role("button", name="Demo company").click()
        await page.get_by_role("switch", name="Checkout fails").check()
        await page.get_by_role("status").get_by_text("1 thing is broken").wait_for()
        assert (await report_after(page, 2)).startswith("No-go: Checkout is down")

        async with page.context.expect_page() as opened:
            await page.get_by_role("link", name="Hostling").click()
        console = await opened.value
        await console.get_by_role("row", name=re.compile("v42")).get_by_role("button", name="Roll back to this").click()
        await console.get_by_text("v42 is live again.").wait_for()
        await console.close()

        await page.get_by_role("status").get_by_text("Everything is as it should be").wait_for()
        assert (await report_after(page, 3)).startswith("Go: nothing found")
