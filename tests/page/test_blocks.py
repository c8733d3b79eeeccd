"""Every block and element: that it is shown, and what its use sends to the workspace."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.page.conftest import Open
from tests.page.stage import BEN, LAUNCH, MIA, Stage

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


async def acted(stage: Stage, page: Page) -> Json:
    """The first action that the page sent."""
    for _ in range(100):
        if stage.done("action"):
            return stage.done("action")[0]
        await page.wait_for_timeout(20)
    pytest.fail("no action was sent")


def section(element: Json) -> Json:
    """The element as the accessory of a section."""
    return {"type": "section", "block_id": "b", "text": words("Choose"), "accessory": {"action_id": "a", **element}}


async def test_texts(visit: Open, stage: Stage) -> None:
    """Header, section with fields, context, divider and image are there."""
    page = await shown(
        visit,
        stage,
        {"type": "header", "text": words("DOWN · Sign-up page")},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "*Nobody* can sign up"},
            "fields": [words("left"), {"type": "mrkdwn", "text": "_right_"}],
        },
        {"type": "divider"},
        {
            "type": "context",
            "elements": [words("seen twice"), {"type": "image", "image_url": "/mark.svg", "alt_text": "mark"}],
        },
        {"type": "image", "image_url": "https://tracker.example/x.png", "alt_text": "a graph", "title": words("Graph")},
    )
    row = page.locator("article.row")
    await expect(row.get_by_role("heading", name="DOWN · Sign-up page")).to_be_visible()
    await expect(row.locator(".fields .text")).to_have_text(["left", "right"])
    await expect(row.locator("hr")).to_have_count(1)
    await expect(row.get_by_role("img", name="mark")).to_be_visible()
    await expect(row.locator("img[src*=tracker]")).to_have_count(0)
    await expect(row.get_by_text("not fetched from outside")).to_be_visible()


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
    """An input sends nothing until it shall; its value travels with the next click; Enter sends it with dispatch_action."""
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


async def test_rich_text(visit: Open, stage: Stage) -> None:
    """Sections, nested lists, quotes, preformatted text and all styles."""

    def item(text: str) -> Json:
        return {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}

    page = await shown(
        visit,
        stage,
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {
                            "type": "text",
                            "text": "strong",
                            "style": {"bold": True, "italic": True, "strike": True, "code": True},
                        },
                        {"type": "user", "user_id": BEN},
                        {"type": "channel", "channel_id": LAUNCH},
                        {"type": "emoji", "name": "rocket"},
                        {"type": "emoji", "name": "custom", "unicode": "1f600"},
                        {"type": "broadcast", "range": "here"},
                        {"type": "date", "timestamp": 1780000000, "format": "{date_num}", "fallback": "x"},
                        {"type": "link", "url": "https://x.example/", "text": "site"},
                    ],
                },
                {"type": "rich_text_list", "style": "ordered", "indent": 0, "elements": [item("one"), item("two")]},
                {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [item("deep")]},
                {"type": "rich_text_list", "style": "ordered", "indent": 0, "offset": 2, "elements": [item("three")]},
                {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
                {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "$ dig"}]},
            ],
        },
    )
    rich = page.locator(".rich")
    await expect(rich.locator("strong em s code")).to_have_text("strong")
    for text in ["@ben", "#launch", "🚀", "😀", "@here", "2026-05-28", "site"]:
        await expect(rich).to_contain_text(text)
    await expect(rich.locator("ol > li").nth(1).locator("ul li")).to_have_text("deep")
    await expect(rich.locator('ol[start="3"] li')).to_have_text("three")
    await expect(rich.locator("blockquote")).to_have_text("said")
    await expect(rich.locator("pre")).to_have_text("$ dig")


async def test_tables(visit: Open, stage: Stage) -> None:
    """A data table sorts by words and by numbers, and turns its pages; a table has header cells."""

    def text(value: str) -> Json:
        return {"type": "raw_text", "text": value}

    rows = [[text("Host"), text("ms")]] + [
        [text(f"h{index}"), {"type": "raw_number", "value": (index * 7) % 10}] for index in range(7)
    ]
    page = await shown(
        visit,
        stage,
        {"type": "data_table", "caption": "Slowest hosts", "page_size": 3, "rows": rows},
        {
            "type": "table",
            "rows": [
                [text("a")],
                [
                    {
                        "type": "rich_text",
                        "elements": [
                            {
                                "type": "rich_text_section",
                                "elements": [{"type": "text", "text": "cell", "style": {"bold": True}}],
                            }
                        ],
                    }
                ],
            ],
        },
    )
    table = page.locator(".data-table")
    await expect(table.locator("caption")).to_have_text("Slowest hosts")
    first = table.locator("tbody th")
    await expect(first).to_have_text(["h0", "h1", "h2"])
    await table.get_by_role("button", name="Next page").click()
    await expect(first).to_have_text(["h3", "h4", "h5"])
    await expect(table.locator(".pager")).to_contain_text("4–6 of 7")
    await table.get_by_role("button", name="ms").click()
    await expect(table.locator("tbody td")).to_have_text(["8", "7", "5"])
    await expect(table.locator("thead th").nth(1)).to_have_attribute("aria-sort", "descending")
    await table.get_by_role("button", name="ms").click()
    await expect(table.locator("tbody td")).to_have_text(["0", "1", "2"])
    await expect(page.locator(".b-table td strong")).to_have_text("cell")


@pytest.mark.parametrize("kind", ["line", "bar", "area", "pie"])
async def test_charts(visit: Open, stage: Stage, kind: str) -> None:
    """Each kind of chart draws one mark per number and gives the same numbers as a table."""
    data = [{"label": label, "value": value} for label, value in [("Mon", 3), ("Tue", 7), ("Wed", 0)]]
    chart: Json = (
        {"type": kind, "segments": data}
        if kind == "pie"
        else {
            "type": kind,
            "series": [{"name": "errors", "data": data}, {"name": "ok", "data": data}],
            "axis_config": {"categories": ["Mon", "Tue", "Wed"], "y_label": "n"},
        }
    )
    page = await shown(visit, stage, {"type": "data_visualization", "title": "This week", "chart": chart})
    figure = page.get_by_role("figure", name="This week")
    await expect(figure.get_by_role("img", name="This week")).to_be_visible()
    marks = {"line": "circle.dot", "bar": "rect.bar", "area": "circle.dot", "pie": ".slice"}[kind]
    await expect(figure.locator(marks)).to_have_count(3 if kind == "pie" else 6)
    assert "NaN" not in await figure.inner_html()
    await figure.get_by_text("Show the numbers").click()
    await expect(figure.locator("tbody tr").nth(1)).to_contain_text("Tue7")


async def test_the_newer_blocks(visit: Open, stage: Stage) -> None:
    """Alert, card, carousel, container, plan, task, feedback: simple, but all there and at work."""
    card = {
        "type": "card",
        "title": words("Card"),
        "body": words("Body"),
        "actions": [{"type": "button", "action_id": "card.go", "text": words("Go There")}],
    }
    page = await shown(
        visit,
        stage,
        {"type": "alert", "level": "warning", "text": words("Careful")},
        {"type": "carousel", "elements": [card]},
        {
            "type": "container",
            "title": words("Details"),
            "is_collapsible": True,
            "default_collapsed": True,
            "child_blocks": [{"type": "section", "text": words("hidden at first")}],
        },
        {
            "type": "plan",
            "title": "Release",
            "tasks": [
                {"type": "task_card", "task_id": "1", "title": "Build", "status": "complete"},
                {"type": "task_card", "task_id": "2", "title": "Smoke", "status": "in_progress"},
            ],
        },
        {
            "type": "context_actions",
            "block_id": "f",
            "elements": [
                {
                    "type": "feedback_buttons",
                    "action_id": "fb",
                    "positive_button": {"text": words("Good"), "value": "up"},
                    "negative_button": {"text": words("Bad"), "value": "down"},
                }
            ],
        },
    )
    await expect(page.locator(".alert.warning")).to_have_text("Careful")
    await expect(page.get_by_text("hidden at first")).not_to_be_visible()
    await page.locator(".container > summary").click()
    await expect(page.get_by_text("hidden at first")).to_be_visible()
    await expect(page.locator(".plan")).to_contain_text("1 of 2 done")
    await page.get_by_role("button", name="Go There").click()
    assert (await acted(stage, page))["action_id"] == "card.go"
    await page.get_by_role("button", name="Bad").click()
    await expect(page.locator("[aria-busy]")).to_have_count(0)
    assert stage.done("action")[-1]["input"] == {"value": "down"}


BROKEN: list[Any] = [
    {"type": "hologram"},
    {},
    {"type": "section", "text": 5},
    {"type": "actions", "elements": [{"type": "teleporter"}, None]},
    {"type": "rich_text", "elements": [None, {"type": "rich_text_list", "elements": [None]}]},
    {"type": "table", "rows": "no"},
    {"type": "data_table", "rows": [[1], [None]]},
    {"type": "data_visualization", "chart": {"type": "radar"}},
    {"type": "data_visualization", "chart": {"type": "line", "series": []}},
    {"type": "input"},
    {"type": "context", "elements": 7},
    None,
    "text",
    {"type": "plan", "tasks": [{}]},
    {"type": "image"},
    {"type": "constructor"},
    {"type": "__proto__"},
]


async def test_broken_blocks_never_break_the_page(visit: Open, stage: Stage) -> None:
    """What this page does not know or understand is a labelled box, and the next message is there as always."""
    for block in BROKEN:
        stage.message("broken", blocks=[block])
    stage.message("and a good one", ago=1)
    page = await visit()
    await expect(page.get_by_text("cannot show a “hologram” block")).to_be_visible()
    await expect(page.get_by_text("cannot show a “teleporter” element")).to_be_visible()
    await expect(page.locator("article.row")).to_have_count(len(BROKEN) + 1)
    await expect(page.get_by_text("and a good one")).to_be_visible()
