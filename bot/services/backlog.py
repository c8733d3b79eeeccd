"""What senders said and nothing has come of yet: carried out row by row, each once, whatever breaks in between."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable

from bot.clock import Clock
from bot.domain.gates import Gated
from bot.domain.heard import Counted, Marker
from bot.services.config import Config
from bot.services.deploys import Deploys
from bot.services.events import Events
from bot.services.gates import Gates
from bot.services.incidents import Incidents
from bot.services.live import Live
from bot.services.transitions import Outcome, World, carry_out
from bot.store import heard
from bot.store.db import Store, StoreError
from checks.model import Json

log = logging.getLogger(__name__)

BREATH = 0.2
"""Seconds until work begins: senders often send several at once, and all of them are to be answered first."""
AT_ONCE = 50
"""Rows that are looked up together."""


class Backlog:
    """Works on rows of `heard`. What a row brings about, and that it is done, are one transaction."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        config: Callable[[], Config],
        incidents: Incidents,
        *,
        deploys: Deploys,
        events: Events,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._incidents = incidents
        self._deploys = deploys
        self._events = events
        self._gates = Gates(config)
        self._wake = wake
        self._working = asyncio.Lock()
        self._more = False
        self._task: asyncio.Task[None] | None = None

    def soon(self) -> None:
        """Have it worked off in a moment; returns at once."""
        self._more = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._until_empty(), name="inbound")

    async def _until_empty(self) -> None:
        while self._more:
            await self._clock.sleep(BREATH)
            self._more = False
            try:
                await self.work_off()
            except StoreError as error:
                log.error("what senders said waits for the store: %s", error)  # noqa: TRY400  the sentence says it all
                return

    async def stop(self) -> None:
        """Leave what is not done for the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def work_off(self) -> int:
        """Carry out every row that is due, oldest first; says how many. Raises `StoreError`."""
        count = 0
        async with self._working:
            while True:
                rows = await self._due()
                for row in rows:
                    await self._carry_out(row)
                count += len(rows)
                if len(rows) < AT_ONCE:
                    return count

    async def _due(self) -> list[heard.Row]:
        now, product = self._clock.now(), self._config().product
        return await self._store.read(lambda c: heard.due(c, product, now, AT_ONCE))

    async def _carry_out(self, row: heard.Row) -> None:
        """Whatever breaks is this row's alone; it is tried again later, and left in the end."""
        try:
            await self._incidents.carry_out(lambda c, world: self._bring_about(c, world, row.id))
        except StoreError:
            raise
        except Exception as error:
            log.exception("what %s said (%d) could not be carried out", row.source, row.id)
            problem = f"a mistake of the bot itself ({type(error).__name__})"
            tries = await self._store.write(lambda c: heard.failed(c, row.id, problem))
            if tries >= heard.TRIES:
                log.error("what %s said (%d) is left after %d tries", row.source, row.id, tries)  # noqa: TRY400
        self._wake()

    def _bring_about(self, connection: sqlite3.Connection, world: World, id: int) -> list[Outcome]:
        found, now = heard.said(connection, id), self._clock.now()
        if found is None:
            return []
        outcomes: list[Outcome] = []
        deploys: list[Json] = []
        live = Live(connection, world.product)
        builds: list[Json] = []
        for one in found:
            if isinstance(one, Marker):
                deploys.append(self._deploys.heard(connection, one, now))
            elif isinstance(one, Gated):
                builds.append(self._gates.heard(connection, one, now))
            elif isinstance(one, Counted):
                if why := self._events.count(connection, one, now):
                    log.info("an event of %s was not counted: %s", one.source, why)
            else:
                outcomes.append(carry_out(connection, world, self._events.signal_of(one, now), now, live=live))
        came = {name: numbers for name, numbers in (("deploys", deploys), ("builds", builds)) if numbers}
        heard.done(connection, id, now, came or None)
        return outcomes
