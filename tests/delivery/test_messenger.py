"""Slack's answers become one of five errors, and no error or log line ever holds the token."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.adapters.slack import (
    BadBlocks,
    Messenger,
    NotSent,
    Permanent,
    RateLimited,
    SlackError,
    Unknown,
    open_client,
)
from bot.demo.workspace import Fault, WorkspaceServer

LAUNCH = "C0LAUNCH1"
HELLO = {"text": "hello"}


@pytest.fixture
async def slack() -> AsyncIterator[WorkspaceServer]:
    """A workspace without limits."""
    async with WorkspaceServer(limits=False) as server:
        yield server


@pytest.fixture
async def messenger(slack: WorkspaceServer) -> AsyncIterator[Messenger]:
    """The bot's voice in it."""
    async with open_client(slack.bot_token, slack.api_url) as client:
        yield Messenger(client)


CASES = [
    (Fault("rate_limited", "chat.postMessage", retry_after=7), RateLimited),
    (Fault("rate_limited", "chat.postMessage"), RateLimited),
    (Fault("refuse", "chat.postMessage", error="ratelimited"), RateLimited),
    (Fault("status", "chat.postMessage"), Unknown),
    (Fault("status", "chat.postMessage", status=502), Unknown),
    (Fault("status_after", "chat.postMessage"), Unknown),
    (Fault("reset", "chat.postMessage"), Unknown),
    (Fault("garbage", "chat.postMessage"), Unknown),
    (Fault("refuse", "chat.postMessage", error="internal_error"), Unknown),
    (Fault("refuse", "chat.postMessage", error="invalid_blocks"), BadBlocks),
    (Fault("refuse", "chat.postMessage", error="msg_blocks_too_long"), BadBlocks),
    (Fault("refuse", "chat.postMessage", error="is_archived"), Permanent),
    (Fault("refuse", "chat.postMessage", error="never_heard_of"), Permanent),
]


@pytest.mark.parametrize(("fault", "expected"), CASES, ids=lambda each: getattr(each, "error", None) or str(each))
async def test_each_answer_becomes_its_error(slack, messenger, caplog, fault, expected):
    """And says nothing secret, not even at the most talkative log level."""
    caplog.set_level(logging.DEBUG)
    slack.core.faults.add(fault)
    with pytest.raises(SlackError) as raised:
        await messenger.post(LAUNCH, HELLO)
    assert type(raised.value) is expected
    assert slack.bot_token not in caplog.text + str(raised.value) + repr(raised.value) + repr(messenger)


async def test_how_long_to_wait_is_read_from_the_header(slack, messenger):
    """Seven seconds; without a header half a minute."""
    for given, expected in ((7, 7.0), (None, 30.0)):
        slack.core.faults.add(Fault("rate_limited", "chat.postMessage", retry_after=given))
        with pytest.raises(RateLimited) as raised:
            await messenger.post(LAUNCH, HELLO)
        assert raised.value.retry_after == expected


async def test_why_blocks_were_refused_is_kept(messenger):
    """Slack's own lines, for the log."""
    with pytest.raises(BadBlocks) as raised:
        await messenger.post(
            LAUNCH, {"text": "x", "blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]}
        )
    assert raised.value.messages


async def test_a_server_that_is_not_there_has_received_nothing(slack):
    """A refused connection is known not to have arrived."""
    async with open_client(slack.bot_token, "http://127.0.0.1:9/api/") as client:
        with pytest.raises(NotSent):
            await Messenger(client).post(LAUNCH, HELLO)


async def test_a_bad_token_concerns_every_channel(slack, messenger):
    """Another channel would not do either; a missing membership is of one channel only."""
    with pytest.raises(Permanent) as raised:
        await messenger.post("C0GENERAL", HELLO)
    assert not raised.value.everywhere
    slack.core.tokens.problem["bot"] = "token_revoked"
    with pytest.raises(Permanent) as raised:
        await messenger.works()
    assert raised.value.everywhere


async def test_a_delivery_is_found_in_a_long_history(slack, messenger):
    """Behind hundreds of others, by its id; another id is not there."""
    payload = {"event_type": "launch_delivery", "event_payload": {"d": "wanted"}}
    sent = await messenger.post(LAUNCH, {**HELLO, "metadata": payload})
    channel = slack.workspace.channel(LAUNCH)
    for number in range(450):
        slack.workspace.post(channel, {"type": "message", "user": "UMIA", "text": f"chatter {number}"})
    since = datetime.fromtimestamp(float(sent.ts) - 60, tz=UTC)
    assert await messenger.find(LAUNCH, "wanted", since) == sent
    assert await messenger.find(LAUNCH, "other", since) is None


async def test_an_update_an_ephemeral_and_a_home_arrive(slack, messenger):
    """The other things that the bot says."""
    sent = await messenger.post(LAUNCH, HELLO)
    await messenger.update(sent.channel, sent.ts, {"text": "changed"})
    assert slack.workspace.channel(LAUNCH).messages[sent.ts]["text"] == "changed"
    await messenger.post_ephemeral(LAUNCH, "UMIA", {"text": "for you", "metadata": {}})
    assert any("for you" in each.get("text", "") for each in slack.seen(LAUNCH, "UMIA"))
    await messenger.publish_home("UMIA", {"type": "home", "blocks": [{"type": "divider"}]})
    assert "UMIA" in slack.workspace.homes
