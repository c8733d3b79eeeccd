"""Small helpers for tests of blocks: objects of Block Kit, a page that shows them, what was sent."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page

from tests.page.conftest import Open
from tests.page.stage import Stage

Json = dict[str, Any]


def words(text: str) -> Json:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def options(*values: str) -> list[Json]:
    """Options whose text is their value in capitals."""
    return [{"text": words(value.upper()), "value": value} for value in values]


async def shown(visit: Open, stage: Stage, *blocks: Json) -> Page:
    """The page with one message of these blocks."""
    stage.message("fallback", blocks=list(blocks))
    return await visit()


async def acted(stage: Stage, page: Page, what: str = "action") -> Json:
    """The first act of that kind that the page sent."""
    for _ in range(250):
        if stage.done(what):
            return stage.done(what)[0]
        await page.wait_for_timeout(20)
    pytest.fail(f"no {what} was sent")


def section(element: Json) -> Json:
    """The element as the accessory of a section."""
    return {"type": "section", "block_id": "b", "text": words("Choose"), "accessory": {"action_id": "a", **element}}
