"""Asking two versions of an endpoint in turns, or one of them again and again, over fresh connections."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from checks import firewall, trouble
from checks.inventory import Monitor
from checks.measured import Compared
from checks.net.facts import Exchange, Reason
from checks.probe import Probe
from checks.regression import WARM_UP, Call, Pair, Trial
from checks.stored_runs import SAMPLES, Run, against, confirmed, run_of

TIME_OVER = "the time was over before there were enough answers"
LEADS = ", so it leads elsewhere: name the address that it leads to"
MEANS = {
    **dict.fromkeys((301, 302, 303, 307, 308), LEADS),
    304: ", as if it had been asked before",
    401: ", so it wants a log-in",
    403: ", so it lets nobody in",
    429: ": too many requests for it",
}
"""What a status tells somebody who did not expect it."""
FAILING = 0.05
"""Share of answers that are not as they should be above which there is nothing to compare."""

OnAnswer = Callable[[int, int], None]
"""Told how many answers there are, and how many are wanted for now."""


def _quiet(_done: int, _wanted: int) -> None:
    """Nobody watches."""


class NotComparable(Exception):
    """One side does not answer as it should; the words end a sentence that begins with "could not be compared"."""


class OutOfTime(Exception):
    """The time for this run is over."""


@dataclass(slots=True)
class Asker:
    """Asks addresses anew each time, and keeps count of what is not as it should be.

    Args:
        probe: Each look of it is a fresh one.
        monitor: What an answer must be.
        on_answer: Told of each.
    """

    probe: Probe
    monitor: Monitor
    on_answer: OnAnswer = _quiet
    looks: int = 0
    failures: int = 0
    asked: int = 0
    last: str = ""
    """What was wrong last."""

    async def once(self, url: str) -> float | None:
        """Milliseconds of server time, or None where the answer was not as it should be. Raises `OutOfTime`."""
        self.looks += 1
        answer = await self.probe.fresh(self.looks).get(url)
        if answer.fault is not None and answer.fault.reason is Reason.BUDGET:
            raise OutOfTime
        wrong = problem(answer, self.monitor)
        self.asked += 1
        if wrong:
            self.failures += 1
            self.last = wrong
            return None
        return max(answer.phases.server, 0.1)

    async def warm(self, url: str, who: str) -> None:
        """The first answers, which are thrown away. Raises `NotComparable` where none is as it should be."""
        found = [await self.once(url) for _ in range(WARM_UP)]
        if not any(found):
            raise NotComparable(f"{who}: {self.last}")
        self.asked = self.failures = 0

    def judge(self) -> None:
        """Raise `NotComparable` where too much fails."""
        if self.failures > max(2.0, FAILING * self.asked):
            raise NotComparable(f"{self.failures} of {self.asked} answers were not in order: {self.last}")


def problem(answer: Exchange, monitor: Monitor) -> str:
    """Why an answer is not what the monitor expects, as the end of a sentence; empty where it is."""
    if answer.fault is not None:
        return trouble.words(answer.fault)
    blocked = firewall.blocked(answer)
    if blocked:
        return blocked
    wanted = monitor.status or range(200, 300)
    if answer.status in wanted:
        return ""
    return f"it answers with status {answer.status}{MEANS.get(answer.status, '')}"


async def samples(asker: Asker, url: str, count: int) -> list[float]:
    """So many times of one address, those that failed left out. Raises `OutOfTime`."""
    times: list[float] = []
    for number in range(count):
        took = await asker.once(url)
        if took is not None:
            times.append(took)
        asker.on_answer(number + 1, count)
    return times


async def compare(asker: Asker, baseline: str, candidate: str, against_words: str) -> Compared:
    """Both versions in turns until it is clear which it is, or until the time is over."""
    trial = Trial()
    dice = random.Random(f"{baseline} {candidate}")  # noqa: S311  (an order, not a secret)
    try:
        await asker.warm(baseline, "the old version")
        await asker.warm(candidate, "the new version")
        while trial.wanted:
            more = await _pairs(asker, (baseline, candidate), trial, dice)
            asker.judge()
            trial.take(more)
    except NotComparable as error:
        return Compared(None, against_words, len(trial.pairs), reason=str(error))
    except OutOfTime:
        trial.give_up()
    found = trial.estimate
    if found is None or trial.call is None:
        return Compared(None, against_words, reason=TIME_OVER)
    low, high = found.between
    return Compared(
        trial.call,
        against_words,
        found.pairs,
        found.growth,
        found.baseline_ms,
        found.candidate_ms,
        low,
        high,
    )


async def _pairs(asker: Asker, both: tuple[str, str], trial: Trial, dice: random.Random) -> Sequence[Pair]:
    """As many pairs as are wanted; one with a failure in it counts for nothing."""
    wanted, had = trial.wanted, len(trial.pairs)
    pairs: list[Pair] = []
    for _ in range(2 * wanted):
        first = dice.randrange(2)
        one = await asker.once(both[first])
        other = await asker.once(both[1 - first])
        if one is not None and other is not None:
            pairs.append((other, one) if first else (one, other))
        asker.on_answer(had + len(pairs), had + wanted)
        if len(pairs) == wanted:
            break
        asker.judge()
    return pairs


async def compare_stored(asker: Asker, url: str, runs: Sequence[Run]) -> tuple[Compared, Run | None]:
    """One version beside stored runs of earlier ones; with the run that was measured."""
    words = f"{len(runs)} stored run{'s' if len(runs) != 1 else ''}"
    try:
        await asker.warm(url, "the new version")
        first = await one_run(asker, url)
        found = against(first, runs)
        if found.call is Call.SLOWER:
            found = confirmed(found, against(await one_run(asker, url), runs))
    except NotComparable as error:
        return Compared(None, words, reason=str(error), stored=True), None
    except OutOfTime:
        return Compared(None, words, reason=TIME_OVER, stored=True), None
    return Compared(found.call, words, first.n, found.growth, found.baseline_ms, first.p95, stored=True), first


async def one_run(asker: Asker, url: str) -> Run:
    """One run, as it is stored. Raises `NotComparable`, `OutOfTime`."""
    times = await samples(asker, url, SAMPLES)
    asker.judge()
    if len(times) < SAMPLES // 2:
        raise NotComparable("too few answers were in order")
    return run_of(times)
