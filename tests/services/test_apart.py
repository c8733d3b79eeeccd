"""Work on a loop of its own: the bot's loop goes on, whatever that work does."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from bot.clock import SystemClock
from bot.services.apart import apart
from tests.store.loop_watch import BLOCK, longest_block


async def test_what_comes_out_is_what_the_work_returns_or_raises():
    """From another thread, and another loop."""
    here = asyncio.get_running_loop()

    async def good() -> tuple[bool, bool]:
        return threading.current_thread() is threading.main_thread(), asyncio.get_running_loop() is here

    async def bad() -> None:
        raise LookupError("gone")

    assert await apart(good) == (False, False)
    with pytest.raises(LookupError, match="gone"):
        await apart(bad)


@pytest.mark.alone
async def test_the_loop_goes_on_while_a_processor_is_busy():
    """A second and a half of plain work holds up nobody."""

    async def busy() -> int:
        until, count = time.perf_counter() + 1.5, 0
        while time.perf_counter() < until:
            count += len(str(count))
        return count

    assert await longest_block(lambda: apart(busy)) <= BLOCK


async def test_who_gives_up_ends_the_work_too():
    """It closes what it has open before the waiter goes on; nothing of it runs on in the dark."""
    begun, closed = threading.Event(), threading.Event()

    async def endless() -> None:
        begun.set()
        try:
            await SystemClock().sleep(3600)
        finally:
            closed.set()

    task = asyncio.create_task(apart(endless))
    while not begun.is_set():
        await SystemClock().sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert closed.is_set()


async def test_who_gives_up_at_once_leaves_no_thread_behind():
    """Before the thread has even begun."""

    async def endless() -> None:
        await SystemClock().sleep(3600)

    for _ in range(20):
        task = asyncio.create_task(apart(endless))
        await asyncio.sleep(0)  # noqa: TID251  (one turn of the loop: the work is asked for, nothing more)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with asyncio.timeout(60):
        while any(thread.name == "apart" for thread in threading.enumerate()):
            await SystemClock().sleep(0.01)
