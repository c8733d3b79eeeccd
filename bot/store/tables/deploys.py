"""The eighth step: deploys with their course, what outside senders said, walks, measurements, counted events."""

from __future__ import annotations

DEPLOYS = (
    # `at` stays what it was: when customers got it, or else when it began. Rows of before are deploys that went live.
    "ALTER TABLE deploy ADD COLUMN key TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE deploy ADD COLUMN stage TEXT NOT NULL DEFAULT 'live'",
    "ALTER TABLE deploy ADD COLUMN rev INTEGER NOT NULL DEFAULT 0",
    # When it is to be looked at next; NULL: nothing is waited for.
    "ALTER TABLE deploy ADD COLUMN due_at INTEGER",
    "ALTER TABLE deploy ADD COLUMN channel TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE deploy ADD COLUMN ts TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE deploy ADD COLUMN data TEXT NOT NULL DEFAULT ''",
    "CREATE UNIQUE INDEX deploy_key ON deploy(product, source, key) WHERE key <> ''",
    "CREATE INDEX deploy_due ON deploy(due_at) WHERE due_at IS NOT NULL",
    # What an outside sender said, once: its own delivery id, or a digest of what was signed. Bodies are not kept.
    """
    CREATE TABLE heard (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      source TEXT NOT NULL,
      delivery TEXT NOT NULL,
      at INTEGER NOT NULL,
      data TEXT NOT NULL,
      done_at INTEGER,
      tries INTEGER NOT NULL DEFAULT 0,
      problem TEXT NOT NULL DEFAULT '',
      UNIQUE (product, source, delivery)
    )
    """,
    "CREATE INDEX heard_left ON heard(id) WHERE done_at IS NULL",
    "CREATE INDEX heard_by_time ON heard(product, source, at)",
    # Counted events by the minute. `origin` is unreadable; '' is everybody, or unknown.
    """
    CREATE TABLE event_count (
      product TEXT NOT NULL,
      kind TEXT NOT NULL,
      service TEXT NOT NULL,
      minute INTEGER NOT NULL,
      origin TEXT NOT NULL,
      count INTEGER NOT NULL,
      sample TEXT NOT NULL DEFAULT '',
      PRIMARY KEY (product, kind, service, minute, origin)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX event_by_minute ON event_count(minute)",
    # Walks of smoke flows.
    """
    CREATE TABLE smoke_run (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      cause TEXT NOT NULL,
      deploy INTEGER NOT NULL DEFAULT 0,
      asked_by TEXT NOT NULL DEFAULT '',
      asked_at INTEGER NOT NULL,
      began_at INTEGER,
      ended_at INTEGER,
      rev INTEGER NOT NULL DEFAULT 0,
      channel TEXT NOT NULL DEFAULT '',
      ts TEXT NOT NULL DEFAULT '',
      data TEXT NOT NULL
    )
    """,
    "CREATE INDEX smoke_by_time ON smoke_run(product, asked_at)",
    "CREATE INDEX smoke_left ON smoke_run(id) WHERE ended_at IS NULL",
    # Measurements: light load tests, and what CI reported (gates, page weights).
    """
    CREATE TABLE perf_run (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      kind TEXT NOT NULL,
      asked_by TEXT NOT NULL DEFAULT '',
      asked_at INTEGER NOT NULL,
      began_at INTEGER,
      ended_at INTEGER,
      rev INTEGER NOT NULL DEFAULT 0,
      channel TEXT NOT NULL DEFAULT '',
      ts TEXT NOT NULL DEFAULT '',
      data TEXT NOT NULL
    )
    """,
    "CREATE INDEX perf_by_time ON perf_run(product, kind, asked_at)",
    "CREATE INDEX perf_left ON perf_run(id) WHERE ended_at IS NULL",
    # Somebody goes through the release checklist; a roll-back is tried.
    """
    CREATE TABLE release_run (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      kind TEXT NOT NULL,
      person TEXT NOT NULL,
      began_at INTEGER NOT NULL,
      ended_at INTEGER,
      rev INTEGER NOT NULL DEFAULT 0,
      channel TEXT NOT NULL DEFAULT '',
      ts TEXT NOT NULL DEFAULT '',
      data TEXT NOT NULL
    )
    """,
    "CREATE INDEX release_by_time ON release_run(product, kind, began_at)",
)
