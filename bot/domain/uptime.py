"""Uptime and what it leaves of the error budget, with everything that was left out of it said.

Announced maintenance does not count. Neither do minutes in which the bot could not see: they are neither good nor bad,
and their number stands beside the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.detection import State
from bot.domain.hours import moment

TARGET = 0.999
"""99.9 %: 43.2 minutes of 30 days."""
ENOUGH = 100
"""Looks in a window below which nothing is said about how fast the budget burns."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, `begin` inclusive, `end` exclusive."""

    begin: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """Its length; 0 where it ends before it begins."""
        return max(0.0, (self.end - self.begin).total_seconds())


@dataclass(frozen=True, slots=True)
class Stood:
    """How a monitor stood over a stretch of time."""

    state: State
    span: Span


@dataclass(frozen=True, slots=True)
class Uptime:
    """Seconds of a period, by what they were; they add up to the whole period."""

    up_s: float = 0.0
    """Up or slow, and suspected while it was not yet confirmed."""
    down_s: float = 0.0
    slow_s: float = 0.0
    """Part of `up_s`."""
    maintenance_s: float = 0.0
    unseen_s: float = 0.0
    """The bot was offline or blind, or the monitor did not exist yet."""

    @property
    def counted_s(self) -> float:
        """What the share is a share of."""
        return self.up_s + self.down_s

    @property
    def share(self) -> float | None:
        """Part of the counted time that it was up, 0 to 1; None where nothing was seen."""
        return self.up_s / self.counted_s if self.counted_s else None


def month_of(day: date, zone: str) -> Span:
    """The calendar month around a day, in that zone."""
    midnight = datetime.min.time()
    first = day.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    return Span(moment(first, midnight, zone), moment(after, midnight, zone))


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same time as spans that do not overlap, in order."""
    out: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.begin, one.end)):
        if span.end <= span.begin:
            continue
        if out and span.begin <= out[-1].end:
            out[-1] = Span(out[-1].begin, max(out[-1].end, span.end))
        else:
            out.append(span)
    return out


def without(span: Span, holes: Sequence[Span]) -> list[Span]:
    """What is left of a span; `holes` are in order and do not overlap."""
    out: list[Span] = []
    begin = span.begin
    for hole in holes:
        if hole.end <= begin or hole.begin >= span.end:
            continue
        if hole.begin > begin:
            out.append(Span(begin, hole.begin))
        begin = max(begin, hole.end)
    if begin < span.end:
        out.append(Span(begin, span.end))
    return out


def _within(spans: Iterable[Span], period: Span) -> list[Span]:
    return joined(Span(max(one.begin, period.begin), min(one.end, period.end)) for one in spans)


def uptime(
    stood: Iterable[Stood], period: Span, *, maintenance: Iterable[Span] = (), unseen: Iterable[Span] = ()
) -> Uptime:
    """How the time of a period was spent.

    `stood` is in the order in which it came to be known: a stretch ends where the next begins, as when an outage
    turns out to have begun before it was confirmed. Maintenance goes before everything, the bot's own lost time before
    what a monitor said. Recovering counts as up: it has been good since then.
    """
    planned = _within(maintenance, period)
    lost = [free for one in _within(unseen, period) for free in without(one, planned)]
    holes = joined([*planned, *lost])
    spent = dict.fromkeys(State, 0.0)
    edge = period.end
    for one in reversed(list(stood)):
        known = Span(max(one.span.begin, period.begin), min(one.span.end, edge))
        edge = min(edge, known.begin)
        spent[one.state] += sum(part.seconds for part in without(known, holes)) if known.seconds else 0.0
    down, slow = spent[State.DOWN], spent[State.SLOW]
    up = sum(spent[one] for one in (State.UP, State.SLOW, State.SUSPECT, State.RECOVERING))
    maintenance_s = sum(one.seconds for one in planned)
    return Uptime(up, down, slow, maintenance_s, max(0.0, period.seconds - maintenance_s - up - down))


@dataclass(frozen=True, slots=True)
class Budget:
    """How long it may be down in a period, and how much of that is used."""

    allowed_s: float
    used_s: float

    @property
    def left_s(self) -> float:
        """What is left; below 0 where it is overdrawn."""
        return self.allowed_s - self.used_s


def budget(spent: Uptime, period: Span, target: float = TARGET) -> Budget:
    """The error budget of the whole period: 99.9 % of 30 days are 43.2 minutes."""
    return Budget((1 - target) * period.seconds, spent.down_s)


def burn(bad: int, looks: int, target: float = TARGET) -> float | None:
    """How many times faster than allowed the budget burns in a window; None for fewer looks than say anything."""
    if looks < ENOUGH or bad < 0 or bad > looks:
        return None
    return (bad / looks) / (1 - target)
