"""Looks of runs that are under way: one of a run at a time; that of a step which was left meanwhile is given up."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.domain.incident import Incident
from bot.domain.runbook.moved import Look
from bot.domain.runbook.run import Run, Sight, Verdict
from bot.services.runbook_known import Cause, cause_of
from bot.store import incidents, runs
from bot.store.db import Store, StoreError

log = logging.getLogger(__name__)


class Eyes(Protocol):
    """Who looks for a step; `runbook_looks.Looks` in the running bot."""

    async def look(self, asked: Look, run: Run, cause: Cause, incident: Incident | None) -> Sight:
        """What it looks like now; never raises for what it finds."""


class UnderWay:
    """The tasks that look. `looked` makes one look and stores what it saw; it never raises."""

    def __init__(self, looked: Callable[[Look], Awaitable[None]]) -> None:
        self._looked = looked
        self._tasks: dict[int, tuple[int, asyncio.Task[None]]] = {}

    def __contains__(self, run: int) -> bool:
        """Whether a run is looking."""
        return run in self._tasks

    def begin(self, asked: Look) -> None:
        """Look, in place of an older look of the same run; nothing new where it is the same one."""
        token, before = self._tasks.get(asked.run, (0, None))
        if before is not None and not before.done():
            if token == asked.token:
                return
            before.cancel()
        task = asyncio.create_task(self._after(before, asked), name=f"run-{asked.run}-look")
        self._tasks[asked.run] = asked.token, task
        task.add_done_callback(lambda done: self._given_back(asked.run, done))

    async def _after(self, before: asyncio.Task[None] | None, asked: Look) -> None:
        if before is not None:
            await asyncio.wait([before])
        await self._looked(asked)

    def _given_back(self, run: int, done: asyncio.Task[None]) -> None:
        if self._tasks.get(run, (0, None))[1] is done:
            del self._tasks[run]

    async def stop(self) -> None:
        """Look at nothing more."""
        tasks = [task for _, task in self._tasks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()

    async def settle(self) -> None:
        """Until every look under way has been answered, and those that follow from it."""
        while tasks := [task for _, task in self._tasks.values()]:
            await asyncio.gather(*tasks, return_exceptions=True)


async def seen(asked: Look, store: Store, eyes: Eyes, product: str) -> Sight:
    """What a look saw; where the bot itself is at fault that is unknown, and a person is asked to look.

    Raises `StoreError`.
    """

    def read(connection: sqlite3.Connection) -> tuple[Run, Cause, Incident | None]:
        run = runs.get(connection, asked.run)
        assert run is not None  # noqa: S101  (it asked for this look)
        incident = incidents.get(connection, run.incident) if run.incident else None
        return run, cause_of(connection, product, run, incident), incident

    try:
        run, cause, incident = await store.read(read)
        return await eyes.look(asked, run, cause, incident)
    except StoreError:
        raise
    except Exception as error:
        log.exception("the look of run %s", asked.run)
        return Sight(Verdict.UNKNOWN, f"a mistake of the bot itself ({type(error).__name__})")
