"""A deploy: one version on its way to customers, from its start to the verdict. Pure.

started → live → smoke → good | bad; or failed, cancelled, superseded, or stuck where its sender never says an end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    """How far it is."""

    STARTED = "started"
    LIVE = "live"
    """Customers have it; nothing was tried yet."""
    SMOKE = "smoke"
    """Flows are being walked."""
    GOOD = "good"
    BAD = "bad"
    """It is live and something is broken."""
    FAILED = "failed"
    """It never went live."""
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    """A newer one went live before this one was judged."""
    STUCK = "stuck"
    """Nobody said how it ended."""


WENT_LIVE = frozenset({Stage.LIVE, Stage.SMOKE, Stage.GOOD, Stage.BAD, Stage.SUPERSEDED})
"""Stages at which customers have had it (one that was superseded only with `live_at`)."""


@dataclass(frozen=True, slots=True)
class Speed:
    """How the product did for a stretch of time, over all its monitors."""

    minutes: int
    n: int
    """Looks that were answered."""
    p95_ms: float | None
    """None below 20 looks."""
    bad: int
    """Looks that failed."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What the smoke flows said about it."""

    run: int
    good: int
    of: int
    broken: tuple[str, ...] = ()
    """Flows that failed, as people call them."""
    why: str = ""
    """The first failure in a sentence, masked."""


@dataclass(frozen=True, slots=True)
class Deploy:
    """One deploy as it stands. `rev` grows with each change."""

    id: int
    product: str
    source: str
    key: str
    version: str
    environment: str
    stage: Stage
    began_at: datetime
    service: str = ""
    author: str = ""
    note: str = ""
    commit: str = ""
    url: str = ""
    log_url: str = ""
    compare_url: str = ""
    previous: str = ""
    """The last good version of the same service and environment before it."""
    live_at: datetime | None = None
    ended_at: datetime | None = None
    """When the verdict fell."""
    walked: Walked | None = None
    before: Speed | None = None
    after: Speed | None = None
    incident: int = 0
    rev: int = 0
