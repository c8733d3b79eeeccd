"""An outage in the page of the local workspace: a card comes, one person takes it, another sees it, it turns green."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.scenarios.test_first_hour import browsing
from tests.scenarios.world import a_world, hurrying

pytestmark = [pytest.mark.browser, pytest.mark.slow]


async def test_the_demo_company_breaks_is_taken_on_and_turns_green(tmp_path):
    """Break the checkout, take it as Mia, look at it as Ben, roll back: the same card all the way."""
    async with (
        a_world(tmp_path) as world,
        hurrying() as clock,
        world.bot(clock=clock),
        browsing(world.slack.url) as page,
    ):
        await page.get_by_text("Launch Ready is connected").wait_for()
        rows = page.locator("#main article.row")
        await page.get_by_role("button", name="Demo company").click()
        await page.get_by_role("switch", name="Checkout fails").check()

        card = rows.filter(
            has=page.get_by_role("heading", name=re.compile(r"^(DOWN|BROKEN) · checkout", re.IGNORECASE))
        )
        await expect(card).to_have_count(1, timeout=90_000)
        await expect(card).to_contain_text("nobody", ignore_case=True)
        await expect(card).to_contain_text("Next")
        await card.get_by_role("button", name="I'm on It").click()
        taken = rows.filter(has=page.get_by_role("heading", name=re.compile("^BEING FIXED · checkout", re.IGNORECASE)))
        await expect(taken).to_have_count(1, timeout=60_000)

        await page.get_by_role("button", name="You act as Mia Torres").click()
        await page.get_by_role("menuitemradio", name="Ben Okafor").click()
        await expect(page.get_by_role("button", name="You act as Ben Okafor")).to_be_visible()
        await expect(taken).to_contain_text("@mia, until")
        await expect(taken.get_by_role("button", name="It's Fixed")).to_be_visible()

        async with page.context.expect_page() as opened:
            await page.get_by_role("link", name="Hostling").click()
        console = await opened.value
        await console.get_by_role("row", name=re.compile("v42")).get_by_role("button", name="Roll back to this").click()
        await console.get_by_text("v42 is live again.").wait_for()
        await console.close()

        fixed = rows.filter(has=page.get_by_role("heading", name=re.compile("^FIXED · checkout", re.IGNORECASE)))
        await expect(fixed).to_have_count(1, timeout=150_000)
        await expect(fixed.get_by_role("button", name="I'm on It")).to_have_count(0)
        await expect(rows.filter(has=page.get_by_role("heading", name=re.compile("^DOWN")))).to_have_count(0)
