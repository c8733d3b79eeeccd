"""A light load test as an open model: when each request is due, what came back, when it is enough. Pure.

Visitors do not wait for each other. So requests go out at a fixed rate whatever became of those before them, and each
is timed from the moment when it was due: a server that stands still for a second makes everybody wait who comes in
that second, and all of them count.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from checks.ranks import nearest_rank

STEPS = ((2.0, 20.0), (5.0, 20.0), (10.0, 20.0))
"""Requests a second, and for how many seconds."""
MOST = 350
"""Requests of one test, those that warm up included."""
WARM_UP = 5
"""Requests before the first step that are not counted: a server that slept wakes up."""
TIMEOUT = 10.0
"""Seconds from its due time after which a request is given up."""
ERRORS = 0.02
"""Share of errors above which the test stops."""
SURE = 3
"""Errors below which it goes on: one may be chance."""
SLOWEST = 3000.0
"""Milliseconds of p95 above which the test stops."""
ENOUGH = 20
"""Answers of a step below which its p95 says nothing."""


class Ended(StrEnum):
    """How a test ended."""

    DONE = "done"
    ERRORS = "errors"
    """Too many requests failed."""
    SLOW = "slow"
    """Answers took too long."""
    STOPPED = "stopped"
    """Somebody stopped it, or the bot went away."""
    NO_START = "no_start"
    """The page could not be opened as it should before the test."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One request."""

    step: int
    """Place in `STEPS`, from 0."""
    took_ms: float
    """From the moment when it was due to the last byte."""
    late_ms: float = 0.0
    """How long after it was due it was sent: our own fault."""
    status: int = 0
    """0 where no answer came."""
    good: bool = True
    hit: bool = False
    """It came out of a cache in front of the server."""
    turned_away: bool = False
    """A firewall or a limit answered, not the product."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one step showed; times in milliseconds, 0 without answers."""

    rate: float
    sent: int
    good: int
    p50: float = 0.0
    p95: float = 0.0
    slowest: float = 0.0

    @property
    def bad(self) -> int:
        """Requests that failed."""
        return self.sent - self.good


@dataclass(frozen=True, slots=True)
class Load:
    """One light load test, as it is kept."""

    url: str
    ended: Ended
    steps: tuple[Step, ...] = ()
    hits: int = 0
    turned_away: int = 0
    connections: int = 0
    """Connections that were opened; the others were kept from earlier requests."""
    late_ms: float = 0.0
    """p95 of how late our own requests went out: what the measurement itself adds."""
    statuses: tuple[tuple[int, int], ...] = ()
    """Status and how often, the most frequent first; 0: no answer."""
    reason: str = ""
    """Why it could not begin, as the end of a sentence."""
    at: datetime | None = None

    @property
    def sent(self) -> int:
        """Requests that were sent and are counted."""
        return sum(step.sent for step in self.steps)

    @property
    def bad(self) -> int:
        """Requests that failed."""
        return sum(step.bad for step in self.steps)


def due(steps: Sequence[tuple[float, float]] = STEPS) -> tuple[tuple[float, int], ...]:
    """Seconds after the start at which each request is due, and its step."""
    moments: list[tuple[float, int]] = []
    began = 0.0
    for place, (rate, seconds) in enumerate(steps):
        moments.extend((began + number / rate, place) for number in range(round(rate * seconds)))
        began += seconds
    return tuple(moments)


@dataclass(slots=True)
class Tally:
    """What came back so far. Whether it is enough is asked with every request, so it is counted along."""

    steps: Sequence[tuple[float, float]] = STEPS
    shots: list[Shot] = field(default_factory=list)
    bad: int = 0
    _counts: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By step: answers, and those slower than `SLOWEST`."""

    def take(self, shot: Shot) -> None:
        """One more answer, or that there is none."""
        self.shots.append(shot)
        self.bad += not shot.good
        count, slow = self._counts.get(shot.step, (0, 0))
        self._counts[shot.step] = (count + 1, slow + (shot.took_ms > SLOWEST))

    def enough(self, waiting: Iterable[tuple[int, float]] = ()) -> Ended | None:
        """Why the test should stop now; None: it goes on. `waiting`: step and milliseconds since each was due."""
        waiting = list(waiting)
        if self.bad >= SURE and self.bad > ERRORS * (len(self.shots) + len(waiting)):
            return Ended.ERRORS
        step = max([*self._counts, *(place for place, _ in waiting)], default=0)
        count, slow = self._counts.get(step, (0, 0))
        # Who has waited for longer than that already is not quicker for being unanswered.
        late = sum(place == step and since > SLOWEST for place, since in waiting)
        if count + late >= ENOUGH and count - slow < math.ceil(0.95 * (count + late) - 1e-9):
            return Ended.SLOW
        return None

    def load(self, url: str, ended: Ended, *, connections: int = 0, at: datetime | None = None) -> Load:
        """The result."""
        counts: dict[int, int] = {}
        for shot in self.shots:
            counts[shot.status] = counts.get(shot.status, 0) + 1
        late = tuple(sorted(shot.late_ms for shot in self.shots))
        return Load(
            url=url,
            ended=ended,
            steps=tuple(found for place in range(len(self.steps)) if (found := self._step(place)).sent),
            hits=sum(shot.hit for shot in self.shots),
            turned_away=sum(shot.turned_away for shot in self.shots),
            connections=connections,
            late_ms=nearest_rank(late) if late else 0.0,
            statuses=tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:8]),
            at=at,
        )

    def _step(self, place: int) -> Step:
        shots = [shot for shot in self.shots if shot.step == place]
        # What was given up counts with the time that it was waited for; a refusal came quickly and says nothing.
        times = tuple(sorted(shot.took_ms for shot in shots if shot.status or shot.took_ms > SLOWEST))
        figures = (nearest_rank(times, 0.5), nearest_rank(times), times[-1]) if times else (0.0, 0.0, 0.0)
        return Step(self.steps[place][0], len(shots), sum(shot.good for shot in shots), *figures)
