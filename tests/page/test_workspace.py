"""The page on the real workspace, with an app on Slack's own framework behind it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import WorkspaceServer

Json = dict[str, Any]


def words(text: str) -> Json:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def button(action: str, label: str) -> Json:
    """A button of a message."""
    return {"type": "button", "action_id": action, "text": words(label), "value": "1"}


CARD = [
    {"type": "header", "text": words("NO-GO · 2 things to fix")},
    {
        "type": "actions",
        "block_id": "card",
        "elements": [
            button("card.fix", "It's Fixed"),
            button("card.form", "Waive"),
            button("card.silent", "Nobody Hears"),
        ],
    },
]
FORM = {
    "type": "modal",
    "callback_id": "waive",
    "title": words("Waive a risk"),
    "submit": words("Waive"),
    "close": words("Cancel"),
    "blocks": [
        {
            "type": "input",
            "block_id": "why",
            "label": words("Why can it wait?"),
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


def build(client: AsyncWebClient) -> AsyncApp:
    """A small app that uses what a bot uses: commands, messages, edits, dialogs with errors, a home."""
    app = AsyncApp(client=client, token=client.token)

    @app.command("/launch")
    async def launch(ack: Any, respond: Any, command: Json, client: AsyncWebClient) -> None:
        if command["text"] == "silence":
            return
        await ack()
        if command["text"] == "check":
            await client.chat_postMessage(channel=command["channel_id"], text="NO-GO: 2 things to fix", blocks=CARD)
        else:
            await respond(text=f"I do not know `{command['text']}`.")

    @app.action("card.fix")
    async def fix(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.chat_update(
            channel=body["channel"]["id"],
            ts=body["message"]["ts"],
            text="Fixed",
            blocks=[{"type": "context", "elements": [{"type": "mrkdwn", "text": f"Fixed by <@{body['user']['id']}>"}]}],
        )

    @app.action("card.form")
    async def form(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.view("waive")
    async def waive(ack: Any, view: Json, client: AsyncWebClient, body: Json) -> None:
        said = view["state"]["values"]["why"]["text"]["value"]
        if len(said) < 10:
            await ack(response_action="errors", errors={"why": "Say a little more."})
            return
        await ack()
        await client.chat_postMessage(channel=body["user"]["id"], text=f"Waived: {said}")

    @app.event("app_home_opened")
    async def home(event: Json, client: AsyncWebClient) -> None:
        await client.views_publish(
            user_id=event["user"],
            view={"type": "home", "blocks": [{"type": "header", "text": words("Ready to launch")}]},
        )

    return app


@pytest_asyncio.fixture(loop_scope="session")
async def slack() -> AsyncIterator[WorkspaceServer]:
    """The real workspace with the app connected; silence is noticed after 0.4 s."""
    async with WorkspaceServer(ack_timeout=0.4) as server:
        app = build(AsyncWebClient(token=server.bot_token, base_url=server.api_url, retry_handlers=[]))
        handler = AsyncSocketModeHandler(app, server.app_token)
        await handler.connect_async()
        try:
            yield server
        finally:
            await handler.close_async()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, slack: WorkspaceServer) -> AsyncIterator[Page]:
    """The page, opened on the real workspace; at the end nothing went wrong in it."""
    faults: list[str] = []
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page = await context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda line: (
            faults.append(line.text) if line.type == "error" and "_company" not in str(line.location) else None
        ),
    )
    await page.add_init_script("sessionStorage.setItem('workspace.welcomed', '1')")
    await page.goto(slack.url + "/")
    await page.wait_for_selector("body.ready")
    await expect(page.get_by_text("Launch Ready is connected")).to_be_visible()
    yield page
    await context.close()
    assert faults == []


async def send(page: Page, line: str) -> None:
    """Type a line and press Enter."""
    await page.locator("#composer-text").fill(line)
    await page.keyboard.press("Enter")


async def test_command_card_button_edit(page: Page) -> None:
    """A command brings a card, its button edits it in place, and the person is named."""
    await send(page, "/launch check")
    await expect(page.get_by_role("heading", name="NO-GO · 2 things to fix")).to_be_visible()
    await page.get_by_role("button", name="It's Fixed").click()
    await expect(page.get_by_text("Fixed by @mia")).to_be_visible()
    await expect(page.get_by_role("button", name="It's Fixed")).to_have_count(0)
    await expect(page.get_by_text("(edited)")).to_have_count(0)


async def test_only_the_asker_reads_the_answer(page: Page) -> None:
    """An ephemeral answer is marked, can be dismissed, and is not there for another person."""
    await send(page, "/launch nonsense")
    row = page.locator("article.row.ephemeral")
    await expect(row).to_contain_text("I do not know nonsense.")
    await page.get_by_role("button", name="You act as Mia Torres").click()
    await page.get_by_role("menuitemradio", name="Ben Okafor").click()
    await expect(row).to_have_count(0)
    await page.get_by_role("button", name="You act as Ben Okafor").click()
    await page.get_by_role("menuitemradio", name="Mia Torres").click()
    await row.hover()
    await row.get_by_role("button", name="Dismiss message").click()
    await expect(row).to_have_count(0)


async def test_silence_is_said(page: Page) -> None:
    """A command or a button that nobody answers says so, in Slack's way."""
    await send(page, "/launch silence")
    await expect(page.locator("article.row.ephemeral")).to_contain_text(re.compile("did not (respond|answer)"))
    await send(page, "/launch check")
    await page.get_by_role("button", name="Nobody Hears").click()
    await expect(page.locator(".act-error")).to_contain_text(re.compile("did not (respond|answer)"))


