"""What checks are told of counted events, of this month's minutes, and of the last rollback that was tried."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime

from bot.domain.release import Kind
from bot.domain.spikes import Shape
from bot.services import events_budgets, events_bursts
from bot.services.config import Config
from bot.services.deploy_facts import deployed
from bot.store import event_counts, release_runs
from bot.store.event_counts import moment_of
from checks.inventory import Burst, Counted, Inventory, Rollback, Spent


def informed(connection: sqlite3.Connection, config: Config, inventory: Inventory, now: datetime) -> Inventory:
    """The inventory with these facts, as of now."""
    zone = config.file.product.time_zone if config.file is not None and config.file.product is not None else "UTC"
    return replace(
        inventory,
        counted=counted(connection, config, now),
        spent=_spent(connection, inventory, now, zone),
        rollback=_rollback(connection, inventory.product, now),
        deployed=deployed(connection, inventory.product),
    )


def counted(connection: sqlite3.Connection, config: Config, now: datetime) -> Counted | None:
    """What counted events say; None where none is kept."""
    first = event_counts.first(connection, config.product)
    if first is None:
        return None
    found = sorted(events_bursts.found(connection, config, now), key=lambda one: -one.burst.count)
    bursts = tuple(Burst(one.kind, one.said, one.burst.shape is Shape.ONE) for one in found if one.burst.now)
    silent = [events_bursts.said_of(one) for one in events_bursts.receivers(connection, config, now).values()]
    return Counted(moment_of(first), bursts, silent[0] if silent else "", (now - moment_of(first)).days)


def _spent(connection: sqlite3.Connection, inventory: Inventory, now: datetime, zone: str) -> dict[str, Spent]:
    found = {}
    for one in inventory.monitors:
        left = events_budgets.left(connection, inventory.product, one, now, zone)
        if left is not None:
            found[one.name] = Spent(left.allowed_s, left.used_s, left.excused_s, left.unseen_s, left.seen_s)
    return found


def _rollback(connection: sqlite3.Connection, product: str, now: datetime) -> Rollback:
    last, going_on = release_runs.last_try(connection, product), release_runs.live(connection, product)
    if last is None:
        return Rollback(now=now, live=going_on is not None and going_on.kind is Kind.ROLLBACK)
    return Rollback(last.at, last.by, None if last.took is None else last.took.total_seconds(), now)
