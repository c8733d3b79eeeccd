"""What is known about each monitor and scheduled check between two looks, so that a restart continues where it was."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.store.codes import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class Stored:
    """One line."""

    target: str
    trouble: str
    """Empty where one line holds all that is known about the target."""
    state: str
    at: datetime
    data: dict[str, Any]


def put(connection: sqlite3.Connection, product: str, looks: Iterable[Stored]) -> None:
    """Write down the present state, in place of the one before."""
    connection.executemany(
        "INSERT INTO look (product, target, trouble, state, at, data) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (product, target, trouble) DO UPDATE SET state = excluded.state, at = excluded.at,"
        " data = excluded.data",
        [
            (product, one.target, one.trouble, one.state, to_ms(one.at), json.dumps(one.data, ensure_ascii=False))
            for one in looks
        ],
    )


def get(connection: sqlite3.Connection, product: str, target: str) -> Stored | None:
    """What is known about one target, where one line holds all of it."""
    row = connection.execute(
        "SELECT * FROM look WHERE product = ? AND target = ? AND trouble = ''", (product, target)
    ).fetchone()
    if row is None:
        return None
    return Stored(row["target"], row["trouble"], row["state"], from_ms(row["at"]), json.loads(row["data"]))


def every(connection: sqlite3.Connection, product: str) -> list[Stored]:
    """All of a product."""
    rows = connection.execute("SELECT * FROM look WHERE product = ? ORDER BY target, trouble", (product,))
    return [
        Stored(row["target"], row["trouble"], row["state"], from_ms(row["at"]), json.loads(row["data"])) for row in rows
    ]


def of_monitors(connection: sqlite3.Connection, product: str) -> list[Stored]:
    """Those of monitors: one line each. Scheduled checks have one for each trouble."""
    return [one for one in every(connection, product) if not one.trouble]


def forget(connection: sqlite3.Connection, product: str, target: str) -> None:
    """It is not watched any more."""
    connection.execute("DELETE FROM look WHERE product = ? AND target = ?", (product, target))
