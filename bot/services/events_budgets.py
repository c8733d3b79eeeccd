"""How fast error budgets are used up, read from the sums of counted events and of the monitors' looks."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import accumulate
from zoneinfo import ZoneInfo

from bot.domain import burn
from bot.domain.burn import FLOWS, Burn, Flow, Tries
from bot.domain.uptime import budget, month_of
from bot.store import event_counts, history, trends
from bot.store.event_counts import minute_of
from checks.inventory import Monitor

BACK = timedelta(days=14)
"""How far back the usual share of failures is looked for."""
PROBE = "Error budget of "
"""How the probe of a burn begins."""
TICKETS_FROM = timedelta(days=3)
SHOWN_FROM = 60.0
"""Seconds of trouble below which a budget is not worth a word."""
KEEP = timedelta(minutes=10)
"""How long a burn that paused is not over yet."""


@dataclass(frozen=True, slots=True)
class Burning:
    """A flow whose errors use its budget up too fast."""

    flow: Flow
    burn: Burn
    at: datetime
    """When it was last seen to."""
    now: bool
    """Whether it still does; else it looks better."""

    @property
    def probe(self) -> str:
        """How the incident calls it."""
        return PROBE + self.flow.name

    @property
    def said(self) -> str:
        """In one sentence."""
        return burn.said(self.flow, self.burn)


def burning(connection: sqlite3.Connection, product: str, now: datetime) -> list[Burning]:
    """Every flow that burns now, or did within the last ten minutes."""
    # The minute that is going on counts: else a burst would be seen a minute later.
    end = minute_of(now) + 1
    longest = _minutes(TICKETS_FROM + KEEP)
    lately = _Sums(event_counts.by_minute(connection, product, end - longest, end))
    if not lately.kinds:
        return []
    before = event_counts.sums(connection, product, end - _minutes(BACK), end - _minutes(TICKETS_FROM))
    earlier: dict[str, int] = {}
    for each in before:
        earlier[each.kind] = earlier.get(each.kind, 0) + each.count
    out = []
    for flow in FLOWS.values():
        usual = _usual(flow, earlier)
        for back in (timedelta(0), KEEP / 2, KEEP):
            one = burn.burning(partial(lately.tries, flow, end - _minutes(back)), usual=usual)
            if one is not None:
                out.append(Burning(flow, one, now - back, now=not back))
                break
    return out


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)


class _Sums:
    """Sums of the last days, read once: any window of them is two look-ups."""

    def __init__(self, counts: Mapping[str, Sequence[tuple[int, int]]]) -> None:
        self.kinds = frozenset(counts)
        self._at = {kind: [minute for minute, _ in one] for kind, one in counts.items()}
        self._upto = {kind: [0, *accumulate(count for _, count in one)] for kind, one in counts.items()}

    def tries(self, flow: Flow, end: int, window: timedelta) -> Tries:
        """What was tried in the window that ends before the minute `end`."""
        first = end - _minutes(window)
        bad = sum(self._between(kind, first, end) for kind in flow.failed)
        return Tries(bad, bad + self._between(flow.ok, first, end))

    def _between(self, kind: str, first: int, end: int) -> int:
        at, upto = self._at.get(kind, []), self._upto.get(kind, [0])
        return upto[bisect_left(at, end)] - upto[bisect_left(at, first)]


def _usual(flow: Flow, earlier: Mapping[str, int]) -> float | None:
    """The share that fails anyway where people mistype; None where that is not known yet.

    Taken from before the longest window, so that what goes on now does not excuse itself.
    """
    if not flow.by_people:
        return 0.0
    bad = sum(earlier.get(kind, 0) for kind in flow.failed)
    everything = bad + earlier.get(flow.ok, 0)
    return bad / everything if everything >= burn.ENOUGH else None


def worst(
    connection: sqlite3.Connection, product: str, monitors: Iterable[Monitor], now: datetime, zone: str
) -> tuple[str, burn.Left] | None:
    """The monitor with the smallest share of its minutes left, where any are used."""
    found = [(one.name, spent) for one in monitors if (spent := left(connection, product, one, now, zone)) is not None]
    used = [one for one in found if one[1].used_s >= SHOWN_FROM]
    return min(used, key=lambda one: one[1].share, default=None)


def left(connection: sqlite3.Connection, product: str, monitor: Monitor, now: datetime, zone: str) -> burn.Left | None:
    """What is left of this month's minutes for one monitor; None where it was never looked at."""
    number = history.number(connection, product, monitor.name)
    if number is None:
        return None
    whole = month_of(now.astimezone(ZoneInfo(zone)).date(), zone)
    month = trends.stretch(connection, number, whole.begin, now, monitor.interval)
    looks = month.sums.good + month.sums.bad
    if not looks:
        return None
    spent = budget(timedelta(seconds=whole.seconds), month.down)
    out = month.maintenance.total_seconds(), month.unseen.total_seconds()
    return burn.Left(spent.allowed_s, spent.used_s, *out, looks * monitor.interval)
