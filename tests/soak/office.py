"""The workspace of a worker: a process of its own that answers over HTTP and does what it is told over a socket.

Each life of a bot has a connection of its own: one that dies in the middle of a question disturbs nobody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import struct
from pathlib import Path
from typing import Any

from bot.demo.workspace import Fault, WorkspaceServer
from tests.soak.ground import Ground
from tests.soak.plan import PEOPLE

CHANNEL = "C0OPSALRT"


class Line:
    """Messages in JSON over a socket; this end waits."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    @classmethod
    def to_office(cls, folder: Path) -> Line:
        """A new one to the workspace of this worker."""
        end = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        end.connect(str(folder / "office"))
        return cls(end)

    def close(self) -> None:
        """Hang up."""
        self._end.close()

    @property
    def number(self) -> int:
        """Its descriptor."""
        return self._end.fileno()

    def say(self, what: Any) -> None:
        """Send one."""
        text = json.dumps(what).encode()
        self._end.sendall(struct.pack("!I", len(text)) + text)

    def hear(self) -> Any:
        """Wait for one."""
        [length] = struct.unpack("!I", self._exactly(4))
        return json.loads(self._exactly(length))

    def ask(self, what: Any) -> Any:
        """Send one and wait for the answer."""
        self.say(what)
        return self.hear()

    def _exactly(self, count: int) -> bytes:
        parts = b""
        while len(parts) < count:
            part = self._end.recv(count - len(parts))
            if not part:
                raise EOFError("the workspace is gone")
            parts += part
        return parts


def fork_office(folder: Path) -> tuple[dict[str, str], int]:
    """Start the workspace in a process of its own; answers where its Web API is, and its process id."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid:
        theirs.close()
        began = Line(ours)
        where: dict[str, str] = began.hear()
        began.close()
        return where, pid
    ours.close()
    try:
        asyncio.run(_serve(folder, theirs))
    finally:
        os._exit(0)
    raise AssertionError


async def _serve(folder: Path, end: socket.socket) -> None:
    ground = Ground(folder / "ground")
    async with WorkspaceServer(limits=False, now=ground.slack_time) as slack:
        slack.workspace.listen(lambda delta: _accepted(ground, delta))

        async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    [length] = struct.unpack("!I", await reader.readexactly(4))
                    asked = json.loads(await reader.readexactly(length))
                    await _say(writer, _do(slack, asked))
            writer.close()

        async with await asyncio.start_unix_server(hear, folder / "office") as server:
            _, writer = await asyncio.open_unix_connection(sock=end)
            await _say(writer, {"api": slack.api_url, "token": slack.bot_token})
            await server.serve_forever()


async def _say(writer: asyncio.StreamWriter, what: Any) -> None:
    text = json.dumps(what).encode()
    writer.write(struct.pack("!I", len(text)) + text)
    await writer.drain()


def _accepted(ground: Ground, delta: dict[str, Any]) -> None:
    """A message of the bot has been taken: at the chosen one the bot dies before it hears of it."""
    if delta.get("type") != "message" or not delta["message"].get("metadata") or not ground.get("kill_at_accepted"):
        return
    ground.put("accepted", ground.get("accepted") + 1)
    if ground.get("accepted") >= ground.get("kill_at_accepted"):
        ground.put("kill_at_accepted", 0)
        ground.put("at_kill", ground.get("now"))
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(ground.get("pid")), 9)


def _do(slack: WorkspaceServer, asked: dict[str, Any]) -> Any:
    match asked["do"]:
        case "reset":
            slack.reset()
            # The bot has written to these people before, so it knows the channels of their direct messages.
            return {user: slack.acts.channel(user, "dm").id for user in PEOPLE}
        case "fault":
            slack.core.faults.add(Fault(**asked["fault"]))
        case "well":
            slack.core.faults.clear()
            slack.core.tokens.problem.clear()
            slack.workspace.channel(CHANNEL).archived = False
        case "archive":
            slack.workspace.channel(CHANNEL).archived = True
        case "revoke":
            slack.revoke("bot")
        case "look":
            return [each for each in slack.seen() if each.get("metadata")]
    return None
