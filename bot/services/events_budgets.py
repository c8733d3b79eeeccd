"""How fast error budgets are used up, read from the sums of counted events and of the monitors' looks."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    out = []
    for flow in FLOWS.values():
        found = None
        usual = _usual(connection, product, flow, now)
        for back in (timedelta(0), KEEP / 2, KEEP):
            at = now - back
            one = burn.burning(_tries(connection, product, flow, at), usual=usual)
            if one is not None:
                found = Burning(flow, one, at, now=not back)
                break
        if found is not None:
            out.append(found)
    return out


def tries(connection: sqlite3.Connection, product: str, flow: Flow, begin: datetime, end: datetime) -> Tries:
    """What was tried in a stretch of whole minutes, of all services together."""
    good = bad = 0
    for one in event_counts.sums(connection, product, minute_of(begin), minute_of(end)):
        if one.kind == flow.ok:
            good += one.count
        elif one.kind in flow.failed:
            bad += one.count
    return Tries(bad, good + bad)


def _tries(connection: sqlite3.Connection, product: str, flow: Flow, now: datetime) -> Callable[[timedelta], Tries]:
    # The minute that is going on counts: else a burst would be seen a minute later.
    end = now + timedelta(minutes=1)
    return lambda window: tries(connection, product, flow, end - window, end)


def _usual(connection: sqlite3.Connection, product: str, flow: Flow, now: datetime) -> float | None:
    """The share that fails anyway where people mistype; None where that is not known yet.

    Taken from before the longest window, so that what goes on now does not excuse itself.
    """
    if not flow.by_people:
        return 0.0
    before = tries(connection, product, flow, now - BACK, now - TICKETS_FROM)
    return before.bad / before.all if before.all >= burn.ENOUGH else None


def left(connection: sqlite3.Connection, product: str, monitor: Monitor, now: datetime, zone: str) -> burn.Left | None:
    """What is left of this month's minutes for one monitor; None where it was never looked at."""
    number = history.number(connection, product, monitor.name)
    if number is None:
        return None
    whole = month_of(now.astimezone(ZoneInfo(zone)).date(), zone)
    month = trends.stretch(connection, number, whole.begin, now, monitor.interval)
    if not month.sums.good + month.sums.bad:
        return None
    spent = budget(timedelta(seconds=whole.seconds), month.down)
    return burn.Left(spent.allowed_s, spent.used_s, month.maintenance.total_seconds(), month.unseen.total_seconds())
