"""The bot's recorded answers, as the page shows them."""

from __future__ import annotations

import html
import json
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.page.conftest import Open
from tests.page.kit import Json
from tests.page.stage import LAUNCH, MIA, Stage

GOLDEN = sorted((Path(__file__).resolve().parents[1] / "golden" / "blocks").glob("*.json"))

LOOK = """(node) => ({
  unknown: node.querySelectorAll('.unknown').length,
  said: node.textContent.replace(/\\s+/g, ' '),
  labels: [...node.querySelectorAll('.btn')].map((button) => button.textContent.trim()),
  wide: node.scrollWidth > node.clientWidth + 1,
})"""


def missing(recorded: Json, found: Json) -> list[str]:
    """What an answer holds and the page does not show."""
    lost = [f"{found['unknown']} unknown blocks"] if found["unknown"] else []
    lost += ["wider than its place"] if found["wide"] else []
    for block in recorded.get("blocks", []):
        if block["type"] == "header" and " ".join(html.unescape(block["text"]["text"]).split()) not in found["said"]:
            lost.append(block["text"]["text"])
        for element in [*block.get("elements", []), block.get("accessory", {})]:
            if element.get("type") == "button" and html.unescape(element["text"]["text"]) not in found["labels"]:
                lost.append(element["text"]["text"])
    return lost


async def test_every_recorded_answer_is_shown_whole(visit: Open, stage: Stage) -> None:
    """Each recorded answer of the bot: no unknown block, every header and button there, nothing too wide."""
    recorded = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in GOLDEN}
    if not recorded:
        pytest.skip("no recorded answers yet")
    message = stage.message("before")
    page = await visit()
    faults = {}
    for name, answer in recorded.items():
        mark = {"type": "section", "text": {"type": "plain_text", "text": f"answer {name}"}}
        blocks = [*answer["blocks"], mark]
        if answer.get("type") == "home":
            await page.get_by_role("navigation").get_by_role("button", name="Launch Ready").click()
            await stage.emit(type="home", user=MIA, view={"id": "V1", "type": "home", "blocks": blocks})
        else:
            await page.get_by_role("navigation").get_by_role("button", name="launch", exact=True).click()
            await stage.emit(
                type="message", channel=LAUNCH, message={**message, "text": answer["text"], "blocks": blocks}
            )
        place = page.locator(".home, article.row .message-body").filter(has_text=f"answer {name}")
        await expect(place).to_be_visible()
        faults[name] = missing(answer, await place.evaluate(LOOK))
    assert {name: lost for name, lost in faults.items() if lost} == {}
