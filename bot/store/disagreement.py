"""Since when the name servers of a domain have been seen to differ about a name."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from bot.store.codes import from_ms, to_ms


def since(connection: sqlite3.Connection, product: str) -> Mapping[str, datetime]:
    """By DNS name."""
    rows = connection.execute("SELECT name, since FROM dns_disagreement WHERE product = ?", (product,))
    return {row["name"]: from_ms(row["since"]) for row in rows}


def seen(connection: sqlite3.Connection, product: str, domain: str, name: str, at: datetime) -> None:
    """They differ about this name, and about no other of the domain; the first moment is kept."""
    connection.execute(
        "DELETE FROM dns_disagreement WHERE product = ? AND domain = ? AND name <> ?", (product, domain, name)
    )
    connection.execute(
        "INSERT INTO dns_disagreement (product, name, domain, since) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (product, name) DO UPDATE SET domain = excluded.domain",
        (product, name, domain, to_ms(at)),
    )


def over(connection: sqlite3.Connection, product: str, domain: str) -> None:
    """They agree about everything again."""
    connection.execute("DELETE FROM dns_disagreement WHERE product = ? AND domain = ?", (product, domain))


def purge(connection: sqlite3.Connection, before: datetime) -> int:
    """Forget those that began before a moment: of a domain that nobody looks at any more."""
    cursor = connection.execute(
        "DELETE FROM dns_disagreement WHERE since < ?",
        (to_ms(before),),
    )
    return cursor.rowcount
