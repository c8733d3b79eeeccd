"""What senders said, one row per delivery: written down before it is answered, worked on once, forgotten after a month.

A row holds what was understood, never the body itself.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.gates import Gated
from bot.domain.heard import Counted, Heard, Marker, Outside
from bot.store.codes import from_ms, to_ms
from bot.store.plain import from_plain, to_plain
from checks.model import Json

WAITS = tuple(timedelta(seconds=seconds) for seconds in (0, 2, 15, 60, 300))
"""How long after a row was written each try is due at the earliest; after the last one it is left."""
TRIES = len(WAITS)
LONGEST_PROBLEM = 300

_KINDS: Mapping[str, type[Heard | Gated]] = {
    "marker": Marker,
    "outside": Outside,
    "counted": Counted,
    "gated": Gated,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


@dataclass(frozen=True, slots=True)
class Row:
    """One that is not done."""

    id: int
    source: str
    delivery: str
    tries: int


@dataclass(frozen=True, slots=True)
class Left:
    """How much is not done."""

    waiting: int = 0
    oldest_at: datetime | None = None
    given_up: int = 0
    """Tried as often as it may be."""
    problem: str = ""
    """Of the last one that was given up: `source: why`."""


def take(
    connection: sqlite3.Connection,
    product: str,
    now: datetime,
    *,
    source: str,
    delivery: str,
    said: Sequence[Heard | Gated],
) -> bool:
    """Write down what was said; False where this delivery is known already."""
    data = json.dumps({"said": [[_NAMES[type(one)], to_plain(one)] for one in said]}, ensure_ascii=False)
    cursor = connection.execute(
        "INSERT INTO heard (product, source, delivery, at, data) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (product, source, delivery, to_ms(now), data),
    )
    return cursor.rowcount == 1


def fresh(
    connection: sqlite3.Connection, product: str, now: datetime, *, source: str, ids: Iterable[str]
) -> frozenset[str]:
    """Those ids that are named for the first time; from now on they are known. There is nothing to do about them."""
    insert = (
        "INSERT INTO heard (product, source, delivery, at, data, done_at) VALUES (?, ?, ?, ?4, '{}', ?4)"
        " ON CONFLICT DO NOTHING"
    )
    at = to_ms(now)
    return frozenset(id for id in ids if connection.execute(insert, (product, source, id, at)).rowcount == 1)


def undone(connection: sqlite3.Connection, product: str) -> int:
    """How many rows wait to be worked on."""
    [count] = connection.execute(
        "SELECT count(*) FROM heard WHERE done_at IS NULL AND tries < ? AND product = ?", (TRIES, product)
    ).fetchone()
    return int(count)


def due(connection: sqlite3.Connection, product: str, now: datetime, limit: int) -> list[Row]:
    """Rows to be worked on now, oldest first. One that failed waits for its next try and holds up no other."""
    waits = json.dumps([wait // timedelta(milliseconds=1) for wait in WAITS])
    rows = connection.execute(
        "SELECT id, source, delivery, tries FROM heard WHERE done_at IS NULL AND tries < ? AND product = ?"
        # A clock that was put back must not hold a row up for as long as it was put back.
        " AND (at + (SELECT value FROM json_each(?) WHERE key = tries) <= ?4 OR at > ?4) ORDER BY id LIMIT ?",
        (TRIES, product, waits, to_ms(now), limit),
    )
    return [Row(row["id"], row["source"], row["delivery"], row["tries"]) for row in rows]


def said(connection: sqlite3.Connection, id: int) -> tuple[Heard | Gated, ...] | None:
    """What a row says; None where it is done. Raises KeyError, TypeError or ValueError where it cannot be read."""
    row = connection.execute("SELECT data FROM heard WHERE id = ? AND done_at IS NULL", (id,)).fetchone()
    if row is None:
        return None
    return tuple(from_plain(_KINDS[kind], one) for kind, one in json.loads(row["data"])["said"])


def done(connection: sqlite3.Connection, id: int, now: datetime, came_of_it: Mapping[str, Json] | None = None) -> bool:
    """It has been worked on; what was said is dropped, `came_of_it` stays. False where it was done before."""
    cursor = connection.execute(
        "UPDATE heard SET done_at = ?, data = ?, problem = '' WHERE id = ? AND done_at IS NULL",
        (to_ms(now), json.dumps(dict(came_of_it or {})), id),
    )
    return cursor.rowcount == 1


def failed(connection: sqlite3.Connection, id: int, problem: str) -> int:
    """A try went wrong; says how many there have been, 0 where it is done all the same."""
    row = connection.execute(
        "UPDATE heard SET tries = tries + 1, problem = ? WHERE id = ? AND done_at IS NULL RETURNING tries",
        (problem[:LONGEST_PROBLEM], id),
    ).fetchone()
    return int(row["tries"]) if row is not None else 0


def left(connection: sqlite3.Connection, product: str) -> Left:
    """What is not done, for the self-test."""
    row = connection.execute(
        "SELECT count(*) FILTER (WHERE tries < ?1) AS waiting, min(at) FILTER (WHERE tries < ?1) AS oldest,"
        " count(*) FILTER (WHERE tries >= ?1) AS given_up, max(id) FILTER (WHERE tries >= ?1) AS last"
        " FROM heard WHERE done_at IS NULL AND product = ?2",
        (TRIES, product),
    ).fetchone()
    problem = ""
    if row["last"] is not None:
        last = connection.execute("SELECT source, problem FROM heard WHERE id = ?", (row["last"],)).fetchone()
        problem = f"{last['source']}: {last['problem']}"
    oldest = None if row["oldest"] is None else from_ms(row["oldest"])
    return Left(row["waiting"], oldest, row["given_up"], problem)


def accepted(connection: sqlite3.Connection, product: str) -> Mapping[str, datetime]:
    """When each sender was last heard."""
    rows = connection.execute("SELECT source, max(at) AS at FROM heard WHERE product = ? GROUP BY source", (product,))
    return {row["source"]: from_ms(row["at"]) for row in rows}


def came_of(connection: sqlite3.Connection, product: str, source: str, delivery: str) -> Mapping[str, Json] | None:
    """What came of a delivery; empty while nothing has. None where it is unknown."""
    row = connection.execute(
        "SELECT CASE WHEN done_at IS NULL THEN '{}' ELSE data END AS data FROM heard"
        " WHERE product = ? AND source = ? AND delivery = ?",
        (product, source, delivery),
    ).fetchone()
    found = {} if row is None else json.loads(row["data"])
    return None if row is None or not isinstance(found, dict) else found


def purge(connection: sqlite3.Connection, before: datetime, ids_before: datetime | None = None) -> int:
    """Forget what is older and needs nothing more; ids of single events, which are many, from another moment on."""
    ids = connection.execute(
        "DELETE FROM heard WHERE source = 'events' AND at < ? AND done_at IS NOT NULL", (to_ms(ids_before or before),)
    ).rowcount
    rest = connection.execute(
        "DELETE FROM heard WHERE at < ? AND (done_at IS NOT NULL OR tries >= ?)", (to_ms(before), TRIES)
    ).rowcount
    return ids + rest
