"""The seventh step: fire drills, with what they measured."""

from __future__ import annotations

DRILLS = (
    # The row as it stands, with what queries need as columns of their own.
    """
    CREATE TABLE drill (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      topic TEXT NOT NULL,
      incident INTEGER NOT NULL DEFAULT 0,
      run INTEGER NOT NULL DEFAULT 0,
      began_at INTEGER NOT NULL,
      ended_at INTEGER,
      data TEXT NOT NULL
    )
    """,
    # One at a time.
    "CREATE UNIQUE INDEX drill_live ON drill(product) WHERE ended_at IS NULL",
    "CREATE INDEX drill_by_topic ON drill(product, topic, began_at)",
)
