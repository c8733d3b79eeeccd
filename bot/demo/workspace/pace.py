"""Time in the workspace: the machine's clock, or one that a test winds forward.

Everything that ages (trigger ids, response URLs, rate limits, redelivery) asks here. The three seconds in which an
app must acknowledge are real seconds, because the app lives in real time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


class Pace:
    """A clock that may run faster than the wall's, and may be wound forward by hand."""

    def __init__(self, speed: float = 1.0, now: Callable[[], float] | None = None) -> None:
        if speed <= 0:
            raise ValueError("speed must be above 0")
        self._speed = speed
        self._source = now or time.time
        self._origin = self._source()
        self._offset = 0.0
        self._moved = asyncio.Event()

    def now(self) -> float:
        """Seconds since 1970, as the workspace sees it."""
        return self._origin + (self._source() - self._origin) * self._speed + self._offset

    def advance(self, seconds: float) -> None:
        """Wind forward: what is due by then happens now."""
        if seconds < 0:
            raise ValueError("time only goes forward")
        self._offset += seconds
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Wait until that many of the workspace's seconds have passed."""
        due = self.now() + seconds
        while (left := due - self.now()) > 0:
            try:
                # A source driven by hand gives no hint when it will be due: look again now and then.
                await asyncio.wait_for(self._moved.wait(), min(left / self._speed, 0.25))
            except TimeoutError:
                continue
