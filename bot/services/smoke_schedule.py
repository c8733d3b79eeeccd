"""When flows are walked without being asked for: as written in launch.yml, and until what is broken works again."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from bot.config.schema import LaunchFile
from bot.services.smoke_news import SOON, again_after, probe_of
from bot.services.watching import known_troubles
from bot.store import walks
from bot.store.walks import Last, Walk
from checks.flow.model import Flow

FIRST = timedelta(seconds=30)
"""After a start, what is walked by a schedule and was never walked is walked this soon."""


class Schedule:
    """Due times of flows, from what is stored; nothing of it need survive a stop."""

    def __init__(self) -> None:
        self._every: dict[str, float] = {}
        self._due: dict[str, datetime] = {}

    def load(self, file: LaunchFile | None) -> None:
        """Another launch.yml: how often each flow is walked. Due times are to be planned anew."""
        self._every = {one.id: one.every for one in (file.flows if file is not None else ()) if one.every is not None}
        self._due = {}

    def plan(self, flows: Sequence[Flow], found: Mapping[str, Last], live: Collection[str], now: datetime) -> None:
        """When each of these is due. `found` they were walked last; `live` are probes that incidents are about."""
        for flow in flows:
            every, last = self._every.get(flow.id), found.get(flow.id)
            if last is None:
                pause, at = (None if every is None else FIRST), now
            else:
                pause, at = again_after(last, every, live=probe_of(flow) in live), last.at
            if pause is None:
                self._due.pop(flow.id, None)
            else:
                # Never later than one pause from now, also where the clock was put back.
                self._due[flow.id] = min(at, now) + pause

    def not_now(self, flow: str, now: datetime) -> None:
        """It could not be walked at the moment: it is not tried again at once."""
        if flow in self._due:
            self._due[flow] = now + max(SOON, timedelta(seconds=self._every.get(flow, 0)))

    def due(self, now: datetime, waiting: Sequence[Walk]) -> list[str]:
        """Flows whose time has come, and that are not about to be walked anyway."""
        ids = [id for id, at in self._due.items() if at <= now]
        return [id for id in ids if not any(walk.covers(id) for walk in waiting)]


def standing(
    connection: sqlite3.Connection, product: str, flows: Sequence[Flow]
) -> tuple[Mapping[str, Last], Collection[str]]:
    """How each flow stood last, and which probes incidents are about."""
    return walks.latest(connection, product, [one.id for one in flows]), known_troubles(connection, product)
