"""Whether a release is slower than runs that were measured on other days on the same kind of machine. Pure.

No noise is shared here: two runs of the same code were seen to differ by 118 % on a shared runner. So a failure needs
a growth beyond what the stored runs themselves show to be possible; before there are enough of them, it is a warning.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from checks.ranks import nearest_rank
from checks.regression import ABSOLUTE, HALF, LIMIT, Call

ENOUGH = 5
"""Stored runs from which on it is known how far runs of the same code lie apart here."""
MOST = 20
"""Stored runs that are kept; the oldest go first."""
SAMPLES = 60
"""Answers that one run consists of, after the warm-up."""
STUDENT = (5.598, 4.773, 4.317, 4.029, 3.833, 3.690, 3.581, 3.497, 3.428, 3.372, 3.326, 3.286, 3.252, 3.222, 3.197)
"""Student's t for 99.75 % and 4, 5, 6 … degrees of freedom; more degrees are taken for 18."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one endpoint, milliseconds of server time."""

    n: int
    p95: float
    median: float


@dataclass(frozen=True, slots=True)
class Against:
    """A run compared with stored ones."""

    call: Call
    growth: float
    """Of p95 against the middle of the stored runs."""
    bound: float | None
    """Growth that would have been called a regression; None while there are too few stored runs to say so."""
    baseline_ms: float
    runs: int


def run_of(times: Sequence[float]) -> Run:
    """The figures of a run; at least one time."""
    ordered = tuple(sorted(times))
    return Run(len(ordered), nearest_rank(ordered), nearest_rank(ordered, 0.5))


def against(now: Run, runs: Sequence[Run]) -> Against:
    """Compare with at least one stored run: the slowest answers, and all of them."""
    tails, middles = [_log(one.p95) for one in runs], [_log(one.median) for one in runs]
    baseline = math.exp(statistics.fmean(tails))
    tail, whole = now.p95 / baseline - 1, math.expm1(_log(now.median) - statistics.fmean(middles))
    bound, of_middle = bound_of(tails), bound_of(middles)
    felt = now.p95 - baseline > ABSOLUTE
    slower = (bound is not None and tail > bound) or (of_middle is not None and whole > of_middle and tail > HALF - 1)
    loud = Call.SLOWER if slower else Call.NOISY
    call = loud if felt and (slower or tail > LIMIT - 1) else Call.SAME
    return Against(call, tail, bound, baseline, len(runs))


def confirmed(first: Against, second: Against) -> Against:
    """A failure is said only where a second run says the same; bursts of a few seconds do not come twice."""
    if first.call is not Call.SLOWER or second.call is Call.SLOWER:
        return first
    return replace(first, call=Call.NOISY)


def _log(milliseconds: float) -> float:
    return math.log(max(milliseconds, 1e-3))


def bound_of(logs: Sequence[float]) -> float | None:
    """Growth above which chance is no explanation: the upper end of what one more run of the same code may be.

    `logs` are logarithms of the runs' figures. None where there are too few to know how far runs lie apart.
    """
    if len(logs) < ENOUGH:
        return None
    spread = statistics.stdev(logs) * math.sqrt(1 + 1 / len(logs))
    student = STUDENT[min(len(logs) - ENOUGH, len(STUDENT) - 1)]
    return max(LIMIT, math.exp(student * spread)) - 1
