"""`launch doctor`: each thing that the bot needs, spoiled one at a time."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.config.settings import Settings
from bot.services.doctor import Line, State, examine
from tests.cli.conftest import APP, BOT, Ran, Shop, Slack
from tests.servers.http import closed_port

Launch = Callable[..., Awaitable[Ran]]


@pytest.fixture
def settings(tmp_path: Path, shop: Shop) -> Callable[..., Settings]:
    """Settings of a healthy bot; a test changes one thing."""
    (tmp_path / "launch.yml").write_text("product: {domain: acme.test}\n" + shop.network)

    def make(**changes: object) -> Settings:
        given: dict[str, object] = {
            "launch_config": tmp_path / "launch.yml",
            "launch_data": tmp_path / "data",
            "launch_http": f"127.0.0.1:{closed_port()[1]}",
            **changes,
        }
        return Settings.from_env(env_file=None, tokens=False, **given)

    return make


async def lines(settings: Settings, *, ahead: float = 0.0) -> dict[str, Line]:
    return {line.name: line for line in await examine(settings, SystemClock().now() + timedelta(seconds=ahead))}


async def test_a_healthy_bot_has_no_problem(settings: Callable[..., Settings], slack: Slack) -> None:
    """Everything was looked at, and is in order; what is still to do is no problem."""
    found = await lines(settings(slack_bot_token=BOT, slack_app_token=APP, slack_api_url=slack.url))
    assert {name: line.state for name, line in found.items()} == dict.fromkeys(
        ("Python", "SQLite", "Configuration", "Data folder", "Disk", "Slack", "DNS", "Clock", "Own server"), State.OK
    ) | dict.fromkeys(("Second route", "Watchdog"), State.OPEN)
    assert "workspace Acme" in found["Slack"].said


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ({"bot_error": "invalid_auth"}, "SLACK_BOT_TOKEN (invalid_auth)"),
        ({"app_error": "not_allowed_token_type"}, "SLACK_APP_TOKEN (not_allowed_token_type)"),
        ({"scopes": "commands"}, "lacks permissions"),
    ],
)
async def test_a_token_that_slack_refuses_is_named_with_its_fix(
    settings: Callable[..., Settings], slack: Slack, spoil: dict[str, str], said: str
) -> None:
    """And the token itself is not repeated."""
    for name, value in spoil.items():
        setattr(slack, name, value)
    line = (await lines(settings(slack_bot_token=BOT, slack_app_token=APP, slack_api_url=slack.url)))["Slack"]
    assert line.state is State.PROBLEM
    assert said in line.said
    assert line.fix
    assert BOT not in line.said + line.fix
    assert APP not in line.said + line.fix


async def test_a_slack_that_does_not_answer_is_a_problem(settings: Callable[..., Settings]) -> None:
    """With the address that was tried."""
    url = f"http://127.0.0.1:{closed_port()[1]}/api/"
    line = (await lines(settings(slack_bot_token=BOT, slack_app_token=APP, slack_api_url=url)))["Slack"]
    assert line.state is State.PROBLEM
    assert url in line.said


async def test_half_a_pair_of_tokens_is_a_problem_here(settings: Callable[..., Settings]) -> None:
    """The other lines are looked at all the same."""
    found = await lines(settings(slack_bot_token=BOT))
    assert "SLACK_APP_TOKEN is missing" in found["Slack"].said
    assert found["DNS"].state is State.OK


async def test_a_resolver_that_is_silent_is_a_problem(settings: Callable[..., Settings], tmp_path: Path) -> None:
    """Then the clock is unknown, not right or wrong."""
    (tmp_path / "launch.yml").write_text(
        f"product: {{domain: acme.test}}\nnetwork: {{resolvers: ['127.0.0.1:{closed_port()[1]}']}}\n"
    )
    found = await lines(settings())
    assert found["DNS"].state is State.PROBLEM
    assert "network.resolvers" in found["DNS"].fix
    assert found["Clock"].state is State.UNKNOWN


async def test_a_clock_that_is_off_is_a_problem(settings: Callable[..., Settings]) -> None:
    """Judged by the product's own server."""
    line = (await lines(settings(), ahead=600))["Clock"]
    assert line.state is State.PROBLEM
    assert "ahead of acme.test" in line.said


async def test_the_bots_own_port_is_told_from_a_strangers(settings: Callable[..., Settings]) -> None:
    """In use by the bot is fine; in use by something else is a problem."""

    async def bot(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n{}")
        writer.close()

    async def stranger(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail\r\n")
        writer.close()

    for handler, state in ((bot, State.OK), (stranger, State.PROBLEM)):
        server = await asyncio.start_server(handler, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        line = (await lines(settings(launch_http=f"127.0.0.1:{port}")))["Own server"]
        assert line.state is state
        server.close()
        await server.wait_closed()


async def test_a_data_folder_that_is_a_file_is_a_problem(settings: Callable[..., Settings], tmp_path: Path) -> None:
    """With what to do."""
    (tmp_path / "data").write_text("")
    line = (await lines(settings()))["Data folder"]
    assert line.state is State.PROBLEM
    assert "LAUNCH_DATA" in line.fix


async def test_the_command_tells_all_of_it_and_no_secret(launch: Launch, tmp_path: Path, shop: Shop) -> None:
    """Exit 1 with a problem, 0 without; a broken configuration is a line among others."""
    (tmp_path / "launch.yml").write_text("product: {domain: acme.test}\n" + shop.network)
    http = f"127.0.0.1:{closed_port()[1]}"
    good = await launch("doctor", LAUNCH_HTTP=http)
    assert good.code == 0, good.out
    assert "No problem found." in good.out
    bad = await launch("doctor", LAUNCH_HTTP=http, SLACK_BOT_TOKEN=BOT)
    assert bad.code == 1
    assert "Problem  Slack" in bad.out
    assert BOT not in bad.out + bad.err
    assert max(map(len, bad.out.splitlines())) <= 80
    (tmp_path / "launch.yml").write_text("prodct: {}\n" + shop.network)
    broken = await launch("doctor", LAUNCH_HTTP=http)
    assert broken.code == 1
    assert "did you mean" in broken.out
    assert os.linesep in broken.out
