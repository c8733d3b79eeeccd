"""Slack over HTTP: only what Slack has signed is read, and each signed request is worked on once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.app import Runtime
from bot.clock import SystemClock
from bot.demo.workspace.http_mode import sign
from tests.scenarios.world import World

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@dataclass
class Caller:
    """Somebody who knows the request URL and, where they sign, the secret."""

    bot: Runtime
    secret: str
    http: aiohttp.ClientSession

    async def post(self, body: bytes, kind: str = FORM, *, at: str = "", signature: str | None = None) -> int:
        """The status of the answer; signed now unless told otherwise."""
        at = at or str(int(SystemClock().now().timestamp()))
        headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": sign(self.secret, at, body) if signature is None else signature,
        }
        url = f"http://127.0.0.1:{self.bot.http_port}/slack/events"
        async with self.http.post(url, data=body, headers=headers) as answer:
            await answer.read()
            return answer.status

    async def audits(self) -> int:
        """How many audits were ever asked for."""
        return await self.bot.services.store.read(lambda db: db.execute("SELECT count(*) FROM audit").fetchone()[0])


@pytest.fixture
async def caller(world: World) -> AsyncIterator[Caller]:
    """A bot in HTTP mode and somebody who calls it."""
    more = {"slack_app_token": None, "slack_signing_secret": world.slack.signing_secret}
    async with world.bot(**more) as bot, aiohttp.ClientSession() as http:
        yield Caller(bot, world.slack.signing_secret, http)


def command(world: World, text: str, trigger: str = "1.2.3") -> bytes:
    """A slash command as Slack sends it."""
    return urlencode(
        {
            "command": "/launch",
            "text": text,
            "user_id": "U0AAAAAAA",
            "channel_id": "C0AAAAAAA",
            "trigger_id": trigger,
            "team_id": "T0AAAAAAA",
            "response_url": f"{world.slack.core.base_url}/response/none",
        }
    ).encode()


async def test_the_same_signed_command_does_nothing_the_second_time(world, caller):
    """Whoever has caught a request may send it again within five minutes: it is answered, and nothing happens."""
    body, at = command(world, "check"), str(int(SystemClock().now().timestamp()))
    assert await caller.post(body, at=at) == 200
    await world.slack.until(lambda: world.slack.calls("chat.postMessage"))
    await caller.bot.services.audits.wait(1)
    assert await caller.post(body, at=at) == 200
    assert await caller.audits() == 1
    later = str(int(at) + 1)
    assert await caller.post(body, at=later) == 200
    await world.slack.until(lambda: len(world.slack.calls("chat.postMessage")) > 2)
    assert await caller.audits() == 2


@pytest.mark.parametrize(
    ("at", "signature"),
    [
        ("", ""),
        ("", "v0=00"),
        ("", "v0=\u00e9"),
        ("abc", None),
        ("nan", None),
        ("-1", None),
        ("9" * 5000, "v0=00"),
        ("1", None),
        ("99999999999", None),
    ],
)
@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"command=%2Flaunch", FORM), (b"[" * 500_000, JSON), (b"{", JSON), (b"x", "application/json; charset=utf-99")],
)
async def test_what_slack_has_not_signed_is_not_even_read(caller, caplog, at, signature, body, kind):
    """A wrong, missing, stale or senseless signature: 401 and no traceback, whatever the body does to a parser."""
    assert await caller.post(body, kind, at=at, signature=signature) == 401
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", JSON),
        (b"\xff\xfe", JSON),
        (b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}", JSON),
        (b"payload=%5B1%5D", FORM),
        (b"payload=%7B", FORM),
        (b"x", "application/json; charset=utf-99"),
    ],
)
async def test_a_signed_request_that_cannot_be_read_is_refused_in_words(caller, caplog, body, kind):
    """Not Slack's format: 400, one line in the log."""
    assert await caller.post(body, kind) == 400
    assert "Traceback" not in caplog.text


async def test_a_click_without_a_place_is_answered(caller, caplog):
    """Parts of a click that Slack leaves empty are no reason to stumble."""
    click = {
        "type": "block_actions",
        "user": {"id": "U0AAAAAAA"},
        "team": {"id": "T0AAAAAAA"},
        "actions": [{"action_id": "audit.detail", "value": "9" * 40, "selected_option": None}],
        "channel": None,
        "container": None,
    }
    assert await caller.post(urlencode({"payload": json.dumps(click)}).encode()) == 200
    assert "Traceback" not in caplog.text
