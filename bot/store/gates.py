"""What the gates of CI said: the newest result of each check of each target, and the course of each branch."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.gates import Build, Found
from bot.store.codes import to_ms
from bot.store.plain import from_plain, to_plain

log = logging.getLogger(__name__)

MOST = 1000
"""Results that are read together."""


@dataclass(frozen=True, slots=True)
class Result:
    """The newest that was said about one check of one target."""

    found: Found
    at: datetime
    repository: str = ""
    part: str = ""
    """What of a check was looked at, where it looks at two things."""
    version: str = ""
    branch: str = ""
    builder: str = ""
    log_url: str = ""


def keep(connection: sqlite3.Connection, product: str, results: Sequence[Result], *, whole: bool) -> int:
    """Put these in the place of what was said before; how many were written.

    All are of one check and part, and of one moment. `whole`: other targets of it are no longer as they were said.
    What is older than what is known changes nothing.
    """
    if not results:
        return 0
    first = results[0]
    place = (product, first.found.check, first.repository, first.part)
    same = "product = ? AND check_id = ? AND repository = ? AND part = ?"
    if whole:
        [newest] = connection.execute(f"SELECT max(at) FROM gate_result WHERE {same}", place).fetchone()  # noqa: S608
        if newest is not None and newest > to_ms(first.at):
            return 0
        connection.execute(f"DELETE FROM gate_result WHERE {same}", place)  # noqa: S608  (fixed words)
    count = 0
    for one in results:
        cursor = connection.execute(
            "INSERT INTO gate_result (product, check_id, repository, part, target, at, data)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at, data = excluded.data"
            " WHERE excluded.at >= gate_result.at",
            (*place, one.found.target, to_ms(one.at), json.dumps(to_plain(one), ensure_ascii=False)),
        )
        count += cursor.rowcount
    return count


def results(connection: sqlite3.Connection, product: str) -> list[Result]:
    """The newest ones; of one that cannot be read nothing is said."""
    found = []
    newest = "SELECT * FROM gate_result WHERE product = ? ORDER BY at DESC LIMIT ?"
    for row in connection.execute(newest, (product, MOST)):
        try:
            found.append(from_plain(Result, json.loads(row["data"])))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("what CI said about %s cannot be read: %s", row["check_id"], error)
    return found


def put(connection: sqlite3.Connection, build: Build) -> int:
    """Write the course of a branch down, new or changed; answers its number."""
    data = to_plain(build)
    for name in ("id", "product", "rev"):
        data.pop(name, None)
    values = (build.product, build.repository, build.line, to_ms(build.at), build.rev, json.dumps(data))
    if build.id:
        connection.execute(
            "UPDATE gate_build SET product = ?, repository = ?, branch = ?, at = ?, rev = ?, data = ? WHERE id = ?",
            (*values, build.id),
        )
        return build.id
    cursor = connection.execute(
        "INSERT INTO gate_build (product, repository, branch, at, rev, data) VALUES (?, ?, ?, ?, ?, ?)", values
    )
    return int(cursor.lastrowid or 0)


def get(connection: sqlite3.Connection, id: int) -> Build | None:
    """One."""
    return next(iter(_read(connection.execute("SELECT * FROM gate_build WHERE id = ?", (id,)))), None)


def last(connection: sqlite3.Connection, product: str, repository: str, line: str) -> Build | None:
    """The newest of a branch or pull request."""
    rows = connection.execute(
        "SELECT * FROM gate_build WHERE product = ? AND repository = ? AND branch = ? ORDER BY id DESC LIMIT 1",
        (product, repository, line),
    )
    return next(iter(_read(rows)), None)


def recent(connection: sqlite3.Connection, product: str, since: datetime, *, limit: int = 100) -> list[Build]:
    """Those that were heard of since then, newest first."""
    rows = connection.execute(
        "SELECT * FROM gate_build WHERE product = ? AND at >= ? ORDER BY at DESC, id DESC LIMIT ?",
        (product, to_ms(since), limit),
    )
    return _read(rows)


def shown(connection: sqlite3.Connection, id: int, channel: str, ts: str) -> None:
    """Where its message stands in Slack."""
    connection.execute("UPDATE gate_build SET channel = ?, ts = ? WHERE id = ?", (channel, ts, id))


def purge(connection: sqlite3.Connection, before: datetime) -> int:
    """Forget what was said before; says how many rows."""
    gone = connection.execute("DELETE FROM gate_result WHERE at < ?", (to_ms(before),)).rowcount
    return gone + connection.execute("DELETE FROM gate_build WHERE at < ?", (to_ms(before),)).rowcount


def _read(rows: Iterable[sqlite3.Row]) -> list[Build]:
    """Builds as records; one that cannot be read is passed over, so that it holds up no other."""
    found = []
    for row in rows:
        try:
            given = {"id": row["id"], "product": row["product"], "rev": row["rev"]}
            found.append(from_plain(Build, {**json.loads(row["data"]), **given}))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("build %s cannot be read: %s", row["id"], error)
    return found
