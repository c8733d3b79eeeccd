"""Processes that are killed again and again, each time a little later, until one comes to the end."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sqlite3
from collections.abc import Callable
from typing import Any

from bot.store.db import Store


class Mortal(Store):
    """A store whose process dies at the nth write that changes something, in the transaction or right after it."""

    dies_at = 1
    inside = False
    writes = 0

    @classmethod
    def dying(cls, at: int, inside: bool) -> None:
        """When this process dies."""
        Mortal.dies_at, Mortal.inside, Mortal.writes = at, inside, 0

    @staticmethod
    def count(connection: sqlite3.Connection) -> int:
        """What grows with each write that matters; here with every one."""
        return connection.total_changes

    async def write(self, work: Any, **more: Any) -> Any:
        """Write, and perhaps die."""
        dies = False

        def last(connection: sqlite3.Connection) -> Any:
            nonlocal dies
            before = self.count(connection)
            found = work(connection)
            changed = self.count(connection) > before
            Mortal.writes += changed
            dies = changed and Mortal.writes == Mortal.dies_at
            if dies and Mortal.inside:
                os.kill(os.getpid(), signal.SIGKILL)
            return found

        found = await super().write(last, **more)
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)
        return found


def forks(*preload: str) -> Any:
    """New processes within a few milliseconds: what they need is loaded once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    return context


async def deaths(processes: Any, life: Callable[..., None], *args: object, most: int) -> int:
    """Live it again and again until somebody survives; how many died before."""
    for killed in range(most):
        process = processes.Process(target=life, args=args)
        process.start()
        await asyncio.to_thread(process.join, 60)
        if process.exitcode != -signal.SIGKILL:
            assert process.exitcode == 0
            return killed
    raise AssertionError(f"{most} processes died")
