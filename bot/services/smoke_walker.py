"""One walk from its beginning to what it means: walked beside the bot's own loop, told of, stored, understood."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

from bot.clock import Clock
from bot.services import smoke_flows
from bot.services.apart import apart
from bot.services.config import Config
from bot.services.incidents import Incidents
from bot.services.smoke_board import Board, unwalked
from bot.services.smoke_news import news_of
from bot.services.transitions import Outcome, World, carry_out
from bot.store import outbox, walks
from bot.store.db import Store, StoreError
from bot.store.walks import Course, Walk
from checks.flow.model import TOTAL_SECONDS, Flow, FlowSeen

log = logging.getLogger(__name__)

SUBJECT = "smoke"
EDIT_EVERY = 3.0
"""Seconds between two edits that tell of progress."""
SPARE = 15.0
"""Seconds over the whole time of a walk after which it is let go, whatever it hangs on."""
STORE_AGAIN = 5.0
"""Seconds between two attempts to store a result while the disk is full."""
FIXED_WITHIN = timedelta(seconds=25)
"""Who says that it is fixed gets the answer of a walk within this; a longer one tells its result by itself."""
Environment = Callable[[], Mapping[str, str]]


class Cause(StrEnum):
    """Why flows are walked."""

    DEPLOY = "deploy"
    HAND = "hand"
    SCHEDULE = "schedule"
    RUNBOOK = "runbook"
    FIXED = "fixed"
    """Somebody says that it is fixed."""


def subject(id: int) -> str:
    """How the outbox calls a walk."""
    return f"{SUBJECT}:{id}"


class Walker:
    """Carries out walks that are written down; it remembers nothing."""

    def __init__(
        self, store: Store, clock: Clock, incidents: Incidents, wake: Callable[[], None], environ: Environment
    ) -> None:
        self._store = store
        self._clock = clock
        self._incidents = incidents
        self._wake = wake
        self._environ = environ

    async def run(
        self,
        walk: Walk,
        course: Course,
        flows: tuple[Flow, ...],
        config: Config,
        current: Callable[[], Sequence[Flow]],
    ) -> bool:
        """1 walk, telling of the progress, 2 store what was seen with what it means; False after a mistake of ours.

        `current` are the flows of launch.yml as it is by then: of what is no longer in it nothing is said.
        """
        board, began = Board(flows), self._clock.now()
        teller = asyncio.create_task(self._tell(walk, course, board), name=f"smoke-{walk.id}-progress")
        try:
            seen = await self._walked(walk, course, flows, config, board)
            await self._stop_telling(teller)
            # Who said that it is fixed hears so by another way, unless the walk took longer than they wait.
            only_bad = walk.cause == Cause.FIXED and self._clock.now() - began < FIXED_WITHIN
            known = [one for one in current() if walk.covers(one.id)]
            await self._keep(walk, replace(course, seen=seen), known, config, only_bad=only_bad)
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("walk %s", walk.id)
            await self.end(walk, replace(course, seen=board.seen(), problem=walks.OWN_FAULT))
            return False
        finally:
            await self._stop_telling(teller)
        return True

    async def end(self, walk: Walk, course: Course) -> None:
        """It is over without a result."""

        def store(connection: sqlite3.Connection) -> None:
            now = self._clock.now()
            if walks.end(connection, walk.id, now, course):
                outbox.edit(connection, walk.product, subject(walk.id), now)

        await self._store.write(store)

    async def _walked(
        self, walk: Walk, course: Course, flows: tuple[Flow, ...], config: Config, board: Board
    ) -> tuple[FlowSeen, ...]:
        """Walk, beside the bot's own loop; what a walk that was cut off has left behind is removed first."""
        inventory, now, environ = config.inventory, self._clock.now(), self._environ()
        assert inventory is not None  # noqa: S101  (without one no walk is begun)
        network, tags, left = inventory.network, dict(course.runs), dict(walk.course.runs)

        async def work() -> tuple[FlowSeen, ...]:
            await smoke_flows.clear(flows, network, environ, now, left)
            return await smoke_flows.walk(flows, network, environ, now, tags=tags, on_progress=board.note)

        try:
            async with asyncio.timeout(TOTAL_SECONDS + SPARE):
                return await apart(work)
        except TimeoutError:
            log.error("a walk did not end by itself")  # noqa: TRY400  there is nothing to trace: it was let go
            done = {one.id: one for one in board.seen()}
            return tuple(done.get(one.id) or unwalked(one, now) for one in flows)

    async def _stop_telling(self, teller: asyncio.Task[None]) -> None:
        teller.cancel()
        await asyncio.gather(teller, return_exceptions=True)

    async def _tell(self, walk: Walk, course: Course, board: Board) -> None:
        told = course
        while True:
            await self._clock.sleep(EDIT_EVERY)
            latest = board.course(course)
            if latest == told:
                continue
            told = latest

            def store(connection: sqlite3.Connection, one: Course = latest) -> None:
                if walks.progress(connection, walk.id, one):
                    now = self._clock.now()
                    outbox.edit(connection, walk.product, subject(walk.id), now, prio=outbox.Prio.PROGRESS)

            with suppress(StoreError):
                await self._store.write(store, durable=False)
                self._wake()

    async def _keep(self, walk: Walk, course: Course, flows: Sequence[Flow], config: Config, *, only_bad: bool) -> None:
        """Store the result and what it means for incidents in one transaction, however long the disk stays full."""

        def store(connection: sqlite3.Connection, world: World) -> list[Outcome]:
            now = self._clock.now()
            before = walks.latest(connection, walk.product, [one.id for one in flows])
            if not walks.end(connection, walk.id, now, course):
                return []
            outbox.edit(connection, walk.product, subject(walk.id), now)
            signals = news_of(connection, config, flows, course.seen, before=before, now=now, only_bad=only_bad)
            return [carry_out(connection, world, one, now) for one in signals]

        while True:
            try:
                await self._incidents.carry_out(store)
            except StoreError as error:
                log.error("walk %s waits to be stored: %s", walk.id, error)  # noqa: TRY400  the sentence says it all
                await self._clock.sleep(STORE_AGAIN)
            else:
                return
