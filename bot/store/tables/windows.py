"""The fifth step: jobs say that they began or failed, and silences come from windows that launch.yml repeats."""

from __future__ import annotations

WINDOWS = (
    # Of the run under way; NULL: none is known to be.
    "ALTER TABLE heartbeat ADD COLUMN started_at INTEGER",
    # Since the last report that all went well; NULL: no run failed.
    "ALTER TABLE heartbeat ADD COLUMN failed_at INTEGER",
    # What the failed run ended with; NULL where it was not said.
    "ALTER TABLE heartbeat ADD COLUMN exit_code INTEGER",
    # Which window of launch.yml brought it about; '' for what a person asked for.
    "ALTER TABLE silence ADD COLUMN origin TEXT NOT NULL DEFAULT ''",
    "CREATE UNIQUE INDEX silence_of_window ON silence(product, origin, from_at) WHERE origin <> ''",
)
