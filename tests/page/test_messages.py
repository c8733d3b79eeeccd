"""The list of messages: days, groups, edits, threads, what only one person sees, and thousands of them."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.growth import MOST
from tests.page.conftest import Open
from tests.page.stage import BEN, BOT, DIRECT, GENERAL, LAUNCH, LENA, MIA, SLACKBOT, Stage

DAY = 86400


async def test_days_and_groups(visit: Open, stage: Stage) -> None:
    """A line between days; a name once for what one person says in a row."""
    stage.message("old", user=BEN, ago=3 * DAY)
    stage.message("one", user=BEN, ago=100)
    stage.message("two", user=BEN, ago=90)
    stage.message("three", user=MIA, ago=80)
    page = await visit()
    await expect(page.get_by_role("separator")).to_have_count(2)
    await expect(page.locator(".day").last).to_have_text("Today")
    await expect(page.locator(".author")).to_have_text(["Ben Okafor", "Ben Okafor", "Mia Torres"])
    await expect(page.locator("article.row.tight")).to_have_count(1)


async def test_edits_in_place(visit: Open, stage: Stage) -> None:
    """An edited message changes where it stands; "(edited)" is said of people, never of the app."""
    first = stage.message("checking …", ago=60)
    mine = stage.message("helo", user=MIA, ago=50)
    page = await visit()
    await stage.emit(
        type="message", channel=LAUNCH, message={**first, "text": "All good", "edited": {"user": BOT, "ts": "1"}}
    )
    await stage.emit(
        type="message", channel=LAUNCH, message={**mine, "text": "hello", "edited": {"user": MIA, "ts": "1"}}
    )
    await expect(page.locator("article.row")).to_have_count(2)
    await expect(page.locator(".message-body")).to_have_text(["All good", "hello (edited)"])
    await expect(page.locator(".toast")).to_have_count(0)


async def test_an_edit_keeps_the_focus(visit: Open, stage: Stage) -> None:
    """When a message is edited under one's fingers, its button keeps the focus."""
    blocks = [
        {
            "type": "actions",
            "block_id": "b",
            "elements": [{"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "Go"}}],
        }
    ]
    first = stage.message("x", blocks=blocks)
    page = await visit()
    await page.get_by_role("button", name="Go").focus()
    await stage.emit(
        type="message",
        channel=LAUNCH,
        message={**first, "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "new"}}, *blocks]},
    )
    await expect(page.get_by_text("new", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Go")).to_be_focused()


async def test_ephemeral(visit: Open, stage: Stage) -> None:
    """Only one person sees it, it says so, it can be replaced and dismissed."""
    page = await visit()
    message = stage.make("Unknown verb", user=SLACKBOT)
    await stage.emit(type="ephemeral", user=BEN, channel=LAUNCH, message=stage.make("for Ben"))
    await stage.emit(type="ephemeral", user=MIA, channel=LAUNCH, message=message)
    row = page.locator("article.row.ephemeral")
    await expect(row).to_contain_text("Only visible to you")
    await expect(page.get_by_text("for Ben")).to_have_count(0)
    await stage.emit(type="ephemeral", user=MIA, channel=LAUNCH, message={**message, "text": "Known now"})
    await expect(row).to_contain_text("Known now")
    await row.hover()
    await row.get_by_role("button", name="Dismiss message").click()
    assert stage.done("dismiss") == [{"do": "dismiss", "user": MIA, "channel": LAUNCH, "ts": message["ts"]}]
    await stage.emit(type="ephemeral_deleted", user=MIA, channel=LAUNCH, ts=message["ts"])
    await expect(row).to_have_count(0)


async def test_threads(visit: Open, stage: Stage) -> None:
    """Replies stay out of the channel, are counted there, and are written in the panel; Escape closes it."""
    parent = stage.message("INC-1", ago=60, reply_count=1, reply_users=[BEN])
    stage.message("looking", user=BEN, ago=50, thread_ts=parent["ts"])
    page = await visit()
    await expect(page.locator("#main article.row")).to_have_count(1)
    await page.get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread.locator("article.row")).to_have_count(2)
    await expect(thread.get_by_role("combobox", name="Reply …")).to_be_focused()
    await page.keyboard.type("fixed")
    await page.keyboard.press("Enter")
    await stage.post("by the bot", thread_ts=parent["ts"])
    await expect(thread.get_by_text("by the bot")).to_be_visible()
    assert stage.done("say") == [
        {"do": "say", "user": MIA, "channel": LAUNCH, "text": "fixed", "thread_ts": parent["ts"]}
    ]
    await expect(page.locator("#main article.row")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(thread).not_to_be_visible()


async def test_a_result_that_takes_the_place_of_its_progress_is_heard(visit: Open, stage: Stage) -> None:
    """Growing numbers are no news for a screen reader; the report that replaces them is."""
    page = await visit()
    voice = page.locator("#announce")
    progress = await stage.post("The check is running: 0 of 36.")
    await expect(voice).to_have_text("Launch Ready: The check is running: 0 of 36.")
    for text in ("The check is running: 12 of 36.", "No-go: Checkout is down."):
        await stage.emit(
            type="message", channel=LAUNCH, message={**progress, "text": text, "edited": {"user": BOT, "ts": "1"}}
        )
        await expect(page.get_by_text(text)).not_to_have_count(0)
    await expect(voice).to_have_text("Launch Ready: No-go: Checkout is down.")


async def test_unread_and_notifications(visit: Open, stage: Stage) -> None:
    """Elsewhere: a toast with the fallback text, a count beside the channel and in the title; opening clears both."""
    page = await visit()
    await stage.post(
        "Nobody can <https://x.example|pay> &amp; log in", channel=GENERAL, user=BEN, blocks=[{"type": "divider"}]
    )
    toast = page.locator(".toast")
    await expect(toast).to_contain_text("Ben Okafor in #general")
    await expect(toast).to_contain_text("Nobody can pay & log in")
    side = page.get_by_role("navigation").get_by_role("button", name="general")
    await expect(side.locator(".count")).to_have_text("1")
    await expect(page).to_have_title("(1) launch · Northlight")
    await expect(page.locator("#announce")).to_have_text("Ben Okafor: Nobody can pay & log in")
    await toast.get_by_role("button", name="Ben Okafor").click()
    await expect(page.get_by_role("heading", name="general", exact=True)).to_be_visible()
    await expect(side.locator(".count")).to_have_count(0)
    await expect(page).to_have_title("general · Northlight")
    assert stage.done("read")[-1]["channel"] == GENERAL


async def test_no_toast_for_what_one_looks_at_or_may_not_see(visit: Open, stage: Stage) -> None:
    """Neither the open channel, nor one's own words, nor other people's rooms make a toast."""
    page = await visit()
    await stage.emit(
        type="channel", channel={"id": "G9", "kind": "private", "name": "secret", "members": [BEN], "archived": False}
    )
    await stage.post("secret", channel="G9", user=BEN)
    await stage.post("own", channel=GENERAL, user=MIA)
    await stage.post("here", user=BEN)
    await expect(page.get_by_text("here", exact=True)).to_be_visible()
    await expect(page.locator(".toast")).to_have_count(0)
    await expect(page.get_by_role("navigation").get_by_text("secret")).to_have_count(0)


async def test_act_as(visit: Open, stage: Stage) -> None:
    """Another person sees other rooms, other ephemeral messages, another home; and acts in that name."""
    stage.message("hello Mia", channel=DIRECT)
    stage.state["ephemerals"].append({"user": LENA, "channel": LAUNCH, "message": stage.make("for Lena")})
    stage.state["homes"] = {
        MIA: {"id": "V1", "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Mia's page"}}]},
        LENA: {"id": "V2", "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Lena's page"}}]},
    }
    page = await visit()
    side = page.get_by_role("navigation")
    await expect(side.get_by_role("button", name="founders")).to_be_visible()
    await page.get_by_role("button", name="You act as Mia Torres").click()
    await page.get_by_role("menuitemradio", name="Lena Hofer").click()
    await expect(page.get_by_role("button", name="You act as Lena Hofer")).to_be_visible()
    await expect(side.get_by_role("button", name="founders")).to_have_count(0)
    await expect(page.get_by_text("for Lena")).to_be_visible()
    await side.get_by_role("button", name="Launch Ready").click()
    await expect(page.get_by_role("heading", name="Lena's page")).to_be_visible()
    assert stage.done("open_home")[-1] == {"do": "open_home", "user": LENA, "tab": "home"}
    await page.reload()
    await expect(page.get_by_role("button", name="You act as Lena Hofer")).to_be_visible()
    await page.get_by_role("button", name="You act as Lena Hofer").click()
    await page.get_by_role("menuitemradio", name="Mia Torres").click()
    await expect(page.get_by_role("heading", name="Mia's page")).to_be_visible()
    await page.get_by_role("tab", name="Messages").click()
    await expect(page.get_by_text("hello Mia")).to_be_visible()


