"""Interactive elements: that each is shown, and what its use sends to the workspace."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from tests.page.conftest import Open
from tests.page.kit import Json, acted, options, section, shown, words
from tests.page.stage import BEN, LAUNCH, MIA, Stage


async def test_button(visit: Open, stage: Stage) -> None:
    """A button says where it is and shows that it is at work until the acknowledgement."""
    page = await shown(
        visit,
        stage,
        {
            "type": "actions",
            "block_id": "b",
            "elements": [
                {
                    "type": "button",
                    "action_id": "incident.ack",
                    "value": "7",
                    "style": "primary",
                    "text": words("I'm on it"),
                }
            ],
        },
    )
    gate = asyncio.Event()

    async def later(_act: Json) -> Json:
        await gate.wait()
        return {"ok": True}

    stage.answers["action"] = later
    button = page.get_by_role("button", name="I'm on it")
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    gate.set()
    await expect(button).not_to_have_attribute("aria-busy", "true")
    act = await acted(stage, page)
    assert act == {
        "do": "action",
        "user": MIA,
        "channel": LAUNCH,
        "ts": stage.state["messages"][LAUNCH][0]["ts"],
        "block_id": "b",
        "action_id": "incident.ack",
        "input": {},
        "state": {},
    }


async def test_failure_is_said_at_the_button(visit: Open, stage: Stage) -> None:
    """When the app does not answer, the small error stands under the button, and goes with the next click."""
    stage.answers["action"] = {"ok": False, "error": "operation_timeout", "message": "launch-ready did not respond."}
    page = await shown(
        visit, stage, {"type": "actions", "elements": [{"type": "button", "action_id": "a", "text": words("Go")}]}
    )
    await page.get_by_role("button", name="Go").click()
    await expect(page.get_by_role("alert").filter(has_text="launch-ready did not respond.")).to_be_visible()
    stage.answers["action"] = {"ok": True}
    await page.get_by_role("button", name="Go").click()
    await expect(page.get_by_text("did not respond")).to_have_count(0)


async def test_confirm(visit: Open, stage: Stage) -> None:
    """A dangerous button asks first; "no" sends nothing, "yes" sends the action; focus comes back."""
    page = await shown(
        visit,
        stage,
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": "a",
                    "style": "danger",
                    "text": words("Waive"),
                    "confirm": {
                        "title": words("Sure?"),
                        "text": {"type": "mrkdwn", "text": "It *stays* open."},
                        "confirm": words("Do It"),
                        "deny": words("No"),
                        "style": "danger",
                    },
                }
            ],
        },
    )
    button = page.get_by_role("button", name="Waive")
    await button.click()
    await page.get_by_role("dialog", name="Sure?").get_by_role("button", name="No").click()
    assert stage.done("action") == []
    await expect(button).to_be_focused()
    await button.click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await button.click()
    await page.get_by_role("button", name="Do It").click()
    assert (await acted(stage, page))["action_id"] == "a"


async def test_url_button(visit: Open, stage: Stage) -> None:
    """A link button is a safe link and tells the app."""
    page = await shown(
        visit,
        stage,
        {
            "type": "actions",
            "elements": [{"type": "button", "action_id": "a", "url": "https://x.example/", "text": words("Open")}],
        },
    )
    node = page.get_by_role("link", name="Open")
    assert await node.get_attribute("rel") == "noopener noreferrer"
    await page.evaluate("document.querySelector('a.btn').addEventListener('click', (event) => event.preventDefault())")
    await node.click()
    assert (await acted(stage, page))["action_id"] == "a"


async def test_overflow(visit: Open, stage: Stage) -> None:
    """The menu of more opens by keyboard and sends the option."""
    page = await shown(visit, stage, section({"type": "overflow", "options": options("x", "y")}))
    await page.get_by_role("button", name="More options").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="X")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    assert (await acted(stage, page))["input"]["selected_option"]["value"] == "y"


@pytest.mark.parametrize(
    ("element", "pick", "sent"),
    [
        ({"type": "static_select", "options": options("x", "y")}, "Y", {"selected_option": options("y")[0]}),
        (
            {
                "type": "static_select",
                "option_groups": [
                    {"label": words("One"), "options": options("x")},
                    {"label": words("Two"), "options": options("y")},
                ],
            },
            "Y",
            {"selected_option": options("y")[0]},
        ),
        ({"type": "users_select"}, "Ben Okafor", {"selected_user": BEN}),
        ({"type": "channels_select"}, "#launch", {"selected_channel": LAUNCH}),
        ({"type": "conversations_select"}, "#launch", {"selected_conversation": LAUNCH}),
        ({"type": "multi_static_select", "options": options("x", "y")}, "Y", {"selected_options": options("y")}),
        ({"type": "multi_users_select"}, "Ben Okafor", {"selected_users": [BEN]}),
        ({"type": "multi_channels_select"}, "#launch", {"selected_channels": [LAUNCH]}),
        ({"type": "multi_conversations_select"}, "#launch", {"selected_conversations": [LAUNCH]}),
    ],
)
async def test_selects(visit: Open, stage: Stage, element: Json, pick: str, sent: Json) -> None:
    """Each select menu: opened, searched, chosen by keyboard; its choice is shown and sent in Slack's form."""
    page = await shown(visit, stage, section({"placeholder": words("Pick"), **element}))
    await page.locator(".accessory .select").click()
    box = page.get_by_role("combobox", name="Search: Pick")
    await expect(box).to_be_focused()
    await box.fill(pick.lstrip("#"))
    await expect(page.get_by_role("option", name=pick)).to_have_class("option active")
    await page.keyboard.press("Enter")
    act = await acted(stage, page)
    assert act["input"] == sent
    assert act["state"] == {"b": {"a": sent}}
    await expect(page.locator(".select")).to_contain_text(pick)
    if element["type"].startswith("multi"):
        await page.keyboard.press("Escape")
    await expect(page.locator(".popup")).to_have_count(0)
    await expect(page.locator(".select")).to_be_focused()


