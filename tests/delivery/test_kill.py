"""A kill -9 in the middle of a delivery: after the next start there is exactly one message."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.demo.workspace import Fault, WorkspaceServer
from bot.store import outbox
from bot.store.db import Store
from bot.store.outbox import State

LAUNCH = "C0LAUNCH1"


async def _until(condition, seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await SystemClock().sleep(0.02)


async def _start(path: Path, slack: WorkspaceServer) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.delivery.sender", str(path), slack.api_url, slack.bot_token
    )


def _texts(slack: WorkspaceServer) -> list[str]:
    found = slack.workspace.channel(LAUNCH).messages.values()
    return [each["text"].rstrip(".") for each in found if each.get("bot_id")]


@pytest.mark.parametrize("kind", ["hang", "hang_after"])
async def test_a_kill_between_claim_and_mark_neither_loses_nor_doubles(tmp_path, kind):
    """Slack had taken it, or had not: the next start finds out."""
    path, clock = tmp_path / "launch.db", SystemClock()
    store = Store.open(path)
    await store.write(lambda c: c.execute("CREATE TABLE news (id INTEGER PRIMARY KEY, rev INTEGER)"))
    await store.write(lambda c: c.execute("INSERT INTO news VALUES (1, 1)"))
    await store.write(lambda c: outbox.post(c, "acme", "news:1", clock.now(), channel=LAUNCH))
    store.close()
    async with WorkspaceServer() as slack:
        slack.core.faults.add(Fault(kind, "chat.postMessage"))
        process = await _start(path, slack)
        await _until(lambda: slack.calls("chat.postMessage"))
        await _until(lambda: kind == "hang" or _texts(slack))
        process.send_signal(signal.SIGKILL)
        await process.wait()
        again = await _start(path, slack)
        assert await asyncio.wait_for(again.wait(), 60) == 0
        assert _texts(slack) == ["news 1"]
    store = Store.open(path)
    assert (await store.read(lambda c: outbox.trail(c, "acme", "news:1")))[0].state is State.SENT
    store.close()


async def test_kills_at_any_moment_neither_lose_nor_double(tmp_path):
    """Three kills while twelve messages go out: each start gets a little further, none is said twice."""
    path, clock = tmp_path / "launch.db", SystemClock()
    store = Store.open(path)
    await store.write(lambda c: c.execute("CREATE TABLE news (id INTEGER PRIMARY KEY, rev INTEGER)"))
    channels = [LAUNCH, "C0OPSALRT", "G0FOUNDER"]
    for id in range(12):
        await store.write(lambda c, number=id: c.execute("INSERT INTO news VALUES (?, 1)", (number,)))
        channel = channels[id % 3]
        await store.write(
            lambda c, number=id, channel=channel: outbox.post(c, "acme", f"news:{number}", clock.now(), channel=channel)
        )
    store.close()
    async with WorkspaceServer() as slack:
        slack.core.faults.add(Fault("latency", "chat.postMessage", times=None, seconds=0.05))
        for extra in (0.0, 0.03, 0.06):
            calls = len(slack.calls("chat.postMessage"))
            process = await _start(path, slack)
            await _until(lambda calls=calls: len(slack.calls("chat.postMessage")) > calls)
            await clock.sleep(extra)
            assert process.returncode is None
            process.send_signal(signal.SIGKILL)
            await process.wait()
        last = await _start(path, slack)
        assert await asyncio.wait_for(last.wait(), 60) == 0
        said = [
            each["text"].rstrip(".")
            for channel in channels
            for each in slack.workspace.channel(channel).messages.values()
            if each.get("bot_id")
        ]
    assert sorted(said) == sorted(f"news {id}" for id in range(12))
