"""The sixth step: runs of runbooks with all that happened to them, and what people wrote down when one asked."""

from __future__ import annotations

RUNBOOKS = (
    # The row as it stands, with what queries need as columns of their own.
    """
    CREATE TABLE run (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      topic TEXT NOT NULL,
      incident INTEGER NOT NULL DEFAULT 0,
      standing TEXT NOT NULL CHECK (standing IN
        ('open', 'checking', 'waiting', 'fixed', 'handed', 'done', 'over', 'left')),
      holder TEXT NOT NULL,
      began_at INTEGER NOT NULL,
      ended_at INTEGER,
      channel TEXT NOT NULL DEFAULT '',
      ts TEXT NOT NULL DEFAULT '',
      data TEXT NOT NULL,
      rev INTEGER NOT NULL
    )
    """,
    "CREATE INDEX run_live ON run(product, id) WHERE ended_at IS NULL",
    "CREATE INDEX run_by_incident ON run(incident) WHERE incident <> 0",
    # rev is the revision that it led to; one command, one row.
    """
    CREATE TABLE run_event (
      run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
      rev INTEGER NOT NULL,
      at INTEGER NOT NULL,
      did TEXT NOT NULL,
      actor TEXT NOT NULL,
      data TEXT NOT NULL,
      PRIMARY KEY (run, rev)
    ) WITHOUT ROWID
    """,
    """
    CREATE TRIGGER run_event_is_append_only BEFORE UPDATE ON run_event
    WHEN NEW.run IS NOT OLD.run OR NEW.rev IS NOT OLD.rev OR NEW.at IS NOT OLD.at OR NEW.did IS NOT OLD.did
      OR NOT EXISTS (SELECT 1 FROM erasing WHERE instr(OLD.actor || ' ' || OLD.data, person) > 0)
    BEGIN SELECT RAISE(ABORT, 'append-only'); END
    """,
    # Only a run that is over goes, and then as a whole.
    """
    CREATE TRIGGER run_event_keeps_all BEFORE DELETE ON run_event
    WHEN EXISTS (SELECT 1 FROM run WHERE id = OLD.run AND ended_at IS NULL)
    BEGIN SELECT RAISE(ABORT, 'append-only'); END
    """,
    # field: a name that texts use, such as host_link. What launch.yml says wins over it.
    """
    CREATE TABLE written (
      product TEXT NOT NULL,
      field TEXT NOT NULL,
      value TEXT NOT NULL,
      author TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (product, field)
    ) WITHOUT ROWID
    """,
)
