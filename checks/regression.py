"""Whether one release is slower than the one before it, told apart from the noise of a shared machine. Pure.

Both are asked in turns, so that whatever slows the machine down hits both. Decisions and their figures:
docs/decisions/0006-perf-gate.md.
"""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from checks.ranks import nearest_rank

Pair = tuple[float, float]
"""Milliseconds of server time: baseline and candidate, asked one right after the other in random order."""

WARM_UP = 5
"""Answers of each side that are thrown away first."""
LOOKS = (60, 120, 240, 480, 720)
"""After so many pairs it is looked whether that is enough; only what is in doubt gets more."""
LIMIT = 1.20
"""A release may be slower by so much."""
ABSOLUTE = 30.0
"""Milliseconds; growth below that is felt by nobody."""
HALF = math.sqrt(LIMIT)
"""What a second run must show at least, and what the slowest answers must show where all became slower."""
CLEAR = 2.6
"""Standard deviations of the noise that a growth must exceed: by chance alone once in 200 looks."""
SURE = 2.5
"""Standard deviations by which it must stay below `CALM` to end early."""
CALM = 1.25
"""Between what must pass (no change) and what must be found (30 %)."""
SLACK = 1.02
AROUND = 6
"""Pairs before and after one whose middle tells how fast the machine was at that moment."""
LOW, HIGH = 0.91, 0.97
"""The 95th in a hundred is read as the mean of the ranks around it: a single rank jumps from sample to sample."""
SHUFFLES = 200
"""Times that the sides of each pair are swapped at random to see what noise alone does."""


class Call(StrEnum):
    """What the measurements say."""

    SAME = "same"
    """No slower than it may be."""
    SLOWER = "slower"
    """More than 20 % slower, seen twice."""
    NOISY = "noisy"
    """It looks slower, but the noise is too large to say so: a warning, never a failure."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """How much slower the candidate is, once what slowed both down is taken out. Growth 0.3 is 30 % slower."""

    pairs: int
    slowest: float
    """Growth of what 19 of 20 answers stay below."""
    slowest_noise: float
    """Standard deviation of that by noise alone, as a logarithm."""
    middle: float
    """Growth of the usual answer."""
    middle_noise: float
    baseline_ms: float
    """p95 as measured (nearest rank), noise included."""
    candidate_ms: float

    @property
    def tail(self) -> bool:
        """The slowest answers became slower, and noise does not explain it."""
        growth = math.log1p(self.slowest)
        return (
            growth > math.log(LIMIT)
            and growth > CLEAR * self.slowest_noise
            and self.slowest * self.baseline_ms > ABSOLUTE
        )

    @property
    def whole(self) -> bool:
        """All answers became slower, the slowest with them."""
        growth = math.log1p(self.middle)
        return (
            growth > math.log(LIMIT)
            and growth > CLEAR * self.middle_noise
            and math.log1p(self.slowest) > math.log(HALF)
            and self.middle * self.baseline_ms > ABSOLUTE
        )

    @property
    def calm(self) -> bool:
        """It is clear that nothing became slower than it may be, or than anybody feels."""
        tail = math.log1p(self.slowest) + SURE * self.slowest_noise
        middle = math.log1p(self.middle) + SURE * self.middle_noise
        unfelt = math.expm1(max(tail, middle)) * self.baseline_ms < ABSOLUTE
        return unfelt or (tail < math.log(CALM) and middle < math.log(LIMIT * SLACK))

    @property
    def growth(self) -> float:
        """The growth to name: that of the slowest answers, or of all where that is what was seen."""
        return self.middle if self.whole and not self.tail else self.slowest

    @property
    def between(self) -> tuple[float, float]:
        """Growth of the slowest answers, 95 % interval: from, to."""
        growth, noise = math.log1p(self.slowest), 1.96 * self.slowest_noise
        return math.expm1(growth - noise), math.expm1(growth + noise)


def estimate(pairs: Sequence[Pair]) -> Estimate:
    """What at least two pairs say. Times must be above 0."""
    level = levelled(pairs)
    slowest, noise = _slowest(level), _noise(level)
    middle, middle_noise = _middle(level)
    return Estimate(
        pairs=len(pairs),
        slowest=math.expm1(slowest),
        slowest_noise=noise,
        middle=math.expm1(middle),
        middle_noise=middle_noise,
        baseline_ms=nearest_rank(tuple(sorted(one for one, _ in pairs))),
        candidate_ms=nearest_rank(tuple(sorted(other for _, other in pairs))),
    )


def levelled(pairs: Sequence[Pair]) -> list[Pair]:
    """Logarithms with the machine's own pace taken out: the middle of both sides' answers around that moment.

    A burst of other work slows both sides alike, so it goes; what one side alone has stays.
    """
    logs = [(math.log(max(one, 1e-3)), math.log(max(other, 1e-3))) for one, other in pairs]
    even = []
    for place, (one, other) in enumerate(logs):
        near = logs[max(0, place - AROUND) : place + AROUND + 1]
        pace = statistics.median([value for pair in near for value in pair])
        even.append((one - pace, other - pace))
    return even


def _ranks(count: int) -> tuple[int, int]:
    """First and last rank, from 1, that the slowest answers are read from."""
    first = max(1, math.ceil(LOW * count - 1e-9))
    return first, max(first, math.ceil(HIGH * count - 1e-9))


def _slowest(level: Sequence[Pair]) -> float:
    first, last = _ranks(len(level))
    baseline = sorted(one for one, _ in level)[first - 1 : last]
    candidate = sorted(other for _, other in level)[first - 1 : last]
    return statistics.fmean(candidate) - statistics.fmean(baseline)


def _noise(level: Sequence[Pair]) -> float:
    """Standard deviation of `_slowest` where the sides of each pair are swapped at random: nothing but noise is left.

    Only the largest values matter, so each shuffle walks down from the top until both sides have their ranks.
    """
    count = len(level)
    first, last = _ranks(count)
    least, most = count - last + 1, count - first + 1
    down = sorted(((value, place, side) for place, pair in enumerate(level) for side, value in enumerate(pair)))[::-1]
    # Seeded by how many there are: the same measurements always get the same answer.
    dice = random.Random(count)  # noqa: S311  (statistics, not secrets)
    squares = 0.0
    for _ in range(SHUFFLES):
        swapped = dice.getrandbits(count)
        seen, sums = [0, 0], [0.0, 0.0]
        for value, place, side in down:
            mine = side ^ (swapped >> place & 1)
            seen[mine] += 1
            if least <= seen[mine] <= most:
                sums[mine] += value
            elif seen[0] >= most and seen[1] >= most:
                break
        squares += ((sums[1] - sums[0]) / (most - least + 1)) ** 2
    return math.sqrt(squares / SHUFFLES)


def _middle(level: Sequence[Pair]) -> tuple[float, float]:
    """Median of the pairs' own differences, and its standard deviation by the ranks around it."""
    apart = sorted(other - one for one, other in level)
    count, reach = len(apart), math.sqrt(len(apart)) / 2
    low, high = apart[max(0, int(count / 2 - reach))], apart[min(count - 1, int(count / 2 + reach))]
    return statistics.median(apart), max((high - low) / 2, 1e-9)


