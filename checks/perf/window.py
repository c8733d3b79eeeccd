"""What the probes of one monitor saw, cleaned of what cannot be a measurement, and its window in words."""

from __future__ import annotations

import math

from checks.inventory import History
from checks.moments import moment

FEWEST = 20
"""Looks below which nothing is said about what is usual."""


def usable(history: History) -> tuple[float, ...]:
    """The server times that can be times, in milliseconds, quickest first."""
    return tuple(sorted(value for value in history.server_ms if math.isfinite(value) and value >= 0))


def tries(history: History) -> tuple[int, int]:
    """Failures and attempts; never more failures than attempts."""
    attempts = max(0, history.attempts, len(history.server_ms))
    return min(max(0, history.failures), attempts), attempts


def begin(history: History) -> str:
    """`since 20 November 2026, 14:00 UTC`; `so far` where the begin of the window is not known."""
    return f"since {moment(history.since)}" if history.since is not None else "so far"
