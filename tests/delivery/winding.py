"""Real time, plus what a test winds forward: waits of minutes are over at once, sockets go on in real time."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from bot.clock import SystemClock


class WindingClock:
    """A clock that a test may wind forward."""

    def __init__(self) -> None:
        self._real = SystemClock()
        self._ahead = 0.0
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        """Real time plus what was wound."""
        return self._real.now() + timedelta(seconds=self._ahead)

    def monotonic(self) -> float:
        """Likewise."""
        return self._real.monotonic() + self._ahead

    def wind(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self._ahead += seconds
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Until that much time has passed, really or wound."""
        due = self.monotonic() + seconds
        while (left := due - self.monotonic()) > 0:
            try:
                await asyncio.wait_for(self._moved.wait(), left)
            except TimeoutError:
                return