async def test_a_dialog(page: Page) -> None:
    """A dialog opens, shows the app's error at its field, closes when all is well; the answer is a direct message."""
    await send(page, "/launch check")
    await page.get_by_role("button", name="Waive").click()
    dialog = page.get_by_role("dialog", name="Waive a risk")
    await dialog.get_by_label("Why can it wait?").fill("short")
    await dialog.get_by_role("button", name="Waive").click()
    await expect(dialog.get_by_text("Say a little more.")).to_be_visible()
    await dialog.get_by_label("Why can it wait?").fill("No customer has found it yet.")
    await dialog.get_by_role("button", name="Waive").click()
    await expect(dialog).to_have_count(0)
    toast = page.locator(".toast")
    await expect(toast).to_contain_text("Waived: No customer has found it yet.")
    await toast.get_by_role("button").first.click()
    await expect(page.get_by_role("tab", name="Messages")).to_have_attribute("aria-selected", "true")
    await expect(page.locator("article.row").get_by_text("Waived: No customer has found it yet.")).to_be_visible()


async def test_home(page: Page) -> None:
    """Opening the app's home makes the app publish it."""
    await page.get_by_role("navigation").get_by_role("button", name="Launch Ready").click()
    await expect(page.get_by_role("heading", name="Ready to launch")).to_be_visible()


async def test_threads_and_people(page: Page) -> None:
    """A reply is counted; a mention reads as a name; a direct message between people can be opened."""
    await send(page, "hello @ben, see #launch")
    row = page.locator("#main article.row").last
    await expect(row).to_contain_text("hello @ben, see #launch")
    await row.hover()
    await row.get_by_role("button", name="Reply in thread").click()
    await page.get_by_role("combobox", name="Reply …").fill("a reply")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="1 reply")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("navigation").get_by_role("button", name="Ben Okafor").click()
    await expect(page.get_by_role("heading", name="Ben Okafor").first).to_be_visible()
    await send(page, "just us")
    await expect(page.locator("article.row").last).to_contain_text("just us")


async def test_the_connection_breaks(page: Page, slack: WorkspaceServer) -> None:
    """When every socket of the bot is closed the page says so, and when it is back as well."""
    await slack.sockets("close")
    await expect(page.get_by_text("Launch Ready is connected")).to_be_visible()
    for _ in range(750):
        if slack.core.dispatcher.sockets.connections:
            break
        await page.wait_for_timeout(20)
    await send(page, "/launch check")
    await expect(page.get_by_role("heading", name="NO-GO · 2 things to fix")).to_be_visible()


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "&lt;b&gt; *bold* <https://x.example|x>"]
)
async def test_what_a_person_types_stays_text(page: Page, text: str) -> None:
    """Mark-up that a person types is shown as typed."""
    await send(page, text)
    row = page.locator("#main article.row").last
    await expect(row).to_contain_text(text.replace("*", ""))
    await expect(row.locator("script, img")).to_have_count(0)
