"""Bursts of counted events as they stand, read from their sums: nothing else is remembered."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.hours import day_of, moment
from bot.domain.spike_words import KINDS, probe_of, sentence
from bot.domain.spikes import (
    DAYS,
    NO_NORMAL,
    QUIET,
    WINDOW,
    Burst,
    Day,
    Minutes,
    Normal,
    Rule,
    Silence,
    burst,
    limit_of,
    normal_of,
    silence,
)
from bot.services.config import Config
from bot.services.events_owners import usual
from bot.store import blindness, event_counts
from bot.store.event_counts import Series, minute_of, moment_of

ENVIRONMENT = "production"


@dataclass(frozen=True, slots=True)
class Found:
    """One burst, with what is normal."""

    kind: str
    service: str
    """Whose it is; "" where that is not known."""
    burst: Burst
    normal: Normal
    days: int
    """For how many days events have been counted."""
    stopped: bool
    """Nobody got through there in the last quarter of an hour, as far as is counted."""

    @property
    def probe(self) -> str:
        """How the incident calls it."""
        return probe_of(self.kind, self.burst.shape)

    @property
    def said(self) -> str:
        """In one sentence."""
        return sentence(self.kind, self.burst, self.normal, days=self.days)


def found(connection: sqlite3.Connection, config: Config, now: datetime) -> list[Found]:
    """Every burst of now, or of a moment ago."""
    minute = minute_of(now)
    lately = event_counts.minutes(connection, config.product, minute - QUIET - WINDOW, minute)
    merged: dict[Series, dict[int, dict[str, int]]] = {}
    for (kind, service), minutes in lately.items():
        if kind in KINDS:
            whose = service or usual(config, kind, KINDS[kind].flow)
            merged.setdefault((kind, whose), {}).update(_together(merged.get((kind, whose), {}), minutes))
    out = []
    for (kind, service), minutes in merged.items():
        rule, told = _rule(config, kind)
        if not told or sum(sum(one.values()) for one in minutes.values()) < rule.floor:
            continue
        one = _judged(connection, config, (kind, service), _Lately(minutes, minute), rule)
        if one is not None:
            out.append(one)
    return out


def _together(one: Minutes, other: Minutes) -> dict[int, dict[str, int]]:
    """The sums of both."""
    minutes = {at: dict(origins) for at, origins in one.items()}
    for at, origins in other.items():
        into = minutes.setdefault(at, {})
        for origin, count in origins.items():
            into[origin] = into.get(origin, 0) + count
    return minutes


def _rule(config: Config, kind: str) -> tuple[Rule, bool]:
    usual_rule = KINDS[kind].rule
    limit = config.file.events.limit(kind) if config.file is not None else None
    if limit is None:
        return usual_rule, True
    return replace(usual_rule, floor=limit.at_least or usual_rule.floor), limit.told


class _Lately(NamedTuple):
    minutes: Minutes
    now: int


def _judged(
    connection: sqlite3.Connection, config: Config, series: Series, lately: _Lately, rule: Rule
) -> Found | None:
    now = lately.now
    normals: dict[int, Normal] = {}

    def limit(at: int) -> int:
        hour = at // 60
        if hour not in normals:
            normals[hour] = normal(connection, config, series, moment_of(at))
        return limit_of(normals[hour], rule.floor)

    one = burst(lately.minutes, now, limit, rule)
    if one is None:
        return None
    began = event_counts.first(connection, config.product)
    days = (now - began) // (24 * 60) if began is not None else 0
    return Found(*series, one, normals[one.last // 60], days, _stopped(connection, config.product, series[0], now))


def _stopped(connection: sqlite3.Connection, product: str, kind: str, now: int) -> bool:
    """Whether nobody got through in the last quarter of an hour; of payments alone."""
    if KINDS[kind].flow != "payment":
        return False
    recent = event_counts.sums(connection, product, now - QUIET, now + 1)
    return not any(one.kind == "checkout_ok" and one.count for one in recent)


def normal(connection: sqlite3.Connection, config: Config, series: Series, at: datetime) -> Normal:
    """What is normal in five minutes at this hour of the day, in the product's own time zone."""
    began = event_counts.first(connection, config.product)
    if began is None:
        return NO_NORMAL
    zone = config.file.product.time_zone if config.file is not None and config.file.product is not None else "UTC"
    today, hour = day_of(at, zone), at.astimezone(ZoneInfo(zone)).hour
    days = []
    for back in range(1, DAYS + 1):
        on = today - timedelta(days=back)
        begins = moment(on, time(hour), zone)
        days.append(Day(on, _hour(connection, config, series, begins, began)))
    return normal_of(days, today)


def _hour(connection: sqlite3.Connection, config: Config, series: Series, begins: datetime, began: int) -> int | None:
    """How often in that hour; None where nothing was counted yet, or the bot was off for a part of it."""
    first, end = minute_of(begins), begins + timedelta(hours=1)
    if first < began or blindness.between(connection, config.product, begins, end):
        return None
    names = [series[1]]
    if series[1] and usual(config, series[0], KINDS[series[0]].flow) == series[1]:
        names.append("")
    return sum(event_counts.total(connection, config.product, (series[0], name), first, first + 60) for name in names)


def receivers(connection: sqlite3.Connection, config: Config, now: datetime) -> dict[str, Silence]:
    """Receivers of webhooks that hear nothing any more, by service."""
    minute = minute_of(now)
    since = minute - DAYS * 24 * 60
    heard = event_counts.heard(connection, config.product, "webhook_ok", since)
    told = {service: silence(minutes, minute) for service, minutes in heard.items()}
    off = {
        service: one
        for service, one in told.items()
        if one is not None and not blindness.between(connection, config.product, moment_of(one.last), now)
    }
    return {service or usual(config, "webhook_ok", ""): one for service, one in off.items()}


def said_of(silence: Silence) -> str:
    """Since when none came, and how long the pauses usually are."""
    hours = max(1, round(silence.longest / 60))
    pause = f"{hours} hours" if hours > 1 else "hour"
    last = moment_of(silence.last)
    return f"no webhook came in since {last:%d %B, %H:%M} UTC; usually there is one at least every {pause}"
