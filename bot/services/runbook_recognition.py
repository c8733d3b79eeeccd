"""Which providers a product uses, as public evidence shows it: gathered once a day, kept, and waited for a moment."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.services.config import Config
from bot.services.runbook_places import RECOGNISED
from bot.store import settings
from bot.store.codes import from_ms, to_ms
from bot.store.db import Store
from checks.inventory import Inventory

log = logging.getLogger(__name__)

Recognise = Callable[[Inventory, datetime], Awaitable[Mapping[str, str]]]
"""Public evidence: by fact (`dns_provider`), an id of the providers' data, or `none`; what is not sure is left out."""
RECOGNISED_AT = "recognised_at"
"""In the store's settings: when public evidence was gathered last, and about which domain."""
KNOWN_FOR = timedelta(days=1)
PATIENCE = 4.0
"""Seconds that the first step waits for public evidence; it is shown without, and next time with it."""


class Recognition:
    """Keeps what is recognised up to date, where somebody knows how to recognise it."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        config: Callable[[], Config],
        recognise: Recognise | None = None,
        *,
        patience: float = PATIENCE,
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._recognise = recognise
        self._patience = patience
        self._gathering: asyncio.Task[None] | None = None

    async def fresh(self) -> None:
        """Gather it where it is older than a day, and wait for it for a moment."""
        inventory = self._config().inventory
        if self._recognise is None or inventory is None:
            return
        if self._gathering is None or self._gathering.done():
            said = await self._store.read(lambda c: settings.get(c, inventory.product, RECOGNISED_AT))
            at, _, domain = said.partition(" ")
            known = at.isdigit() and timedelta(0) <= self._clock.now() - from_ms(int(at)) < KNOWN_FOR
            if known and domain == inventory.domain:
                return
        if self._gathering is None or self._gathering.done():
            # Nobody else has begun meanwhile.
            self._gathering = asyncio.create_task(self._gather(self._recognise, inventory), name="recognise")
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._gathering), self._patience)

    async def stop(self) -> None:
        """Give up what is under way."""
        if self._gathering is not None:
            self._gathering.cancel()
            await asyncio.gather(self._gathering, return_exceptions=True)

    async def _gather(self, recognise: Recognise, inventory: Inventory) -> None:
        try:
            now, product = self._clock.now(), inventory.product
            found = await recognise(inventory, now)

            def work(connection: sqlite3.Connection) -> None:
                for fact, id in found.items():
                    settings.put(connection, product, RECOGNISED + fact, id, now)
                settings.put(connection, product, RECOGNISED_AT, f"{to_ms(now)} {inventory.domain}", now)

            await self._store.write(work)
        except TimeoutError:
            log.warning("providers could not be recognised: the network took too long")
        except Exception:
            # Texts then stay general.
            log.exception("providers could not be recognised")
