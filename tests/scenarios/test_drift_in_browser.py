"""A founder changes a DNS record in the provider's console, and answers for it in Slack, in a real browser."""

from __future__ import annotations

import re

import pytest

from tests.scenarios.test_first_hour import browsing, launched, report_after, type_command

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


async def test_a_changed_record_is_answered_for_in_the_message(tmp_path):
    """Accept what stands there, change a record, read old and new, say "this was me": the next check is content."""
    async with launched(tmp_path) as url, browsing(url) as page:
        await page.get_by_text("Launch Ready is connected").wait_for()
        main = page.locator("#main")
        assert (await report_after(page, 1)).startswith("Go: nothing found")
        await main.get_by_role("cell", name="v=spf1 include:spf.mailer.test ~all").wait_for()
        await main.get_by_role("button", name="Accept as Normal").click()
        await main.get_by_text(re.compile("accepted 18 DNS records as normal")).wait_for()
        assert await main.get_by_role("button", name="Accept as Normal").count() == 0

        await page.get_by_role("button", name="Demo company").click()
        async with page.context.expect_page() as opened:
            await page.get_by_role("link", name="Namewell").click()
        console = await opened.value
        await console.locator("input[name=name]").fill("@")
        await console.locator("select[name=type]").select_option("TXT")
        await console.locator("input[name=value]").fill("tool-verification=1a2b3c")
        await console.get_by_role("button", name="Add record").click()
        await console.get_by_text("Added TXT marigold.test.").wait_for()
        await console.close()

        await report_after(page, 2)
        await main.get_by_text("TXT v=spf1 include:spf.mailer.test ~all", exact=True).wait_for()
        await main.get_by_text(
            "TXT tool-verification=1a2b3c, v=spf1 include:spf.mailer.test ~all", exact=True
        ).wait_for()
        await main.get_by_role("button", name=re.compile("^This Was Me")).click()
        await main.get_by_text("Noted: that change was wanted").wait_for()
        await main.get_by_text(re.compile(r"Answer 2:.* said .*: that was me\.")).wait_for()
        assert await main.get_by_role("button", name=re.compile("^This Is Wrong")).count() == 0

        assert (await report_after(page, 3)).startswith("Go: nothing found")
        await type_command(page, "/launch dns")
        await main.get_by_text("DNS records as decided").wait_for()
        await main.get_by_role("cell", name="tool-verification=1a2b3c, v=spf1").wait_for()
