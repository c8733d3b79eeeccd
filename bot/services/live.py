"""The live incidents within one transaction: read once, and kept up with what is written.

A delivery of many alarms asks for them with every alarm; read from their rows each time, the work would grow with the
square of the alarms.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from bot.domain.events import Event
from bot.domain.incident import Incident
from bot.store import incidents


class Live:
    """To be made anew for each transaction, and left with it: incidents are only written through it meanwhile."""

    def __init__(self, connection: sqlite3.Connection, product: str) -> None:
        self._connection = connection
        self._product = product
        self._known: dict[int, Incident] | None = None
        self._keys: dict[str, int] = {}

    def all(self) -> list[Incident]:
        """Those that are somebody's business, worst and oldest first."""
        return sorted(self._read().values(), key=lambda one: (one.sev, one.opened_at, one.id))

    def get(self, id: int) -> Incident | None:
        """One incident, live or not."""
        return self._read().get(id) or incidents.get(self._connection, id)

    def by_key(self, key: str) -> Incident | None:
        """The one of a key that is not closed."""
        known = self._read()
        id = self._keys.get(key)
        return incidents.by_key(self._connection, self._product, key) if id is None else known[id]

    def put(self, incident: Incident, events: Iterable[Event]) -> None:
        """Write it down with what happened to it."""
        known = self._read()
        incidents.put(self._connection, incident, events)
        known.pop(incident.id, None)
        self._keys.pop(incident.key, None)
        if incident.live and incident.product == self._product:
            known[incident.id] = incident
            self._keys[incident.key] = incident.id

    def _read(self) -> dict[int, Incident]:
        """Those that are live, by number."""
        if self._known is None:
            self._known = {one.id: one for one in incidents.live(self._connection, self._product)}
            self._keys = {one.key: one.id for one in self._known.values()}
        return self._known
