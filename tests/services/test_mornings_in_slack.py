"""Mornings as people see them: the calendar, the postman and the local workspace, with a clock wound forward."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.adapters.slack import Messenger, open_client
from bot.delivery import Postman
from bot.demo.workspace import Fault, WorkspaceServer
from bot.domain.hours import NINE, next_at
from bot.render.blocks import message
from bot.services.calendar import Calendar
from bot.services.config import Config
from bot.services.health import Health
from bot.services.incidents import Incidents
from bot.services.members import Members
from bot.speakers import speakers
from bot.store.db import Store
from tests.delivery.winding import WindingClock

FILE = """
product: {name: Shop, id: shop, domain: shop.test, time_zone: Europe/Madrid}
people:
  mia: {slack: UMIA}
  lena: {email: lena@marigold.test}
services:
  shop: {owner: lena, backup: mia}
channels: {alerts: C0OPSALRT, digest: C0LAUNCH1}
"""


class Office:
    """The bot's calendar, wired as the running bot wires it."""

    def __init__(self, tmp_path, clock: WindingClock, slack: WorkspaceServer, messenger: Messenger) -> None:
        (tmp_path / "launch.yml").write_text(FILE)
        self.config = Config.read(tmp_path / "launch.yml")
        assert self.config.error is None, self.config.error
        self.clock, self.slack = clock, slack
        self.store = Store.open(tmp_path / "launch.db")
        self.postman = Postman(
            self.store, messenger, clock, Health(clock.now()), speakers=speakers(self.config, clock), render=message
        )
        incidents = Incidents(self.store, clock, lambda: self.config, self.postman.wake)
        self.members = Members(self.store, clock, lambda: self.config, messenger)
        self.calendar = Calendar(self.store, clock, lambda: self.config, incidents, self.postman.wake)

    async def nine(self, *, late: timedelta = timedelta(0)) -> None:
        """Sleep until the next nine o'clock, then do what it brings, twice."""
        now = self.clock.now()
        self.clock.wind((next_at(now, NINE, "Europe/Madrid") + late - now).total_seconds() + 1)
        if await self.members.due():
            await self.members.refresh()
        await self.deliver()
        await self.deliver()

    async def deliver(self) -> None:
        """What is due goes out."""
        await self.calendar.day()
        for _ in range(4):
            await self.postman.tick()
            await self.postman.settle()
            self.clock.wind(2)

    def seen(self, channel: str) -> list[str]:
        """Texts of the bot's messages in a channel, without those of the weekly report."""
        return [one["text"] for one in self.slack.workspace.channel(channel).messages.values() if one.get("bot_id")]


@pytest.fixture
async def office(tmp_path) -> AsyncIterator[Office]:
    """An open office in the local workspace."""
    clock = WindingClock()
    async with (
        WorkspaceServer(limits=False, now=lambda: clock.now().timestamp()) as slack,
        open_client(slack.bot_token, slack.api_url) as client,
    ):
        made = Office(tmp_path, clock, slack, Messenger(client))
        before = {one: made.seen(one) for one in ("C0OPSALRT", "C0LAUNCH1")}
        assert before == {"C0OPSALRT": [], "C0LAUNCH1": []}
        await made.members.refresh()
        await made.calendar.day()
        yield made
        await made.postman.stop()
        made.store.close()


async def test_one_line_a_day(office):
    """Three quiet mornings are three lines in the channel for it, none in that of the alerts."""
    for _ in range(3):
        await office.nine()
    assert office.seen("C0LAUNCH1") == ["Morning summary: all quiet, nothing is broken or waiting."] * 3
    assert office.seen("C0OPSALRT") == []


async def test_somebody_leaves_and_comes_back(office):
    """The gap is said once in the alerts channel; the same message tells that it is closed."""
    office.slack.core.workspace.users["ULENA"].deleted = True
    await office.nine()
    await office.nine()
    [said] = office.seen("C0OPSALRT")
    assert said == "If something breaks, the right person may not hear of it."
    office.slack.core.workspace.users["ULENA"].deleted = False
    await office.nine()
    [said] = office.seen("C0OPSALRT")
    assert said == "Somebody is on call at every moment of the next seven days."


async def test_a_morning_whose_answer_is_lost_is_not_doubled(office):
    """Slack took the message, and its answer never came: the history is searched, nothing is repeated."""
    office.slack.core.faults.add(Fault("status_after", "chat.postMessage"))
    await office.nine()
    office.clock.wind(30)
    await office.deliver()
    assert len(office.seen("C0LAUNCH1")) == 1


async def test_a_bot_that_slept_says_so(office):
    """Four hours late, once."""
    await office.nine(late=timedelta(hours=4))
    [blocks] = [
        one["blocks"] for one in office.slack.workspace.channel("C0LAUNCH1").messages.values() if one.get("bot_id")
    ]
    assert "(4 hours late: I was not running, or could not reach Slack.)" in repr(blocks)
