"""What can be made to go wrong with the Web API, and the limits that hold without any fault."""

from __future__ import annotations

import time

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import Fault, WorkspaceServer


async def post(slack: WorkspaceServer, text: str = "x", channel: str = "C0LAUNCH1") -> aiohttp.ClientResponse:
    """Post without an SDK that would explain things away; the answer's body is read."""
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    timeout = aiohttp.ClientTimeout(total=0.5)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        url = slack.api_url + "chat.postMessage"
        async with session.post(url, json={"channel": channel, "text": text}, headers=headers) as answer:
            await answer.read()
            return answer


def texts(slack: WorkspaceServer) -> list[str]:
    """What stands in #launch."""
    return [each["text"] for each in slack.messages("#launch")]


@pytest.mark.parametrize("retry_after", [3, None])
async def test_too_many_requests(slack: WorkspaceServer, retry_after: int | None) -> None:
    """429 with and without Retry-After, nothing done, twice and not a third time."""
    slack.fault("rate_limited", method="chat.postMessage", retry_after=retry_after, times=2)
    for _ in range(2):
        answer = await post(slack)
        assert answer.status == 429
        assert answer.headers.get("Retry-After") == (str(retry_after) if retry_after else None)
        assert (await answer.json())["error"] == "ratelimited"
    assert texts(slack) == []
    assert (await post(slack)).status == 200


@pytest.mark.parametrize(("kind", "done"), [("status", []), ("status_after", ["x"])])
async def test_server_errors_before_and_after_accepting(slack: WorkspaceServer, kind: str, done: list[str]) -> None:
    """The status alone does not say whether the message arrived."""
    slack.fault(kind, status=502)
    assert (await post(slack)).status == 502
    assert texts(slack) == done


@pytest.mark.parametrize(("kind", "done"), [("hang", []), ("hang_after", ["x"])])
async def test_silence_before_and_after_accepting(slack: WorkspaceServer, kind: str, done: list[str]) -> None:
    """The caller gives up."""
    slack.fault(kind)
    with pytest.raises(TimeoutError):
        await post(slack)
    assert texts(slack) == done


@pytest.mark.parametrize(("kind", "done"), [("reset", []), ("reset_after", ["x"])])
async def test_a_cut_connection_before_and_after_accepting(slack: WorkspaceServer, kind: str, done: list[str]) -> None:
    """A TCP reset instead of an answer."""
    slack.fault(kind)
    with pytest.raises((aiohttp.ClientError, ConnectionError)):
        await post(slack)
    assert texts(slack) == done


async def test_latency(slack: WorkspaceServer) -> None:
    """The answer comes, later."""
    slack.fault("latency", seconds=0.2)
    began = time.perf_counter()
    assert (await post(slack)).status == 200
    assert time.perf_counter() - began >= 0.2
    assert slack.calls("chat.postMessage")[0].fault == "latency"


async def test_refusals_by_code(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """Any error code; invalid_blocks comes with its explanation."""
    slack.fault("refuse", error="invalid_blocks")
    with pytest.raises(SlackApiError) as error:
        await client.chat_postMessage(channel="C0LAUNCH1", text="x")
    assert error.value.response["error"] == "invalid_blocks"
    assert "json-pointer" in error.value.response["response_metadata"]["messages"][0]


async def test_an_answer_that_is_no_json(slack: WorkspaceServer) -> None:
    """A proxy's page instead of Slack's answer."""
    slack.fault("garbage")
    answer = await post(slack)
    assert (answer.status, answer.content_type) == (200, "text/html")
    assert texts(slack) == []


async def test_faults_hit_one_channel_after_some_calls(slack: WorkspaceServer) -> None:
    """Method, channel, how often and how many calls before: all can be said."""
    slack.fault("status", method="chat.postMessage", channel="#ops", times=1, skip=1)
    assert (await post(slack)).status == 200
    assert (await post(slack, channel="C0OPSALRT")).status == 200
    assert (await post(slack, channel="C0OPSALRT")).status == 503
    assert (await post(slack, channel="C0OPSALRT")).status == 200


def test_a_fault_must_make_sense() -> None:
    """Unknown kinds and fields are refused with a sentence."""
    with pytest.raises(ValueError, match="no fault is called"):
        Fault("explode")
    for bad in ({}, {"kind": "hang", "often": 3}, {"kind": "hang", "times": 0}, {"kind": "status", "status": "no"}):
        with pytest.raises(ValueError, match=r"\w"):
            Fault.parse(bad)


async def test_posting_is_limited_per_channel(slack: WorkspaceServer) -> None:
    """A short burst, then one a second; the other channel is not held up."""
    statuses = [(await post(slack)).status for _ in range(7)]
    assert statuses.count(200) in (5, 6)
    assert statuses[-1] == 429
    limited = await post(slack)
    assert limited.headers["Retry-After"] == "1"
    assert (await post(slack, channel="C0OPSALRT")).status == 200
    slack.advance(2)
    assert (await post(slack)).status == 200


async def test_editing_is_limited_to_fifty_a_minute(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """Tier 3 for the whole workspace."""
    ts = (await client.chat_postMessage(channel="C0LAUNCH1", text="x"))["ts"]
    for number in range(50):
        await client.chat_update(channel="C0LAUNCH1", ts=ts, text=str(number))
    with pytest.raises(SlackApiError) as error:
        await client.chat_update(channel="C0LAUNCH1", ts=ts, text="one too many")
    assert error.value.response.status_code == 429
    assert 1 <= int(error.value.response.headers["Retry-After"]) <= 2
    slack.advance(60)
    await client.chat_update(channel="C0LAUNCH1", ts=ts, text="fine again")
