"""What stands behind a card: what to try first, how often is looked, and what the last hour looked like."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.document import Chart
from bot.domain.incident import Incident
from bot.domain.member import Light
from bot.services.config import Config
from bot.services.runbook_leads import code_of, flows_of, topic_of
from bot.store import history
from bot.store.probes import Probe, Seen
from bot.views import charts
from checks.finding import fill
from checks.inventory import Monitor, Point
from checks.registry import load

HOUR = timedelta(hours=1)
DAYS = 30
CHECKS: Mapping[str, str] = {"page": "up.http", "certificate": "tls.expiry", "record": "dns.expected"}
"""Whose repairs are named, by what is watched."""
STEPS: Mapping[str, tuple[str, ...]] = {
    "tcp": (
        "Open your host's dashboard: is the server running, and has it memory and disk left?",
        "Look whether a firewall rule was changed today.",
    ),
    "heartbeat": (
        "Look at the job's last run: did it start, and did it stop with an error?",
        "Start it once by hand.",
    ),
}
"""First steps where no check is behind it."""
_HOLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Behind:
    """For one incident."""

    steps: tuple[str, ...] = ()
    every: float = 0.0
    charts: tuple[Chart, ...] = ()
    few: str = ""
    """In place of the charts, where there are too few looks for one."""
    runbook: str = ""
    """The topic of the runbook that leads out of it."""


def behind(connection: sqlite3.Connection, config: Config, incident: Incident, now: datetime) -> Behind:
    """From the first of its members that fails; nothing where it is over."""
    own = sorted(incident.own, key=lambda one: one.light is not Light.RED)
    if not incident.live or not own or config.inventory is None:
        return Behind()
    first = own[0]
    watched = _watched(config, first.probe)
    library = config.library
    runbook = topic_of(connection, config.product, library.books, incident, leads=library.leads, flows=flows_of(config))
    if watched is None:
        return Behind(runbook=runbook)
    zone = config.file.product.time_zone if config.file and config.file.product else "UTC"
    code = code_of(connection, config.product, first.probe, first.trouble)
    limit = watched.slow_after if isinstance(watched, Monitor) else None
    monitor = history.number(connection, config.product, first.probe)
    seen = [] if monitor is None else history.looks(connection, monitor, now - HOUR, now + timedelta(seconds=1))
    # A job is listened to: how often the bot found it in time says nothing.
    looks = [] if isinstance(watched, Point) and watched.kind == "heartbeat" else dots(seen)
    drawn = charts.last_hour(looks, now, zone, limit=limit)
    few = "" if drawn else charts.few(looks)
    return Behind(_steps(config, watched, code), watched.interval, drawn, few, runbook)


def dots(seen: Sequence[Probe]) -> list[charts.Dot]:
    """Single looks as a chart takes them; what could not see is left out."""
    return [
        charts.Dot(one.at, int(one.seen is Seen.GOOD), int(one.seen is Seen.BAD), one.first_byte_ms)
        for one in seen
        if one.seen is not Seen.UNKNOWN
    ]


def charts_of(connection: sqlite3.Connection, config: Config, name: str, now: datetime) -> tuple[Chart, ...]:
    """The failed looks of a monitor in the last 24 hours and 30 days; nothing where it was never looked at."""
    number = history.number(connection, config.product, name)
    if number is None:
        return ()
    watched = _watched(config, name)
    limit = watched.slow_after if isinstance(watched, Monitor) else None
    zone = config.file.product.time_zone if config.file and config.file.product else "UTC"
    end = now + timedelta(seconds=1)
    day = dots(history.looks(connection, number, now - timedelta(days=1), end))
    month = [
        charts.Dot(one.begins, one.sums.good, one.sums.bad, one.sums.latency.quantile(0.95))
        for one in history.days(connection, number, now, count=DAYS)
    ]
    return (
        *charts.last_day(day, now, zone, limit=limit)[:1],
        *charts.last_month(month, now, zone, limit=limit)[:1],
    )


def _watched(config: Config, name: str) -> Monitor | Point | None:
    if config.inventory is None:
        return None
    watched: tuple[Monitor | Point, ...] = (*config.inventory.monitors, *config.inventory.points)
    return next((one for one in watched if one.name == name), None)


def _steps(config: Config, watched: Monitor | Point, code: str) -> tuple[str, ...]:
    """The repair of that answer; a step that needs what only the look itself saw is left out."""
    kind = "page" if isinstance(watched, Monitor) else watched.kind
    if kind in STEPS:
        return STEPS[kind]
    outcome = load()[CHECKS[kind]].outcomes.get(code) if kind in CHECKS else None
    if outcome is None:
        return ()
    host = watched.host if isinstance(watched, Point) else urlsplit(watched.url).hostname or ""
    url = watched.url if isinstance(watched, Monitor) else ""
    domain = config.inventory.domain if config.inventory else ""
    values = {"name": watched.name, "host": host, "url": url, "domain": domain}
    return tuple(fill(step, values) for step in outcome.fix if set(_HOLE.findall(step)) <= set(values))
