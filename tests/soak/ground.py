"""What outlives a kill: one page of memory that the bot, the workspace and the runner share."""

from __future__ import annotations

import asyncio
import mmap
import os
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
"""A Monday afternoon: nobody is asleep."""
SHORT_NIGHT = datetime(2026, 10, 25, 0, 35, tzinfo=UTC)
"""In Berlin the hour from two to three comes twice, in a while."""
_FIELDS = ("now", "began", "skew", "pid", "kill_at_accepted", "accepted", "at_kill", "nth", "stage")


class Ground:
    """Numbers in a file that is mapped into every process of a worker."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(8 * len(_FIELDS)))
        with path.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), 8 * len(_FIELDS))

    def get(self, name: str) -> float:
        """One number."""
        found: float = struct.unpack_from("d", self._page, 8 * _FIELDS.index(name))[0]
        return found

    def put(self, name: str, value: float) -> None:
        """Set one number."""
        struct.pack_into("d", self._page, 8 * _FIELDS.index(name), value)

    def clear(self) -> None:
        """All zero."""
        self._page[:] = bytes(8 * len(_FIELDS))

    def slack_time(self) -> float:
        """The workspace's clock, which nobody sets: seconds since 1970."""
        return START.timestamp() + self.get("began") + self.get("now")


class HandClock:
    """The bot's clock: moved by hand, kept over a kill, and now and then wrong by an hour."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._waiting: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """The wall clock."""
        ground = self._ground
        return START + timedelta(seconds=ground.get("began") + ground.get("now") + ground.get("skew"))

    def monotonic(self) -> float:
        """The steady one."""
        return self._ground.get("now")

    def move(self, to: float) -> None:
        """Let time pass until then."""
        self._ground.put("now", max(to, self._ground.get("now")))
        due = [each for each in self._waiting if each[0] <= self.monotonic()]
        self._waiting = [each for each in self._waiting if each[0] > self.monotonic()]
        for _, future in due:
            if not future.done():
                future.set_result(None)

    async def sleep(self, seconds: float) -> None:
        """Until somebody has moved the clock so far."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((self.monotonic() + seconds, future))
        await future


def die() -> None:
    """The end, without a word: nothing is flushed, nothing is closed."""
    os.kill(os.getpid(), 9)
