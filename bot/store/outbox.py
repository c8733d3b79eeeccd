"""Messages on their way to Slack: a row for each, written together with what it tells of.

A row names its subject (`audit:12`), never its words: those are made from the stored state at the moment of sending.

pending → sending (a lease) → sent; else retry (known not to have arrived), reconcile (unknown: look into Slack's own
history first) or dead (Slack refuses for good, until someone repairs it).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple, TypedDict, Unpack
from uuid import uuid4

from bot.store.codes import from_ms, to_ms
from checks.model import Json


class Kind(StrEnum):
    """What is sent."""

    ROOT = "root"
    """The subject's own message; there is one."""
    EDIT = "edit"
    """The same message, brought up to date."""
    THREAD = "thread"
    """A reply under it."""
    DM = "dm"
    """A message to one person: about one event, or in place of the subject's own where the channel cannot have it."""


class State(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    RETRY = "retry"
    RECONCILE = "reconcile"
    SENT = "sent"
    DEAD = "dead"


class Prio(IntEnum):
    """Smaller goes first."""

    URGENT = 0
    HUMAN = 10
    """Someone waits for it."""
    CALL = 15
    """The worst calls somebody: it waits for no other call."""
    PERSON = 20
    NOTICE = 30
    THREAD = 40
    PROGRESS = 50


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row."""

    number: int
    delivery_id: str
    product: str
    subject: str
    kind: Kind
    about: int
    """The event of the subject that it tells of; 0: the subject as a whole."""
    broadcast: bool
    """A thread line that the channel sees too."""
    said: Mapping[str, Json]
    """What its words need besides the stored state: why it is said, who is mentioned."""
    prio: int
    state: State
    attempts: int
    looks: int
    """How often Slack's history was searched for it."""
    not_before: datetime
    claimed_at: datetime | None
    """When it was claimed first: Slack's history is searched from a minute before."""
    lease_until: datetime | None
    channel: str
    """Where to: a channel or, for a direct message, a user."""
    slack_channel: str
    """The channel that Slack named in its answer; for a direct message that is not the user's id."""
    slack_ts: str
    rev: int
    """The subject's revision that was sent last."""
    rung: int
    """How far the message was simplified because Slack refused its blocks."""
    may_repeat: bool
    last_error: str
    created_at: datetime
    sent_at: datetime | None

    @property
    def thread(self) -> str:
        """The ts of another subject's message under which this subject's own stands; "" for none."""
        return str(self.said.get("thread") or "") if self.kind is Kind.ROOT and not self.about else ""


@dataclass(frozen=True, slots=True)
class QueueState:
    """The queue as `status` shows it."""

    waiting: int
    oldest_at: datetime | None
    dead: int


def delivery(row: sqlite3.Row) -> Delivery:
    """A row as a record."""

    def moment(name: str) -> datetime | None:
        return None if row[name] is None else from_ms(row[name])

    return Delivery(
        number=row["number"],
        delivery_id=row["delivery_id"],
        product=row["product"],
        subject=row["subject"],
        kind=Kind(row["kind"]),
        about=row["about"],
        broadcast=bool(row["broadcast"]),
        said=json.loads(row["said"]),
        prio=row["prio"],
        state=State(row["state"]),
        attempts=row["attempts"],
        looks=row["looks"],
        not_before=from_ms(row["not_before"]),
        claimed_at=moment("claimed_at"),
        lease_until=moment("lease_until"),
        channel=row["channel"],
        slack_channel=row["slack_channel"],
        slack_ts=row["slack_ts"],
        rev=row["rev"],
        rung=row["rung"],
        may_repeat=bool(row["may_repeat"]),
        last_error=row["last_error"],
        created_at=from_ms(row["created_at"]),
        sent_at=moment("sent_at"),
    )


class Wish(TypedDict, total=False):
    """How something is to be said."""

    prio: Prio
    not_before: datetime | None
    said: Mapping[str, Json] | None


class _Row(NamedTuple):
    kind: Kind
    key: str
    """There is one unsent row of it."""
    channel: str
    usual: Prio


def _add(
    connection: sqlite3.Connection,
    product: str,
    subject: str,
    now: datetime,
    row: _Row,
    *,
    about: int = 0,
    broadcast: bool = False,
    **wish: Unpack[Wish],
) -> bool:
    cursor = connection.execute(
        "INSERT INTO outbox (delivery_id, product, subject, kind, dedup_key, prio, state, not_before, channel,"
        " created_at, about, broadcast, said) VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (
            str(uuid4()),
            product,
            subject,
            row.kind.value,
            row.key,
            int(wish.get("prio", row.usual)),
            to_ms(wish.get("not_before") or now),
            row.channel,
            to_ms(now),
            about,
            int(broadcast),
            json.dumps(dict(wish.get("said") or {}), ensure_ascii=False),
        ),
    )
    return cursor.rowcount == 1


