"""The card of an incident in the page, in every state: its colour, words and controls, on wide and narrow screens.

`LAUNCH_SHOTS=folder` keeps the pictures for a person to look at.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from bot.render.blocks import message
from bot.views.card import card
from tests.page.conftest import Open
from tests.page.kit import acted
from tests.page.stage import Stage
from tests.page.test_looks import contrast
from tests.views.incident_samples import MENTIONS, STATES

LAMPS = {"red": 0, "orange": 30, "green": 152, "white": None}
"""Hue of each colour in degrees; white is drawn grey."""
FITS = """(node) => [...node.querySelectorAll('*')]
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX === 'visible'
    && one.clientWidth > 0 && getComputedStyle(one).display !== 'inline')
  .map((one) => one.className)"""
TEXTS = """(node) => {
  const back = (one) => { for (; one; one = one.parentElement) {
    const colour = getComputedStyle(one).backgroundColor;
    if (!colour.endsWith(', 0)') && colour !== 'transparent') return colour; } return 'rgb(255, 255, 255)'; };
  return [...node.querySelectorAll('*')]
    .filter((one) => [...one.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim()))
    .filter((one) => !one.closest('.emoji') && !one.closest('svg'))
    .map((one) => [one.textContent.slice(0, 40), getComputedStyle(one).color, back(one)]);
}"""


async def shown(visit: Open, stage: Stage, names: list[str], *, width: int = 1280, scheme: str = "light") -> Page:
    """A page with the cards of these states, oldest first."""
    for index, name in enumerate(names):
        payload = message(card(STATES[name](), mention=MENTIONS.get(name, ())))
        stage.message(payload["text"], blocks=payload["blocks"], ago=60 * (len(names) - index))
    return await visit(viewport={"width": width, "height": 1000}, color_scheme=scheme)


def cards(page: Page) -> Locator:
    """The cards in it."""
    return page.locator("#main .message-body")


def pixels(png: bytes) -> set[tuple[int, int, int]]:
    """Every colour in a picture of eight bits each, as Chromium writes it."""
    width, height = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
    size = {2: 3, 6: 4}[png[25]]
    data, at = b"", 8
    while at < len(png):
        length, kind = int.from_bytes(png[at : at + 4]), png[at + 4 : at + 8]
        data += png[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += length + 12
    raw, line, found = zlib.decompress(data), bytearray(width * size), set()
    for row in range(height):
        start = row * (width * size + 1)
        how, now = raw[start], bytearray(raw[start + 1 : start + 1 + width * size])
        for x in range(width * size):
            left = now[x - size] if x >= size else 0
            corner = line[x - size] if x >= size else 0
            now[x] = (now[x] + _guess(how, left, line[x], corner)) & 255
        line = now
        found |= {tuple(now[x : x + 3]) for x in range(0, width * size, size)}  # type: ignore[misc]
    return found


def _guess(how: int, left: int, above: int, corner: int) -> int:
    """What a line of a PNG is the difference to."""
    if how == 4:
        guess = left + above - corner
        return min((left, above, corner), key=lambda one: abs(guess - one))
    return (0, left, above, (left + above) // 2)[how]


def hue(colour: tuple[int, int, int]) -> float | None:
    """Degrees; None for what is nearly grey."""
    high, low = max(colour), min(colour)
    if high - low < 60:
        return None
    red, green, blue = colour
    span = high - low
    if high == red:
        return 60 * ((green - blue) / span % 6)
    return 60 * ((blue - red) / span + 2) if high == green else 60 * ((red - green) / span + 4)


KINDS = ["open_reach", "acked", "asleep", "better", "unstable", "fixed_by_ana", "merged"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_state_has_its_colour(visit: Open, stage: Stage, scheme: str) -> None:
    """The picture of each kind of card has the lamp of its state, drawn without any font, in both sets of colours."""
    page = await shown(visit, stage, KINDS, scheme=scheme)
    for index, name in enumerate(KINDS):
        lamp = cards(page).nth(index).locator(".emoji.circle")
        await expect(lamp).to_have_count(1)
        spoken = await lamp.get_attribute("aria-label") or ""
        wanted = LAMPS[next(one for one in LAMPS if one in spoken)]
        hues = {found for one in pixels(await lamp.screenshot()) if (found := hue(one)) is not None}
        if wanted is None:
            assert not hues, name
        else:
            assert any(min(abs(one - wanted), 360 - abs(one - wanted)) < 20 for one in hues), (name, hues)


def _keep(name: str, picture: bytes) -> None:
    folder = Path(os.environ["LAUNCH_SHOTS"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.png").write_bytes(picture)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")])
async def test_every_state_fits_the_screen(visit: Open, stage: Stage, width: int, scheme: str) -> None:
    """Nothing is wider than its place, no text is too pale, each card shows its header and its controls."""
    page = await shown(visit, stage, list(STATES), width=width, scheme=scheme)
    await expect(cards(page)).to_have_count(len(STATES))
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    wide, pale = {}, {}
    for index, name in enumerate(STATES):
        body = cards(page).nth(index)
        box = await body.bounding_box()
        assert box is not None
        assert box["width"] <= width
        assert box["height"] > 80
        if found := await body.evaluate(FITS):
            wide[name] = found
        for text, front, back in await body.evaluate(TEXTS):
            ratio = contrast(_hex(front), _hex(back))
            if ratio < 4.5:
                pale[name, text] = round(ratio, 2)
        assert await body.get_by_role("button").count() >= 1
        if os.environ.get("LAUNCH_SHOTS"):
            _keep(f"{name}-{width}-{scheme}", await body.screenshot())
    assert wide == {}
    assert pale == {}


def _hex(colour: str) -> str:
    """`rgb(1, 2, 3)` as `#010203`."""
    parts = [float(part) for part in colour[colour.index("(") + 1 : -1].replace(",", " ").split()[:3]]
    return "#" + "".join(f"{round(part):02x}" for part in parts)


async def test_the_buttons_and_the_menu_are_reached_by_keyboard(visit: Open, stage: Stage) -> None:
    """Three buttons, then the menu; a choice names the button that it stands for, with the revision that was shown."""
    page = await shown(visit, stage, ["open_reach"])
    await cards(page).get_by_role("button", name="I'm on It").focus()
    await page.keyboard.press("Tab")
    await expect(cards(page).get_by_role("button", name="Show Me the Fix")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(cards(page).get_by_role("button", name="It's Fixed")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(cards(page).get_by_role("button", name="More options")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="Snooze 30 Min")).to_be_focused()
    labels = await page.get_by_role("menuitem").all_inner_texts()
    assert [one.strip() for one in labels] == ["Snooze 30 Min", "Hand Over…", "Timeline", "Why Did I Get This?"]
    await page.keyboard.press("Enter")
    sent = await acted(stage, page)
    assert sent["action_id"] == "more"
    assert sent["input"]["selected_option"]["value"] == "incident.snooze 12:4:30m"


async def test_a_chart_is_drawn_under_the_controls(visit: Open, stage: Stage) -> None:
    """What to do stands above what is nice to know; the numbers can be read as a table."""
    page = await shown(visit, stage, ["open_charts"])
    body = cards(page)
    await expect(body.locator("svg").first).to_be_visible()
    take = await body.get_by_role("button", name="I'm on It").bounding_box()
    chart = await body.locator("svg").first.bounding_box()
    assert take is not None
    assert chart is not None
    assert take["y"] < chart["y"]
    await expect(body.get_by_text("Until 20:54 UTC 7 of 60 looks failed.").first).to_be_visible()


async def test_a_card_changes_its_state_in_place(visit: Open, stage: Stage) -> None:
    """The same message, from red to green, without a second one."""
    page = await shown(visit, stage, ["open_reach"])
    await expect(cards(page).locator(".circle-red")).to_have_count(1)
    [shown_one] = stage.state["messages"]["C0LAUNCH"]
    after = message(card(STATES["fixed_by_ana"]()))
    changed = {**shown_one, "text": after["text"], "blocks": after["blocks"], "edited": {"ts": shown_one["ts"]}}
    await stage.emit(type="message", channel="C0LAUNCH", message=changed)
    await expect(cards(page).locator(".circle-green")).to_have_count(1)
    await expect(cards(page)).to_have_count(1)
    await expect(page.get_by_text("FIXED · Sign-up")).to_be_visible()
    await expect(cards(page).get_by_role("button", name="I'm on It")).to_have_count(0)
