"""What there is to say about a deploy: its one message."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from bot.clock import Clock
from bot.services.config import Config
from bot.speakers.said import Said, Speaker
from bot.store import deploys
from bot.store.outbox import Delivery
from bot.views import deploy as view

SUBJECT = "deploy"


def speaker(config: Callable[[], Config], clock: Clock) -> Speaker:
    """The speaker for subjects `deploy:7`."""

    def say(connection: sqlite3.Connection, id: int, _row: Delivery) -> Said | None:
        found = deploys.get(connection, id)
        if found is None:
            return None
        now, known = clock.now(), config()
        flows = known.file is not None and bool(known.file.flows)
        state = view.State(found, now, known.people, flows)
        return Said(view.document(state), found.rev)

    return Speaker(say, deploys.shown)
