"""Charts of a monitor: what failed, and how long the server took; each with its number said in words.

A stretch in which nothing was seen is left out: it was neither good nor bad.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.document import Chart
from bot.views.notices import zone_name
from bot.views.prose import count, seconds

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PICTURE = 4
"""Parts of a card's chart in which something was seen, below which it shows nothing that a word would not."""
ENOUGH = 5
"""Measured answers below which nothing is said about how long the server took."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One look, or the sum of several."""

    at: datetime
    good: int
    bad: int
    p95_ms: float | None = None
    """Of a single look: how long the server took."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The stretch of time that a chart shows, in how many parts, in whose time."""

    words: str
    begin: datetime
    end: datetime
    parts: int
    zone: str

    @property
    def span(self) -> timedelta:
        """Its length."""
        return self.end - self.begin

    def labels(self) -> tuple[str, ...]:
        """When each part begins."""
        moments = (self.begin + self.span * index / self.parts for index in range(self.parts))
        return tuple(_label(one, self.span, self.zone) for one in moments)

    def sorted(self, dots: Sequence[Dot]) -> list[list[Dot]]:
        """What was seen in each part."""
        buckets: list[list[Dot]] = [[] for _ in range(self.parts)]
        for one in dots:
            if self.begin <= one.at <= self.end:
                buckets[min(self.parts - 1, int((one.at - self.begin) / self.span * self.parts))].append(one)
        return buckets


def last_hour(dots: Sequence[Dot], now: datetime, zone: str, *, limit: float | None = None) -> tuple[Chart, ...]:
    """For a card: twenty stretches of three minutes; of shorter ones where it has not been looked at for that long.

    `limit` is the time in seconds above which it is slow.
    """
    known = now - min((one.at for one in dots), default=now)
    for minutes in (10, 30):
        if known <= timedelta(minutes=minutes):
            begin = now - timedelta(minutes=minutes)
            return _both(dots, Frame(f"last {minutes} minutes", begin, now, 20, zone), limit)
    return _both(dots, Frame("last hour", now - HOUR, now, 20, zone), limit)


def few(dots: Sequence[Dot]) -> str:
    """What a card says where there are looks, but too few of them for a picture; "" where there are none."""
    good, bad = sum(one.good for one in dots), sum(one.bad for one in dots)
    if not good + bad:
        return ""
    if good + bad == 1:
        failed = "and it failed" if bad else "and it was good"
    else:
        failed = f"{bad if good else 'and all of them'} failed" if bad else "and none failed"
    return f"{count(good + bad, 'look')} in the last hour so far, {failed}. A picture follows in a few minutes."


def last_day(dots: Sequence[Dot], now: datetime, zone: str, *, limit: float | None = None) -> tuple[Chart, ...]:
    """For a monitor's own page: twelve stretches of two hours."""
    return _both(dots, Frame("last 24 hours", now - DAY, now, 12, zone), limit)


def last_month(dots: Sequence[Dot], now: datetime, zone: str, *, limit: float | None = None) -> tuple[Chart, ...]:
    """Fifteen stretches of two days."""
    return _both(dots, Frame("last 30 days", now - 30 * DAY, now, 15, zone), limit)


def _both(dots: Sequence[Dot], frame: Frame, limit: float | None) -> tuple[Chart, ...]:
    """What failed, and how long the server took where that was measured."""
    buckets = frame.sorted(dots)
    kept = [one for bucket in buckets for one in bucket]
    least = PICTURE if frame.span <= HOUR else 1
    if not sum(one.good + one.bad for one in kept) or sum(map(bool, buckets)) < least:
        return ()
    speed = _speed(buckets, frame, limit)
    return (_strip(buckets, frame),) if speed is None else (_strip(buckets, frame), speed)


def _strip(buckets: Sequence[Sequence[Dot]], frame: Frame) -> Chart:
    kept = [one for bucket in buckets for one in bucket]
    good, bad = sum(one.good for one in kept), sum(one.bad for one in kept)
    looks = count(good + bad, "look")
    until = f"{frame.end.astimezone(ZoneInfo(frame.zone)):%H:%M} ({zone_name(frame.zone)})"
    return Chart(
        "Failed looks",
        f"In the {frame.words}, until {until}, {bad or 'none'} of {looks} failed: up for "
        f"{percent(good / (good + bad))}.",
        "bar",
        frame.labels(),
        (("Failed", tuple(_failed(bucket) for bucket in buckets)),),
        "looks",
    )


def _failed(bucket: Sequence[Dot]) -> float:
    """How many failed; not a number where nothing was seen, so that it is left out."""
    return float(sum(one.bad for one in bucket)) if any(one.good or one.bad for one in bucket) else math.nan


def _speed(buckets: Sequence[Sequence[Dot]], frame: Frame, limit: float | None) -> Chart | None:
    times = [[one.p95_ms for one in bucket if one.p95_ms is not None] for bucket in buckets]
    each = tuple(_p95(one) for one in times)
    answers = sum(one.good for bucket in buckets for one in bucket if one.p95_ms is not None)
    if answers < ENOUGH or sum(map(math.isfinite, each)) < 2:
        return None
    series: list[tuple[str, tuple[float, ...]]] = [("Server time", each)]
    within = seconds(_p95([value for one in times for value in one]))
    said = f"In the {frame.words} 95 of 100 answers came within {within}"
    if limit is not None:
        series.append(("Slow from here", tuple(limit * 1000 for _ in each)))
        said += f"; slow is more than {limit:g} s"
    return Chart("Server time", f"{said}.", "line", frame.labels(), tuple(series), "ms")


def _p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 do not exceed (nearest rank), whole milliseconds; not a number where there is none."""
    if not values:
        return math.nan
    return float(round(sorted(values)[max(0, math.ceil(0.95 * len(values)) - 1)]))


def _label(at: datetime, span: timedelta, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    if span <= HOUR:
        return f"{local:%H:%M}"
    return f"{local:%a %H:%M}" if span <= DAY else f"{local.day} {local:%b}"


def percent(share: float) -> str:
    """Never rounded up to 100 %, nor down to 0 %."""
    if share in (0.0, 1.0):
        return f"{share:.0%}".replace("%", " %")
    value = min(max(share * 100, 0.1), 99.99)
    return f"{value:.2f} %" if value >= 99 else f"{value:.1f} %"
