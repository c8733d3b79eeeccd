"""How the time of a call grows with what it is given: a ratio, so that neither a slow nor a busy machine matters."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

TIMES = 4
"""How many times as much the second call is given."""
MOST = 8.0
"""Between the 4 of linear time and the 16 of quadratic time; a call that sorts stays near 5."""
TOO_SHORT = 0.004
"""Seconds of the processor; below, the clock's own steps would be measured."""


def _least(call: Callable[[], object], rounds: int) -> float:
    took = []
    for _ in range(rounds):
        began = process_time()
        call()
        took.append(process_time() - began)
    return min(took)


def worse_than_linear(call: Callable[[int], object], size: int) -> float | None:
    """How many times longer four times the size takes, where that is more than linear time explains; else None.

    The best of three counts on both sides, so a moment in which the machine did something else is forgotten.
    """
    if _least(lambda: call(TIMES * size), 1) < TOO_SHORT:
        return None
    large, small = _least(lambda: call(TIMES * size), 3), _least(lambda: call(size), 3)
    ratio = large / max(small, TOO_SHORT / TIMES)
    return round(ratio, 1) if ratio > MOST else None
