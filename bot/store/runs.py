"""Runs of runbooks and their events: a row changes together with the event that changed it, never alone."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.runbook.run import Run
from bot.store.codes import from_ms, to_ms
from bot.store.plain import from_plain, to_plain
from checks.model import Json

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a run."""

    rev: int
    at: datetime
    did: str
    """The name of the command: `DidIt`, `Saw`; `Began` for the first."""
    actor: str
    """A Slack id; "" for the bot."""
    data: Mapping[str, Json]
    """`told`: lines as they went into the timeline; `step` and `standing` afterwards."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where its message stands in Slack; empty while it is not there."""

    channel: str
    ts: str


def next_id(connection: sqlite3.Connection) -> int:
    """The number that the next run gets; numbers are never used twice."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'run'").fetchone()
    return 1 if row is None else int(row["seq"]) + 1


def put(
    connection: sqlite3.Connection, run: Run, *, at: datetime, did: str, actor: str = "", data: Mapping[str, Json]
) -> None:
    """The row as it is now, and the event that made it so.

    Raises sqlite3.IntegrityError where there is an event of that revision already.
    """
    ended = None if run.ended_at is None else to_ms(run.ended_at)
    connection.execute(
        "INSERT INTO run (id, product, topic, incident, standing, holder, began_at, ended_at, data, rev)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET incident = excluded.incident,"
        " standing = excluded.standing, holder = excluded.holder, ended_at = excluded.ended_at, data = excluded.data,"
        " rev = excluded.rev",
        (
            run.id,
            run.product,
            run.topic,
            run.incident,
            run.standing.value,
            run.holder,
            to_ms(run.began_at),
            ended,
            _text(to_plain(run)),
            run.rev,
        ),
    )
    connection.execute(
        "INSERT INTO run_event (run, rev, at, did, actor, data) VALUES (?, ?, ?, ?, ?, ?)",
        (run.id, run.rev, to_ms(at), did, actor, _text(dict(data))),
    )


def get(connection: sqlite3.Connection, id: int) -> Run | None:
    """One run."""
    found = _readable(connection.execute("SELECT data FROM run WHERE id = ?", (id,)))
    return found[0] if found else None


def live(connection: sqlite3.Connection, product: str, *, incident: int = 0) -> list[Run]:
    """Those that are not over, oldest first; of one incident where it is named."""
    rows = connection.execute(
        "SELECT data FROM run WHERE product = ? AND ended_at IS NULL AND (? = 0 OR incident = ?) ORDER BY id",
        (product, incident, incident),
    )
    return _readable(rows)


def of_incident(connection: sqlite3.Connection, incident: int) -> list[Run]:
    """All that were begun for an incident, or came to it, oldest first."""
    rows = connection.execute("SELECT data FROM run WHERE incident = ? AND incident <> 0 ORDER BY id", (incident,))
    return _readable(rows)


def recent(connection: sqlite3.Connection, product: str, *, limit: int = 50) -> list[Run]:
    """The newest, newest first."""
    rows = connection.execute("SELECT data FROM run WHERE product = ? ORDER BY id DESC LIMIT ?", (product, limit))
    return _readable(rows)


def events(connection: sqlite3.Connection, id: int) -> Sequence[Happened]:
    """Everything that happened to a run, in order."""
    rows = connection.execute("SELECT * FROM run_event WHERE run = ? ORDER BY rev", (id,))
    return [Happened(row["rev"], from_ms(row["at"]), row["did"], row["actor"], json.loads(row["data"])) for row in rows]


def shown(connection: sqlite3.Connection, id: int, channel: str, ts: str) -> None:
    """Where its message stands in Slack."""
    connection.execute("UPDATE run SET channel = ?, ts = ? WHERE id = ?", (channel, ts, id))


def place(connection: sqlite3.Connection, id: int) -> Place:
    """Where its message stands in Slack."""
    row = connection.execute("SELECT channel, ts FROM run WHERE id = ?", (id,)).fetchone()
    return Place("", "") if row is None else Place(row["channel"], row["ts"])


def purge(connection: sqlite3.Connection, before: datetime, *, most: int = 200) -> int:
    """Forget runs that ended before a moment, each with its events and messages; at most so many, says how many."""
    old = connection.execute(
        "SELECT id, product FROM run WHERE ended_at < ? ORDER BY id LIMIT ?", (to_ms(before), most)
    ).fetchall()
    for row in old:
        connection.execute("DELETE FROM outbox WHERE product = ? AND subject = ?", (row["product"], f"run:{row['id']}"))
        connection.execute("DELETE FROM run WHERE id = ?", (row["id"],))
    return len(old)


def _run(row: sqlite3.Row) -> Run:
    return from_plain(Run, json.loads(row["data"]))


def _readable(rows: Iterable[sqlite3.Row]) -> list[Run]:
    """Those that this program can read: one damaged row must not hold up all others."""
    found = []
    for row in rows:
        try:
            found.append(_run(row))
        except (KeyError, TypeError, ValueError) as error:
            log.warning("a run of a runbook cannot be read and is passed over: %s", error)
    return found


def _text(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
