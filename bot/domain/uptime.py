"""Stretches of time, and how long something may be down in one: the error budget."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.hours import moment

TARGET = 0.999
"""99.9 %: 43.2 minutes of 30 days."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, `begin` inclusive, `end` exclusive."""

    begin: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """Its length; 0 where it ends before it begins."""
        return max(0.0, (self.end - self.begin).total_seconds())


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


@dataclass(frozen=True, slots=True)
class Budget:
    """How long it may be down in a period, and how much of that is used."""

    allowed_s: float
    used_s: float

    @property
    def left_s(self) -> float:
        """What is left; below 0 where it is overdrawn."""
        return self.allowed_s - self.used_s


def budget(whole: timedelta, down: timedelta, target: float = TARGET) -> Budget:
    """The error budget of a whole stretch of time, of which so much was down."""
    return Budget((1 - target) * whole.total_seconds(), down.total_seconds())