async def test_own_messages_can_be_edited_and_deleted(visit: Open, stage: Stage) -> None:
    """Edit gives back what was typed; delete asks the workspace; others' messages have neither."""
    mine = stage.message("hi <@U0BEN> &amp; <https://x.example>", user=MIA, ago=50)
    stage.message("theirs", user=BEN, ago=40)
    page = await visit()
    row = page.locator("article.row").first
    await row.hover()
    await row.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Edit message").click()
    box = page.get_by_role("textbox", name="Edit message")
    await expect(box).to_have_value("hi @ben & https://x.example")
    await box.fill("bye")
    await page.keyboard.press("Enter")
    await expect(box).to_have_count(0)
    assert stage.done("edit") == [{"do": "edit", "user": MIA, "channel": LAUNCH, "ts": mine["ts"], "text": "bye"}]
    other = page.locator("article.row").last
    await other.hover()
    await other.get_by_role("button", name="More actions").click()
    await expect(page.get_by_role("menuitem")).to_have_count(1)
    await page.get_by_role("menuitem", name="Look Into This").click()
    await expect(page.locator(".popup")).to_have_count(0)
    assert stage.done("shortcut")[0]["callback_id"] == "look"


async def test_two_thousand_messages(visit: Open, stage: Stage) -> None:
    """Opening, scrolling to the first and editing stay quick; scrolling back shows older ones where the reader is."""
    for index in range(2000):
        stage.message(f"message *{index}*", user=BEN if index % 3 else BOT, ago=20_000 - index * 10)
    page = await visit()
    assert await page.locator("article.row").count() <= 200
    await expect(page.get_by_text("message 1999")).to_be_visible()
    found = await page.evaluate("""async () => {
      const feed = document.querySelector('#main .feed');
      const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const steps = [];
      for (let step = 0; step < 400 && !document.querySelector('.beginning'); step += 1) {
        const before = performance.now();
        feed.scrollTop = 0;
        await frame();
        steps.push(performance.now() - before);
      }
      const middle = (some) => some.sort((one, other) => one - other)[Math.floor(some.length / 2)];
      const third = Math.ceil(steps.length / 3);
      return {
        rows: document.querySelectorAll('#main article.row').length, steps: steps.length,
        first: middle(steps.slice(0, third)), last: middle(steps.slice(-third)),
      };
    }""")
    assert found["rows"] == 2000
    assert found["last"] < 100 or found["last"] < MOST * found["first"], found
    touched = page.evaluate("""() => new Promise((done) => {
      const watch = new MutationObserver((changes) =>
        done(changes.reduce((sum, one) => sum + one.addedNodes.length, 0)));
      watch.observe(document.querySelector('#main .feed-rows'), {childList: true});
      window.watching = true;
    })""")
    count = asyncio.ensure_future(touched)
    while not await page.evaluate("window.watching === true"):
        await page.wait_for_timeout(10)
    target = stage.state["messages"][LAUNCH][1990]
    await stage.emit(type="message", channel=LAUNCH, message={**target, "text": "edited far below"})
    assert await count == 1, "an edit replaces its own row and no other"
    await expect(page.get_by_text("edited far below")).to_be_attached()
    assert await page.locator("#main article.row").count() == 2000


