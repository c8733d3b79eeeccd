"""Connections that are open and carry nothing: the nearest server answers every ping, and Slack never says a word."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from slack_bolt.async_app import AsyncApp

from bot.adapters.slack import open_client
from bot.adapters.sockets import FRESH, PING_INTERVAL, Sockets
from bot.clock import SystemClock
from bot.demo.workspace import WorkspaceServer


class Wound:
    """A clock that only moves when it is told to; whoever waits looks again at once."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        """The wall clock."""
        return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """The steady one."""
        return self.seconds

    async def sleep(self, _seconds: float) -> None:
        """A moment."""
        await SystemClock().sleep(0.002)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for it, a minute at most."""
    end = SystemClock().monotonic() + 60
    while not condition():
        assert SystemClock().monotonic() < end, "it did not come about"
        await SystemClock().sleep(0.002)


@dataclass
class Line:
    """A workspace, and the bot's two connections to it."""

    slack: WorkspaceServer
    sockets: Sockets
    clock: Wound

    @property
    def rebuilt(self) -> list[int]:
        """How often each was built anew."""
        return [one.rebuilt for one in self.sockets.states()]

    @property
    def whole(self) -> bool:
        """Whether both are open, and greeted."""
        states = self.sockets.states()
        return all(one.connected and one.heard_age is not None for one in states) and len(self.open) == 2

    @property
    def open(self) -> list[object]:
        """The workspace's end of them."""
        return list(self.slack.core.dispatcher.sockets.connections)

    async def pass_time(self, to: float) -> None:
        """The clock moves on, and every ping is answered."""
        while self.clock.seconds < to:
            for each in list(self.slack.core.dispatcher.sockets.connections):
                await each.ws.pong(f"sdk-ping-pong:{SystemClock().now().timestamp()}".encode())
            await until(lambda: all(one.pong_age == 0 for one in self.sockets.states()))
            self.clock.seconds = min(to, self.clock.seconds + 2 * PING_INTERVAL)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    """Both connections are open."""
    clock = Wound()
    async with WorkspaceServer(limits=False) as slack, open_client(slack.bot_token, slack.api_url) as client:
        sockets = Sockets(AsyncApp(client=client, request_verification_enabled=False), slack.app_token, clock)
        answer = await client.apps_connections_open(app_token=slack.app_token)
        await sockets.open(str(answer["url"]))
        made = Line(slack, sockets, clock)
        await until(lambda: made.whole)
        yield made
        await sockets.close()


async def test_a_connection_on_which_slack_is_silent_for_half_an_hour_is_built_anew(line):
    """One after the other, so that one is always open; each new one begins with Slack's greeting."""
    await line.pass_time(FRESH)
    assert line.rebuilt == [0, 0]
    await line.pass_time(FRESH * 1.05 + 1)
    await until(lambda: line.rebuilt == [1, 0])
    await until(lambda: line.whole and line.sockets.states()[0].heard_age == 0)
    await line.pass_time(FRESH * 1.1 + 1)
    await until(lambda: line.rebuilt == [1, 1])
    await until(lambda: line.whole)


async def test_a_connection_that_swallows_everything_is_built_anew_after_three_pings(line):
    """Its end at Slack is dead and nobody says so: pings stay unanswered."""
    await line.pass_time(1)
    await line.slack.sockets("half_open")
    while line.rebuilt != [1, 1]:
        assert line.clock.seconds < 60
        assert line.clock.seconds > 3 * PING_INTERVAL or line.rebuilt == [0, 0]
        line.clock.seconds += 0.5
        await SystemClock().sleep(0.02)
    await until(lambda: line.whole and not any(one.half_open for one in line.open))
