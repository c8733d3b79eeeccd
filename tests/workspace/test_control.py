"""The control interface over HTTP, and the demo as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import WorkspaceServer


async def control(slack: WorkspaceServer, what: str, data: Any = None, *, status: int = 200) -> Any:
    """Read (no data) or change something; what came back."""
    async with aiohttp.ClientSession() as session:
        url = f"{slack.url}/_control/{what}"
        async with session.get(url) if data is None else session.post(url, json=data) as answer:
            assert answer.status == status, await answer.text()
            body = await answer.json()
            assert body["ok"] is (status == 200)
            return body.get("result", body.get("error"))


async def test_a_program_can_connect_break_and_look(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """Addresses and tokens, a fault, the calls that were made, the messages that stand."""
    info = await control(slack, "info")
    assert info["api"] == slack.api_url
    assert info["bot_token"] == slack.bot_token
    await control(slack, "faults", {"kind": "status", "method": "chat.postMessage", "status": 500})
    assert (await control(slack, "faults"))["active"][0]["status"] == 500
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="C0LAUNCH1", text="lost")
    await client.chat_postMessage(channel="C0LAUNCH1", text="kept")
    calls = await control(slack, "calls?method=chat.postMessage")
    assert [(each["status"], each["fault"], each["args"]["text"]) for each in calls] == [
        (500, "status", "lost"),
        (200, "", "kept"),
    ]
    assert all("token" not in each["args"] for each in calls)
    assert [each["text"] for each in await control(slack, "messages?channel=launch")] == ["kept"]
    found = await control(slack, "wait", {"text": "kept", "channel": "#launch"})
    assert found["channel"] == "C0LAUNCH1"
    assert "within" in await control(slack, "wait", {"text": "never", "timeout": 0.1}, status=400)


async def test_everything_else_can_be_changed_too(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """Token, scopes, limits, clock; and all is as before after a reset."""
    await control(slack, "token", {"kind": "bot", "problem": "token_revoked"})
    with pytest.raises(SlackApiError):
        await client.auth_test()
    await control(slack, "token", {"kind": "bot"})
    await control(slack, "scopes", {"scopes": ["chat:write"]})
    assert (await client.auth_test()).headers["x-oauth-scopes"] == "chat:write"
    await control(slack, "limits", {"on": False})
    for number in range(10):
        await client.chat_postMessage(channel="C0LAUNCH1", text=str(number))
    before = slack.core.pace.now()
    await control(slack, "advance", {"seconds": 3600})
    assert slack.core.pace.now() >= before + 3600
    await control(slack, "act", {"do": "say", "user": "mia", "channel": "#launch", "text": "hello"})
    assert slack.messages("#launch")[-1]["text"] == "hello"
    await control(slack, "reset", {})
    assert slack.messages("#launch") == []
    assert await control(slack, "violations") == []
    assert await control(slack, "deliveries") == []


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("faults", {"kind": "explode"}),
        ("faults", []),
        ("sockets", {"do": "dance"}),
        ("sockets", {}),
        ("token", {"kind": "bot", "problem": "tired"}),
        ("scopes", {"scopes": "all"}),
        ("advance", {"seconds": -1}),
        ("advance", {"seconds": "x"}),
        ("http", {"url": "http://example.com/"}),
        ("http", {"url": "file:///etc/passwd"}),
        ("nothing", {}),
    ],
)
async def test_a_wrong_request_is_explained(slack: WorkspaceServer, what: str, data: Any) -> None:
    """400 and a sentence."""
    assert await control(slack, what, data, status=400)


async def start(data: Path) -> tuple[asyncio.subprocess.Process, dict[str, Any]]:
    """The demo as a process, and its first line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.demo",
        "--data",
        str(data),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    return process, json.loads(await asyncio.wait_for(process.stdout.readline(), 60))


@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT", "end of input"])
async def test_the_demo_starts_says_where_and_stops(tmp_path: Path, how: str) -> None:
    """One line of JSON when everything answers; it stops when told to, or when whoever started it is gone."""
    process, said = await start(tmp_path)
    try:
        assert said["ready"] is True
        assert Path(said["config"]).is_file()
        assert (await AsyncWebClient(token=said["bot_token"], base_url=said["api"]).auth_test())["ok"]
        async with aiohttp.ClientSession() as session, session.get(f"{said['page']}/_company/state") as answer:
            assert (await answer.json())["faults"]
        if how == "end of input":
            assert process.stdin is not None
            process.stdin.close()
        else:
            os.kill(process.pid, getattr(signal, how))
        assert await asyncio.wait_for(process.wait(), 60) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
