"""How hard a host may be asked: a token bucket and a few connections at a time, and an end to all of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

PER_HOST = 6
"""Connections to one host at the same time."""
OVERALL = 32
"""Connections of one run at the same time."""


class BudgetSpent(Exception):
    """The deadline of the run is over, or would be before it is this request's turn."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    connections: asyncio.Semaphore


class Limits:
    """Turns for requests; one object may serve several runs, so that together they stay polite.

    Args:
        rate: Requests a second to one host once the burst is used up.
        burst: Requests that may go out at once.
        unlimited: Hosts whose owner has lifted the rate; the number of connections stays bounded.
        deadline: Seconds after which no further request begins; None for no end.
        overall: Connections at the same time, to all hosts together.
    """

    def __init__(
        self,
        rate: float = 2.0,
        burst: int = 30,
        unlimited: frozenset[str] = frozenset(),
        *,
        deadline: float | None = None,
        overall: int = OVERALL,
    ) -> None:
        self._rate = max(rate, 0.01)
        self._burst = max(burst, 1)
        self._unlimited = unlimited
        self._buckets: dict[str, _Bucket] = {}
        self._overall = asyncio.Semaphore(overall)
        self._ends: float | None = None
        if deadline is not None:
            self.end_in(deadline)

    def end_in(self, seconds: float) -> None:
        """Let the deadline be `seconds` from now."""
        self._ends = asyncio.get_running_loop().time() + seconds

    def remaining(self) -> float | None:
        """Seconds to the deadline, None without one."""
        return None if self._ends is None else self._ends - asyncio.get_running_loop().time()

    @property
    def crowded(self) -> bool:
        """Whether no connection is free at the moment: who waits then waits for us, and not for a server."""
        return self._overall.locked()

    @asynccontextmanager
    async def turn(self, host: str, *, patient: bool = False) -> AsyncIterator[None]:
        """Wait for this host's turn and hold it. Whoever is `patient` lets everybody else go first.

        Raises:
            BudgetSpent: Where the deadline comes first.
        """
        bucket = self._bucket(host)
        try:
            async with asyncio.timeout(self.remaining()):
                await self._take(host, bucket, patient=patient)
                await bucket.connections.acquire()
                try:
                    await self._overall.acquire()
                except BaseException:
                    bucket.connections.release()
                    raise
        except TimeoutError:
            raise BudgetSpent from None
        try:
            yield
        finally:
            self._overall.release()
            bucket.connections.release()

    def _bucket(self, host: str) -> _Bucket:
        bucket = self._buckets.get(host)
        if bucket is None:
            now = asyncio.get_running_loop().time()
            bucket = self._buckets[host] = _Bucket(float(self._burst), now, asyncio.Semaphore(PER_HOST))
        return bucket

    async def _take(self, host: str, bucket: _Bucket, *, patient: bool) -> None:
        remaining = self.remaining()
        if remaining is not None and remaining <= 0:
            raise BudgetSpent
        if host in self._unlimited:
            return
        wait = self._due(bucket)
        while patient and wait > 0:
            # Nothing is owed for those who can wait: a token that is there meanwhile goes to whoever asks for it.
            if remaining is not None and wait > remaining:
                raise BudgetSpent
            await asyncio.sleep(wait)  # noqa: TID251  (the pace of real packets, not the bot's idea of time)
            wait, remaining = self._due(bucket), self.remaining()
        if remaining is not None and wait > remaining:
            raise BudgetSpent
        # The token is taken at once and may be owed: those who come later then wait longer, in order.
        bucket.tokens -= 1
        if wait > 0:
            await asyncio.sleep(wait)  # noqa: TID251  (as above)

    def _due(self, bucket: _Bucket) -> float:
        """Seconds until there is a token; 0 or less where there is one."""
        now = asyncio.get_running_loop().time()
        bucket.tokens = min(float(self._burst), bucket.tokens + (now - bucket.at) * self._rate)
        bucket.at = now
        return (1 - bucket.tokens) / self._rate
