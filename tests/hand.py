"""A clock that is moved by hand, for houses that are their own clock."""

from __future__ import annotations

from datetime import datetime


class ByHand:
    """Stands still until somebody moves `time`."""

    time: datetime

    def now(self) -> datetime:
        """The moment."""
        return self.time

    def monotonic(self) -> float:
        """The moment, as seconds."""
        return self.time.timestamp()

    async def sleep(self, seconds: float) -> None:
        """Nobody waits here."""
        raise AssertionError(seconds)
