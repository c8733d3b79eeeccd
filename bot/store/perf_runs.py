"""Light load tests: each is a row before it begins, and its figures stay with it."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from bot.store.codes import from_ms, to_ms
from bot.store.plain import from_plain, to_plain
from checks.load_model import Ended, Load, Step

log = logging.getLogger(__name__)

KIND = "load"
CUT = "cut"
"""Problem of a test that a stop of the bot cut off. It is not run again by itself: nobody waits for it then."""
OWN_FAULT = "bug"
"""Problem of one that ended by a mistake of the bot itself."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How far a test is: the part of its row that grows."""

    name: str
    """Name of the monitor."""
    url: str
    done: int = 0
    total: int = 0
    ended: Ended | None = None
    steps: tuple[Step, ...] = ()
    hits: int = 0
    turned_away: int = 0
    connections: int = 0
    late_ms: float = 0.0
    statuses: tuple[tuple[int, int], ...] = ()
    reason: str = ""
    stopped_by: str = ""
    """Who stopped it, by button."""
    problem: str = ""
    """Why it ended without a result: `cut` or `bug`."""


@dataclass(frozen=True, slots=True)
class LoadRun:
    """One test as stored."""

    id: int
    product: str
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None = None
    channel: str = ""
    ts: str = ""
    rev: int = 0
    figures: Figures = field(default_factory=lambda: Figures("", ""))

    @property
    def load(self) -> Load | None:
        """The result; None while there is none."""
        own = self.figures
        if own.ended is None:
            return None
        return Load(
            own.url,
            own.ended,
            own.steps,
            own.hits,
            own.turned_away,
            own.connections,
            own.late_ms,
            own.statuses,
            own.reason,
            self.ended_at,
        )


def ask(
    connection: sqlite3.Connection, product: str, now: datetime, figures: Figures, *, asked_by: str, channel: str
) -> int:
    """Write a test down before it begins; answers its number."""
    cursor = connection.execute(
        "INSERT INTO perf_run (product, kind, asked_by, asked_at, began_at, channel, data)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (product, KIND, asked_by, to_ms(now), to_ms(now), channel, _text(figures)),
    )
    return int(cursor.lastrowid or 0)


def progress(connection: sqlite3.Connection, id: int, figures: Figures) -> bool:
    """How far it is; False where it is over."""
    cursor = connection.execute(
        "UPDATE perf_run SET data = ?, rev = rev + 1 WHERE id = ? AND ended_at IS NULL", (_text(figures), id)
    )
    return cursor.rowcount == 1


def end(connection: sqlite3.Connection, id: int, now: datetime, figures: Figures) -> bool:
    """It is over; False where it was before."""
    cursor = connection.execute(
        "UPDATE perf_run SET ended_at = ?, data = ?, rev = rev + 1 WHERE id = ? AND ended_at IS NULL",
        (to_ms(now), _text(figures), id),
    )
    return cursor.rowcount == 1


def shown(connection: sqlite3.Connection, id: int, channel: str, ts: str) -> None:
    """Where its message stands in Slack."""
    connection.execute("UPDATE perf_run SET channel = ?, ts = ? WHERE id = ?", (channel, ts, id))


def get(connection: sqlite3.Connection, id: int) -> LoadRun | None:
    """One test."""
    return next(iter(_read(connection.execute("SELECT * FROM perf_run WHERE id = ? AND kind = ?", (id, KIND)))), None)


def unfinished(connection: sqlite3.Connection, product: str) -> list[LoadRun]:
    """Those that are under way, or were when the bot went away."""
    return _read(
        connection.execute(
            "SELECT * FROM perf_run WHERE ended_at IS NULL AND product = ? AND kind = ? ORDER BY id", (product, KIND)
        )
    )


def last(connection: sqlite3.Connection, product: str, most: int = 50) -> dict[str, LoadRun]:
    """The last test of each monitor that came to a result."""
    rows = connection.execute(
        "SELECT * FROM perf_run WHERE product = ? AND kind = ? AND ended_at IS NOT NULL ORDER BY id DESC LIMIT ?",
        (product, KIND, most),
    )
    found: dict[str, LoadRun] = {}
    for one in _read(rows):
        if one.load is not None:
            found.setdefault(one.figures.name, one)
    return found


def loads(connection: sqlite3.Connection, product: str) -> dict[str, Load]:
    """The last results by monitor, as checks are told them."""
    return {name: run.load for name, run in last(connection, product).items() if run.load is not None}


def purge(connection: sqlite3.Connection, before: datetime) -> int:
    """Forget tests that ended before; says how many."""
    return connection.execute("DELETE FROM perf_run WHERE ended_at < ?", (to_ms(before),)).rowcount


def _text(figures: Figures) -> str:
    return json.dumps(to_plain(figures), ensure_ascii=False)


def _read(rows: Iterable[sqlite3.Row]) -> list[LoadRun]:
    """Tests as records; one that cannot be read is passed over, so that it holds up no other."""
    found = []
    for row in rows:
        try:
            figures = from_plain(Figures, json.loads(row["data"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("load test %s cannot be read: %s", row["id"], error)
            continue
        ended = None if row["ended_at"] is None else from_ms(row["ended_at"])
        found.append(
            LoadRun(
                row["id"],
                row["product"],
                row["asked_by"],
                from_ms(row["asked_at"]),
                ended,
                row["channel"],
                row["ts"],
                row["rev"],
                figures,
            )
        )
    return found
