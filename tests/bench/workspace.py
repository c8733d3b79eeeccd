"""The real bot in the local workspace: two processes besides this one, and real sockets between them."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from tests.bench.measure import environment

T = TypeVar("T")
VERDICTS = ("Go:", "Go, once", "No-go:", "Not proven:")
READY_WITHIN = 40.0


@dataclass
class Workspace:
    """The workspace's control interface, used over HTTP."""

    info: dict[str, str]
    http: aiohttp.ClientSession

    async def get(self, what: str, **query: str) -> Any:
        """Read one of its records: `calls`, `deliveries`, `messages`."""
        async with self.http.get(f"{self.info['page']}/_control/{what}", params=query) as answer:
            return (await answer.json())["result"]

    async def post(self, what: str, **data: object) -> Any:
        """Change something, or act as a person."""
        async with self.http.post(f"{self.info['page']}/_control/{what}", json=data) as answer:
            said = await answer.json()
        if not said.get("ok"):
            raise RuntimeError(f"{what} {data}: {said}")
        return said

    async def type(self, text: str) -> None:
        """A person types a command and waits until it is acknowledged."""
        await self.post("act", do="command", user="UMIA", channel="#launch", text=text)

    async def until(self, look: Callable[[], Awaitable[T]], seconds: float = 60.0) -> T:
        """Look again and again until there is something."""
        async with asyncio.timeout(seconds):
            while not (found := await look()):
                await asyncio.sleep(0.05)  # noqa: TID251  (looking costs the workspace time that is being measured)
        return found


@asynccontextmanager
async def workspace(folder: Path) -> AsyncIterator[Workspace]:
    """The workspace with the demo company, Slack's rate limits switched off."""
    async with _process((sys.executable, "-m", "bot.demo", "--data", str(folder)), folder, environment()) as process:
        assert process.stdout is not None
        async with asyncio.timeout(READY_WITHIN):
            info = json.loads(await process.stdout.readline())
        async with aiohttp.ClientSession() as http:
            found = Workspace(info, http)
            await found.post("limits", on=False)
            yield found


@asynccontextmanager
async def bot(
    argv: Sequence[str], folder: Path, slack: Workspace, config: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The bot as a process, connected by two sockets."""
    env = environment(
        SLACK_BOT_TOKEN=slack.info["bot_token"],
        SLACK_APP_TOKEN=slack.info["app_token"],
        SLACK_API_URL=slack.info["api"],
        LAUNCH_CONFIG=str(config),
        LAUNCH_DATA=str(folder / "bot-data"),
        LAUNCH_HTTP="127.0.0.1:0",
    )
    async with _process(argv, folder, env) as process:
        assert process.stdout is not None
        async with asyncio.timeout(READY_WITHIN):
            await process.stdout.readline()
        await answers(slack)
        yield process


async def answers(slack: Workspace) -> None:
    """Wait until a command is answered: the bot's two sockets are open then, or will be in a moment."""
    await slack.until(lambda: _answered(slack))
    await asyncio.sleep(1.0)  # noqa: TID251  (let what belongs to the start come to rest)


async def _answered(slack: Workspace) -> bool:
    with suppress(RuntimeError):
        await slack.type("/launch help")
        return True
    return False


@asynccontextmanager
async def _process(argv: Sequence[str], folder: Path, env: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process with its output at hand; stopped in an orderly way, and ended where it does not stop."""
    with (folder / f"stderr-{len(list(folder.iterdir()))}.txt").open("w") as errors:
        process = await asyncio.create_subprocess_exec(
            *argv,
            cwd=folder,
            env=env,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 10)
            except TimeoutError:
                process.kill()
                await process.wait()
