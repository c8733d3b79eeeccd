"""What there is to say about a light load test: how far it is, then what it does to the product."""

from __future__ import annotations

import sqlite3

from bot.speakers.said import Said, Speaker
from bot.store import perf_runs
from bot.store.outbox import Delivery
from bot.views import perf_load as view


def speaker() -> Speaker:
    """The speaker for subjects `perf:7`."""

    def say(connection: sqlite3.Connection, id: int, _row: Delivery) -> Said | None:
        run = perf_runs.get(connection, id)
        return None if run is None else Said(view.message(run), run.rev, run.asked_by)

    return Speaker(say, perf_runs.shown)
