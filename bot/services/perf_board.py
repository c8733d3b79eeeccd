"""How quick each endpoint is and how often it fails, as one answer needs it: the slowest against its target first."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.services.config import Config
from bot.store import perf_runs, trends
from bot.store.perf_runs import LoadRun
from checks.inventory import History, Inventory, Monitor
from checks.model import Verdict
from checks.perf import error_rate, load_light, p95
from checks.urls import host_of

JOURNEYS = (("Sign-up", "signup"), ("Purchase", "payment"), ("Dashboard", "dashboard"))
"""The walks that matter most, where launch.yml names none: by flow or by class of endpoint."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint as it did in the last day."""

    monitor: Monitor
    speed: Verdict
    """Of the check `perf.p95`."""
    errors: Verdict
    """Of the check `perf.error_rate`."""
    load: Verdict
    """Of the check `perf.load_light`."""
    run: LoadRun | None = None
    allowed: bool = False
    """A light load may be sent to it."""

    @property
    def name(self) -> str:
        """How people call it."""
        return self.monitor.name

    @property
    def over(self) -> float:
        """How many times its target it needs; -1 where that is not known."""
        target, took = _number(self.speed, "target_ms"), _number(self.speed, "p95_ms")
        return took / target if target else -1.0


@dataclass(frozen=True, slots=True)
class Journey:
    """One of the walks that matter most."""

    name: str
    flow: str
    endpoint: Endpoint | None
    """None where nobody watches it."""


@dataclass(frozen=True, slots=True)
class Board:
    """All of it."""

    endpoints: tuple[Endpoint, ...]
    """Slowest against its target first."""
    journeys: tuple[Journey, ...]
    going: LoadRun | None
    """A light load that is under way."""
    budget: bool
    """Whether pages have one."""
    now: datetime


def board(connection: sqlite3.Connection, config: Config, now: datetime) -> Board | None:
    """Read within one look at the store; None without a usable `launch.yml`."""
    inventory = config.inventory
    if inventory is None:
        return None
    histories = trends.histories(connection, config.product, inventory.monitors, now)
    runs = perf_runs.last(connection, config.product)
    found = [_endpoint(one, inventory, histories, runs) for one in inventory.monitors]
    found.sort(key=lambda one: (-one.over, one.name.casefold()))
    going = perf_runs.unfinished(connection, config.product)
    return Board(
        tuple(found),
        _journeys(config, found),
        going[0] if going else None,
        not inventory.speed.budget.empty,
        now,
    )


def _endpoint(
    monitor: Monitor, inventory: Inventory, histories: Mapping[str, History], runs: Mapping[str, LoadRun]
) -> Endpoint:
    history, run = histories.get(monitor.name), runs.get(monitor.name)
    kind = p95.endpoint_of(monitor, history, inventory)
    allowed = host_of(monitor.url) in inventory.opt_in
    return Endpoint(
        monitor,
        p95.judge(p95.Facts(history, kind, p95.target_of(kind, inventory))),
        error_rate.judge(error_rate.Facts(history)),
        load_light.judge(load_light.Facts(run.load if run is not None else None, allowed)),
        run,
        allowed,
    )


def _journeys(config: Config, endpoints: list[Endpoint]) -> tuple[Journey, ...]:
    """Those of `launch.yml`, else one each for sign-up, purchase and dashboard."""
    named = config.file.speed.journeys if config.file is not None else ()
    if named:
        by_name = {one.name: one for one in endpoints}
        return tuple(Journey(name, "", by_name.get(name)) for name in named)
    return tuple(
        Journey(name, flow, next((one for one in endpoints if flow in (one.monitor.flow, one.monitor.endpoint)), None))
        for name, flow in JOURNEYS
    )


def _number(verdict: Verdict, key: str) -> float:
    value = verdict.seen.get(key)
    return float(value) if isinstance(value, int | float) else 0.0
