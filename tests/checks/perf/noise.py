"""Shared runners and the servers behind them, simulated: what two releases look like when both are measured there.

The figures are those that other projects published about such machines: p95 of the same code grew by 55 to 118 % from
one run to the next, and two machines of the same kind differed by 26 %. Inside a run there are slow drifts, bursts of
other people's work (a few seconds, up to four times slower), and single answers that take many times longer.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from checks.regression import Pair, Trial

BETWEEN_RUNS = 0.30
"""Standard deviation of a run's pace, as a logarithm: one pair of runs in ten differs by 64 % or more, one in a
hundred by 118 %."""
BETWEEN_MACHINES = 0.10
"""The same for machines of one kind: one pair in ten differs by 26 % or more."""


@dataclass(slots=True)
class Runner:
    """One run on one machine: how much slower everything is at each moment."""

    dice: Random
    between_runs: float = BETWEEN_RUNS
    pace: float = 0.0
    drifts: list[tuple[float, float, float]] = field(default_factory=list)
    bursts: list[tuple[float, float, float]] = field(default_factory=list)
    now: float = 0.0

    def __post_init__(self) -> None:
        dice = self.dice
        machine = min(BETWEEN_MACHINES, self.between_runs)
        self.pace = math.exp(dice.gauss(0, self.between_runs) + dice.gauss(0, machine))
        self.drifts = [(dice.uniform(0, 0.12), dice.uniform(60, 400), dice.uniform(0, math.tau)) for _ in range(3)]
        at, every = 0.0, dice.uniform(15, 60)
        while at < 2000:
            at += dice.expovariate(1 / every)
            self.bursts.append((at, at + dice.expovariate(1 / 2.5), dice.uniform(1.5, 4)))

    def slows(self) -> float:
        """How many times slower it is now."""
        drift = sum(size * math.sin(self.now / length * math.tau + shift) for size, length, shift in self.drifts)
        burst = math.prod(times for begin, end, times in self.bursts if begin <= self.now < end)
        return self.pace * math.exp(drift) * burst


@dataclass(slots=True)
class Endpoint:
    """What one address needs: log-normal, with a heavy tail of up to 3 in 100 answers."""

    dice: Random
    median: float = 0.0
    spread: float = 0.0
    tail: float = 0.0
    weight: float = 0.0

    def __post_init__(self) -> None:
        dice = self.dice
        self.median = math.exp(dice.uniform(math.log(120), math.log(600)))
        self.spread = dice.uniform(0.1, 0.4)
        self.tail, self.weight = dice.uniform(0, 0.03), dice.uniform(2, 3.5)

    def answer(self, slower: float, *, slowest_only: bool = False) -> float:
        """Milliseconds of one answer; `slowest_only`: one in ten is slower, which is where p95 is."""
        z = self.dice.gauss(0, 1)
        took = self.median * math.exp(self.spread * z)
        if not slowest_only or z > 1.2816:
            took *= slower
        return took * self.dice.paretovariate(self.weight) * 1.3 if self.dice.random() < self.tail else took


@dataclass(slots=True)
class Bench:
    """A runner that measures a baseline and a candidate in turns."""

    seed: str
    slower: float = 1.0
    slowest_only: bool = False
    machine: float = 1.0
    """The candidate's server is so many times slower, with the same code."""
    between_runs: float = BETWEEN_RUNS
    dice: Random = field(init=False)
    runner: Runner = field(init=False)
    endpoint: Endpoint = field(init=False)

    def __post_init__(self) -> None:
        self.dice = Random(self.seed)
        self.runner, self.endpoint = Runner(self.dice, self.between_runs), Endpoint(self.dice)

    def pairs(self, count: int) -> list[Pair]:
        """So many pairs, each in random order, one answer after the other, at most two requests a second to each."""
        return [self._pair() for _ in range(count)]

    def _pair(self) -> Pair:
        candidate_first = self.dice.random() < 0.5
        began = self.runner.now
        if candidate_first:
            candidate, baseline = self._candidate(), self._baseline()
        else:
            baseline, candidate = self._baseline(), self._candidate()
        self.runner.now = max(self.runner.now, began + 0.5)
        return baseline, candidate

    def _baseline(self) -> float:
        return self._asked(1.0)

    def _candidate(self) -> float:
        return self._asked(self.slower) * self.machine

    def _asked(self, slower: float) -> float:
        took = self.endpoint.answer(slower, slowest_only=self.slowest_only) * self.runner.slows()
        self.runner.now += took / 1000
        return took

    def another_day(self) -> None:
        """Another run, on another machine of the same kind."""
        self.runner = Runner(self.dice, self.between_runs)

    def trial(self) -> Trial:
        """A comparison that was measured until it was decided."""
        trial = Trial()
        while trial.wanted:
            trial.take(self.pairs(trial.wanted))
        return trial

    def alone(self, count: int, *, candidate: bool) -> list[float]:
        """So many answers of one side."""
        return [self._candidate() if candidate else self._baseline() for _ in range(count)]


def share(found: int, of: int, *, confidence: float = 0.95) -> str:
    """`197 of 200 (95.7 % to 99.7 %)`: the exact interval of Clopper and Pearson."""
    low, high = interval(found, of, confidence)
    return f"{found} of {of} ({100 * low:.1f} % to {100 * high:.1f} %)"


def interval(found: int, of: int, confidence: float = 0.95) -> tuple[float, float]:
    """The shares between which the true one lies, by binomial tails."""
    left = (1 - confidence) / 2

    def above(p: float) -> float:
        return sum(math.comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(found, of + 1))

    def below(p: float) -> float:
        return sum(math.comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(found + 1))

    low = 0.0 if found == 0 else _where(lambda p: above(p) < left)
    high = 1.0 if found == of else _where(lambda p: below(p) > left)
    return low, high


def _where(still: Callable[[float], bool]) -> float:
    """Where a condition that holds from 0 on ceases to hold."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if still(middle) else (low, middle)
    return low
