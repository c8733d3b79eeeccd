"""One walk of a flow at a time on this machine, whoever asks for it: the bot, an audit, somebody at a terminal.

Two of them at once would log the same test customer in twice. Some products then end the first session, and a code of
an authenticator app counts only once: both would look like a broken log-in. A lock of the operating system goes away
with its process. Where there is none to be had, walks go on without it: it guards against a rare mishap, and no more.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

AGAIN = 0.2
"""Seconds until it is tried once more."""


class Taken(Exception):
    """Somebody else walks it, and did not end in time."""


@asynccontextmanager
async def alone(name: str, *, until: float) -> AsyncIterator[None]:
    """Hold the lock of this name; waits for it until then (loop time). Raises `Taken`."""
    handle = _open(name)
    try:
        if handle is not None:
            while not _locked(handle):
                if asyncio.get_running_loop().time() + AGAIN > until:
                    raise Taken
                await _a_moment()
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _open(name: str) -> int | None:
    """The file of a lock, in a folder that nobody else writes to; None where there can be none."""
    if os.name != "posix":
        return None
    folder = Path(tempfile.gettempdir()) / f"launch-ready-{os.getuid()}"
    with suppress(OSError):
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022:
            digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:32]
            return os.open(folder / f"{digest}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    return None


def _locked(handle: int) -> bool:
    """Whether it is ours now; also where the file system knows no locks."""
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


async def _a_moment() -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(AGAIN):
            await asyncio.Event().wait()
