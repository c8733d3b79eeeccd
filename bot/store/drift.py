"""DNS records that are not as decided, and what people answered to that. Answers are added, never changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.store import baseline
from bot.store.baseline import Accepted, Offered
from bot.store.codes import from_ms, to_ms


class Said(StrEnum):
    """What a person answered."""

    ACCEPT = "accept"
    """These records are how it should be."""
    MINE = "mine"
    """This change was wanted."""
    WRONG = "wrong"
    """This change was not wanted."""
    UNDO = "undo"
    """An earlier answer counts no longer."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One record that an audit found to differ, in the words of its finding."""

    domain: str
    name: str
    type: str
    old: str
    new: str
    expected_by: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes one change different from another."""
        return self.name, self.type, self.old, self.new


@dataclass(frozen=True, slots=True)
class Change:
    """A record that differs, from the audit that saw it first to the one that no longer did."""

    number: int
    seen: Seen
    first_audit: int
    last_audit: int
    first_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answered, and when."""

    number: int
    at: datetime
    actor: str
    """A Slack user id."""
    said: Said
    audit: int | None
    """The audit whose offer was accepted."""
    change: int | None
    undoes: int | None
    old: str
    """What stood there before, whole, as one copies it; empty for an offer."""
    new: str
    accepted: tuple[Offered, ...]
    """The records that came into force by it."""
    replaced: tuple[Accepted, ...]
    """What they took the place of."""


def note(connection: sqlite3.Connection, product: str, audit: int, found: Iterable[Seen], now: datetime) -> None:
    """What an audit saw: what is new gets a number, what is known is seen once more."""
    connection.executemany(
        "INSERT INTO dns_change (product, domain, name, type, old, new, expected_by, first_audit, last_audit, first_at,"
        " last_at) VALUES (:product, :domain, :name, :type, :old, :new, :by, :audit, :audit, :at, :at)"
        " ON CONFLICT (product, name, type, old, new) WHERE ended_at IS NULL DO UPDATE SET"
        " last_audit = excluded.last_audit, last_at = excluded.last_at, expected_by = excluded.expected_by",
        [
            {
                "product": product,
                "domain": one.domain,
                "name": one.name,
                "type": one.type,
                "old": one.old,
                "new": one.new,
                "by": one.expected_by,
                "audit": audit,
                "at": to_ms(now),
            }
            for one in found
        ],
    )


def close(connection: sqlite3.Connection, product: str, audit: int, domains: Sequence[str], now: datetime) -> None:
    """Changes of these domains that this audit did not see are over."""
    connection.executemany(
        "UPDATE dns_change SET ended_at = ?, ended_audit = ? WHERE product = ? AND domain = ? AND ended_at IS NULL"
        " AND last_audit < ?",
        [(to_ms(now), audit, product, domain, audit) for domain in domains],
    )


def _change(row: sqlite3.Row) -> Change:
    return Change(
        row["number"],
        Seen(row["domain"], row["name"], row["type"], row["old"], row["new"], row["expected_by"]),
        row["first_audit"],
        row["last_audit"],
        from_ms(row["first_at"]),
        None if row["ended_at"] is None else from_ms(row["ended_at"]),
    )


def change(connection: sqlite3.Connection, product: str, number: int) -> Change | None:
    """One change."""
    row = connection.execute("SELECT * FROM dns_change WHERE product = ? AND number = ?", (product, number)).fetchone()
    return None if row is None else _change(row)


def current(connection: sqlite3.Connection, product: str, number: int) -> Change | None:
    """One change; where it is over and the same has happened again since, that one."""
    found = change(connection, product, number)
    if found is None or found.ended_at is None:
        return found
    return next((one for one in open_changes(connection, product) if one.seen.key == found.seen.key), found)


def seen_by(connection: sqlite3.Connection, product: str, audit: int) -> list[Change]:
    """The changes that stood when an audit looked."""
    rows = connection.execute(
        "SELECT * FROM dns_change WHERE product = ? AND first_audit <= ? AND coalesce(ended_audit, ?) > ?"
        " ORDER BY number",
        (product, audit, audit + 1, audit),
    )
    return [_change(row) for row in rows]


def open_changes(connection: sqlite3.Connection, product: str) -> list[Change]:
    """The changes that the last look still saw."""
    rows = connection.execute(
        "SELECT * FROM dns_change WHERE product = ? AND ended_at IS NULL ORDER BY number", (product,)
    )
    return [_change(row) for row in rows]


def answer(
    connection: sqlite3.Connection,
    product: str,
    now: datetime,
    *,
    actor: str,
    said: Said,
    audit: int | None = None,
    change: int | None = None,
    undoes: int | None = None,
    old: str = "",
    new: str = "",
    accepted: Sequence[Offered] = (),
    replaced: Sequence[Accepted] = (),
) -> int:
    """Write an answer down and return its number."""
    cursor = connection.execute(
        "INSERT INTO dns_answer (product, at, actor, said, audit, change, undoes, old, new, accepted, replaced)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            product,
            to_ms(now),
            actor,
            said.value,
            audit,
            change,
            undoes,
            old,
            new,
            baseline.dump(accepted),
            baseline.dump_accepted(replaced),
        ),
    )
    return int(cursor.lastrowid or 0)


def _answer(row: sqlite3.Row | None) -> Answer | None:
    if row is None:
        return None
    return Answer(
        row["number"],
        from_ms(row["at"]),
        row["actor"],
        Said(row["said"]),
        row["audit"],
        row["change"],
        row["undoes"],
        row["old"],
        row["new"],
        baseline.load(row["accepted"]),
        baseline.load_accepted(row["replaced"]),
    )


def get(connection: sqlite3.Connection, product: str, number: int) -> Answer | None:
    """One answer."""
    return _answer(
        connection.execute("SELECT * FROM dns_answer WHERE product = ? AND number = ?", (product, number)).fetchone()
    )


def about_change(connection: sqlite3.Connection, product: str, change: int) -> Answer | None:
    """The last answer to a change; one that says "undo" leaves it open again."""
    return _answer(
        connection.execute(
            "SELECT * FROM dns_answer WHERE product = ? AND change = ? ORDER BY number DESC LIMIT 1", (product, change)
        ).fetchone()
    )


def about_offer(connection: sqlite3.Connection, product: str, audit: int) -> Answer | None:
    """The last answer to what an audit offered."""
    return _answer(
        connection.execute(
            "SELECT * FROM dns_answer WHERE product = ? AND audit = ? ORDER BY number DESC LIMIT 1", (product, audit)
        ).fetchone()
    )


def undone(connection: sqlite3.Connection, product: str, number: int) -> Answer | None:
    """Who took an answer back; None where it counts."""
    return _answer(
        connection.execute("SELECT * FROM dns_answer WHERE product = ? AND undoes = ?", (product, number)).fetchone()
    )


def answers(connection: sqlite3.Connection, product: str, *, limit: int = 50) -> list[Answer]:
    """The last answers, newest first."""
    rows = connection.execute(
        "SELECT * FROM dns_answer WHERE product = ? ORDER BY number DESC LIMIT ?", (product, limit)
    )
    return [found for row in rows if (found := _answer(row)) is not None]


def purge(connection: sqlite3.Connection, before: datetime) -> int:
    """Forget changes that were over before a moment and that nobody answered; answers are kept, with their change."""
    cursor = connection.execute(
        "DELETE FROM dns_change WHERE ended_at < ? AND number NOT IN"
        " (SELECT change FROM dns_answer WHERE change IS NOT NULL)",
        (to_ms(before),),
    )
    return cursor.rowcount
