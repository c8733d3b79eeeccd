"""Release checklists and rollbacks that were tried: the one that goes on, and how the earlier ones went."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from bot.domain.drill import How
from bot.domain.release import Kind, LastTry, Run, back_in
from bot.store import drills, releases
from bot.store.codes import to_ms
from bot.store.plain import from_plain, to_plain
from bot.store.releases import Deploy

log = logging.getLogger(__name__)

LOOKED_BACK = 100
"""Deploys among which a version that was taken back is looked for."""
ROLL_BACK = "roll_back_a_deploy"
"""The runbook whose drill is a rollback that was tried."""


def next_id(connection: sqlite3.Connection) -> int:
    """The number that the next one gets; numbers are never used twice."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'release_run'").fetchone()
    return 1 if row is None else int(row["seq"]) + 1


def put(connection: sqlite3.Connection, run: Run) -> None:
    """The row as it is now."""
    connection.execute(
        "INSERT INTO release_run (id, product, kind, person, began_at, ended_at, rev, data)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at,"
        " rev = excluded.rev, data = excluded.data",
        (
            run.id,
            run.product,
            run.kind.value,
            run.person,
            to_ms(run.began_at),
            None if run.ended_at is None else to_ms(run.ended_at),
            run.rev,
            json.dumps(to_plain(run), ensure_ascii=False),
        ),
    )


def get(connection: sqlite3.Connection, id: int) -> Run | None:
    """One."""
    return next(iter(_read(connection.execute("SELECT id, data FROM release_run WHERE id = ?", (id,)))), None)


def live(connection: sqlite3.Connection, product: str) -> Run | None:
    """The one that goes on."""
    rows = connection.execute(
        "SELECT id, data FROM release_run WHERE product = ? AND ended_at IS NULL ORDER BY id DESC", (product,)
    )
    return next(iter(_read(rows)), None)


def over(connection: sqlite3.Connection, product: str, kind: Kind, *, most: int = 20) -> list[Run]:
    """Those that are over, the last one first."""
    return _read(
        connection.execute(
            "SELECT id, data FROM release_run WHERE product = ? AND kind = ? AND ended_at IS NOT NULL"
            " ORDER BY began_at DESC, id DESC LIMIT ?",
            (product, kind.value, most),
        )
    )


def before(connection: sqlite3.Connection, run: Run) -> Run | None:
    """The last one of its kind before it that was gone through to its end."""
    earlier = over(connection, run.product, run.kind, most=50)
    return next((one for one in earlier if one.id < run.id and not one.stopped), None)


def last_try(connection: sqlite3.Connection, product: str) -> LastTry | None:
    """When going back was last tried: as practice, in a fire drill, or since a version had to go; None: never."""
    found = [
        LastTry(one.ended_at, one.person, took)
        for one in over(connection, product, Kind.ROLLBACK, most=50)
        if (took := back_in(one)) is not None and one.ended_at is not None
    ]
    found += [
        LastTry(one.ended_at, one.acked_by, drill=True)
        for one in drills.over(connection, product)
        if one.topic == ROLL_BACK and one.how is How.FIXED and one.ended_at is not None
    ]
    done = _taken_back(releases.recent(connection, product, limit=LOOKED_BACK))
    found += [LastTry(done.at, done.author)] if done is not None else []
    return max(found, key=lambda one: one.at, default=None)


def _taken_back(newest_first: list[Deploy]) -> Deploy | None:
    """The last deploy of production that put a version live again which customers had had before another one."""
    of = [one for one in newest_first if one.environment == "production"]
    for index, one in enumerate(of):
        earlier = [other for other in of[index + 1 :] if other.service == one.service]
        if earlier and earlier[0].version != one.version and any(other.version == one.version for other in earlier):
            return one
    return None


def shown(connection: sqlite3.Connection, id: int, channel: str, ts: str) -> None:
    """Where its message stands in Slack."""
    connection.execute("UPDATE release_run SET channel = ?, ts = ? WHERE id = ?", (channel, ts, id))


def place(connection: sqlite3.Connection, id: int) -> tuple[str, str]:
    """Channel and ts of its message; empty while it is not there."""
    row = connection.execute("SELECT channel, ts FROM release_run WHERE id = ?", (id,)).fetchone()
    return (row["channel"], row["ts"]) if row is not None else ("", "")


def purge(connection: sqlite3.Connection, before: datetime) -> int:
    """Forget what ended before; says how many."""
    return connection.execute("DELETE FROM release_run WHERE ended_at < ?", (to_ms(before),)).rowcount


def _read(rows: Iterable[sqlite3.Row]) -> list[Run]:
    """Runs as records; one that cannot be read is passed over, so that it holds up no other."""
    found = []
    for row in rows:
        try:
            found.append(from_plain(Run, json.loads(row["data"])))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("release list %s cannot be read: %s", row["id"], error)
    return found
