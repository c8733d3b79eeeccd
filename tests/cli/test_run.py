"""`launch run` with tokens: what Slack refuses is said once, with the fix, and no secret is ever written."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import pytest

from bot.cli.running import MaskedFormatter
from tests.cli.conftest import APP, BOT, Ran, Slack
from tests.servers.http import closed_port

pytestmark = pytest.mark.slow

Launch = Callable[..., Awaitable[Ran]]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ({"bot_error": "token_revoked"}, "Slack refused SLACK_BOT_TOKEN (token_revoked)"),
        ({"app_error": "invalid_auth"}, "Slack refused SLACK_APP_TOKEN (invalid_auth)"),
        ({"scopes": "commands"}, "chat:write"),
    ],
)
async def test_what_slack_refuses_ends_the_start_with_exit_2(
    launch: Launch, slack: Slack, spoil: dict[str, str], said: str
) -> None:
    """A wrong token, a wrong app token, a missing scope."""
    for name, value in spoil.items():
        setattr(slack, name, value)
    ran = await launch(
        "run", SLACK_BOT_TOKEN=BOT, SLACK_APP_TOKEN=APP, SLACK_API_URL=slack.url, LAUNCH_HTTP="127.0.0.1:0"
    )
    assert ran.code == 2, ran.err
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert not any(secret in ran.out + ran.err for secret in (BOT, APP))


async def test_a_slack_that_is_not_there_is_exit_1(launch: Launch) -> None:
    """Nothing is wrong with the usage, so it is not 2."""
    url = f"http://127.0.0.1:{closed_port()[1]}/api/"
    ran = await launch(
        "run", SLACK_BOT_TOKEN=BOT, SLACK_APP_TOKEN=APP, SLACK_API_URL=url, LAUNCH_HTTP="127.0.0.1:0", seconds=120
    )
    assert ran.code == 1, ran.err
    assert "did not answer" in ran.err
    assert "Traceback" not in ran.err


def test_the_log_leaves_secrets_out() -> None:
    """Those of the settings whatever they look like, and what looks like one."""
    record = logging.LogRecord(
        "x", logging.INFO, __file__, 1, "%s %s", ("plain-word-secret", "Bearer abcdef0123456789abcdef0123456789"), None
    )
    said = MaskedFormatter(("plain-word-secret",)).format(record)
    assert "plain-word-secret" not in said
    assert "abcdef0123456789abcdef0123456789" not in said


def test_nothing_in_the_log_poses_as_an_event_or_moves_the_cursor() -> None:
    """Text from outside may hold line breaks, terminal commands, direction changes and halves of characters."""
    hostile = "no\n2026-11-22 09:00:00,000 INFO bot.app: ready in Acme\r\x1b[2J\x9b1m\u2028\u202e \ud800 \x00"
    failed = ValueError(hostile)
    record = logging.LogRecord(
        "x", logging.ERROR, __file__, 1, "what came back: %s", (hostile,), (ValueError, failed, None)
    )
    first, *others = MaskedFormatter(()).format(record).split("\n")
    assert "ERROR x: what came back: no" in first
    assert others
    assert all(line.startswith("    ") for line in others)
    assert all(character.isprintable() for line in (first, *others) for character in line)
