"""What an audit knows of smoke flows beforehand: walks of today need not be walked again, and the secrets of now."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.store import releases, walks
from bot.store.walks import Last
from checks.flow.model import FlowSeen, State
from checks.flow.secret import secrets_of
from checks.inventory import Inventory

GOOD_FOR = timedelta(days=1)
"""How long a walk counts that went well; what was broken may be mended since, and is always walked anew."""


def informed(
    connection: sqlite3.Connection, inventory: Inventory, environ: Mapping[str, str], now: datetime
) -> Inventory:
    """The inventory with what was seen on the last walks, where that is still so, and with the secrets of now."""
    if not inventory.flows:
        return inventory
    names = [name for one in inventory.flows for name in one.secrets.values()]
    return replace(inventory, walked=lately(connection, inventory, now), secrets=secrets_of(names, environ))


def lately(connection: sqlite3.Connection, inventory: Inventory, now: datetime) -> Mapping[str, FlowSeen]:
    """By flow: the walk that still counts, which is after the last version that went out."""
    found = walks.latest(connection, inventory.product, [one.id for one in inventory.flows])
    last = releases.last(connection, inventory.product, now)
    since = last.at if last is not None else None
    return {id: one.seen for id, one in found.items() if _counts(one, since, now)}


def _counts(last: Last, since: datetime | None, now: datetime) -> bool:
    began = last.seen.at or last.at
    if since is not None and began < since:
        return False
    return last.seen.state is State.OK and timedelta(0) <= now - began < GOOD_FOR
