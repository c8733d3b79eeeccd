"""What checks are told of the last deploy."""

from __future__ import annotations

import sqlite3

from bot.domain.deploys import OVER, Deploy, Stage, tried
from bot.store import deploys
from checks.inventory import Deployed

_COUNTS = frozenset(Stage) - {Stage.RELEASED, Stage.UNDONE, Stage.CANCELLED}


def deployed(connection: sqlite3.Connection, product: str) -> Deployed:
    """The last one of production, as of now."""
    found = deploys.recent(connection, product, limit=1, environment="production", stages=_COUNTS)
    return of(found[0]) if found else Deployed()


def of(deploy: Deploy) -> Deployed:
    """One deploy, as far as checks go by it."""
    settled = deploy.judged or deploy.stage in OVER or deploy.stage is Stage.STUCK
    stage = deploy.stage.value if settled and deploy.stage is not Stage.SUPERSEDED else ""
    walked = deploy.walked
    return Deployed(
        deploy.live_at or deploy.began_at,
        deploy.version,
        stage,
        tried(deploy),
        ", ".join(walked.broken[:3]) if walked is not None else "",
        deploy.previous,
        deploy.seen,
    )
