"""What monitors saw, until it is stored and told: a disk that refuses it delays both and loses neither."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.domain.severity import Trouble
from bot.domain.telling import Watched, signals_of
from bot.services.incidents import Incidents
from bot.services.watching import Watching, excused, known_troubles, stored_of
from bot.store import looks, probes
from bot.store.db import Store

KEEP_EVERY = timedelta(minutes=5)
"""A look whose state did not change is stored this often."""
STORE_AGAIN = timedelta(seconds=5)
"""How long to wait after the disk refused something."""
MOST_KEPT = 20_000
"""Looks that wait in memory for a disk that refuses them; then the oldest go."""


class Ledger:
    """Rows to be stored, and monitors whose state is to be told. `is_watched` says whether it still is this one."""

    def __init__(self, store: Store, incidents: Incidents, is_watched: Callable[[str, Watching], bool]) -> None:
        self._store = store
        self._incidents = incidents
        self._is_watched = is_watched
        self._rows: list[tuple[probes.Probe, Watched]] = []
        self._untold: dict[str, Watching] = {}
        self._not_before: datetime | None = None

    def __len__(self) -> int:
        """Looks that are not stored yet."""
        return len(self._rows)

    def __bool__(self) -> bool:
        """Whether anything is to be stored or told."""
        return bool(self._rows or self._untold)

    def add(self, one: Watching, row: probes.Probe) -> None:
        """One look, as it counts."""
        self._rows.append((row, one.watched))
        del self._rows[:-MOST_KEPT]
        self._untold[one.watched.probe] = one

    def hurry(self) -> None:
        """Try the disk again at once."""
        self._not_before = None

    async def write(self, product: str, now: datetime) -> None:
        """Store all of it in one transaction, and tell the incidents.

        What the disk refuses stays in memory, and is stored and told as soon as it can be. Raises `StoreError`.
        """
        if not self or (self._not_before is not None and now < self._not_before):
            return
        self._not_before = now + STORE_AGAIN
        rows, untold = tuple(self._rows), dict(self._untold)
        changed = [one for one in untold.values() if one.turned]
        kept = [(one, one.look) for one in untold.values() if one.turned or _due_to_keep(one)]

        def keep(connection: sqlite3.Connection) -> dict[str, tuple[Trouble, ...]]:
            probes.add(connection, excused(connection, product, rows))
            looks.put(connection, product, [stored_of(one, look) for one, look in kept])
            return known_troubles(connection, product)

        known = await self._store.write(keep, durable=bool(changed))
        del self._rows[: len(rows)]
        for one, look in kept:
            one.kept, one.kept_at = look, look.last_at
        await self._incidents.signal(
            [
                signal
                for name, one in untold.items()
                if self._is_watched(name, one)
                for signal in signals_of(one.watched, one.look, known.get(name, ()))
            ]
        )
        for name, one in untold.items():
            if self._untold.get(name) is one:
                del self._untold[name]
        self._not_before = None


def _due_to_keep(one: Watching) -> bool:
    at = one.look.last_at
    return one.kept_at is None or (at is not None and not timedelta(0) <= at - one.kept_at < KEEP_EVERY)