@dataclass(slots=True)
class Trial:
    """One comparison while it runs: says how many more pairs it wants, until it has made up its mind.

    A growth is believed only once a second run, measured after it was suspected, shows it by itself.
    """

    pairs: list[Pair] = field(default_factory=list)
    call: Call | None = None
    estimate: Estimate | None = None
    suspected: bool = False

    @property
    def wanted(self) -> int:
        """Pairs to measure next; 0 once it is decided."""
        if self.call is not None:
            return 0
        return next((look for look in LOOKS if look > len(self.pairs)), len(self.pairs)) - len(self.pairs)

    def take(self, more: Sequence[Pair]) -> Call | None:
        """Judge with these as well, all that was `wanted` or what could be had; None: go on."""
        self.pairs.extend(more)
        now = self.estimate = estimate(self.pairs)
        if self.suspected:
            second = estimate(more)
            if (now.tail and second.slowest > HALF - 1) or (now.whole and second.middle > HALF - 1):
                self.call = Call.SLOWER
                return self.call
        self.suspected = now.tail or now.whole
        if not self.suspected and now.calm:
            self.call = Call.SAME
        elif len(self.pairs) >= LOOKS[-1]:
            self.call = self._at_the_end(now)
        return self.call

    def give_up(self) -> Call:
        """No more can be measured: what is not clear by now is noisy."""
        if self.call is None:
            self.call = Call.NOISY if self.estimate is None else self._at_the_end(self.estimate)
        return self.call

    def _at_the_end(self, now: Estimate) -> Call:
        growth = max(now.slowest, now.middle)
        return Call.NOISY if growth > LIMIT - 1 and growth * now.baseline_ms > ABSOLUTE else Call.SAME
