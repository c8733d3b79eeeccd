"""The schema, step by step. Steps are only ever added at the end, and none of them throws data away.

Times are integers: milliseconds since 1970, UTC, unless a column says otherwise. Codes are those of `codes.py`.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database, Migrations

from bot.store.db import StoreError

STEPS = Migrations("launch")


@STEPS()
def m001_foundation(db: Database) -> None:
    """Products, audits and their results, monitors and their probes, the outbox, the journal."""
    for statement in FOUNDATION:
        db.conn.execute(statement)


@STEPS()
def m002_dns_as_decided(db: Database) -> None:
    """DNS records as people accepted them, what changed since, who answered what, and name servers that disagree."""
    for statement in DNS_AS_DECIDED:
        db.conn.execute(statement)


@STEPS()
def m003_watching(db: Database) -> None:
    """Looks, incidents with their events and timers, clicks, silences, turns, releases, second routes."""
    for statement in WATCHING:
        db.conn.execute(statement)


def version(connection: sqlite3.Connection) -> int:
    """How many steps the file has behind it; 0 for an empty file."""
    [found] = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone()
    if not found:
        return 0
    [count] = connection.execute("SELECT count(*) FROM _sqlite_migrations").fetchone()
    return int(count)


def latest(steps: Migrations = STEPS) -> int:
    """How many steps this program knows."""
    with closing(sqlite3.connect(":memory:")) as connection:
        return len(steps.pending(Database(connection, execute_plugins=False)))


def migrate(connection: sqlite3.Connection, path: Path, steps: Migrations = STEPS) -> None:
    """Apply what is missing, each step in a transaction of its own; before it, the file is copied beside itself.

    The copy is called `launch.db.before-N`, N being the step that follows. Raises `StoreError` for a file that a newer
    program has written.
    """
    found = version(connection)
    known = latest(steps)
    if found > known:
        raise StoreError(
            f"{path} was written by a newer version of Launch Ready (schema {found}, this one knows {known}). "
            "Install the newer version again, or restore a copy made before the upgrade: launch restore FILE."
        )
    if found == known:
        return
    if found:
        copy = path.with_name(f"{path.name}.before-{found + 1}")
        # Made for its owner alone before anything is in it; one that an attempt before left behind goes first.
        copy.unlink(missing_ok=True)
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        with closing(sqlite3.connect(copy)) as target:
            connection.backup(target)
    database = Database(connection, execute_plugins=False)
    steps.apply(database)


FOUNDATION = (
    """
    CREATE TABLE product (
      id TEXT PRIMARY KEY,
      domain TEXT NOT NULL,
      first_at INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE audit (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL REFERENCES product(id),
      state TEXT NOT NULL CHECK (state IN ('running', 'done', 'interrupted', 'failed')),
      asked_by TEXT NOT NULL,
      asked_at INTEGER NOT NULL,
      only_names TEXT NOT NULL,
      channel TEXT NOT NULL,
      message_ts TEXT NOT NULL DEFAULT '',
      done INTEGER NOT NULL DEFAULT 0,
      total INTEGER NOT NULL DEFAULT 0,
      looking_at TEXT NOT NULL DEFAULT '',
      ended_at INTEGER,
      verdict TEXT NOT NULL DEFAULT '',
      report BLOB,
      previous INTEGER REFERENCES audit(id) ON DELETE SET NULL,
      problem TEXT NOT NULL DEFAULT '',
      rev INTEGER NOT NULL DEFAULT 1
    )
    """,
    "CREATE INDEX audit_by_product ON audit(product, state, id)",
    "CREATE UNIQUE INDEX one_audit_at_a_time ON audit(product) WHERE state = 'running'",
    """
    CREATE TABLE result (
      audit INTEGER NOT NULL REFERENCES audit(id) ON DELETE CASCADE,
      product TEXT NOT NULL,
      check_id TEXT NOT NULL,
      target TEXT NOT NULL,
      status INTEGER NOT NULL,
      severity INTEGER NOT NULL,
      code TEXT NOT NULL,
      seen TEXT NOT NULL,
      took_ms INTEGER NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (audit, check_id, target)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX result_history ON result(product, check_id, target, at)",
    """
    CREATE TABLE finding_state (
      product TEXT NOT NULL,
      check_id TEXT NOT NULL,
      target TEXT NOT NULL,
      status INTEGER NOT NULL,
      severity INTEGER NOT NULL,
      code TEXT NOT NULL,
      since INTEGER NOT NULL,
      last_at INTEGER NOT NULL,
      audit INTEGER NOT NULL,
      PRIMARY KEY (product, check_id, target)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE monitor (
      id INTEGER PRIMARY KEY,
      product TEXT NOT NULL,
      name TEXT NOT NULL,
      UNIQUE (product, name)
    )
    """,
    """
    CREATE TABLE probe (
      monitor INTEGER NOT NULL,
      at INTEGER NOT NULL,
      state INTEGER NOT NULL,
      first_byte_us INTEGER,
      PRIMARY KEY (monitor, at)
    ) WITHOUT ROWID
    """,
    # hour and day: whole hours and days since 1970, UTC. latency: bot/domain/histogram.py.
    """
    CREATE TABLE rollup_hour (
      monitor INTEGER NOT NULL,
      hour INTEGER NOT NULL,
      good INTEGER NOT NULL,
      bad INTEGER NOT NULL,
      unknown INTEGER NOT NULL,
      latency BLOB NOT NULL,
      PRIMARY KEY (monitor, hour)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE rollup_day (
      monitor INTEGER NOT NULL,
      day INTEGER NOT NULL,
      good INTEGER NOT NULL,
      bad INTEGER NOT NULL,
      unknown INTEGER NOT NULL,
      latency BLOB NOT NULL,
      PRIMARY KEY (monitor, day)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE outbox (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      delivery_id TEXT NOT NULL UNIQUE,
      product TEXT NOT NULL,
      subject TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('root', 'edit', 'thread', 'dm')),
      dedup_key TEXT NOT NULL,
      prio INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'retry', 'reconcile', 'sent', 'dead')),
      attempts INTEGER NOT NULL DEFAULT 0,
      looks INTEGER NOT NULL DEFAULT 0,
      not_before INTEGER NOT NULL,
      claimed_at INTEGER,
      lease_until INTEGER,
      channel TEXT NOT NULL,
      slack_channel TEXT NOT NULL DEFAULT '',
      slack_ts TEXT NOT NULL DEFAULT '',
      rev INTEGER NOT NULL DEFAULT 0,
      rung INTEGER NOT NULL DEFAULT 0,
      may_repeat INTEGER NOT NULL DEFAULT 0,
      last_error TEXT NOT NULL DEFAULT '',
      created_at INTEGER NOT NULL,
      sent_at INTEGER
    )
    """,
    "CREATE UNIQUE INDEX one_delivery ON outbox(product, dedup_key) WHERE state <> 'sent' OR kind <> 'edit'",
    "CREATE INDEX outbox_unsent ON outbox(prio, number) WHERE state <> 'sent'",
    "CREATE INDEX outbox_by_subject ON outbox(product, subject, number)",
    """
    CREATE TABLE seen_event (
      product TEXT NOT NULL,
      id TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (product, id)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE journal (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      at INTEGER NOT NULL,
      actor TEXT NOT NULL,
      did TEXT NOT NULL,
      subject TEXT NOT NULL,
      data TEXT NOT NULL
    )
    """,
    "CREATE TRIGGER journal_is_append_only BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    "CREATE TRIGGER journal_keeps_all BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    """
    CREATE TABLE beat (
      product TEXT PRIMARY KEY,
      at INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
)

DNS_AS_DECIDED = (
    # texts, accepted, replaced and records hold JSON: values, or records with their values (bot/store/baseline.py).
    """
    CREATE TABLE dns_change (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      domain TEXT NOT NULL,
      name TEXT NOT NULL,
      type TEXT NOT NULL,
      old TEXT NOT NULL,
      new TEXT NOT NULL,
      expected_by TEXT NOT NULL,
      first_audit INTEGER NOT NULL,
      last_audit INTEGER NOT NULL,
      first_at INTEGER NOT NULL,
      last_at INTEGER NOT NULL,
      ended_audit INTEGER,
      ended_at INTEGER
    )
    """,
    "CREATE UNIQUE INDEX one_open_dns_change ON dns_change(product, name, type, old, new) WHERE ended_at IS NULL",
    """
    CREATE TABLE dns_answer (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      at INTEGER NOT NULL,
      actor TEXT NOT NULL,
      said TEXT NOT NULL CHECK (said IN ('accept', 'mine', 'wrong', 'undo')),
      audit INTEGER,
      change INTEGER REFERENCES dns_change(number),
      undoes INTEGER REFERENCES dns_answer(number),
      old TEXT NOT NULL,
      new TEXT NOT NULL,
      accepted TEXT NOT NULL,
      replaced TEXT NOT NULL
    )
    """,
    "CREATE INDEX dns_answer_by_change ON dns_answer(change, number) WHERE change IS NOT NULL",
    "CREATE INDEX dns_answer_by_audit ON dns_answer(audit, number) WHERE audit IS NOT NULL",
    "CREATE UNIQUE INDEX undone_once ON dns_answer(undoes) WHERE undoes IS NOT NULL",
    "CREATE TRIGGER dns_answer_stays BEFORE UPDATE ON dns_answer BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    "CREATE TRIGGER dns_answer_is_kept BEFORE DELETE ON dns_answer BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    """
    CREATE TABLE dns_baseline (
      product TEXT NOT NULL,
      name TEXT NOT NULL,
      type TEXT NOT NULL,
      texts TEXT NOT NULL,
      accepted_by TEXT NOT NULL,
      at INTEGER NOT NULL,
      answer INTEGER NOT NULL REFERENCES dns_answer(number),
      PRIMARY KEY (product, name, type)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE dns_offer (
      audit INTEGER PRIMARY KEY REFERENCES audit(id) ON DELETE CASCADE,
      product TEXT NOT NULL,
      records TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE dns_disagreement (
      product TEXT NOT NULL,
      name TEXT NOT NULL,
      domain TEXT NOT NULL,
      since INTEGER NOT NULL,
      PRIMARY KEY (product, name)
    ) WITHOUT ROWID
    """,
)

WATCHING = (
    # One line per monitor or scheduled check: what is known about it between two looks.
    """
    CREATE TABLE look (
      product TEXT NOT NULL,
      target TEXT NOT NULL,
      trouble TEXT NOT NULL,
      state TEXT NOT NULL,
      at INTEGER NOT NULL,
      data TEXT NOT NULL,
      PRIMARY KEY (product, target, trouble)
    ) WITHOUT ROWID
    """,
    # The folded state of its events, with what queries need as columns of their own.
    """
    CREATE TABLE incident (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      key TEXT NOT NULL,
      service TEXT NOT NULL,
      trouble TEXT NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('open', 'acked', 'snoozed', 'resolved', 'closed')),
      sev INTEGER NOT NULL,
      opened_at INTEGER NOT NULL,
      ended_at INTEGER,
      channel TEXT NOT NULL DEFAULT '',
      root_ts TEXT NOT NULL DEFAULT '',
      data TEXT NOT NULL,
      rev INTEGER NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX one_live_per_key ON incident(product, key) WHERE status <> 'closed'",
    "CREATE INDEX incident_by_time ON incident(product, opened_at)",
    # rev counts the events of one incident from 1.
    """
    CREATE TABLE incident_event (
      incident INTEGER NOT NULL REFERENCES incident(id) ON DELETE CASCADE,
      rev INTEGER NOT NULL,
      at INTEGER NOT NULL,
      did TEXT NOT NULL,
      actor TEXT NOT NULL,
      data TEXT NOT NULL,
      PRIMARY KEY (incident, rev)
    ) WITHOUT ROWID
    """,
    "CREATE TRIGGER event_is_append_only BEFORE UPDATE ON incident_event BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    # Only a closed incident goes, and then as a whole.
    """
    CREATE TRIGGER event_keeps_all BEFORE DELETE ON incident_event
    WHEN EXISTS (SELECT 1 FROM incident WHERE id = OLD.incident AND status <> 'closed')
    BEGIN SELECT RAISE(ABORT, 'append-only'); END
    """,
    """
    CREATE TABLE timer (
      incident INTEGER NOT NULL REFERENCES incident(id) ON DELETE CASCADE,
      kind TEXT NOT NULL,
      due_at INTEGER NOT NULL,
      guard_rev INTEGER NOT NULL,
      PRIMARY KEY (incident, kind)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX timer_due ON timer(due_at)",
    """
    CREATE TABLE click (
      product TEXT NOT NULL,
      id TEXT NOT NULL,
      user TEXT NOT NULL,
      action TEXT NOT NULL,
      at INTEGER NOT NULL,
      payload TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('new', 'done')),
      PRIMARY KEY (product, id, user, action)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE silence (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      service TEXT NOT NULL DEFAULT '',
      trouble TEXT NOT NULL DEFAULT '',
      environment TEXT NOT NULL DEFAULT '',
      from_at INTEGER NOT NULL,
      until_at INTEGER NOT NULL,
      reason TEXT NOT NULL,
      author TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('mute', 'maintenance')),
      ended_at INTEGER,
      ended_by TEXT NOT NULL DEFAULT ''
    )
    """,
    # Somebody takes another's turn for a while.
    """
    CREATE TABLE override (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      person TEXT NOT NULL,
      from_at INTEGER NOT NULL,
      until_at INTEGER NOT NULL,
      author TEXT NOT NULL,
      ended_at INTEGER
    )
    """,
    """
    CREATE TABLE deploy (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      at INTEGER NOT NULL,
      version TEXT NOT NULL,
      environment TEXT NOT NULL DEFAULT 'production',
      service TEXT NOT NULL DEFAULT '',
      author TEXT NOT NULL DEFAULT '',
      note TEXT NOT NULL DEFAULT '',
      url TEXT NOT NULL DEFAULT '',
      source TEXT NOT NULL
    )
    """,
    "CREATE INDEX deploy_by_time ON deploy(product, at)",
    # When the bot itself saw nothing: minutes that count for nobody.
    """
    CREATE TABLE blind (
      product TEXT NOT NULL,
      from_at INTEGER NOT NULL,
      until_at INTEGER,
      why TEXT NOT NULL,
      PRIMARY KEY (product, from_at)
    ) WITHOUT ROWID
    """,
    # The bot's settings that a person chose in Slack, such as the channel it was invited to first.
    """
    CREATE TABLE setting (
      product TEXT NOT NULL,
      name TEXT NOT NULL,
      value TEXT NOT NULL,
      at INTEGER NOT NULL,
      author TEXT NOT NULL DEFAULT '',
      PRIMARY KEY (product, name)
    ) WITHOUT ROWID
    """,
    # Messages by a second route (mail, webhook, ntfy), for those that Slack does not take or nobody answers.
    """
    CREATE TABLE second_route (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      delivery_id TEXT NOT NULL UNIQUE,
      product TEXT NOT NULL,
      subject TEXT NOT NULL,
      about INTEGER NOT NULL,
      route TEXT NOT NULL,
      person TEXT NOT NULL,
      dedup_key TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'dead')),
      attempts INTEGER NOT NULL DEFAULT 0,
      not_before INTEGER NOT NULL,
      last_error TEXT NOT NULL DEFAULT '',
      why TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      sent_at INTEGER,
      UNIQUE (product, dedup_key)
    )
    """,
    # A URL that a job calls; token is its last part.
    """
    CREATE TABLE heartbeat (
      product TEXT NOT NULL,
      name TEXT NOT NULL,
      first_at INTEGER NOT NULL,
      last_at INTEGER,
      PRIMARY KEY (product, name)
    ) WITHOUT ROWID
    """,
    # five: whole five minutes since 1970, UTC.
    """
    CREATE TABLE rollup_five (
      monitor INTEGER NOT NULL,
      five INTEGER NOT NULL,
      good INTEGER NOT NULL,
      bad INTEGER NOT NULL,
      unknown INTEGER NOT NULL,
      slow INTEGER NOT NULL,
      excused INTEGER NOT NULL,
      latency BLOB NOT NULL,
      PRIMARY KEY (monitor, five)
    ) WITHOUT ROWID
    """,
    "ALTER TABLE rollup_hour ADD COLUMN slow INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE rollup_hour ADD COLUMN excused INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE rollup_day ADD COLUMN slow INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE rollup_day ADD COLUMN excused INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE outbox ADD COLUMN about INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE outbox ADD COLUMN broadcast INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE outbox ADD COLUMN said TEXT NOT NULL DEFAULT '{}'",
)
