"""The third step: what the bot watches, what breaks, who is told, and by which ways."""

from __future__ import annotations

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
