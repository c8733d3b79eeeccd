"""A stock Slack client that knows nothing of us: Slack's Node SDK, over its own HTTP and WebSocket code."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.demo.workspace import WorkspaceServer

HERE = Path(__file__).resolve().parent
NODE = shutil.which("node")
INSTALLED = (HERE / "node_modules" / "@slack" / "socket-mode").is_dir()

pytestmark = pytest.mark.node


@pytest.fixture(autouse=True)
def node_is_there() -> None:
    """Without Node.js or its packages nothing is proven: loudly skipped, and a failure in CI."""
    if NODE and INSTALLED:
        return
    said = "Node.js and its packages are missing: install Node.js 20 or later, then run `npm ci` in tests/node"
    if os.environ.get("CI") == "true":
        pytest.fail(said)
    pytest.skip(said)


class Client:
    """The Node process, line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def next(self, event: str) -> dict[str, Any]:
        """The next line, which must tell of that event."""
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), 60)
        said: dict[str, Any] = json.loads(line)
        assert said["event"] == event, said
        return said


@contextlib.asynccontextmanager
async def running(slack: WorkspaceServer) -> AsyncIterator[Client]:
    """The client, connected to the workspace."""
    assert NODE is not None
    environment = {
        "PATH": os.environ["PATH"],
        "API": slack.api_url,
        "APP_TOKEN": slack.app_token,
        "BOT_TOKEN": slack.bot_token,
    }
    process = await asyncio.create_subprocess_exec(
        NODE,
        str(HERE / "client.mjs"),
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Client(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 60)
        except TimeoutError:
            process.kill()
            await process.wait()


async def test_the_node_sdk_receives_a_command_acknowledges_it_posts_and_edits() -> None:
    """The whole round trip of an app, by a client other than the bot's."""
    async with WorkspaceServer() as slack, running(slack) as client:
        refused = await client.next("error")
        assert refused["error"] == "not_in_channel"
        ready = await client.next("ready")
        assert ready["user"] == "U0LAUNCHR"
        assert "chat:write" in ready["scopes"]
        await slack.connected()
        result = await slack.command("mia", "#launch", "/launch check shop")
        assert result.ok, result
        assert slack.ephemerals("mia")[0]["text"] == "Looking at check shop …"
        answered = await client.next("answered")
        assert answered["edited"] is True
        (message,) = slack.messages("#launch")
        assert (message["ts"], message["text"]) == (answered["ts"], "Checked")
        assert message["blocks"][0]["text"]["text"] == "*Checked*: all is well"
        assert answered["history"][0]["metadata"] == {"event_type": "node", "event_payload": {"step": 1}}
        slack.open_home("mia")
        home = await slack.until(lambda: slack.home("mia"))
        assert home["blocks"][0]["text"]["text"] == "From Node"
        assert slack.violations() == []


async def test_the_node_sdk_comes_back_after_a_reset() -> None:
    """A socket that is cut is opened again, and commands are answered as before."""
    async with WorkspaceServer() as slack, running(slack) as client:
        await client.next("error")
        await client.next("ready")
        await slack.connected()
        (first,) = slack.core.dispatcher.sockets.connections
        await slack.sockets("reset")
        await slack.until(lambda: first not in slack.core.dispatcher.sockets.connections)
        await slack.connected(timeout=60)
        assert (await slack.command("mia", "#launch", "/launch check again")).ok
        await client.next("answered")
