"""When a service counts as slow: not for one late answer, but for a whole window in which each part was slow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

WINDOW = timedelta(minutes=15)
FEWEST = 20
"""Answers below which nothing is said about speed."""
PARTS = 3
MOST = 400
"""Answers kept at most."""


class Sample(NamedTuple):
    """Server time of one good answer."""

    at: datetime
    ms: float


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: `share` 0.95 of 20 values is the 19th. Raises ValueError for no values."""
    if not values:
        raise ValueError("no percentile of nothing")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def grown(recent: tuple[Sample, ...], sample: Sample) -> tuple[Sample, ...]:
    """The window with one answer more: the longer of fifteen minutes and twenty answers."""
    kept = (*recent, sample)
    edge = sample.at - WINDOW
    while len(kept) > FEWEST and (kept[1].at <= edge or len(kept) > MOST):
        kept = kept[1:]
    return kept


def judged(recent: Sequence[Sample], limit_ms: float, *, slow: bool) -> bool:
    """Whether it is slow, given whether it was.

    It becomes slow when the window is full and the p95 of each of its three parts lies above the limit; it stops
    being slow when the latest part lies within it. Between the two it stays what it was.
    """
    if len(recent) < FEWEST or recent[-1].at - recent[0].at < WINDOW:
        return slow
    ends = [round(len(recent) * part / PARTS) for part in range(PARTS + 1)]
    over = [percentile([one.ms for one in recent[begin:end]], 0.95) > limit_ms for begin, end in pairwise(ends)]
    if all(over):
        return True
    return slow and over[-1]
