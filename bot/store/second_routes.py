"""Messages by a second route (mail, webhook, ntfy): a row for each, written together with what it tells of."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from bot.store.codes import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class Way:
    """One message on its way."""

    number: int
    delivery_id: str
    product: str
    subject: str
    about: int
    route: str
    """Which of the configured routes: its place in `second_route`, from 0, or a person's e-mail address."""
    person: str
    why: str
    state: str
    attempts: int
    not_before: datetime
    last_error: str
    created_at: datetime
    sent_at: datetime | None


def ask(
    connection: sqlite3.Connection,
    product: str,
    subject: str,
    now: datetime,
    *,
    about: int,
    route: str,
    person: str,
    why: str,
) -> bool:
    """Ask for a message; asking twice changes nothing."""
    cursor = connection.execute(
        "INSERT INTO second_route (delivery_id, product, subject, about, route, person, dedup_key, state, not_before,"
        " why, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            str(uuid4()),
            product,
            subject,
            about,
            route,
            person,
            f"{subject}:{about}:{route}:{person}",
            to_ms(now),
            why,
            to_ms(now),
        ),
    )
    return cursor.rowcount == 1


def due(connection: sqlite3.Connection, now: datetime) -> list[Way]:
    """What may be sent now, oldest first."""
    rows = connection.execute(
        "SELECT * FROM second_route WHERE state = 'pending' AND not_before <= ? ORDER BY number LIMIT 100",
        (to_ms(now),),
    )
    return [_way(row) for row in rows]


def trail(connection: sqlite3.Connection, product: str, subject: str) -> list[Way]:
    """Everything that was to be said about a subject by a second route, in order."""
    rows = connection.execute(
        "SELECT * FROM second_route WHERE product = ? AND subject = ? ORDER BY number", (product, subject)
    )
    return [_way(row) for row in rows]


def _way(row: sqlite3.Row) -> Way:
    sent = row["sent_at"]
    return Way(
        row["number"],
        row["delivery_id"],
        row["product"],
        row["subject"],
        row["about"],
        row["route"],
        row["person"],
        row["why"],
        row["state"],
        row["attempts"],
        from_ms(row["not_before"]),
        row["last_error"],
        from_ms(row["created_at"]),
        None if sent is None else from_ms(sent),
    )
