"""A run as the team sees it in the local workspace: one message in the thread of the card, whatever Slack does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.adapters.slack import Messenger, open_client
from bot.delivery import Postman
from bot.demo.workspace import Fault, WorkspaceServer
from bot.domain.asks import Reading
from bot.domain.runbook import run as r
from bot.domain.runbook.run import Standing
from bot.render.blocks import message
from bot.services.config import Config
from bot.services.health import Health
from bot.speakers import runbook, speakers
from bot.store import incidents, outbox, runs
from tests.delivery.winding import WindingClock
from tests.services.test_runbooks import BAD, FILE, GOOD, House

TEAM = FILE.replace("U0ANA", "UMIA").replace("U0BEN", "ULENA").replace('"#ops"', "C0OPSALRT")
CHANNEL = "C0OPSALRT"


class Office(House):
    """The services, and a postman who takes what they say to the workspace."""

    def __init__(self, tmp_path, clock: WindingClock, slack: WorkspaceServer, messenger: Messenger) -> None:
        (tmp_path / "launch.yml").write_text(TEAM)
        self.clock, self.slack = clock, slack
        super().__init__(tmp_path / "launch.db", Config.read(tmp_path / "launch.yml"))
        assert self.config.error is None, self.config.error
        voices = {
            **speakers(self.config, clock),
            "run": runbook.speaker(lambda: self.config, clock, lambda: self.books),
        }
        self.postman = Postman(self.store, messenger, clock, Health(clock.now()), speakers=voices, render=message)

    def now(self):
        """The clock of both."""
        return self.clock.now()

    async def deliver(self) -> None:
        """What is due goes out; doubts are cleared up."""
        for _ in range(6):
            await self.incidents.tick()
            await self.runbooks.tick()
            await self.runbooks.settle()
            await self.postman.tick()
            await self.postman.settle()
            self.clock.wind(5)

    async def outage(self) -> None:
        """Sign-up is down, and its card is in the channel."""
        self.time = self.clock.now()
        await self.signal(Reading.DOWN)
        self.clock.wind(30)
        await self.deliver()
        place = await self.store.read(lambda c: incidents.place(c, 1))
        assert place.channel == CHANNEL

    async def click(self, kind, run: int = 1, by: str = "UMIA", rev: int | None = None, **more):
        """Mia clicks, and what follows is delivered."""
        answer = await super().click(kind, run, by, rev, **more)
        await self.deliver()
        return answer

    def thread(self) -> list[str]:
        """Texts of the runs' messages in the channel, each as it is now."""
        found = self.slack.workspace.channel(CHANNEL).messages.values()
        return [one["text"] for one in found if "The site is down" in one["text"] and one.get("thread_ts") != one["ts"]]

    def direct(self, name: str) -> list[str]:
        """What a person was told about runs, by direct message."""
        return [one["text"] for one in self.slack.seen("dm", name) if "The site is down" in one["text"]]


@pytest.fixture
async def office(tmp_path) -> AsyncIterator[Office]:
    """An open office in the local workspace."""
    clock = WindingClock()
    async with (
        WorkspaceServer(limits=False, now=lambda: clock.now().timestamp()) as slack,
        open_client(slack.bot_token, slack.api_url) as client,
    ):
        made = Office(tmp_path, clock, slack, Messenger(client))
        yield made
        await made.postman.stop()
        await made.runbooks.stop()
        made.store.close()


async def begin(office: Office) -> None:
    """[Show Me the Fix] on the card."""
    await office.outage()
    await office.runbooks.start("site_down", user="UMIA", incident=1, request=office.request("UMIA"))
    await office.deliver()


async def test_one_message_in_the_thread_is_edited_to_the_end(office):
    """From the question to the proof; the place of the message is known to the store."""
    await begin(office)
    assert office.thread() == ["The site is down: step 1 waits for you."]
    place = await office.store.read(lambda c: runs.place(c, 1))
    card = await office.store.read(lambda c: incidents.place(c, 1))
    stored = office.slack.workspace.channel(CHANNEL).messages[place.ts]
    assert (place.channel, stored["thread_ts"]) == (CHANNEL, card.ts)
    await office.click(r.Answered, choice=0)
    assert office.thread() == ["The site is down: step 2 waits for you."]
    office.sees = [BAD, GOOD]
    await office.click(r.DidIt)
    assert office.thread() == ["The site is down: step 3 waits for you."]
    await office.click(r.LookAgain)
    assert office.thread() == ["The site is down: fixed and proven."]
    assert (await office.run()).standing is Standing.FIXED
    assert stored["ts"] == place.ts


async def test_a_message_that_slack_took_and_did_not_confirm_comes_once(office):
    """It is found again in the thread by its mark, and edited from then on."""
    await office.outage()
    office.slack.core.faults.add(Fault("reset_after", method="chat.postMessage"))
    await office.runbooks.start("site_down", user="UMIA", incident=1, request=office.request("UMIA"))
    await office.deliver()
    await office.deliver()
    assert len(office.thread()) == 1
    await office.click(r.Answered, choice=0)
    assert office.thread() == ["The site is down: step 2 waits for you."]
    rows = await office.store.read(lambda c: outbox.trail(c, "shop", "run:1"))
    assert all(one.state is outbox.State.SENT for one in rows)


async def test_without_an_incident_it_is_told_to_its_person_alone(office):
    """As a direct message; whoever takes over gets one of their own, and the old one says so."""
    await office.runbooks.start("site_down", user="UMIA", request=office.request("UMIA"))
    await office.deliver()
    assert office.direct("mia") == ["The site is down: step 1 waits for you."]
    assert office.thread() == []
    await office.click(r.TakeOver, by="ULENA")
    assert office.direct("lena") == ["The site is down: step 1 waits for you."]
    assert "Somebody else does it now · The site is down." in office.direct("mia")
    await office.click(r.Answered, by="ULENA", choice=0)
    assert office.direct("lena") == ["The site is down: step 2 waits for you."]


async def test_whoever_does_not_look_at_it_gets_a_word(office):
    """A wait that is over, and silence, are told by a direct message; what is no longer true is not."""
    await begin(office)
    await office.click(r.Answered, choice=0)
    office.sees = [BAD, GOOD]
    await office.click(r.DidIt)
    await office.click(r.LooksDifferent)
    assert (await office.run()).standing is Standing.FIXED
    assert office.direct("mia") == ["Fixed and proven · The site is down."]


async def test_a_silent_person_is_asked_and_the_team_reads_it(office):
    """Twice, then it is put away."""
    await begin(office)
    for _ in range(3):
        office.clock.wind(timedelta(minutes=16).total_seconds())
        await office.deliver()
    assert office.direct("mia") == [
        "Are you still on it? · The site is down.",
        "Are you still on it? · The site is down.",
        "Put away · The site is down.",
    ]
    assert office.thread() == ["The site is down: stopped."]
