"""The ninth step: what the gates of CI said last, and builds that they stopped."""

from __future__ import annotations

GATES = (
    # The newest result of each check of each target. `repository`: several of them may make one product.
    # `part`: what of a check was looked at, where it looks at two things.
    """
    CREATE TABLE gate_result (
      product TEXT NOT NULL,
      check_id TEXT NOT NULL,
      repository TEXT NOT NULL,
      part TEXT NOT NULL,
      target TEXT NOT NULL,
      at INTEGER NOT NULL,
      data TEXT NOT NULL,
      PRIMARY KEY (product, check_id, repository, part, target)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX gate_result_by_time ON gate_result(at)",
    # What the gates of one branch or pull request say, with the one message about it.
    """
    CREATE TABLE gate_build (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      repository TEXT NOT NULL,
      branch TEXT NOT NULL,
      at INTEGER NOT NULL,
      rev INTEGER NOT NULL DEFAULT 0,
      channel TEXT NOT NULL DEFAULT '',
      ts TEXT NOT NULL DEFAULT '',
      data TEXT NOT NULL
    )
    """,
    "CREATE INDEX gate_build_by_branch ON gate_build(product, repository, branch, id)",
    "CREATE INDEX gate_build_by_time ON gate_build(product, at)",
)
