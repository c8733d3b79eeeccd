"""What there is to say about a release list: where it stands now, or what came of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from bot.clock import Clock
from bot.services.config import Config
from bot.services.release import whole
from bot.speakers.said import Said, Speaker
from bot.store import release_runs
from bot.store.outbox import Delivery
from bot.views import release as view
from bot.views.release_over import Own


def speaker(config: Callable[[], Config], clock: Clock) -> Speaker:
    """The speaker for subjects `release:7`."""

    def say(connection: sqlite3.Connection, id: int, _row: Delivery) -> Said | None:
        run = release_runs.get(connection, id)
        if run is None:
            return None
        now = config()
        return Said(view.message(whole(connection, now, run, clock.now()), own(now)), run.rev, run.person)

    return Speaker(say, release_runs.shown)


def own(config: Config) -> Own:
    """What launch.yml says about going out and coming back."""
    file = config.file
    if file is None:
        return Own()
    deploy, flows = file.deploy, len(file.flows)
    if deploy is None:
        return Own(flows=flows)
    return Own(deploy.who, deploy.runs_on or "", deploy.how, deploy.roll_back, flows)
