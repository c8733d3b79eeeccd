"""An incident's message that Slack does not take: somebody gets it by another way, and Slack once it is repaired."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.adapters.slack import Messenger, open_client
from bot.delivery import Postman
from bot.demo.workspace import Fault, WorkspaceServer
from bot.domain.asks import Reading, Signal
from bot.domain.severity import Sev, Trouble
from bot.render.blocks import message
from bot.services.config import Config
from bot.services.fallbacks import Fallbacks
from bot.services.health import Health
from bot.services.incidents import Incidents
from bot.services.second_routes import UNDELIVERED, SecondRoutes
from bot.speakers import speakers
from bot.speakers.second_route import speak
from bot.store import outbox, second_routes
from bot.store.db import Store
from bot.store.outbox import Kind, State
from tests.delivery.winding import WindingClock
from tests.routes.conftest import Receiver

FILE = """
product: {{name: Shop, id: shop, domain: shop.test}}
people:
  mia: {{slack: UMIA, role: owner}}
  ben: {{slack: UBEN}}
services:
  sign-up: {{owner: {owner}, critical: true}}
channels: {{alerts: {channel}, second_route: {routes}}}
"""
ARCHIVED, LAUNCH = "C0OLDSITE", "C0LAUNCH1"


@dataclass
class Night:
    """The bot's delivery with a real store and the local workspace, on a night on which Slack is difficult."""

    store: Store
    slack: WorkspaceServer
    clock: WindingClock
    health: Health
    postman: Postman
    incidents: Incidents
    fallbacks: Fallbacks
    routes: SecondRoutes

    async def breaks(self, reading: Reading = Reading.DOWN) -> None:
        """The sign-up page fails."""
        now = self.clock.now()
        await self.incidents.signal(
            [Signal("shop", "production", "sign-up", "Sign-up", Trouble.REACH, Sev.ONE, reading, now, now, "HTTP 502")]
        )

    async def work(self, seconds: float) -> None:
        """Let the clockwork tick for so many wound seconds."""
        for second in range(int(seconds)):
            self.clock.wind(1)
            await self.incidents.tick()
            if second % 15 == 0:
                await self.store.write(lambda c: self.fallbacks.overdue(c, self.clock.now()))
            await self.postman.tick()
            await self.postman.settle()
            await self.routes.tick()
            await self.routes.settle()

    def said(self, channel: str) -> list[str]:
        """The bot's messages in a channel, or to a person."""
        core = self.slack.workspace
        rooms = [one for one in core.channels.values() if channel in (one.id, getattr(one, "user", ""))]
        return [each["text"] for room in rooms for each in room.messages.values() if each.get("bot_id")]

    async def rows(self) -> list[outbox.Delivery]:
        """What the outbox knows about the first incident."""
        return await self.store.read(lambda c: outbox.trail(c, "shop", "incident:1"))

    async def ways(self) -> list[second_routes.Way]:
        """What the second routes know about it."""
        return await self.store.read(lambda c: second_routes.trail(c, "shop", "incident:1"))

    async def cards(self) -> list[tuple[Kind, str, State]]:
        """Where its card was to stand."""
        return [
            (one.kind, one.channel, one.state)
            for one in await self.rows()
            if one.kind is not Kind.EDIT and not one.about
        ]


Make = Callable[..., Awaitable[Night]]


@pytest.fixture
async def night(tmp_path, receiver: Receiver) -> AsyncIterator[Make]:
    """Makes a night; a webhook is the second route unless told otherwise."""
    clock = WindingClock()
    store = Store.open(tmp_path / "data" / "launch.db")
    async with (
        WorkspaceServer(limits=False, now=lambda: clock.now().timestamp()) as slack,
        open_client(slack.bot_token, slack.api_url) as client,
    ):
        made: list[Night] = []

        async def make(channel: str, *, owner: str = "mia", routes: object = None) -> Night:
            wanted = [{"kind": "webhook", "to": f"{receiver.url}/hook"}] if routes is None else routes
            path = tmp_path / "launch.yml"
            path.write_text(FILE.format(channel=channel, owner=owner, routes=json.dumps(wanted)))
            config = Config.read(path)
            assert config.error is None, config.error
            health, fallbacks = Health(clock.now()), Fallbacks(lambda: config)
            postman = Postman(
                store,
                Messenger(client),
                clock,
                health,
                speakers=speakers(config, clock),
                render=message,
                refused=fallbacks.refused,
                dice=lambda: 1.0,
            )
            incidents = Incidents(store, clock, lambda: config, postman.wake)
            routes_ = SecondRoutes(store, clock, lambda: config, speak(lambda: config, clock))
            made.append(Night(store, slack, clock, health, postman, incidents, fallbacks, routes_))
            return made[-1]

        yield make
        for one in made:
            await one.routes.stop()
            await one.postman.stop()
    store.close()


async def test_the_card_goes_to_the_owner_where_the_channel_is_archived(night, receiver):
    """And its edits follow it there."""
    bot = await night(ARCHIVED)
    await bot.breaks()
    await bot.work(30)
    assert await bot.cards() == [(Kind.ROOT, ARCHIVED, State.DEAD), (Kind.DM, "UMIA", State.SENT)]
    card = next(one for one in await bot.rows() if one.kind is Kind.DM and not one.about)
    await bot.breaks(Reading.UP)
    await bot.work(200)
    edits = [one for one in await bot.rows() if one.kind is Kind.EDIT and one.state is State.SENT]
    assert {one.slack_channel for one in edits} == {card.slack_channel}
    assert receiver.got == []


