"""What people asked for, by button or command: written down before it is answered, so that a kill loses none."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.store.codes import from_ms, to_ms
from checks.model import Json


@dataclass(frozen=True, slots=True)
class Click:
    """One of them."""

    id: str
    """Slack's own mark of it: a button's `action_ts`, a command's trigger id."""
    user: str
    action: str
    at: datetime
    payload: Mapping[str, Json]
    done: bool


def take(
    connection: sqlite3.Connection,
    product: str,
    now: datetime,
    *,
    id: str,
    user: str,
    action: str,
    payload: Mapping[str, Json],
) -> bool:
    """Write it down; False where it is there already: Slack has delivered it twice."""
    cursor = connection.execute(
        "INSERT INTO click (product, id, user, action, at, payload, state) VALUES (?, ?, ?, ?, ?, ?, 'new')"
        " ON CONFLICT DO NOTHING",
        (product, id, user, action, to_ms(now), json.dumps(dict(payload), ensure_ascii=False)),
    )
    return cursor.rowcount == 1


def done(connection: sqlite3.Connection, product: str, *, id: str, user: str, action: str) -> bool:
    """It has been carried out; False where it was before."""
    cursor = connection.execute(
        "UPDATE click SET state = 'done' WHERE product = ? AND id = ? AND user = ? AND action = ? AND state = 'new'",
        (product, id, user, action),
    )
    return cursor.rowcount == 1


def once(connection: sqlite3.Connection, product: str, now: datetime, *, id: str, user: str, action: str) -> bool:
    """Written down here, where it was not yet, and carried out from now on; False where it was carried out before."""
    take(connection, product, now, id=id, user=user, action=action, payload={})
    return done(connection, product, id=id, user=user, action=action)


def waiting(connection: sqlite3.Connection, product: str) -> list[Click]:
    """Those that were taken and not carried out, in the order in which people clicked."""
    rows = connection.execute("SELECT * FROM click WHERE product = ? AND state = 'new' ORDER BY id, at", (product,))
    return [
        Click(row["id"], row["user"], row["action"], from_ms(row["at"]), json.loads(row["payload"]), False)
        for row in rows
    ]


def purge(connection: sqlite3.Connection, before: datetime) -> int:
    """Forget old ones that were carried out."""
    return connection.execute("DELETE FROM click WHERE state = 'done' AND at < ?", (to_ms(before),)).rowcount
