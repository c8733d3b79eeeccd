"""How long the event loop stood still."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from tests.growth import least

BLOCK = 0.05
"""Seconds for which the bot's loop stands still at most, on a quiet machine: it is what the project promises."""


async def longest_block(work: Callable[[], Awaitable[object]], enough: float = BLOCK) -> float:
    """Seconds for which the loop stood still at most while the work was done, as on a quiet machine.

    The least of some rounds, each beside how slow the machine was around it: a busy machine interrupts now and then,
    work that blocks does so each time. The first round that blocks no longer than `enough` is the last.
    """
    return await least(lambda: _one_round(work), enough)


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
