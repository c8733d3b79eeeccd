"""Messages by a second route (mail, webhook, ntfy): a row for each, written together with what it tells of.

pending → sending (a lease) → sent; or back to pending after a fault, or dead with the reason. A row whose sender was
killed is sent again under the same delivery id: twice is better than never.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from bot.store.codes import from_ms, to_ms

FILE = "file"
"""The route that is always there: a file in the data folder, and standard error."""
LEASE = timedelta(seconds=90)
"""A row that is `sending` for longer has lost its sender."""
PATIENCE = timedelta(minutes=10)
"""Nothing waits longer than this for a clock that was wrong."""


@dataclass(frozen=True, slots=True)
class Way:
    """One message on its way."""

    number: int
    delivery_id: str
    product: str
    subject: str
    about: int
    route: str
    """Which of the configured routes: its place in `second_route`, from 0; or `FILE`."""
    person: str
    why: str
    state: str
    attempts: int
    not_before: datetime
    last_error: str
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class RouteState:
    """How one route has done lately."""

    route: str
    sent_at: datetime | None
    waiting: int
    last_error: str
    """Of what waits or could not be sent; empty where the last one went out."""


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
    """What may be sent now, oldest first; what a lost sender left behind too."""
    rows = connection.execute(
        "SELECT * FROM second_route WHERE state IN ('pending', 'sending') AND not_before <= ?"
        " ORDER BY number LIMIT 100",
        (to_ms(now),),
    )
    return [_way(row) for row in rows]


def claim(connection: sqlite3.Connection, number: int, now: datetime) -> Way | None:
    """Take a row for sending; None where somebody else has it or it is done."""
    cursor = connection.execute(
        "UPDATE second_route SET state = 'sending', attempts = attempts + 1, not_before = ?"
        " WHERE number = ? AND state IN ('pending', 'sending') AND not_before <= ?",
        (to_ms(now + LEASE), number, to_ms(now)),
    )
    return get(connection, number) if cursor.rowcount == 1 else None


def sent(connection: sqlite3.Connection, number: int, now: datetime, *, remark: str = "") -> None:
    """It was handed over."""
    connection.execute(
        "UPDATE second_route SET state = 'sent', sent_at = ?, last_error = ? WHERE number = ? AND state = 'sending'",
        (to_ms(now), remark, number),
    )


def park(connection: sqlite3.Connection, number: int, until: datetime, error: str) -> None:
    """It was not taken: try again later."""
    connection.execute(
        "UPDATE second_route SET state = 'pending', not_before = ?, last_error = ?"
        " WHERE number = ? AND state = 'sending'",
        (to_ms(until), error, number),
    )


def bury(connection: sqlite3.Connection, number: int, error: str) -> None:
    """It will not be taken, or need not be sent any more."""
    connection.execute(
        "UPDATE second_route SET state = 'dead', last_error = ? WHERE number = ? AND state <> 'sent'", (error, number)
    )


def recover(connection: sqlite3.Connection, now: datetime) -> int:
    """At start: what was on its way when the bot stopped goes again; what waits for a wrong clock waits no longer."""
    cursor = connection.execute(
        "UPDATE second_route SET state = 'pending', not_before = min(not_before, :now) WHERE state = 'sending'",
        {"now": to_ms(now)},
    )
    connection.execute(
        "UPDATE second_route SET not_before = :now WHERE state = 'pending' AND not_before > :latest",
        {"now": to_ms(now), "latest": to_ms(now + PATIENCE)},
    )
    return cursor.rowcount


def get(connection: sqlite3.Connection, number: int) -> Way | None:
    """One row."""
    row = connection.execute("SELECT * FROM second_route WHERE number = ?", (number,)).fetchone()
    return None if row is None else _way(row)


def trail(connection: sqlite3.Connection, product: str, subject: str) -> list[Way]:
    """Everything that was to be said about a subject by a second route, in order."""
    rows = connection.execute(
        "SELECT * FROM second_route WHERE product = ? AND subject = ? ORDER BY number", (product, subject)
    )
    return [_way(row) for row in rows]


def twin(connection: sqlite3.Connection, way: Way) -> Way | None:
    """An earlier row by the same route about the same event, for somebody else, that was sent or will be."""
    row = connection.execute(
        "SELECT * FROM second_route WHERE product = ? AND subject = ? AND about = ? AND route = ? AND number < ?"
        " AND state <> 'dead' ORDER BY number LIMIT 1",
        (way.product, way.subject, way.about, way.route, way.number),
    ).fetchone()
    return None if row is None else _way(row)


def told_of_trouble(connection: sqlite3.Connection, product: str, over: str, since: datetime) -> list[Way]:
    """Of incidents that have ended: the last message to each address, where it does not say so (`why` is `over`)."""
    rows = connection.execute(
        "SELECT s.* FROM second_route AS s JOIN incident AS i ON s.subject = 'incident:' || i.id"
        " WHERE s.product = :product AND s.state = 'sent' AND s.why <> :over AND s.route <> :file"
        " AND s.created_at >= :since AND i.status IN ('resolved', 'closed') AND NOT EXISTS ("
        "   SELECT 1 FROM second_route AS later WHERE later.product = s.product AND later.subject = s.subject"
        "   AND later.route = s.route AND later.person = s.person AND later.number > s.number)"
        " ORDER BY s.number LIMIT 100",
        {"product": product, "over": over, "file": FILE, "since": to_ms(since)},
    )
    return [_way(row) for row in rows]


def states(connection: sqlite3.Connection, product: str) -> dict[str, RouteState]:
    """How each route has done, by its place in `second_route`."""
    rows = connection.execute(
        "SELECT route, max(sent_at) AS sent_at, count(CASE WHEN state IN ('pending', 'sending') THEN 1 END) AS waiting,"
        " (SELECT CASE WHEN l.state = 'sent' THEN '' ELSE l.last_error END FROM second_route AS l"
        "  WHERE l.product = s.product AND l.route = s.route ORDER BY l.number DESC LIMIT 1) AS last_error"
        " FROM second_route AS s WHERE product = ? GROUP BY route",
        (product,),
    )
    return {
        row["route"]: RouteState(
            row["route"],
            None if row["sent_at"] is None else from_ms(row["sent_at"]),
            row["waiting"],
            row["last_error"] or "",
        )
        for row in rows
    }


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