async def test_without_anybody_to_message_the_second_route_has_it(night, receiver):
    """Slack refuses the owner's direct messages too."""
    bot = await night(ARCHIVED)
    bot.slack.core.faults.add(Fault("refuse", "chat.postMessage", "UMIA", times=None, error="cannot_dm_bot"))
    await bot.breaks()
    await bot.work(40)
    told = [json.loads(body) for _, _, body in receiver.got]
    assert {each["why"] for each in told} == {"slack_refused"}
    assert {way.state for way in await bot.ways()} == {"sent"}
    assert all(state is State.DEAD for _, _, state in await bot.cards())


async def test_a_refused_token_goes_straight_to_the_second_route(night, receiver):
    """No other channel would take it; the health of the bot says so, and once it is mended the card is in Slack."""
    bot = await night(LAUNCH)
    bot.slack.core.faults.add(Fault("refuse", times=None, error="account_inactive"))
    await bot.breaks()
    await bot.work(30)
    assert {json.loads(body)["why"] for _, _, body in receiver.got} == {"slack_refused"}
    assert "account_inactive" in bot.health.slack_problem
    await bot.postman.prove()
    assert "account_inactive" in bot.health.slack_problem
    bot.slack.core.faults.clear()
    await bot.postman.prove()
    assert bot.health.slack_problem == ""
    assert bot.health.slack_ok_at is not None
    await bot.work(5)
    assert await bot.cards() == [(Kind.ROOT, LAUNCH, State.SENT)]
    assert len(bot.said(LAUNCH)) == 1


async def test_without_any_route_a_file_and_the_log_have_it(night, caplog, tmp_path):
    """The last resort: nothing that must be known is nowhere."""
    bot = await night(LAUNCH, routes=[])
    bot.slack.core.faults.add(Fault("refuse", times=None, error="invalid_auth"))
    await bot.breaks()
    await bot.work(30)
    written = (tmp_path / "data" / UNDELIVERED).read_text()
    assert "DOWN: Sign-up (INC-1)" in written
    assert "nobody could be told" in caplog.text


async def test_a_repaired_channel_gets_what_is_still_broken(night):
    """The bot is let in again: the card stands in the channel, once, and is the one that is kept up to date."""
    bot = await night(LAUNCH)
    bot.slack.core.faults.add(Fault("refuse", "chat.postMessage", LAUNCH, times=None, error="not_in_channel"))
    await bot.breaks()
    await bot.work(30)
    assert await bot.cards() == [(Kind.ROOT, LAUNCH, State.DEAD), (Kind.DM, "UMIA", State.SENT)]
    bot.slack.core.faults.clear()
    assert await bot.postman.revive() >= 1
    await bot.work(3)
    assert (Kind.ROOT, LAUNCH, State.SENT) in await bot.cards()
    await bot.breaks(Reading.UP)
    await bot.work(200)
    shown = await bot.store.read(lambda c: outbox.shown(c, "shop", "incident:1"))
    assert shown is not None
    assert shown.channel == LAUNCH
    assert "fine again" in bot.said(LAUNCH)[0]
    # The card that its owner got meanwhile does not go on saying that it is broken.
    card = next(one for one in await bot.rows() if one.kind is Kind.DM and not one.about)
    assert "fine again" in bot.slack.workspace.channels[card.slack_channel].messages[card.slack_ts]["text"]


async def test_calls_about_what_is_over_stay_dead(night):
    """Nobody is woken by a replay; the card of what is over goes after what still is broken."""
    bot = await night(LAUNCH)
    bot.slack.core.faults.add(Fault("refuse", times=None, error="invalid_auth"))
    await bot.breaks()
    await bot.work(30)
    await bot.breaks(Reading.UP)
    await bot.work(200)
    bot.slack.core.faults.clear()
    await bot.postman.revive()
    await bot.work(10)
    calls = [one for one in await bot.rows() if one.kind is Kind.DM and one.about]
    assert calls
    assert {one.state for one in calls} == {State.DEAD}


async def test_slack_silent_for_minutes_is_told_by_the_second_route(night, receiver):
    """Slack answers nothing but errors of its own; after two minutes somebody is told, once."""
    bot = await night(LAUNCH)
    bot.slack.core.faults.add(Fault("status", times=None, status=503))
    await bot.breaks()
    await bot.work(100)
    assert receiver.got == []
    await bot.work(100)
    told = [json.loads(body) for _, _, body in receiver.got]
    assert {each["why"] for each in told} == {"slack_silent"}
    assert len({way.about for way in await bot.ways()}) == len(told)
    bot.slack.core.faults.clear()
    await bot.work(90)
    assert (Kind.ROOT, LAUNCH, State.SENT) in await bot.cards()
    assert len(bot.said(LAUNCH)) == 1


async def test_what_is_late_after_a_sleep_is_left_to_slack(night, receiver):
    """The machine slept: all is old, and goes at once; nobody gets it twice."""
    bot = await night(LAUNCH)
    await bot.breaks()
    await bot.store.write(lambda c: outbox.post(c, "shop", "incident:1", bot.clock.now(), channel=LAUNCH))
    bot.clock.wind(timedelta(hours=1).total_seconds())
    await bot.work(20)
    assert receiver.got == []
    assert (Kind.ROOT, LAUNCH, State.SENT) in await bot.cards()
