"""Headless Chromium, once for all tests of the page; a fresh scripted workspace and a fresh page for each."""

from __future__ import annotations

import inspect
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.page.stage import Stage

CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run"]
expect.set_options(timeout=60_000)  # a poll costs nothing when it ends, and a busy machine is late
HOW = "no Chromium found: `apt-get install chromium`, or set CHROMIUM to its path"

Open = Callable[..., Awaitable[Page]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser, in one event loop."""
    for item in items:
        if "tests/page/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if inspect.iscoroutinefunction(getattr(item, "function", None)):
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for the whole run."""
    if not CHROMIUM:
        if os.environ.get("CI"):
            pytest.fail(HOW)
        pytest.skip(HOW)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    """A scripted workspace on a free port."""
    stage = Stage()
    await stage.start()
    yield stage
    await stage.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, stage: Stage) -> AsyncIterator[Open]:
    """Open the page; at the end nothing may have gone wrong in it, nor asked for anything outside."""
    contexts = []
    faults: list[str] = []

    async def open_page(path: str = "", *, welcomed: bool = True, **options: Any) -> Page:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        context = await browser.new_context(
            locale="en-GB", timezone_id="Europe/Berlin", reduced_motion="reduce", **options
        )
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: faults.append(f"page error: {error}"))
        page.on(
            "console",
            lambda line: (
                faults.append(f"console: {line.text}")
                if line.type == "error" and "_company" not in str(line.location)
                else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                faults.append(f"left the page: {request.url}")
                if not request.url.startswith((stage.url, "data:"))
                else None
            ),
        )
        if welcomed:
            await page.add_init_script("sessionStorage.setItem('workspace.welcomed', '1')")
        await page.goto(stage.url + path)
        await page.wait_for_selector("body.ready")
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert faults == []
