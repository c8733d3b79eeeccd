"""Connections that are open and carry nothing: the nearest server answers every ping, and Slack never says a word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

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
    """Wait for it, ten seconds at most."""
    end = SystemClock().monotonic() + 10
    while not condition():
        assert SystemClock().monotonic() < end, "it did not come about"
        await SystemClock().sleep(0.002)


async def test_a_connection_on_which_slack_is_silent_for_half_an_hour_is_built_anew():
    """One after the other, so that one is always open; each new one begins with Slack's greeting."""
    clock = Wound()
    async with WorkspaceServer(limits=False) as slack, open_client(slack.bot_token, slack.api_url) as client:
        app = AsyncApp(client=client, request_verification_enabled=False)
        sockets = Sockets(app, slack.app_token, clock)
        answer = await client.apps_connections_open(app_token=slack.app_token)
        await sockets.open(str(answer["url"]))

        async def pass_time(to: float) -> None:
            """The clock moves on, and every ping is answered."""
            while clock.seconds < to:
                for each in list(slack.core.dispatcher.sockets.connections):
                    await each.ws.pong(f"sdk-ping-pong:{SystemClock().now().timestamp()}".encode())
                await until(lambda: all(one.pong_age == 0 for one in sockets.states()))
                clock.seconds = min(to, clock.seconds + 2 * PING_INTERVAL)

        def rebuilt() -> list[int]:
            return [one.rebuilt for one in sockets.states()]

        try:
            await until(lambda: all(one.heard_age is not None for one in sockets.states()))
            await pass_time(FRESH)
            assert rebuilt() == [0, 0]
            await pass_time(FRESH * 1.05 + 1)
            await until(lambda: rebuilt() == [1, 0])
            await until(lambda: all(one.connected and one.heard_age is not None for one in sockets.states()))
            await until(lambda: sockets.states()[0].heard_age == 0)
            await pass_time(FRESH * 1.1 + 1)
            await until(lambda: rebuilt() == [1, 1])
            await until(lambda: all(one.connected for one in sockets.states()))
            await until(lambda: len(slack.core.dispatcher.sockets.connections) == 2)
        finally:
            await sockets.close()
