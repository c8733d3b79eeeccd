"""Percentiles by nearest rank: a value that was measured, never one that lies between two. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence


def nearest_rank(values: Sequence[float], share: float = 0.95) -> float:
    """The smallest of the sorted, non-empty `values` that at least `share` of them do not exceed."""
    return values[max(1, math.ceil(share * len(values) - 1e-9)) - 1]
