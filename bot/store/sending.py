"""The way of a row through the outbox: from waiting to sent, or to where it waits for a person."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from bot.store import places
from bot.store.codes import to_ms
from bot.store.outbox import Delivery, Kind, delivery, get, shown

LEASE = timedelta(seconds=30)
"""A row that is `sending` for longer has lost its sender."""
AFTER_THE_LIVE = timedelta(seconds=5)
"""By how much history waits for what still is broken, once Slack takes messages again."""
PATIENCE = timedelta(minutes=1)
"""Nothing waits longer than this for a clock that was wrong; a pause that Slack asked for is kept elsewhere."""


def due(connection: sqlite3.Connection, now: datetime) -> list[Delivery]:
    """What may be sent now, most pressing first.

    An edit, and a line under a message, waits until its subject has a message; lines come in their order. Nothing
    waits for an edit, which always tells the present, nor for a direct message about one event, which may reach the
    only person who can be reached.
    """
    rows = connection.execute(
        """
        SELECT * FROM outbox AS o
        WHERE state <> 'sent' AND (state IN ('pending', 'retry', 'reconcile') AND not_before <= :now
               OR state = 'sending' AND lease_until <= :now)
          AND (kind IN ('root', 'dm') AND about > 0 OR NOT EXISTS (
               SELECT 1 FROM outbox AS e WHERE e.product = o.product AND e.subject = o.subject
               AND e.number < o.number AND e.state NOT IN ('sent', 'dead')
               AND (e.kind IN ('root', 'dm') AND e.about = 0 OR e.kind = 'thread' AND o.kind = 'thread')))
          AND (kind NOT IN ('edit', 'thread') OR EXISTS (
               SELECT 1 FROM outbox AS r WHERE r.product = o.product AND r.subject = o.subject
               AND r.kind IN ('root', 'dm') AND r.about = 0 AND r.state = 'sent'))
        ORDER BY prio, number LIMIT 500
        """,
        {"now": to_ms(now)},
    )
    return [delivery(row) for row in rows]


def waiting(connection: sqlite3.Connection, product: str, before: datetime) -> list[Delivery]:
    """Cards of incidents, and calls about them, that were due before a moment and are not in Slack."""
    rows = connection.execute(
        "SELECT * FROM outbox WHERE product = :product AND subject LIKE 'incident:%' AND kind IN ('root', 'dm')"
        " AND state IN ('pending', 'retry', 'sending', 'reconcile') AND created_at <= :before"
        " AND (state <> 'pending' OR not_before <= :before) ORDER BY number LIMIT 200",
        {"product": product, "before": to_ms(before)},
    )
    return [delivery(row) for row in rows]


def claim(connection: sqlite3.Connection, number: int, now: datetime) -> Delivery | None:
    """Take a row for sending; None where it is no longer waiting."""
    cursor = connection.execute(
        "UPDATE outbox SET state = 'sending', attempts = attempts + 1, claimed_at = coalesce(claimed_at, :now),"
        " lease_until = :lease"
        " WHERE number = :number AND state IN ('pending', 'retry')",
        {"now": to_ms(now), "lease": to_ms(now + LEASE), "number": number},
    )
    return get(connection, number) if cursor.rowcount == 1 else None


def mark_sent(connection: sqlite3.Connection, number: int, now: datetime, *, channel: str, ts: str, rev: int) -> bool:
    """It is in Slack."""
    cursor = connection.execute(
        "UPDATE outbox SET state = 'sent', slack_channel = ?, slack_ts = ?, rev = ?, sent_at = ?, lease_until = NULL,"
        " last_error = '' WHERE number = ? AND state IN ('sending', 'reconcile')",
        (channel, ts, rev, to_ms(now), number),
    )
    return cursor.rowcount == 1


def place(connection: sqlite3.Connection, row: Delivery) -> tuple[str, str]:
    """The channel in whose history a row can be looked up ("" where it is not known), and the thread it belongs to.

    Slack's history wants the id of a channel. A person's direct messages, and a channel that launch.yml calls by its
    `#name`, are known by theirs from an earlier message, or because the person has opened the App Home.
    """
    if row.kind is Kind.THREAD:
        under = shown(connection, row.product, row.subject)
        return ("", "") if under is None else (under.channel, under.ts)
    if row.kind is not Kind.DM and not row.channel.startswith("#"):
        return row.channel, row.thread
    found = connection.execute(
        "SELECT slack_channel FROM outbox WHERE product = ? AND kind = ? AND channel = ? AND state = 'sent'"
        " ORDER BY number DESC LIMIT 1",
        (row.product, row.kind.value, row.channel),
    ).fetchone()
    return places.get(connection, row.product, row.channel) if found is None else str(found["slack_channel"]), ""


def told_otherwise(connection: sqlite3.Connection, row: Delivery) -> bool:
    """Whether something that was asked for together with it has arrived: the card where it is a call, or a call."""
    [found] = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM outbox WHERE product = ? AND subject = ? AND created_at = ? AND number <> ?"
        " AND kind <> 'edit' AND state = 'sent')",
        (row.product, row.subject, to_ms(row.created_at), row.number),
    ).fetchone()
    return bool(found)


def nobody_waits(connection: sqlite3.Connection, row: Delivery) -> bool:
    """Whether it is a call about an incident that is over."""
    [found] = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM incident AS i WHERE 'incident:' || i.id = ?"
        " AND i.status IN ('resolved', 'closed'))",
        (row.subject,),
    ).fetchone()
    return bool(found) and row.kind is Kind.DM and row.about > 0


def park(connection: sqlite3.Connection, number: int, until: datetime, error: str, *, count: bool = True) -> None:
    """It did not arrive: try again later. `count=False` where Slack only asked to wait."""
    connection.execute(
        "UPDATE outbox SET state = CASE WHEN state = 'sending' THEN 'retry' ELSE state END, not_before = ?,"
        " lease_until = NULL, last_error = ?, attempts = attempts - ?"
        " WHERE number = ? AND state IN ('sending', 'reconcile')",
        (to_ms(until), error, 0 if count else 1, number),
    )


def doubt(connection: sqlite3.Connection, number: int, until: datetime, error: str, *, looked: bool = False) -> None:
    """Nobody knows whether it arrived: look into the history (again) from `until` on."""
    connection.execute(
        "UPDATE outbox SET state = 'reconcile', not_before = ?, lease_until = NULL, last_error = ?,"
        " looks = looks + ? WHERE number = ? AND state IN ('sending', 'reconcile')",
        (to_ms(until), error, int(looked), number),
    )


def resend(connection: sqlite3.Connection, number: int, now: datetime, *, may_repeat: bool) -> None:
    """It is not in the history, or the history cannot be read: send it again under the same delivery id."""
    connection.execute(
        "UPDATE outbox SET state = 'pending', looks = 0, not_before = ?, may_repeat = max(may_repeat, ?)"
        " WHERE number = ? AND state = 'reconcile'",
        (to_ms(now), int(may_repeat), number),
    )


def climb(connection: sqlite3.Connection, number: int, rung: int, error: str) -> None:
    """Slack refused the blocks: remember how plain the message has become."""
    connection.execute("UPDATE outbox SET rung = ?, last_error = ? WHERE number = ?", (rung, error, number))


def bury(connection: sqlite3.Connection, number: int, error: str) -> None:
    """Slack refuses it for good; edits of a message that will never be there go with it."""
    connection.execute(
        "UPDATE outbox SET state = 'dead', lease_until = NULL, last_error = ? WHERE number = ? AND state <> 'sent'",
        (error, number),
    )
    connection.execute(
        "UPDATE outbox AS o SET state = 'dead', last_error = ? WHERE kind = 'edit' AND state IN ('pending', 'retry')"
        " AND (product, subject) = (SELECT product, subject FROM outbox WHERE number = ?)"
        " AND NOT EXISTS (SELECT 1 FROM outbox AS r WHERE r.product = o.product AND r.subject = o.subject"
        " AND r.kind IN ('root', 'dm') AND r.about = 0 AND r.state <> 'dead')",
        (error, number),
    )


def lease_ended(connection: sqlite3.Connection, now: datetime, *, all_of_them: bool = False) -> int:
    """Rows whose sender is gone: a message becomes doubtful, an edit is simply sent again. Returns how many.

    At start-up every row that is `sending` has lost its sender (`all_of_them`).
    """
    cursor = connection.execute(
        "UPDATE outbox SET state = CASE WHEN kind = 'edit' THEN 'retry' ELSE 'reconcile' END, lease_until = NULL,"
        " not_before = :now, last_error = 'the bot stopped while it was sending'"
        " WHERE state = 'sending' AND (:all OR lease_until <= :now)",
        {"now": to_ms(now), "all": int(all_of_them)},
    )
    return cursor.rowcount


def not_later(connection: sqlite3.Connection, now: datetime) -> int:
    """The clock was put back, or was wrong before a restart: what waits for a time far ahead waits no longer for it.

    Returns how many rows were waiting so.
    """
    cursor = connection.execute(
        "UPDATE outbox SET not_before = min(not_before, :latest), claimed_at = min(claimed_at, :now),"
        " lease_until = min(lease_until, :lease)"
        " WHERE state NOT IN ('sent', 'dead') AND (not_before > :latest OR claimed_at > :now OR lease_until > :lease)",
        {"now": to_ms(now), "latest": to_ms(now + PATIENCE), "lease": to_ms(now + LEASE)},
    )
    return cursor.rowcount


def revive(
    connection: sqlite3.Connection, now: datetime, *, channel: str = "", not_older: timedelta = timedelta(days=1)
) -> int:
    """Put dead rows back into the queue: of one channel that was repaired, or of all. Returns how many.

    What is older than `not_older` stays dead, as do calls about an incident that is over: nobody waits for them. What
    is about a live incident goes first.
    """
    over = (
        "EXISTS (SELECT 1 FROM incident AS i WHERE 'incident:' || i.id = outbox.subject"
        " AND i.status IN ('resolved', 'closed'))"
    )
    cursor = connection.execute(
        "UPDATE outbox SET state = 'pending', attempts = 0, looks = 0, rung = 0,"  # noqa: S608  (no text from outside)
        f" not_before = CASE WHEN {over} THEN :later ELSE :now END"
        f" WHERE state = 'dead' AND NOT (about > 0 AND kind IN ('root', 'dm') AND {over})"
        " AND created_at >= :since AND (:channel = '' OR channel = :channel"
        " OR subject IN (SELECT subject FROM outbox WHERE channel = :channel))",
        {
            "now": to_ms(now),
            "later": to_ms(now + AFTER_THE_LIVE),
            "since": to_ms(now - not_older),
            "channel": channel,
        },
    )
    return cursor.rowcount