# Each asks for one message, and answers whether it is new: asking twice changes nothing.


def post(
    connection: sqlite3.Connection, product: str, subject: str, now: datetime, *, channel: str, **wish: Unpack[Wish]
) -> bool:
    """Ask for the subject's own message in a channel."""
    return _add(connection, product, subject, now, _Row(Kind.ROOT, f"root:{subject}", channel, Prio.HUMAN), **wish)


def line(
    connection: sqlite3.Connection,
    product: str,
    subject: str,
    now: datetime,
    *,
    channel: str,
    about: int,
    **wish: Unpack[Wish],
) -> bool:
    """Ask for one line in the channel about one event, without the subject's own message."""
    row = _Row(Kind.ROOT, f"line:{subject}:{about}", channel, Prio.NOTICE)
    return _add(connection, product, subject, now, row, about=about, **wish)


def reply(
    connection: sqlite3.Connection,
    product: str,
    subject: str,
    now: datetime,
    *,
    channel: str,
    about: int,
    broadcast: bool = False,
    **wish: Unpack[Wish],
) -> bool:
    """Ask for a line about one event under the subject's message in `channel`."""
    row = _Row(Kind.THREAD, f"thread:{subject}:{about}", channel, Prio.THREAD)
    return _add(connection, product, subject, now, row, about=about, broadcast=broadcast, **wish)


def tell(
    connection: sqlite3.Connection,
    product: str,
    subject: str,
    now: datetime,
    *,
    user: str,
    about: int,
    **wish: Unpack[Wish],
) -> bool:
    """Ask for a direct message about one event."""
    row = _Row(Kind.DM, f"dm:{subject}:{about}:{user}", user, Prio.PERSON)
    return _add(connection, product, subject, now, row, about=about, **wish)


def post_to_person(
    connection: sqlite3.Connection, product: str, subject: str, now: datetime, *, user: str, **wish: Unpack[Wish]
) -> bool:
    """Ask for the subject's message to one person."""
    return _add(connection, product, subject, now, _Row(Kind.DM, f"dm:{subject}:{user}", user, Prio.PERSON), **wish)


def edit(
    connection: sqlite3.Connection,
    product: str,
    subject: str,
    now: datetime,
    *,
    prio: Prio = Prio.HUMAN,
    not_before: datetime | None = None,
) -> None:
    """Ask that the subject's message be brought up to date: one waiting row, which the most pressing wish dates.

    Nothing happens where the message is dead: once it is revived, it tells the present anyway.
    """
    key = f"edit:{subject}"
    due = not_before or now
    if not _has_message(connection, product, subject):
        return
    if not _add(connection, product, subject, now, _Row(Kind.EDIT, key, "", prio), not_before=due):
        connection.execute(
            """
            UPDATE outbox SET
              prio = min(prio, :prio),
              not_before = CASE WHEN state IN ('pending', 'dead') THEN min(not_before, :due) ELSE not_before END,
              attempts = CASE WHEN state = 'dead' THEN 0 ELSE attempts END,
              state = CASE WHEN state = 'dead' THEN 'pending' ELSE state END
            WHERE product = :product AND dedup_key = :key AND state <> 'sent'
            """,
            {"prio": int(prio), "due": to_ms(due), "product": product, "key": key},
        )


