"""A bad version goes out: the alert names it within two minutes, its runbook leads back, and going back is proven.

The company's host reports its deploys by signed messages over HTTP; in the second story nobody reports anything, and
the version that the product itself shows is what is noticed.
"""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from bot.app import Runtime
from bot.clock import SystemClock
from bot.demo.company.hooks import Receiver
from bot.domain.deploys import Deploy, Stage
from bot.services.deploy_version import SEEN
from bot.store import deploys, incidents, settings
from tests.delivery.winding import WindingClock
from tests.scenarios.founder import CARD, FIX, PAGE, Case, Console, Deed, Founder, Step
from tests.scenarios.test_first_hour import browsing
from tests.scenarios.world import World, a_world, hurrying

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

SECRET = "whsec_" + base64.b64encode(b"the host of a company that is not").decode()
TWO_MINUTES = timedelta(minutes=2)
VERSION = '  version: {url: "https://api.marigold.test/health", json: version}\n'


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the founder sits."""

    world: World
    bot: Runtime
    clock: WindingClock
    founder: Founder

    def row(self, heading: str) -> Locator:
        """The message that begins so."""
        page = self.founder.page
        return page.locator("#main article.row").filter(
            has=page.get_by_role("heading", name=re.compile(f"^{heading}", re.IGNORECASE))
        )

    async def deploys(self) -> list[Deploy]:
        """What the bot knows, newest first."""
        return await self.bot.services.store.read(lambda c: deploys.recent(c, self.bot.services.product))


@asynccontextmanager
async def a_desk(folder: Path) -> AsyncIterator[Desk]:
    """The bot, the company, Chromium; time goes nearly three times as fast."""
    async with a_world(folder) as world, hurrying() as clock, AsyncExitStack() as stack:
        world.company.write_config(world.slack.url)
        if folder.name.endswith("seen"):
            written = world.company.config.read_text().replace("  roll_back:", VERSION + "  roll_back:")
            world.company.config.write_text(written)
        bot = await stack.enter_async_context(world.bot(clock=clock))
        page = await stack.enter_async_context(browsing(world.slack.url))
        await page.get_by_text("Launch Ready is connected").wait_for()
        yield Desk(world, bot, clock, Founder(page))
        assert world.slack.violations() == []


async def _roll_back(console: Console, _step: Step) -> None:
    await console.press("Roll back to this", said="v42 is live again.", beside="v42")


CASE = Case(
    "The new version broke something",
    (Deed("Go back to v42", "Hostling", _roll_back),),
    answers={"change the database": "No"},
)


async def broken(desk: Desk) -> Deploy:
    """Until the message of v43 says that it is broken; the alert came within two minutes and names it."""
    await desk.founder.turn_on("Checkout fails")
    await expect(desk.row("BROKEN · v43 is live")).to_have_count(1, timeout=CARD)
    card = desk.row("(DOWN|BROKEN) · checkout")
    await expect(card).to_have_count(1, timeout=CARD)
    await expect(card).to_contain_text("release v43")
    bad = next(one for one in await desk.deploys() if one.version == "v43")
    assert bad.live_at is not None
    assert bad.ended_at is not None
    assert bad.ended_at - bad.live_at < TWO_MINUTES
    store = desk.bot.services.store
    [incident] = [one for one in await store.read(lambda c: incidents.recent(c, bad.product)) if one.live]
    assert incident.deploy == "v43"
    assert incident.announced_at is not None
    assert incident.announced_at - bad.live_at < TWO_MINUTES
    print(f"\nverdict after {bad.ended_at - bad.live_at}, card after {incident.announced_at - bad.live_at}")
    return bad


async def way_back(desk: Desk) -> None:
    """[Show Me the Fix] on the deploy's own message; every step as it says, until it is fixed and proven."""
    founder = desk.founder
    await desk.row("BROKEN · v43 is live").get_by_role("button", name=FIX).click(timeout=PAGE)
    await founder.main.get_by_text("It goes on in the thread of").last.wait_for(timeout=PAGE)
    await founder.main.locator("button.replies").last.click()
    await founder.meet("#thread")
    end = await founder.walk(CASE)
    told = "\n".join((*founder.way, end.text))
    print(told)
    assert end.over == "FIXED", told
    assert "proven" in end.text, told
    await expect(desk.row("Was broken · v43")).to_have_count(1, timeout=CARD)
    await expect(desk.row("Good · back to v42")).to_have_count(1, timeout=CARD)
    assert desk.world.company.state.current.version == "v42"


async def test_a_bad_version_is_told_by_its_host_and_rolled_back_by_the_runbook(tmp_path, monkeypatch):
    """A signed report over HTTP, a walk of the flows, a card with the cause, the way back, a walk that proves it."""
    monkeypatch.setenv("LAUNCH_HOOK_STANDARD_SECRET", SECRET)
    async with a_desk(tmp_path) as desk:
        url = f"http://127.0.0.1:{desk.bot.http_port}/hooks/standard"
        desk.world.company.hooks.receiver = Receiver(url, SECRET, desk.clock.now)
        bad = await broken(desk)
        assert (bad.source, bad.author, bad.stage) == ("standard", "ben", Stage.BAD)
        assert bad.walked is not None
        assert bad.walked.broken == ("Checkout",)
        await way_back(desk)
        await desk.founder.type_command("/launch deploys")
        await desk.founder.main.get_by_text("Back, good").last.wait_for(timeout=PAGE)


async def test_a_bad_version_that_nobody_reports_is_seen_all_the_same(tmp_path):
    """The product's own health page says v43: that makes the deploy, its verdict, and the cause on the card."""
    folder = tmp_path / "seen"
    folder.mkdir()
    async with a_desk(folder) as desk:
        # Only what was seen before can change.
        await seen_once(desk.bot)
        bad = await broken(desk)
        assert bad.source == "probe"
        await way_back(desk)


async def seen_once(bot: Runtime) -> None:
    """Until the bot knows which version customers have."""
    services = bot.services
    for _ in range(600):
        if await services.store.read(lambda c: settings.get(c, services.product, SEEN)):
            return
        await SystemClock().sleep(0.1)
    raise AssertionError("the version was never seen")
