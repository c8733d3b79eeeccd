"""Counted events and trouble that others see: spikes, burnt error budgets, and what an outside monitor says."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime

from bot.clock import Clock
from bot.domain.asks import Signal
from bot.domain.heard import Counted, Outside
from bot.services.config import Config
from bot.services.incidents import Incidents
from bot.store.db import Store


class Events:
    """The one door to counted events."""

    def __init__(self, store: Store, clock: Clock, config: Callable[[], Config], incidents: Incidents) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._incidents = incidents

    def count(self, connection: sqlite3.Connection, counted: Counted, now: datetime) -> None:
        """Add to the minute's sum, within the caller's transaction."""
        raise NotImplementedError

    def signal_of(self, outside: Outside, now: datetime) -> Signal:
        """What somebody else's alarm means to incidents; a service that nobody knows is told as nobody's."""
        raise NotImplementedError

    async def tick(self) -> int:
        """Look for spikes and burnt budgets, and tell the incidents; says how many are told now."""
        return 0
