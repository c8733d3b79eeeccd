"""Who did what and when: rows are added, never changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.store.codes import from_ms, to_ms
from checks.model import Json


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal."""

    at: datetime
    actor: str
    """A Slack user id, `terminal`, or `bot`."""
    did: str
    subject: str
    data: Mapping[str, Json]


def note(
    connection: sqlite3.Connection,
    product: str,
    now: datetime,
    *,
    actor: str,
    did: str,
    subject: str = "",
    data: Mapping[str, Json] | None = None,
) -> None:
    """Write down what someone did."""
    connection.execute(
        "INSERT INTO journal (product, at, actor, did, subject, data) VALUES (?, ?, ?, ?, ?, ?)",
        (product, to_ms(now), actor, did, subject, json.dumps(dict(data or {}), ensure_ascii=False)),
    )


def recent(connection: sqlite3.Connection, product: str, *, subject: str = "", limit: int = 50) -> list[Entry]:
    """The last lines, newest first; of one subject where it is named."""
    rows = connection.execute(
        "SELECT at, actor, did, subject, data FROM journal WHERE product = ? AND (? = '' OR subject = ?)"
        " ORDER BY number DESC LIMIT ?",
        (product, subject, subject, limit),
    )
    return [
        Entry(from_ms(row["at"]), row["actor"], row["did"], row["subject"], json.loads(row["data"])) for row in rows
    ]
