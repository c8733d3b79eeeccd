"""Back after a time in which the bot was not running: one line says so, once everything has been looked at again."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.services.incidents import Incidents
from bot.store import outbox
from bot.store.db import Store
from bot.store.outbox import Prio

SUBJECT = "offline"
BEGAN, ENDED, LOOKED = "began", "ended", "looked"
LONGEST = timedelta(minutes=2)
"""Whatever has not been looked at again by then is not waited for."""


class Standing(Protocol):
    """How a monitor stands, as far as this is concerned."""

    @property
    def last_at(self) -> datetime | None: ...


class Back:
    """Remembers which time it has told of."""

    def __init__(self, store: Store, incidents: Incidents) -> None:
        self._store = store
        self._incidents = incidents
        self._told: datetime | None = None

    async def tell(
        self, asleep: tuple[datetime, datetime] | None, standings: Sequence[Standing], now: datetime
    ) -> bool:
        """Ask for the line about that time, if it is due; says whether it was asked for now."""
        if asleep is None or asleep[1] == self._told:
            return False
        began, ended = asleep
        looked = sum(1 for one in standings if one.last_at is not None and one.last_at >= ended)
        # Right after the start nothing is under watch yet.
        if (not standings or looked < len(standings)) and timedelta(0) <= now - ended < LONGEST:
            return False
        self._told = ended
        if not standings:
            return False

        def ask(connection: sqlite3.Connection) -> bool:
            world = self._incidents.world(connection)
            return outbox.post(
                connection,
                world.product,
                f"{SUBJECT}:{int(began.timestamp())}",
                now,
                channel=world.channel or world.people.last_resort(connection, "", now),
                prio=Prio.NOTICE,
                said={BEGAN: began.isoformat(), ENDED: ended.isoformat(), LOOKED: looked},
            )

        return await self._store.write(ask)
