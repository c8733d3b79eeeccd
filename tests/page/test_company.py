"""The panel of the demo company: break, look, repair; hidden where there is none."""

from __future__ import annotations

from playwright.async_api import expect

from tests.page.conftest import Open
from tests.page.stage import Stage

COMPANY = {
    "site": "/_company/site/northlight.example/",
    "consoles": [
        {"id": "dns", "title": "DNS records", "url": "/_company/console/dns"},
        {"title": "Evil", "url": "javascript:alert(1)"},
    ],
    "faults": [
        {"id": "down", "title": "Site down", "says": "Nobody can open the site.", "on": False, "area": "Site"},
        {
            "id": "dmarc",
            "title": "DMARC gone",
            "says": "Anyone can send mail in your name.",
            "on": False,
            "area": "Mail",
        },
    ],
}


async def test_hidden_without_a_company(visit: Open) -> None:
    """Without a demo company there is no button for it."""
    page = await visit()
    await expect(page.locator("#composer-text")).to_be_visible()
    await expect(page.locator(".company-open")).to_have_count(0)


async def test_break_and_repair(visit: Open, stage: Stage) -> None:
    """A switch breaks something; the panel and the button say so; a repair elsewhere turns the switch back."""
    stage.company = {**COMPANY, "faults": [dict(fault) for fault in COMPANY["faults"]]}
    page = await visit()
    await page.get_by_role("button", name="Demo company").click()
    panel = page.get_by_role("complementary", name="Demo company")
    await expect(panel.get_by_text("Everything is as it should be")).to_be_visible()
    switch = panel.get_by_role("switch", name="Site down")
    await switch.check()
    await expect(panel.get_by_text("1 thing is broken")).to_be_visible()
    await expect(switch).to_be_focused()
    assert stage.company_posts == [{"id": "down", "on": True}]
    await expect(page.locator(".company-open .count")).to_have_text("1")
    stage.company["faults"][0]["on"] = False
    await expect(panel.get_by_text("Everything is as it should be")).to_be_visible()
    await expect(switch).not_to_be_checked()
    console = panel.get_by_role("link", name="DNS records")
    assert await console.get_attribute("href") == f"{stage.url}_company/console/dns"
    assert await console.get_attribute("rel") == "noopener noreferrer"
    await expect(panel.get_by_role("link", name="Evil")).to_have_count(0)
    await panel.get_by_role("button", name="Close the demo company").click()
    await expect(panel).not_to_be_visible()
    opener = page.get_by_role("button", name="Demo company")
    await expect(opener).to_be_focused()
    await opener.press("Enter")
    await expect(panel).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(opener).to_be_focused()


async def test_the_welcome_leads_there(visit: Open, stage: Stage) -> None:
    """The third suggestion opens the panel."""
    stage.company = {**COMPANY, "faults": [dict(fault) for fault in COMPANY["faults"]]}
    page = await visit(welcomed=False)
    await page.get_by_role("button", name="Break something").click()
    await expect(page.get_by_role("switch", name="DMARC gone")).to_be_visible()
