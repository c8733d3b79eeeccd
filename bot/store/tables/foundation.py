"""Products, audits and their results, monitors and their probes, the outbox, the journal."""

from __future__ import annotations

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
