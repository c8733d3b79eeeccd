"""Fire drills: the one that is going on, and how the earlier ones went."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from bot.domain.drill import Drill
from bot.store.codes import from_ms, to_ms
from bot.store.plain import from_plain, to_plain


def next_id(connection: sqlite3.Connection) -> int:
    """The number that the next drill gets; numbers are never used twice."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'drill'").fetchone()
    return 1 if row is None else int(row["seq"]) + 1


def put(connection: sqlite3.Connection, drill: Drill) -> None:
    """The row as it is now. Raises sqlite3.IntegrityError where another one is going on."""
    ended = None if drill.ended_at is None else to_ms(drill.ended_at)
    connection.execute(
        "INSERT INTO drill (id, product, topic, incident, run, began_at, ended_at, data)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET incident = excluded.incident, run = excluded.run,"
        " ended_at = excluded.ended_at, data = excluded.data",
        (
            drill.id,
            drill.product,
            drill.topic,
            drill.incident,
            drill.run,
            to_ms(drill.began_at),
            ended,
            json.dumps(to_plain(drill), ensure_ascii=False),
        ),
    )


def get(connection: sqlite3.Connection, id: int) -> Drill | None:
    """One drill."""
    row = connection.execute("SELECT data FROM drill WHERE id = ?", (id,)).fetchone()
    return None if row is None else _drill(row)


def live(connection: sqlite3.Connection, product: str) -> Drill | None:
    """The one that is going on."""
    row = connection.execute("SELECT data FROM drill WHERE product = ? AND ended_at IS NULL", (product,)).fetchone()
    return None if row is None else _drill(row)


def of_incident(connection: sqlite3.Connection, incident: int) -> Drill | None:
    """The drill that this incident belongs to."""
    row = connection.execute("SELECT data FROM drill WHERE incident = ? AND incident <> 0", (incident,)).fetchone()
    return None if row is None else _drill(row)


def over(connection: sqlite3.Connection, product: str, most: int = 50) -> list[Drill]:
    """Those that are over, the last one first."""
    rows = connection.execute(
        "SELECT data FROM drill WHERE product = ? AND ended_at IS NOT NULL ORDER BY ended_at DESC, id DESC LIMIT ?",
        (product, most),
    )
    return [_drill(row) for row in rows]


def last(connection: sqlite3.Connection, product: str) -> dict[str, datetime]:
    """When each runbook was last drilled to an end, by topic."""
    rows = connection.execute(
        "SELECT topic, max(began_at) AS at FROM drill WHERE product = ? AND ended_at IS NOT NULL GROUP BY topic",
        (product,),
    )
    return {row["topic"]: from_ms(row["at"]) for row in rows}


def _drill(row: sqlite3.Row) -> Drill:
    return from_plain(Drill, json.loads(row["data"]))
