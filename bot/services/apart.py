"""Work that may keep a processor busy, in a thread with an event loop of its own.

Large pages take seconds to read through. Done on the bot's own loop, that would hold up everybody: commands would not
be acknowledged in time, and Slack would take the connection for dead.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")

ENDS_WITHIN = 5.0
"""Seconds that cancelled work gets to close what it has open."""


async def apart(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What `work()` returns or raises, run to its end on a loop of its own; cancelling this cancels that.

    Nothing that belongs to the calling loop (locks, queues, sessions) may be used in it.
    """
    here = asyncio.get_running_loop()
    ended: asyncio.Future[T] = here.create_future()
    there: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[T]]] = []
    unwanted = threading.Event()

    def tell(result: T | None, error: BaseException | None) -> None:
        if ended.done():
            return
        if isinstance(error, asyncio.CancelledError):
            ended.cancel()
        elif error is not None:
            ended.set_exception(error)
        else:
            ended.set_result(result)  # type: ignore[arg-type]

    async def watched() -> T:
        task = asyncio.ensure_future(work())
        there.append((asyncio.get_running_loop(), task))
        if unwanted.is_set():
            task.cancel()
        return await task

    def run() -> None:
        result, error = None, None
        try:
            result = asyncio.run(watched())
        except BaseException as raised:  # noqa: BLE001  (it is raised again where it is waited for)
            error = raised
        # The calling loop may have ended in the meantime; then nobody waits any more.
        with suppress(RuntimeError):
            here.call_soon_threadsafe(tell, result, error)

    threading.Thread(target=run, name="apart", daemon=True).start()
    try:
        await asyncio.wait({ended})
    except asyncio.CancelledError:
        unwanted.set()
        for loop, task in there:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(task.cancel)
        await asyncio.wait({ended}, timeout=ENDS_WITHIN)
        if ended.done() and not ended.cancelled():
            ended.exception()  # said by nobody any more
        raise
    return ended.result()
