"""Every block: that it is shown, and that a broken one breaks nothing."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.page.conftest import Open
from tests.page.kit import Json, acted, shown, words
from tests.page.stage import BEN, LAUNCH, Stage


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
