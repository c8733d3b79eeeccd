"""The handover as a page in a real browser: on a phone and a desk, by day and by night, and on paper."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from bot.render.html import html
from bot.store.db import Store
from bot.views.handover import whole
from tests.services.handover_house import config, lived, read

SIZES = {"phone": (390, 844), "desk": (1280, 900)}
CONTRAST = """() => {
  const light = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map((v) => v / 255)
      .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const color = getComputedStyle(node).backgroundColor;
      if (color !== 'rgba(0, 0, 0, 0)') return color;
    }
    return 'rgb(255, 255, 255)';
  };
  return [...document.querySelectorAll('main *')].filter((node) => node.textContent.trim()).map((node) => {
    const [a, b] = [light(getComputedStyle(node).color), light(ground(node))].sort((x, y) => y - x);
    return [node.tagName, node.className, (a + 0.05) / (b + 0.05)];
  }).filter(([, , ratio]) => ratio < 4.5);
}"""
"""Elements whose text has less than the 4.5:1 that WCAG 2.2 asks for (1.4.3)."""


async def page_of(folder: Path) -> Path:
    """A handover with a history, as a file."""
    store = Store.open(folder / "data" / "launch.db")
    try:
        await store.write(lived)
        path = folder / "handover.html"
        path.write_text(html(whole(await read(store, config(folder)))))
        return path
    finally:
        store.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
async def test_the_page_in_a_browser(tmp_path: Path, browser: Browser, size: str, scheme: str) -> None:
    """No error, nothing asked of anybody, no sideways scrolling, enough contrast; its contents lead to the parts."""
    path = await page_of(tmp_path)
    width, height = SIZES[size]
    context = await browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = await context.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: wrong.append(message.text))
    await page.goto(path.as_uri())
    assert asked == [path.as_uri()]
    assert wrong == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.evaluate(CONTRAST) == []
    await page.get_by_role("link", name="Keys and Passwords").click()
    assert await page.evaluate("document.querySelector(':target').textContent") == "Keys and Passwords"
    await context.close()


async def test_on_paper(tmp_path: Path, browser: Browser) -> None:
    """Black on white, whatever the screen prefers, and a handful of sheets."""
    path = await page_of(tmp_path)
    context = await browser.new_context(color_scheme="dark")
    page = await context.new_page()
    await page.goto(path.as_uri())
    await page.emulate_media(media="print")
    colours = await page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert colours == ["rgb(29, 28, 29)", "rgb(255, 255, 255)"]
    sheets = (await page.pdf(format="A4")).count(b"/Type /Page\n")
    assert 3 <= sheets <= 12
    await context.close()