async def test_reading_back_is_not_disturbed(visit: Open, stage: Stage) -> None:
    """Who reads further up is not pulled down by a new message; a button leads to it."""
    for index in range(100):
        stage.message(f"line {index}", user=BEN, ago=10_000 - index * 60)
    page = await visit()
    feed = page.locator("#main .feed")
    # The page learns of it with the next frame, however long a busy machine takes for that.
    await feed.evaluate("""(node) => new Promise((done) => {
      node.addEventListener("scroll", () => requestAnimationFrame(done), {once: true});
      node.scrollTop = 900;
    })""")
    before = await feed.evaluate("(node) => node.scrollHeight - node.scrollTop > node.clientHeight + 400")
    assert before
    await stage.post("just now", user=BEN)
    button = page.get_by_role("button", name="New messages")
    await expect(button).to_be_visible()
    await button.click()
    await expect(page.get_by_text("just now", exact=True)).to_be_in_viewport()
    await expect(button).not_to_be_visible()


async def test_the_workspace_stops_and_comes_back(visit: Open, stage: Stage) -> None:
    """The page says that the bot or the workspace is gone, and goes on by itself."""
    page = await visit()
    await expect(page.get_by_text("Launch Ready is connected")).to_be_visible()
    await stage.emit(type="app", app={**stage.state["app"], "connections": 0})
    await expect(page.get_by_text("Launch Ready is not connected")).to_be_visible()
