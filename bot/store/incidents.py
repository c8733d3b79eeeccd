"""Incidents and their events: a row is the fold of its events, written together with them, never alone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.codec import from_json, to_json
from bot.domain.events import Event
from bot.domain.incident import Incident
from bot.store.codes import to_ms
from bot.store.plain import from_plain, to_plain


@dataclass(frozen=True, slots=True)
class Place:
    """Where the card stands in Slack; empty while it is not there."""

    channel: str
    ts: str


def next_id(connection: sqlite3.Connection) -> int:
    """The number that the next incident gets; numbers are never used twice."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'incident'").fetchone()
    return 1 if row is None else int(row["seq"]) + 1


def put(connection: sqlite3.Connection, incident: Incident, events: Iterable[Event]) -> None:
    """The row as it is after these events, and the events. The first of them has the revision after the last known.

    Raises sqlite3.IntegrityError where another incident of the same key is live, or an event is there already.
    """
    news = list(events)
    ended = incident.resolved_at if not incident.live else None
    connection.execute(
        "INSERT INTO incident (id, product, key, service, trouble, status, sev, opened_at, ended_at, data, rev)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET status = excluded.status,"
        " sev = excluded.sev, ended_at = excluded.ended_at, data = excluded.data, rev = excluded.rev",
        (
            incident.id,
            incident.product,
            incident.key,
            incident.service,
            incident.trouble.value,
            incident.status.value,
            int(incident.sev),
            to_ms(incident.opened_at),
            None if ended is None else to_ms(ended),
            _text(to_plain(incident)),
            incident.rev,
        ),
    )
    first = incident.rev - len(news) + 1
    connection.executemany(
        "INSERT INTO incident_event (incident, rev, at, did, actor, data) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (incident.id, first + index, to_ms(event.at), type(event).__name__, event.actor, _text(to_json(event)))
            for index, event in enumerate(news)
        ],
    )


def get(connection: sqlite3.Connection, id: int) -> Incident | None:
    """One incident."""
    row = connection.execute("SELECT data FROM incident WHERE id = ?", (id,)).fetchone()
    return None if row is None else _incident(row)


def by_key(connection: sqlite3.Connection, product: str, key: str) -> Incident | None:
    """The one of a key that is not closed; at most one is."""
    row = connection.execute(
        "SELECT data FROM incident WHERE product = ? AND key = ? AND status <> 'closed'", (product, key)
    ).fetchone()
    return None if row is None else _incident(row)


def live(connection: sqlite3.Connection, product: str) -> list[Incident]:
    """Those that are somebody's business, worst and oldest first."""
    rows = connection.execute(
        "SELECT data FROM incident WHERE product = ? AND status IN ('open', 'acked', 'snoozed')"
        " ORDER BY sev, opened_at, id",
        (product,),
    )
    return [_incident(row) for row in rows]


def unclosed(connection: sqlite3.Connection, product: str) -> list[Incident]:
    """Those that are live, and those over so shortly that they may come back."""
    rows = connection.execute(
        "SELECT data FROM incident WHERE product = ? AND status <> 'closed' ORDER BY id", (product,)
    )
    return [_incident(row) for row in rows]


def recent(connection: sqlite3.Connection, product: str, *, limit: int = 20) -> list[Incident]:
    """The newest, newest first."""
    rows = connection.execute("SELECT data FROM incident WHERE product = ? ORDER BY id DESC LIMIT ?", (product, limit))
    return [_incident(row) for row in rows]


def numbers(connection: sqlite3.Connection, product: str) -> list[int]:
    """The numbers of all, the oldest first."""
    rows = connection.execute("SELECT id FROM incident WHERE product = ? ORDER BY id", (product,))
    return [int(row["id"]) for row in rows]


def between(connection: sqlite3.Connection, product: str, since: datetime, until: datetime) -> list[Incident]:
    """Those that were live at some time within a stretch, oldest first."""
    rows = connection.execute(
        "SELECT data FROM incident WHERE product = ? AND opened_at < ? AND (ended_at IS NULL OR ended_at >= ?)"
        " ORDER BY opened_at, id",
        (product, to_ms(until), to_ms(since)),
    )
    return [_incident(row) for row in rows]


def events(connection: sqlite3.Connection, id: int) -> Sequence[Event]:
    """Everything that happened to an incident, in order."""
    rows = connection.execute("SELECT * FROM incident_event WHERE incident = ? ORDER BY rev", (id,))
    return [_event(row) for row in rows]


def event(connection: sqlite3.Connection, id: int, rev: int) -> Event | None:
    """One event."""
    row = connection.execute("SELECT * FROM incident_event WHERE incident = ? AND rev = ?", (id, rev)).fetchone()
    return None if row is None else _event(row)


def shown(connection: sqlite3.Connection, id: int, channel: str, ts: str) -> None:
    """Where its card stands in Slack."""
    connection.execute("UPDATE incident SET channel = ?, root_ts = ? WHERE id = ?", (channel, ts, id))


def place(connection: sqlite3.Connection, id: int) -> Place:
    """Where its card stands in Slack."""
    row = connection.execute("SELECT channel, root_ts FROM incident WHERE id = ?", (id,)).fetchone()
    return Place("", "") if row is None else Place(row["channel"], row["root_ts"])


def purge(connection: sqlite3.Connection, before: datetime, *, most: int = 200) -> int:
    """Forget closed incidents that ended before a moment, each as a whole: its story, its messages, its calls.

    At most so many at a time; says how many.
    """
    old = connection.execute(
        "SELECT id, product FROM incident WHERE status = 'closed' AND coalesce(ended_at, opened_at) < ?"
        " AND opened_at < ? ORDER BY id LIMIT ?",
        (to_ms(before), to_ms(before), most),
    ).fetchall()
    for row in old:
        for table in ("outbox", "second_route"):
            connection.execute(
                f"DELETE FROM {table} WHERE product = ? AND subject = ?",  # noqa: S608  (names of ours)
                (row["product"], f"incident:{row['id']}"),
            )
        connection.execute("DELETE FROM incident WHERE id = ?", (row["id"],))
    return len(old)


def _incident(row: sqlite3.Row) -> Incident:
    return from_plain(Incident, json.loads(row["data"]))


def _event(row: sqlite3.Row) -> Event:
    return from_json(json.loads(row["data"]))


def _text(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