def _has_message(connection: sqlite3.Connection, product: str, subject: str) -> bool:
    [found] = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM outbox WHERE product = ? AND subject = ? AND kind IN ('root', 'dm')"
        " AND about = 0 AND state <> 'dead')",
        (product, subject),
    ).fetchone()
    return bool(found)


def get(connection: sqlite3.Connection, number: int) -> Delivery | None:
    """One row."""
    row = connection.execute("SELECT * FROM outbox WHERE number = ?", (number,)).fetchone()
    return None if row is None else delivery(row)


@dataclass(frozen=True, slots=True)
class Shown:
    """The subject's own message in Slack."""

    channel: str
    ts: str
    rev: int
    """The newest revision that it was ever brought to."""


def shown(connection: sqlite3.Connection, product: str, subject: str) -> Shown | None:
    """The message that an edit of the subject changes; None while it is not in Slack."""
    row = connection.execute(
        "SELECT slack_channel, slack_ts, (SELECT max(rev) FROM outbox WHERE product = o.product"
        " AND subject = o.subject AND about = 0 AND state = 'sent' AND sent_at >= o.sent_at) AS newest"
        " FROM outbox AS o WHERE product = ? AND subject = ? AND kind IN ('root', 'dm') AND about = 0"
        " AND state = 'sent' ORDER BY sent_at DESC, number DESC LIMIT 1",
        (product, subject),
    ).fetchone()
    return None if row is None else Shown(row["slack_channel"], row["slack_ts"], row["newest"])


def cards(connection: sqlite3.Connection, product: str, subject: str) -> list[Shown]:
    """Everywhere the subject's message stands: where Slack refused it in a channel for a while, with a person too."""
    rows = connection.execute(
        "SELECT slack_channel, slack_ts, rev FROM outbox WHERE product = ? AND subject = ? AND kind IN ('root', 'dm')"
        " AND about = 0 AND state = 'sent' AND slack_ts <> '' ORDER BY number",
        (product, subject),
    )
    return [Shown(row["slack_channel"], row["slack_ts"], row["rev"]) for row in rows]


def trail(connection: sqlite3.Connection, product: str, subject: str) -> list[Delivery]:
    """Everything that was ever to be said about a subject, in order."""
    rows = connection.execute(
        "SELECT * FROM outbox WHERE product = ? AND subject = ? ORDER BY number", (product, subject)
    )
    return [delivery(row) for row in rows]


def queue(connection: sqlite3.Connection, product: str = "") -> QueueState:
    """How much waits, since when, and how much Slack has refused."""
    row = connection.execute(
        "SELECT count(CASE WHEN state <> 'dead' THEN 1 END) AS waiting,"
        " min(CASE WHEN state <> 'dead' THEN created_at END) AS oldest,"
        " count(CASE WHEN state = 'dead' THEN 1 END) AS dead"
        " FROM outbox WHERE state <> 'sent' AND (? = '' OR product = ?)",
        (product, product),
    ).fetchone()
    oldest = row["oldest"]
    return QueueState(row["waiting"], None if oldest is None else from_ms(oldest), row["dead"])


def errors(connection: sqlite3.Connection, product: str, *, limit: int = 5) -> Sequence[Delivery]:
    """The last rows that Slack refused for good, newest first."""
    rows = connection.execute(
        "SELECT * FROM outbox WHERE product = ? AND state = 'dead' ORDER BY number DESC LIMIT ?", (product, limit)
    )
    return [delivery(row) for row in rows]


def purge(connection: sqlite3.Connection, before: datetime) -> int:
    """Forget old edits and old dead rows; sent messages are kept, they are the trail and may be edited again."""
    cursor = connection.execute(
        "DELETE FROM outbox WHERE created_at < ? AND (state = 'sent' AND kind = 'edit' OR state = 'dead')",
        (to_ms(before),),
    )
    return cursor.rowcount