async def test_select_says_when_nothing_matches(visit: Open, stage: Stage) -> None:
    """A search without a result says so; Escape closes."""
    page = await shown(visit, stage, section({"type": "static_select", "options": options("x")}))
    await page.locator(".select").click()
    await page.keyboard.type("zzz")
    await expect(page.get_by_text("No matches.")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator(".popup")).to_have_count(0)
    assert stage.done("action") == []


async def test_external_select(visit: Open, stage: Stage) -> None:
    """Options from the app: asked for what was typed, after as many letters as it wants."""
    stage.answers["suggest"] = lambda act: {"ok": True, "options": options(f"{act['query']}1")}
    page = await shown(
        visit, stage, section({"type": "external_select", "min_query_length": 2, "placeholder": words("Pick")})
    )
    await page.locator(".select").click()
    await expect(page.get_by_text("Type 2 or more characters.")).to_be_visible()
    await page.keyboard.type("ho")
    await page.get_by_role("option", name="HO1").click()
    assert stage.done("suggest")[-1]["query"] == "ho"
    assert (await acted(stage, page))["input"] == {"selected_option": options("ho1")[0]}


@pytest.mark.parametrize(
    ("element", "typed", "sent"),
    [
        ({"type": "datepicker", "initial_date": "2026-12-01"}, "2026-12-03", {"selected_date": "2026-12-03"}),
        ({"type": "timepicker"}, "14:30", {"selected_time": "14:30"}),
        ({"type": "datetimepicker"}, "2026-12-03T14:30", {"selected_date_time": 1796304600}),
    ],
)
async def test_pickers(visit: Open, stage: Stage, element: Json, typed: str, sent: Json) -> None:
    """Date, time, and both in the reader's zone as seconds."""
    page = await shown(visit, stage, section(element))
    await page.locator(".picker").fill(typed)
    await page.locator(".picker").dispatch_event("change")
    assert (await acted(stage, page))["input"] == sent


async def test_choices(visit: Open, stage: Stage) -> None:
    """Check boxes add up, radio buttons replace; both begin with what was set."""
    page = await shown(
        visit,
        stage,
        {
            "type": "actions",
            "block_id": "b",
            "elements": [
                {"type": "checkboxes", "action_id": "c", "options": options("x", "y"), "initial_options": options("x")},
                {"type": "radio_buttons", "action_id": "r", "options": options("p", "q")},
            ],
        },
    )
    await expect(page.get_by_role("checkbox", name="X")).to_be_checked()
    await page.get_by_role("checkbox", name="Y").check()
    assert (await acted(stage, page))["input"] == {"selected_options": options("x", "y")}
    await page.get_by_role("radio", name="Q").check()
    await expect(page.locator("[aria-busy]")).to_have_count(0)
    assert stage.done("action")[-1]["input"] == {"selected_option": options("q")[0]}


async def test_input_block_in_a_message(visit: Open, stage: Stage) -> None:
    """An input alone sends nothing; its value travels with the next click; with dispatch_action Enter sends it."""
    page = await shown(
        visit,
        stage,
        {
            "type": "input",
            "block_id": "n",
            "label": words("Note"),
            "element": {"type": "plain_text_input", "action_id": "t"},
        },
        {
            "type": "input",
            "block_id": "d",
            "label": words("Direct"),
            "dispatch_action": True,
            "element": {"type": "plain_text_input", "action_id": "e"},
        },
        {"type": "actions", "block_id": "b", "elements": [{"type": "button", "action_id": "go", "text": words("Go")}]},
    )
    await page.get_by_label("Note").fill("hello")
    assert stage.done("action") == []
    await page.get_by_role("button", name="Go").click()
    assert (await acted(stage, page))["state"] == {"n": {"t": {"value": "hello"}}}
    await page.get_by_label("Direct").fill("now")
    await page.keyboard.press("Enter")
    await expect(page.locator("[aria-busy]")).to_have_count(0)
    assert stage.done("action")[-1]["input"] == {"value": "now"}
