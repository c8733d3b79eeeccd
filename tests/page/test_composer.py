"""Writing: messages, slash commands with hints, history, names, failures; and the keys of the page."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.page.conftest import Open
from tests.page.stage import GENERAL, LAUNCH, MIA, Stage


async def settled(stage: Stage, page: Page, what: str, count: int = 1) -> None:
    """Wait until the workspace has received so many acts."""
    for _ in range(150):
        if len(stage.done(what)) >= count:
            return
        await page.wait_for_timeout(20)
    raise AssertionError(f"{what} was not sent: {stage.acts}")


async def test_a_message(visit: Open, stage: Stage) -> None:
    """Enter sends, Shift+Enter makes a line, nothing is sent for blanks."""
    page = await visit()
    await page.locator("#composer-text").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.type("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    await page.keyboard.press("Enter")
    await settled(stage, page, "say")
    assert stage.done("say") == [{"do": "say", "user": MIA, "channel": LAUNCH, "text": "one\ntwo"}]
    await expect(page.locator("#composer-text")).to_have_value("")


async def test_commands_by_keyboard_alone(visit: Open, stage: Stage) -> None:
    """`/` shows commands with usage, a blank shows verbs with help; Tab completes, arrows choose, Enter sends."""
    page = await visit()
    box = page.locator("#composer-text")
    await box.focus()
    await page.keyboard.type("/")
    await expect(page.get_by_role("option")).to_have_count(1)
    await expect(page.get_by_role("option").first).to_contain_text("status | check | explain")
    await page.keyboard.press("Tab")
    await expect(box).to_have_value("/launch ")
    verbs = page.get_by_role("option")
    await expect(verbs).to_have_count(4)
    await expect(verbs.nth(1)).to_contain_text("[family, check or host]")
    await expect(verbs.nth(1)).to_contain_text("Runs the checks now.")
    await page.keyboard.press("ArrowDown")
    await expect(verbs.nth(1)).to_have_attribute("aria-selected", "true")
    assert await box.get_attribute("aria-activedescendant") == await verbs.nth(1).get_attribute("id")
    await page.keyboard.press("Tab")
    await expect(box).to_have_value("/launch check ")
    await expect(page.locator(".usage").first).to_have_text("/launch check [family, check or host]")
    await page.keyboard.type("mail")
    await page.keyboard.press("Enter")
    await settled(stage, page, "command")
    assert stage.done("command") == [{"do": "command", "user": MIA, "channel": LAUNCH, "text": "/launch check mail"}]


async def test_a_whole_command_is_sent_at_once(visit: Open, stage: Stage) -> None:
    """Who types a whole verb and presses Enter is not stopped by the hints; who typed half of it gets it completed."""
    page = await visit()
    await page.locator("#composer-text").focus()
    await page.keyboard.type("/launch status")
    await page.keyboard.press("Enter")
    await settled(stage, page, "command")
    await page.keyboard.type("/launch sta")
    await page.keyboard.press("Enter")
    await expect(page.locator("#composer-text")).to_have_value("/launch status ")
    assert len(stage.done("command")) == 1


async def test_history(visit: Open, stage: Stage) -> None:
    """The arrow up brings back what was sent, newest first; down comes back to the empty box."""
    page = await visit()
    box = page.locator("#composer-text")
    await box.focus()
    for line in ["first", "/launch status"]:
        await page.keyboard.type(line)
        await page.keyboard.press("Enter")
        await expect(box).to_have_value("")
    await page.keyboard.press("ArrowUp")
    await expect(box).to_have_value("/launch status")
    await page.keyboard.press("ArrowUp")
    await expect(box).to_have_value("first")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(box).to_have_value("")


async def test_names(visit: Open, stage: Stage) -> None:
    """`@be` finds Ben, `#gen` finds the channel; Escape closes the list and keeps the text."""
    page = await visit()
    box = page.locator("#composer-text")
    await box.focus()
    await page.keyboard.type("ask @be")
    await expect(page.get_by_role("option", name="Ben Okafor")).to_be_visible()
    await page.keyboard.press("Enter")
    await page.keyboard.type("in #gen")
    await page.keyboard.press("Tab")
    await expect(box).to_have_value("ask @ben in #general ")
    await page.keyboard.type("@")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("option")).to_have_count(0)
    await expect(box).to_have_value("ask @ben in #general @")


async def test_a_failed_message_is_not_lost(visit: Open, stage: Stage) -> None:
    """When it was not sent, the reason stands above the box and the text is back in it."""
    stage.answers["say"] = {"ok": False, "error": "is_archived", "message": "This channel is archived."}
    page = await visit()
    await page.locator("#composer-text").fill("keep me")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert").filter(has_text="This channel is archived.")).to_be_visible()
    await expect(page.locator("#composer-text")).to_have_value("keep me")


async def test_drafts_stay_in_their_channel(visit: Open, stage: Stage) -> None:
    """Half a sentence waits where it was begun."""
    page = await visit()
    await page.locator("#composer-text").fill("half a sen")
    await page.get_by_role("navigation").get_by_role("button", name="general").click()
    await expect(page.locator("#composer-text")).to_have_value("")
    await page.go_back()
    await expect(page.locator("#composer-text")).to_have_value("half a sen")


async def test_welcome(visit: Open, stage: Stage) -> None:
    """A first visit says what to type; a suggestion runs the command; it does not come back."""
    page = await visit(welcomed=False)
    welcome = page.get_by_role("region", name="Is it safe to launch? Ask.")
    await expect(welcome.locator(".try")).to_have_count(3)
    await expect(welcome).to_contain_text("/launch status")
    await welcome.get_by_role("button", name="/launch check").click()
    await settled(stage, page, "command")
    assert stage.done("command")[0]["text"] == "/launch check"
    await expect(welcome).to_have_count(0)
    await page.reload()
    await expect(page.locator("#composer-text")).to_be_visible()
    await expect(welcome).to_have_count(0)


async def test_jump(visit: Open, stage: Stage) -> None:
    """Ctrl+K goes to a channel by a part of its name; Escape closes."""
    page = await visit()
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog", name="Jump to")).to_be_visible()
    await page.keyboard.type("gen")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="general", exact=True)).to_be_visible()
    assert GENERAL in page.url
    await page.keyboard.press("Control+k")
    await page.keyboard.type("zzz")
    await expect(page.get_by_text("Nothing has that name.")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_arrows(visit: Open, stage: Stage) -> None:
    """Arrow keys walk the sidebar and the messages; Escape comes back to the box."""
    for text in ["one", "two", "three"]:
        stage.message(text)
    page = await visit()
    await page.locator(".side-item").first.focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.locator(".side-item").nth(1)).to_be_focused()
    await page.keyboard.press("Enter")
    await page.get_by_role("navigation").get_by_role("button", name="launch", exact=True).click()
    await page.locator("article.row").last.focus()
    await page.keyboard.press("ArrowUp")
    await expect(page.locator("article.row").nth(1)).to_be_focused()
    await page.keyboard.press("Home")
    await expect(page.locator("article.row").first).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("#composer-text")).to_be_focused()


async def test_joining_and_archived(visit: Open, stage: Stage) -> None:
    """A channel one is not in can be read and joined; an archived one cannot be written to."""
    stage.state["channels"].append(
        {"id": "C9", "kind": "public", "name": "press", "members": [], "archived": False, "topic": "", "purpose": ""}
    )
    page = await visit()
    side = page.get_by_role("navigation")
    await side.get_by_role("button", name="press").click()
    await page.get_by_role("button", name="Join Channel").click()
    await settled(stage, page, "join")
    await stage.emit(
        type="channel", channel={"id": "C9", "kind": "public", "name": "press", "members": [MIA], "archived": False}
    )
    await expect(page.locator("#composer-text")).to_be_visible()
    await side.get_by_role("button", name="old-site").click()
    await expect(page.get_by_text("This channel is archived.")).to_be_visible()
    await expect(page.locator("#composer-text")).to_have_count(0)
