"""Light and dark, narrow screens, names for every control, contrast, still pictures for those who want no motion."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.page.conftest import Open
from tests.page.stage import BEN, MIA, Stage
from tests.page.test_company import COMPANY
from tests.page.test_modals import EVERY_INPUT, view

PAIRS = [
    ("--text", "--ground"),
    ("--text", "--raised"),
    ("--text", "--sunken"),
    ("--text", "--hover"),
    ("--soft", "--ground"),
    ("--soft", "--raised"),
    ("--soft", "--sunken"),
    ("--soft", "--hover"),
    ("--soft", "--info-soft"),
    ("--soft", "--ephemeral"),
    ("--faint", "--ground"),
    ("--link", "--ground"),
    ("--link", "--hover"),
    ("--code", "--code-ground"),
    ("--mention", "--mention-ground"),
    ("--me", "--me-ground"),
    ("--bad", "--ground"),
    ("--bad", "--bad-soft"),
    ("--bad", "--raised"),
    ("--good", "--good-soft"),
    ("--soft", "--bad-soft"),
    ("--text", "--warn-soft"),
    ("--side-text", "--side"),
    ("--side-text", "--side-deep"),
    ("--side-bright", "--side-hover"),
    ("--side-bright", "--side-current"),
    ("#ffffff", "--good-strong"),
    ("#ffffff", "--bad-strong"),
    ("--count-text", "--count"),
]


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


async def colours(page: Page) -> dict[str, str]:
    """The values of the colour variables in force."""
    names = sorted({name for pair in PAIRS for name in pair if name.startswith("--")})
    return await page.evaluate(
        """(names) => {
          const style = getComputedStyle(document.documentElement);
          return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(name).trim()]));
        }""",
        names,
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_contrast(visit: Open, scheme: str) -> None:
    """Every pair of text and ground reaches 4.5 to 1, in both sets of colours."""
    page = await visit(color_scheme=scheme)
    values = await colours(page)
    weak = {}
    for front, back in PAIRS:
        ratio = contrast(values.get(front, front), values[back])
        if ratio < 4.5:
            weak[front, back] = round(ratio, 2)
    assert weak == {}


async def test_both_ways_to_dark_give_the_same_colours(visit: Open) -> None:
    """Dark by the system and dark by the switch are one set; the choice is remembered."""
    by_system = await colours(await visit(color_scheme="dark"))
    page = await visit(color_scheme="light")
    light = await colours(page)
    await page.get_by_role("button", name="Switch between light and dark").click()
    assert await colours(page) == by_system != light
    await page.reload()
    await page.wait_for_selector("body.ready")
    assert await colours(page) == by_system


NAMELESS = """() => {
  const bad = [];
  const text = (node) => (node?.textContent ?? '').trim();
  const words = (node, name) => (node.getAttribute(name) ?? '').split(/\\s+/).filter(Boolean);
  const controls = 'button, a[href], input, textarea, select, [role=option], [role=tab], dialog, [role=img], img';
  for (const node of document.querySelectorAll(controls)) {
    if (node.closest('[hidden]')) continue;
    const by = words(node, 'aria-labelledby').map((id) => text(document.getElementById(id))).join('');
    const own = node.getAttribute('aria-label') || by || node.getAttribute('alt');
    if (!(own || text(node) || text(node.closest('label')))) bad.push(node.outerHTML.slice(0, 160));
  }
  const ids = [...document.querySelectorAll('[id]')].map((node) => node.id);
  for (const id of new Set(ids.filter((one, at) => ids.indexOf(one) !== at))) bad.push(`twice: ${id}`);
  for (const name of ['aria-labelledby', 'aria-describedby']) {
    for (const node of document.querySelectorAll(`[${name}]`)) {
      for (const id of words(node, name)) if (!document.getElementById(id)) bad.push(`${name}=${id} leads nowhere`);
    }
  }
  for (const node of document.querySelectorAll('[tabindex]')) {
    if (Number(node.getAttribute('tabindex')) > 0) bad.push('positive tabindex');
  }
  return bad;
}"""


async def test_every_control_has_a_name(visit: Open, stage: Stage) -> None:
    """A screen reader finds a name for each control: list, thread, panel, dialog, jump list."""
    parent = stage.message(
        "INC",
        ago=50,
        reply_count=1,
        reply_users=[BEN],
        blocks=[
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "static_select",
                        "action_id": "s",
                        "options": [{"text": {"type": "plain_text", "text": "A"}, "value": "a"}],
                    },
                    {"type": "overflow", "action_id": "o", "options": []},
                    {"type": "datepicker", "action_id": "d"},
                    {
                        "type": "checkboxes",
                        "action_id": "c",
                        "options": [{"text": {"type": "plain_text", "text": "A"}, "value": "a"}],
                    },
                ],
            }
        ],
    )
    stage.message("reply", user=BEN, thread_ts=parent["ts"])
    stage.company = COMPANY
    page = await visit(welcomed=False)
    assert await page.evaluate(NAMELESS) == []
    await page.get_by_role("button", name="1 reply").click()
    assert await page.evaluate(NAMELESS) == []
    await page.locator(".company-open").click()
    await stage.emit(type="modals", user=MIA, stack=[view("V1", "Form", EVERY_INPUT)])
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    assert await page.evaluate(NAMELESS) == []
    await stage.emit(type="modals", user=MIA, stack=[])
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("Control+k")
    assert await page.evaluate(NAMELESS) == []
    assert await page.evaluate("document.querySelectorAll('h1').length") == 1
    assert await page.evaluate("document.querySelectorAll('main').length") == 1


async def test_tab_order_and_visible_focus(visit: Open, stage: Stage) -> None:
    """The first Tab offers to skip; each focused control shows where one is."""
    stage.message("hello")
    page = await visit()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the message box")).to_be_focused()
    for _ in range(14):
        await page.keyboard.press("Tab")
        look = await page.evaluate("""() => {
          const node = document.activeElement;
          if (node === document.body) return 'body';
          const style = getComputedStyle(node);
          const box = node.closest('.composer-box') ?? node;
          const seen = style.outlineStyle !== 'none' || getComputedStyle(box).boxShadow !== 'none';
          return seen ? 'seen' : node.outerHTML.slice(0, 120);
        }""")
        assert look in {"seen", "body"}


@pytest.mark.parametrize("width", [320, 390])
async def test_narrow(visit: Open, stage: Stage, width: int) -> None:
    """On a phone nothing is wider than the screen; the sidebar is a drawer that Escape closes."""
    stage.message(
        "x" * 300,
        blocks=[
            {
                "type": "section",
                "text": {"type": "mrkdwn", "text": "w" * 400},
                "accessory": {"type": "static_select", "action_id": "s", "options": []},
            },
            {"type": "table", "rows": [[{"type": "raw_text", "text": "a long header cell"}] * 8] * 3},
            {
                "type": "data_visualization",
                "title": "t",
                "chart": {"type": "pie", "segments": [{"label": "a", "value": 1}]},
            },
        ],
    )
    page = await visit(viewport={"width": width, "height": 844})
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await page.evaluate("document.querySelector('#main .feed').scrollWidth") <= width
    await expect(page.get_by_role("navigation")).not_to_be_visible()
    await page.get_by_role("button", name="Open the menu").click()
    await expect(page.get_by_role("navigation")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("navigation")).not_to_be_visible()
    await page.get_by_role("button", name="Open the menu").click()
    await page.get_by_role("navigation").get_by_role("button", name="general").click()
    await expect(page.get_by_role("heading", name="general", exact=True)).to_be_visible()
    await expect(page.get_by_role("navigation")).not_to_be_visible()
    await stage.emit(type="modals", user=MIA, stack=[view("V1", "Form", EVERY_INPUT)])
    box = await page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert box["width"] <= width
    assert box["height"] <= 844


async def test_strict_content_policy(visit: Open) -> None:
    """Scripts, pictures and connections from outside are forbidden by the page itself."""
    page = await visit()
    policy = await page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_no_markup_from_text_in_the_sources() -> None:
    """No module uses a way to turn text into markup or code."""
    static = Path(__file__).resolve().parents[2] / "bot" / "demo" / "page" / "static"
    for path in static.rglob("*.js"):
        source = path.read_text(encoding="utf-8")
        for word in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "DOMParser",
            "srcdoc",
            "setHTML",
        ]:
            assert word not in source, f"{path.name}: {word}"
        assert len(source.splitlines()) <= 300, path.name
    for path in static.rglob("*"):
        if path.suffix in {".css", ".html", ".js"}:
            assert "//fonts." not in path.read_text(encoding="utf-8")
