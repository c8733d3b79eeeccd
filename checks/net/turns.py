"""What costs processor time is done one after the other, each in a turn of the loop of its own.

Between two of them the loop hears what has come in meanwhile. So nothing is ever held up for longer than one handshake,
however many begin together, and a crowd of looks does not measure its own hurry instead of the servers.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from weakref import WeakKeyDictionary, ref


class Turns:
    """The queue of one loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = ref(loop)
        self._waiting: deque[Callable[[], None]] = deque()

    def take(self, step: Callable[[], None]) -> None:
        """Do it when those before it are done."""
        self._waiting.append(step)
        if len(self._waiting) == 1:
            self._soon()

    async def turn(self) -> None:
        """Wait until those before are done."""
        mine = asyncio.get_running_loop().create_future()
        self.take(lambda: None if mine.done() else mine.set_result(None))
        await mine

    def _soon(self) -> None:
        loop = self._loop()
        if loop is not None:
            loop.call_soon(self._next)

    def _next(self) -> None:
        try:
            self._waiting[0]()
        finally:
            self._waiting.popleft()
            if self._waiting:
                self._soon()


_of: WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = WeakKeyDictionary()


def turns() -> Turns:
    """Those of the running loop."""
    loop = asyncio.get_running_loop()
    found = _of.get(loop)
    if found is None:
        found = _of[loop] = Turns(loop)
    return found
