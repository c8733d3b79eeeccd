"""Deploys: what is heard of them becomes one row each, one message each, a walk of the flows, and a verdict."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime

from bot.clock import Clock
from bot.domain.heard import Marker
from bot.services.config import Config
from bot.services.incidents import Incidents
from bot.services.smoke import Smoke
from bot.store.db import Store

SUBJECT = "deploy"


class Deploys:
    """The one door to deploys. `wake` is called when something new is in the outbox."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        config: Callable[[], Config],
        incidents: Incidents,
        *,
        smoke: Smoke,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._incidents = incidents
        self._smoke = smoke
        self._wake = wake

    def heard(self, connection: sqlite3.Connection, marker: Marker, now: datetime) -> int:
        """Take a report in, within the caller's transaction; answers the number of its deploy.

        Said twice, or in another order, it changes nothing that a later report has decided.
        """
        raise NotImplementedError

    async def record(self, marker: Marker) -> int:
        """The same in a transaction of its own."""
        now = self._clock.now()
        number = await self._store.write(lambda c: self.heard(c, marker, now))
        self._wake()
        return number

    async def walked(self, run: int) -> None:
        """A walk of the flows is over: if it was for a deploy, that one gets its verdict."""

    async def tick(self) -> int:
        """What time brings: figures after a while, deploys that nobody ends, a version that a probe sees first."""
        return 0
