"""Audits: who asked, how far it has come, what came out, and the history of every check about every target."""

from __future__ import annotations

import json
import logging
import sqlite3
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.store.codes import SEVERITY, SEVERITY_OF, STATUS, STATUS_OF, from_ms, to_ms
from checks.model import Finding, Severity, Status
from checks.report import Report

log = logging.getLogger(__name__)

LARGEST_REPORT = 32 * 1024 * 1024
"""Bytes of a report's JSON: a hundred hosts make two million."""


class Stage(StrEnum):
    """Where an audit stands."""

    RUNNING = "running"
    DONE = "done"
    INTERRUPTED = "interrupted"
    """The bot was stopped in the middle; it can be asked for again."""
    FAILED = "failed"
    """It ended by a mistake of the bot itself; `problem` says so."""


@dataclass(frozen=True, slots=True)
class Audit:
    """One audit as stored; its report is read apart."""

    id: int
    product: str
    stage: Stage
    asked_by: str
    asked_at: datetime
    only: tuple[str, ...]
    channel: str
    message_ts: str
    done: int
    total: int
    looking_at: str
    ended_at: datetime | None
    verdict: str
    previous: int | None
    """The audit before it that looked at the same."""
    problem: str
    rev: int
    """Rises with every change that a reader should see."""


@dataclass(frozen=True, slots=True)
class Past:
    """One earlier answer of a check about a target."""

    at: datetime
    status: Status
    severity: Severity
    code: str
    audit: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The present answer of a check about a target, and since when its status is the same."""

    check: str
    target: str
    status: Status
    severity: Severity
    code: str
    since: datetime
    last_at: datetime


COLUMNS = (
    "id, product, state, asked_by, asked_at, only_names, channel, message_ts, done, total, looking_at, ended_at,"
    " verdict, previous, problem, rev"
)


def _audit(row: sqlite3.Row) -> Audit:
    ended = row["ended_at"]
    return Audit(
        id=row["id"],
        product=row["product"],
        stage=Stage(row["state"]),
        asked_by=row["asked_by"],
        asked_at=from_ms(row["asked_at"]),
        only=tuple(json.loads(row["only_names"])),
        channel=row["channel"],
        message_ts=row["message_ts"],
        done=row["done"],
        total=row["total"],
        looking_at=row["looking_at"],
        ended_at=None if ended is None else from_ms(ended),
        verdict=row["verdict"],
        previous=row["previous"],
        problem=row["problem"],
        rev=row["rev"],
    )


def remember_product(connection: sqlite3.Connection, product: str, domain: str, now: datetime) -> None:
    """Write the product down, or its new domain."""
    connection.execute(
        "INSERT INTO product (id, domain, first_at) VALUES (?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET domain = excluded.domain WHERE domain <> excluded.domain",
        (product, domain, to_ms(now)),
    )


def start(
    connection: sqlite3.Connection,
    product: str,
    now: datetime,
    *,
    asked_by: str,
    channel: str,
    only: Sequence[str],
    total: int,
) -> int:
    """Write a running audit down and return its number. One runs at a time: see `running` before."""
    names = json.dumps(list(only), ensure_ascii=False)
    [before] = connection.execute(
        "SELECT max(id) FROM audit WHERE product = ? AND state = 'done' AND only_names = ?", (product, names)
    ).fetchone()
    cursor = connection.execute(
        "INSERT INTO audit (product, state, asked_by, asked_at, only_names, channel, total, previous)"
        " VALUES (?, 'running', ?, ?, ?, ?, ?, ?)",
        (product, asked_by, to_ms(now), names, channel, total, before),
    )
    return int(cursor.lastrowid or 0)


def progress(connection: sqlite3.Connection, id: int, done: int, total: int, looking_at: str) -> bool:
    """How far it has come; False where it is over already."""
    cursor = connection.execute(
        "UPDATE audit SET done = ?, total = ?, looking_at = ?, rev = rev + 1 WHERE id = ? AND state = 'running'",
        (done, total, looking_at, id),
    )
    return cursor.rowcount == 1


def finish(connection: sqlite3.Connection, id: int, report: Report, now: datetime) -> bool:
    """Store the report, one row per finding and the present standing of each; False where it is over already."""
    cursor = connection.execute(
        "UPDATE audit SET state = 'done', done = total, looking_at = '', ended_at = ?, verdict = ?, report = ?,"
        " rev = rev + 1 WHERE id = ? AND state = 'running'",
        (to_ms(now), report.verdict.value, _packed(report), id),
    )
    if cursor.rowcount != 1:
        return False
    [product] = connection.execute("SELECT product FROM audit WHERE id = ?", (id,)).fetchone()
    _store_results(connection, id, product, report.findings, now)
    return True


def _packed(report: Report) -> bytes:
    text = json.dumps(report.to_json(), ensure_ascii=False, separators=(",", ":"), default=list)
    return zlib.compress(text.encode("utf-8", "replace"), 6)


def _unpacked(data: bytes) -> Report:
    """Raises ValueError or TypeError for what is no report, however it came into the file."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, LARGEST_REPORT)
        if unpacker.unconsumed_tail or not unpacker.eof:
            raise ValueError("it is cut off or too large")
        found = json.loads(text)
    except (zlib.error, RecursionError) as error:
        raise ValueError(str(error)) from error
    if not isinstance(found, dict):
        raise TypeError("it is no JSON object")
    return Report.from_json(found)


