"""More trouble than usual: what counted events of the last minutes amount to, against what is normal at this hour.

Pure. Minutes are whole ones since 1970.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise
from statistics import median

WINDOW = 5
"""Minutes that are added up."""
QUIET = 15
"""Minutes without too many, after which it is over."""
FLOOR = 5
"""Fewer than this are told by nobody."""
TIMES = 3
"""So many times the normal is too many."""
CHANCE = 1e-6
"""What chance alone brings about less often than this is no chance: once in a million windows."""
ONE_PLACE = 0.8
"""Share of one origin from which on all of it is called one place."""
PERSISTENT = 10
"""So often in five minutes no person mistypes a password."""
PER_PERSON = 2
"""How often one origin counts where it is asked whether many people meet it: who fails once tries again."""
DAYS = 14
"""Days that are looked back on for what is normal."""
ALIKE = 3
"""So many weekdays, or weekend days, are enough to leave the others out."""
FEWEST_DAYS = 3
"""Fewer days are no normal yet."""

Origins = Mapping[str, int]
"""How often by origin within one minute; "" where it came from is not known."""
Minutes = Mapping[int, Origins]


class Shape(StrEnum):
    """Who meets it."""

    MANY = "many"
    ONE = "one"
    """One origin alone: somebody tries something."""


@dataclass(frozen=True, slots=True)
class Day:
    """One hour of a day that is over, the hour of now."""

    on: date
    count: int | None
    """None: nobody counted then."""

    @property
    def weekend(self) -> bool:
        """Saturday or Sunday."""
        return self.on.weekday() >= 5


@dataclass(frozen=True, slots=True)
class Normal:
    """What is normal in five minutes at this hour."""

    usual: float
    """The median of the days that are alike."""
    rate: float
    """What chance is reckoned with: not below the mean of all but the worst of these days."""
    days: int
    """How many days that rests on; 0: there is no normal yet."""


NO_NORMAL = Normal(0.0, 0.0, 0)


def normal_of(days: Sequence[Day], today: date) -> Normal:
    """What is normal, from the same hour of earlier days; weekdays and weekends apart where there are enough."""
    known = [one for one in days if one.count is not None]
    if len(known) < FEWEST_DAYS:
        return NO_NORMAL
    alike = [one for one in known if one.weekend == (today.weekday() >= 5)]
    chosen = sorted(one.count or 0 for one in (alike if len(alike) >= ALIKE else known))
    share = WINDOW / 60
    middle = median(chosen)
    rest = chosen[:-1]
    return Normal(middle * share, max(middle, sum(rest) / len(rest)) * share, len(chosen))


def limit_of(normal: Normal, floor: int = FLOOR) -> int:
    """How many within five minutes are too many: three times the normal, never fewer than `floor`.

    And never so few that chance alone would bring them about: with a normal of 2, a 6 comes every night.
    """
    return max(floor, math.ceil(TIMES * normal.usual - 1e-9), beyond_chance(normal.rate))


def beyond_chance(rate: float) -> int:
    """The smallest number that a Poisson process of that mean reaches less often than `CHANCE`."""
    if rate <= 0:
        return 0
    if rate > 100:
        # Three times the normal is far above this; the exact sum would only cost time.
        return math.ceil(rate + 5 * math.sqrt(rate))
    term = math.exp(-rate)
    reached, number = 1.0, 0
    while reached > CHANCE and number < 1000:
        reached -= term
        number += 1
        term *= rate / number
    return number


@dataclass(frozen=True, slots=True)
class Burst:
    """Too many, now or a moment ago."""

    count: int
    """In the five minutes that were the worst of the last twenty."""
    shape: Shape
    share: float
    """Part of it that comes from the origin with most, 0 to 1; 0 where no origin is known."""
    began: int
    """The minute in which the first of these windows began."""
    last: int
    """The last minute at which it was too many."""
    now: bool
    """Whether it still is; else it looks better."""
    newest: int
    """The minute of the last event of it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How one kind of event is judged."""

    floor: int = FLOOR
    by_people: bool = False
    """People bring it about by mistyping too: what one of them does again and again is not many people's trouble."""
    per_person: int = PER_PERSON


def burst(minutes: Minutes, now: int, limit: Callable[[int], int], rule: Rule) -> Burst | None:
    """What the last minutes say; None where it was not too many for a quarter of an hour.

    `limit` says how many are too many in the five minutes that end with a minute. Nothing is remembered: the same
    counts give the same answer, also after a restart.
    """
    found = [one for at in range(now - QUIET + 1, now + 1) if (one := _hot(minutes, at, limit(at), rule)) is not None]
    if not found:
        return None
    worst = max(found, key=lambda one: one.count)
    # Who meets it is said of the newest: it may have begun with one and be many by now.
    last = found[-1]
    return Burst(worst.count, last.shape, last.share, found[0].began, last.last, last.last == now, last.newest)


def _hot(minutes: Minutes, at: int, limit: int, rule: Rule) -> Burst | None:
    """The five minutes that end with `at`, where they are too many."""
    sums: dict[str, int] = {}
    first = newest = at - WINDOW
    for minute in range(at - WINDOW + 1, at + 1):
        for origin, count in minutes.get(minute, {}).items():
            sums[origin] = sums.get(origin, 0) + count
            first = minute if first < at - WINDOW + 1 else first
            newest = minute
    total = sum(sums.values())
    if total < limit:
        return None
    top = max((count for origin, count in sums.items() if origin), default=0)
    one = Burst(total, Shape.MANY, top / total, first, at, True, newest)
    if not rule.by_people:
        return one
    if top >= ONE_PLACE * total:
        return replace(one, shape=Shape.ONE) if total >= PERSISTENT else None
    people = sum(min(count, rule.per_person) if origin else count for origin, count in sums.items())
    return one if people >= limit else None


@dataclass(frozen=True, slots=True)
class Silence:
    """A receiver that hears nothing any more."""

    last: int
    """Minute of the last one."""
    longest: int
    """Minutes of the longest pause that is usual."""


PAUSES_FROM = 20
"""Pauses from which on something is usual."""
SHORTEST_PAUSE = 60
"""Minutes that are never too long a pause."""


def silence(heard: Sequence[int], now: int) -> Silence | None:
    """Whether what used to come does not come any more: twice as long as its longest usual pause.

    `heard` are the minutes in which something came, ascending, of the last weeks. Nights and weekends are pauses too;
    the very longest is left out, since something may have been broken then.
    """
    pauses = [after - before for before, after in pairwise(heard)]
    if len(pauses) < PAUSES_FROM or heard[-1] - heard[0] < 7 * 24 * 60:
        return None
    longest = max(SHORTEST_PAUSE // 2, sorted(pauses)[-2])
    return Silence(heard[-1], longest) if now - heard[-1] > 2 * longest else None
