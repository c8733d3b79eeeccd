"""Each code of an authenticator app counts once: who wants one that is used up waits for the next.

Log-in and log-out are walked side by side as one test customer. Products that take a code only once would refuse the
second, and a log-in that works would be called broken.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from checks.flow.totp import Key

MOST = 1000
"""Keys that are remembered."""
_used: dict[bytes, int] = {}
_guard = threading.Lock()


async def fresh_code(key: Key, place: str, clock: Callable[[], datetime]) -> None:
    """Wait until this key shows a code that nobody here has asked for yet. `place`: where it is used."""
    while wait := _claimed(key, place, clock().timestamp()):
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await asyncio.Event().wait()


def _claimed(key: Key, place: str, now: float) -> float:
    """Seconds until the next code; 0 where the one of now is free, and from then on taken."""
    name = hashlib.sha256(key.raw + place.encode("utf-8", "replace")).digest()
    counter = int(now) // key.period
    with _guard:
        if _used.get(name, -1) >= counter:
            return max(0.01, (counter + 1) * key.period - now)
        if len(_used) >= MOST:
            _used.clear()
        _used[name] = counter
    return 0.0
