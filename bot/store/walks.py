"""Walks of smoke flows: each is a row before it begins, and what was seen of every flow stays with it."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.store.codes import from_ms, to_ms
from bot.store.plain import from_plain, to_plain
from checks.flow.model import FlowSeen, State

log = logging.getLogger(__name__)

CUT = "cut"
"""Problem of a walk that a stop of the bot cut off, too long ago to be walked again."""
GONE = "gone"
"""Problem of a walk whose flows are no longer in launch.yml."""
OWN_FAULT = "bug"
"""Problem of a walk that ended by a mistake of the bot itself."""
BY_TIME = 100
"""Rows that are read, at most, to find when each flow was walked last."""
PAGE = 10


@dataclass(frozen=True, slots=True)
class Course:
    """How far a walk is, and what was seen: the part of its row that grows."""

    flows: tuple[str, ...] = ()
    """Ids of the flows to be walked; empty: all of launch.yml."""
    done: int = 0
    total: int = 0
    """Steps."""
    now: str = ""
    """What is being walked, for people: "Sign-up: step 3 of 6"."""
    seen: tuple[FlowSeen, ...] = ()
    tries: int = 0
    """How often it was begun: more than once where a stop cut it off."""
    runs: tuple[tuple[str, str], ...] = ()
    """Flow, and the tag of what its walk makes: where it is cut off, that may stay behind."""
    problem: str = ""
    """Why it ended without a result: `cut`, `gone` or `bug`."""


@dataclass(frozen=True, slots=True)
class Walk:
    """One walk as stored."""

    id: int
    product: str
    cause: str
    """`deploy`, `hand`, `schedule` or `runbook`."""
    asked_at: datetime
    deploy: int = 0
    asked_by: str = ""
    began_at: datetime | None = None
    ended_at: datetime | None = None
    channel: str = ""
    ts: str = ""
    rev: int = 0
    course: Course = field(default_factory=Course)

    @property
    def over(self) -> bool:
        """Whether it has ended, in whichever way."""
        return self.ended_at is not None

    @property
    def seen(self) -> tuple[FlowSeen, ...]:
        """What was seen of each flow."""
        return self.course.seen

    def covers(self, flow: str) -> bool:
        """Whether this flow is one of its own."""
        return not self.course.flows or flow in self.course.flows

    def of(self, state: State) -> tuple[FlowSeen, ...]:
        """Flows that ended like this, in order."""
        return tuple(one for one in self.seen if one.state is state)


def ask(
    connection: sqlite3.Connection,
    product: str,
    now: datetime,
    cause: str,
    *,
    flows: Sequence[str] = (),
    deploy: int = 0,
    asked_by: str = "",
    channel: str = "",
) -> int:
    """Write a walk down that is to be begun; answers its number."""
    cursor = connection.execute(
        "INSERT INTO smoke_run (product, cause, deploy, asked_by, asked_at, channel, data)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (product, cause, deploy, asked_by, to_ms(now), channel, _text(Course(tuple(flows)))),
    )
    return int(cursor.lastrowid or 0)


def begin(connection: sqlite3.Connection, id: int, now: datetime, course: Course) -> bool:
    """It begins, or begins again after a stop; False where it is over already."""
    cursor = connection.execute(
        "UPDATE smoke_run SET began_at = ?, data = ?, rev = rev + 1 WHERE id = ? AND ended_at IS NULL",
        (to_ms(now), _text(course), id),
    )
    return cursor.rowcount == 1


def progress(connection: sqlite3.Connection, id: int, course: Course) -> bool:
    """How far it has come; False where it is over already."""
    cursor = connection.execute(
        "UPDATE smoke_run SET data = ?, rev = rev + 1 WHERE id = ? AND ended_at IS NULL", (_text(course), id)
    )
    return cursor.rowcount == 1


def end(connection: sqlite3.Connection, id: int, now: datetime, course: Course) -> bool:
    """It is over; False where it was before."""
    course = replace(course, now="", done=course.total)
    cursor = connection.execute(
        "UPDATE smoke_run SET ended_at = ?, data = ?, rev = rev + 1 WHERE id = ? AND ended_at IS NULL",
        (to_ms(now), _text(course), id),
    )
    return cursor.rowcount == 1


def shown(connection: sqlite3.Connection, id: int, channel: str, ts: str) -> None:
    """Where its message stands in Slack."""
    connection.execute("UPDATE smoke_run SET channel = ?, ts = ? WHERE id = ?", (channel, ts, id))


def get(connection: sqlite3.Connection, id: int) -> Walk | None:
    """One walk."""
    return next(iter(_read(connection.execute("SELECT * FROM smoke_run WHERE id = ?", (id,)))), None)


def unfinished(connection: sqlite3.Connection, product: str) -> list[Walk]:
    """Those that wait or are under way, in the order in which they were asked for."""
    return _read(
        connection.execute("SELECT * FROM smoke_run WHERE ended_at IS NULL AND product = ? ORDER BY id", (product,))
    )


def recent(connection: sqlite3.Connection, product: str, *, most: int = 10, before: int = 0) -> list[Walk]:
    """Those that are over, the last one first; older than number `before`, where it is given."""
    return _read(
        connection.execute(
            "SELECT * FROM smoke_run WHERE product = ? AND ended_at IS NOT NULL AND (? = 0 OR id < ?)"
            " ORDER BY id DESC LIMIT ?",
            (product, before, before, most),
        )
    )


@dataclass(frozen=True, slots=True)
class Last:
    """How a flow stood when it was walked last."""

    walk: int
    at: datetime
    """When that walk ended."""
    seen: FlowSeen
    since: datetime
    """What is broken or unknown: since when, as begin of the first walk in a row with that state."""


def latest(connection: sqlite3.Connection, product: str, flows: Iterable[str]) -> Mapping[str, Last]:
    """How each of these flows stood when it was walked last, by its id; what was not walked lately is left out.

    A walk that saw nothing of a flow does not end what was seen before it.
    """
    wanted, found, settled = set(flows), dict[str, Last](), set[str]()
    for walk in _backwards(connection, product):
        if settled >= wanted:
            break
        for seen in walk.seen:
            if seen.id not in wanted or seen.id in settled or walk.ended_at is None:
                continue
            known, began = found.get(seen.id), seen.at or walk.began_at or walk.ended_at
            if known is None:
                found[seen.id] = Last(walk.id, walk.ended_at, seen, began)
                if seen.state is State.OK:
                    # Nobody asks since when something works; reading on would cost more than it tells.
                    settled.add(seen.id)
            elif seen.state is known.seen.state:
                found[seen.id] = replace(known, since=began)
            elif State.UNKNOWN not in (seen.state, known.seen.state):
                settled.add(seen.id)
    return found


def _backwards(connection: sqlite3.Connection, product: str) -> Iterator[Walk]:
    """Walks that are over, the last one first, read few at a time."""
    before, left = 0, BY_TIME
    while left > 0:
        page = recent(connection, product, most=min(PAGE, left), before=before)
        yield from page
        if not page:
            return
        before, left = page[-1].id, left - PAGE


def purge(connection: sqlite3.Connection, before: datetime) -> int:
    """Forget walks that ended before; says how many."""
    return connection.execute("DELETE FROM smoke_run WHERE ended_at < ?", (to_ms(before),)).rowcount


def _text(course: Course) -> str:
    return json.dumps(to_plain(course), ensure_ascii=False)


def _read(rows: Iterable[sqlite3.Row]) -> list[Walk]:
    """Walks as records; one that cannot be read is passed over, so that it holds up no other."""
    found = []
    for row in rows:
        try:
            course = from_plain(Course, json.loads(row["data"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("walk %s cannot be read: %s", row["id"], error)
            continue
        found.append(
            Walk(
                row["id"],
                row["product"],
                row["cause"],
                from_ms(row["asked_at"]),
                row["deploy"],
                row["asked_by"],
                None if row["began_at"] is None else from_ms(row["began_at"]),
                None if row["ended_at"] is None else from_ms(row["ended_at"]),
                row["channel"],
                row["ts"],
                row["rev"],
                course,
            )
        )
    return found
