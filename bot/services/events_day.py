"""A day of counted events: what failed, of how many tries, and how many that usually are."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.domain.burn import FLOWS, ordinary
from bot.domain.spike_words import KINDS
from bot.domain.spikes import DAYS
from bot.store import event_counts
from bot.store.event_counts import minute_of


@dataclass(frozen=True, slots=True)
class Told:
    """One kind of trouble, over a day."""

    kind: str
    count: int
    tries: int = 0
    """With what went well; 0 where that is not counted."""
    usual: tuple[int, int] | None = None
    """How many it is on most days; None where there are too few to say so."""

    @property
    def unusual(self) -> bool:
        """Whether it is more than on most days."""
        return self.usual is not None and self.count > max(self.usual[1], 1)


def day(connection: sqlite3.Connection, product: str, end: datetime) -> tuple[Told, ...]:
    """What failed in the 24 hours until `end`: what is unusual first, then the most."""
    until = minute_of(end)
    began = event_counts.first(connection, product)
    if began is None:
        return ()
    sums = event_counts.by_day(connection, product, until, DAYS + 1)
    known = min(DAYS, (until - began) // 1440 - 1)
    out = []
    for kind in KINDS:
        counts = sums.get(kind, {})
        if counts.get(0):
            usual = ordinary([counts.get(back, 0) for back in range(1, known + 1)])
            out.append(Told(kind, counts[0], _tries(kind, sums), usual))
    return tuple(sorted(out, key=lambda one: (not one.unusual, -one.count)))


def _tries(kind: str, sums: dict[str, dict[int, int]]) -> int:
    """All tries of the flow whose first kind of failure this is, where those that went well are counted too."""
    flow = next((one for one in FLOWS.values() if one.failed[0] == kind), None)
    well = sums.get(flow.ok, {}).get(0, 0) if flow is not None else 0
    if flow is None or not well:
        return 0
    return well + sum(sums.get(one, {}).get(0, 0) for one in flow.failed)
