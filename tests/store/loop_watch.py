"""How long the event loop stood still."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


async def longest_block(work: Callable[[], Awaitable[object]]) -> float:
    """Seconds for which the loop stood still at most while the work was done.

    The least of three rounds: a busy machine interrupts now and then, work that blocks does so each time.
    """
    return min([await _one_round(work) for _ in range(3)])


async def _one_round(work: Callable[[], Awaitable[object]]) -> float:
    longest, stop = 0.0, asyncio.Event()

    async def watch() -> None:
        nonlocal longest
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            began, turn = time.perf_counter(), loop.create_future()
            loop.call_later(0.001, turn.set_result, None)
            await turn
            longest = max(longest, time.perf_counter() - began - 0.001)

    watcher = asyncio.create_task(watch())
    await work()
    stop.set()
    await watcher
    return longest
