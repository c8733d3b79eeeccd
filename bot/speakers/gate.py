"""What there is to say about a build that gates of CI stopped: its one message."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from bot.clock import Clock
from bot.domain.gates import Build
from bot.services.config import Config
from bot.services.gate_told import finding_of
from bot.speakers.said import Said, Speaker
from bot.store import gates, releases
from bot.store.outbox import Delivery
from bot.views import gate as view
from checks.model import Finding


def speaker(config: Callable[[], Config], clock: Clock) -> Speaker:
    """The speaker for subjects `gate:7`."""

    def say(connection: sqlite3.Connection, id: int, _row: Delivery) -> Said | None:
        build = gates.get(connection, id)
        if build is None:
            return None
        known = config()
        live = releases.last(connection, build.product, clock.now())
        state = view.State(
            build,
            _findings(build, known),
            live.version if live is not None else "",
            known.people,
            frozenset(known.library.books),
        )
        return Said(view.document(state), build.rev)

    return Speaker(say, gates.shown)


def _findings(build: Build, config: Config) -> dict[tuple[str, str], list[Finding]]:
    """With the words that their checks have now; what a check no longer knows is left out."""
    return {
        (gate.name, gate.environment): [
            finding for one in gate.bad if (finding := finding_of(one, config, gate.at)) is not None
        ]
        for gate in build.stopped
    }