def _store_results(
    connection: sqlite3.Connection, id: int, product: str, findings: Sequence[Finding], now: datetime
) -> None:
    rows = [
        {
            "audit": id,
            "product": product,
            "check": each.check,
            "target": each.target,
            "status": STATUS[each.status],
            "severity": SEVERITY[each.severity],
            "code": each.code,
            "seen": json.dumps(dict(each.seen), ensure_ascii=False, default=list),
            "took": each.took_ms,
            "at": to_ms(each.at or now),
        }
        for each in findings
    ]
    connection.executemany(
        "INSERT INTO result VALUES (:audit, :product, :check, :target, :status, :severity, :code, :seen, :took, :at)"
        " ON CONFLICT DO NOTHING",
        rows,
    )
    connection.executemany(
        "INSERT INTO finding_state VALUES (:product, :check, :target, :status, :severity, :code, :at, :at, :audit)"
        " ON CONFLICT (product, check_id, target) DO UPDATE SET"
        " since = CASE WHEN status = excluded.status THEN since ELSE excluded.since END,"
        " status = excluded.status, severity = excluded.severity, code = excluded.code, last_at = excluded.last_at,"
        " audit = excluded.audit",
        rows,
    )


def shown(connection: sqlite3.Connection, id: int, channel: str, ts: str) -> None:
    """Where its message stands in Slack."""
    connection.execute("UPDATE audit SET channel = ?, message_ts = ? WHERE id = ?", (channel, ts, id))


def touch(connection: sqlite3.Connection, product: str, id: int) -> bool:
    """Something that its message shows has changed; False where there is no such audit."""
    cursor = connection.execute("UPDATE audit SET rev = rev + 1 WHERE product = ? AND id = ?", (product, id))
    return cursor.rowcount == 1


def end(connection: sqlite3.Connection, id: int, stage: Stage, now: datetime, problem: str = "") -> bool:
    """It ended without a report; False where it is over already."""
    cursor = connection.execute(
        "UPDATE audit SET state = ?, looking_at = '', ended_at = ?, problem = ?, rev = rev + 1"
        " WHERE id = ? AND state = 'running'",
        (stage.value, to_ms(now), problem, id),
    )
    return cursor.rowcount == 1


def get(connection: sqlite3.Connection, id: int) -> Audit | None:
    """One audit."""
    row = connection.execute(f"SELECT {COLUMNS} FROM audit WHERE id = ?", (id,)).fetchone()  # noqa: S608  a constant
    return None if row is None else _audit(row)


def running(connection: sqlite3.Connection, product: str) -> Audit | None:
    """The one that runs now."""
    return _newest(connection, product, Stage.RUNNING)


def unfinished(connection: sqlite3.Connection) -> list[Audit]:
    """Every audit that is written down as running, of any product."""
    rows = connection.execute(f"SELECT {COLUMNS} FROM audit WHERE state = 'running' ORDER BY id")  # noqa: S608
    return [_audit(row) for row in rows]


def latest(connection: sqlite3.Connection, product: str, *, whole: bool = False) -> Audit | None:
    """The last one that was finished; with `whole`, the last that looked at everything."""
    return _newest(connection, product, Stage.DONE, "AND only_names = '[]'" if whole else "")


def _newest(connection: sqlite3.Connection, product: str, stage: Stage, more: str = "") -> Audit | None:
    row = connection.execute(
        f"SELECT {COLUMNS} FROM audit WHERE product = ? AND state = ? {more} ORDER BY id DESC LIMIT 1",  # noqa: S608
        (product, stage.value),
    ).fetchone()
    return None if row is None else _audit(row)


def report(connection: sqlite3.Connection, id: int) -> Report | None:
    """The report of a finished audit, whole; None where there is none, or what is stored cannot be read."""
    row = connection.execute("SELECT report FROM audit WHERE id = ?", (id,)).fetchone()
    if row is None or row["report"] is None:
        return None
    try:
        return _unpacked(row["report"])
    except (ValueError, TypeError) as error:
        log.error("the stored report of audit %s cannot be read: %s", id, error)  # noqa: TRY400
        return None


def history(connection: sqlite3.Connection, product: str, check: str, target: str, *, limit: int = 50) -> list[Past]:
    """Earlier answers of one check about one target, newest first."""
    rows = connection.execute(
        "SELECT at, status, severity, code, audit FROM result WHERE product = ? AND check_id = ? AND target = ?"
        " ORDER BY at DESC, audit DESC LIMIT ?",
        (product, check, target, limit),
    )
    return [
        Past(from_ms(row["at"]), STATUS_OF[row["status"]], SEVERITY_OF[row["severity"]], row["code"], row["audit"])
        for row in rows
    ]


def standings(connection: sqlite3.Connection, product: str) -> list[Standing]:
    """The present answer of every check about every target that was ever looked at."""
    rows = connection.execute(
        "SELECT check_id, target, status, severity, code, since, last_at FROM finding_state WHERE product = ?"
        " ORDER BY check_id, target",
        (product,),
    )
    return [
        Standing(
            row["check_id"],
            row["target"],
            STATUS_OF[row["status"]],
            SEVERITY_OF[row["severity"]],
            row["code"],
            from_ms(row["since"]),
            from_ms(row["last_at"]),
        )
        for row in rows
    ]


def purge(connection: sqlite3.Connection, before: datetime) -> int:
    """Forget audits that ended before a moment, results included; the last whole one of each product is kept."""
    cursor = connection.execute(
        "DELETE FROM audit WHERE state <> 'running' AND asked_at < ? AND id NOT IN"
        " (SELECT max(id) FROM audit WHERE state = 'done' AND only_names = '[]' GROUP BY product)"
        " AND id NOT IN (SELECT max(id) FROM audit WHERE state = 'done' GROUP BY product)",
        (to_ms(before),),
    )
    return cursor.rowcount
