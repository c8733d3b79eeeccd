"""Whether the bot itself can see out: places outside that have nothing to do with the product tell.

While it cannot, nothing is down: no incident begins, nothing is well again either, and the minutes count for nobody.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.services.config import Config
from bot.services.incidents import Incidents
from bot.store import blindness
from bot.store.db import Store, StoreError
from checks.net.limits import Limits
from checks.net.live import LiveProbe

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=60)
IN_DOUBT = timedelta(seconds=10)
"""How soon they are asked again once something failed, and while nothing is seen."""
PATIENCE = 5.0
BLIND = "the bot itself cannot see out"


class Canaries:
    """Asks them, and says so where the bot is blind. `back` is called when it sees again."""

    def __init__(
        self, store: Store, clock: Clock, config: Callable[[], Config], incidents: Incidents, back: Callable[[], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._incidents = incidents
        self._back = back
        self._asked_at: datetime | None = None
        self._doubtful = False
        self._first = True
        self.reached_at: datetime | None = None
        """When one of them was reached last; None: not since the start."""
        self.since: datetime | None = None
        """Since when nothing is seen; None: it sees."""

    @property
    def blind(self) -> bool:
        """Whether the bot cannot see out now."""
        return self.since is not None

    def doubt(self) -> None:
        """Something failed: it may be the bot's own way out."""
        self._doubtful = True

    def due(self, now: datetime) -> bool:
        """Whether it is time to ask; whoever is told so asks."""
        wait = IN_DOUBT if self._doubtful or self.blind else EVERY
        if self._asked_at is not None and timedelta(0) <= now - self._asked_at < wait:
            return False
        self._asked_at, self._doubtful = now, False
        return True

    async def look(self) -> None:
        """Ask them, and take note of what changed."""
        inventory = self._config().inventory
        if inventory is None:
            return
        now = self._clock.now()
        try:
            async with LiveProbe(inventory.network, now, limits=Limits(1000, 1000), patience=PATIENCE) as probe:
                async with asyncio.timeout(2 * PATIENCE):
                    sees = await probe.online()
        except TimeoutError:
            return
        except Exception:
            log.exception("asking the canaries")
            return
        if sees:
            self.reached_at = now
        # A kill while it was blind leaves a stretch open.
        first, self._first = self._first, False
        if sees is not self.blind:
            if sees and first:
                await self._note(lambda c: blindness.end(c, self._config().product, now))
            return
        if sees:
            await self._sees(now)
        else:
            await self._blind(now)

    async def _blind(self, now: datetime) -> None:
        log.warning("%s", BLIND)
        self.since, self._incidents.blind = now, True
        await self._note(lambda c: blindness.begin(c, self._config().product, now, BLIND))

    async def _sees(self, now: datetime) -> None:
        log.warning("the bot sees out again, after %s", now - (self.since or now))
        self.since, self._incidents.blind = None, False
        await self._note(lambda c: blindness.end(c, self._config().product, now))
        self._back()

    async def _note(self, work: Callable[[sqlite3.Connection], None]) -> None:
        try:
            await self._store.write(work)
        except StoreError as error:
            log.error("what the bot could not see is not written down: %s", error)  # noqa: TRY400  it says it all
