"""A deploy as `launch deploy` and curl report it: the bot's own JSON, of which only `version` is needed."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.hooks import plain
from bot.adapters.hooks.base import Inbound, Refused
from bot.config.names import shown
from bot.domain.deploys import Deploy, Stage
from bot.domain.heard import Marker
from bot.services.plain_json import Unreadable
from bot.store import deploys, heard
from checks.model import Json

SOURCE = "launch"
"""As in `/hooks/launch`, and in the deploy's own row."""
LONGEST = 300
"""Characters of a sentence about what is wrong."""
UNDER_WAY = frozenset({Stage.STARTED, Stage.LIVE, Stage.SMOKE})
"""Stages that something more is awaited at."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was understood."""

    marker: Marker
    delivery: str
    """The same each time that this one report is sent: its own id, else what its key makes; else a new one."""


def read(body: bytes, now: datetime) -> Report:
    """The report in a body. Raises `Unreadable`."""
    found = plain.parse(Inbound({}, body, now), SOURCE)
    if isinstance(found, Refused):
        raise Unreadable(shown(found.reason, LONGEST))
    marker = found.heard[0]
    if len(found.heard) != 1 or not isinstance(marker, Marker):
        raise Unreadable('Write one deploy, such as {"version": "v43", "status": "live"}.')
    return Report(marker, plain.id_of(body) or _delivery(marker))


def _delivery(marker: Marker) -> str:
    if not marker.key:
        return secrets.token_hex(16)
    parts = (marker.key, marker.progress.value, marker.version, marker.environment, marker.service)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def standing(connection: sqlite3.Connection, product: str, key: str) -> dict[str, Json] | None:
    """How a deploy stands, by the id of one of its reports or by its key; None where nobody knows it."""
    came = heard.came_of(connection, product, SOURCE, key)
    numbers = came.get("deploys") if came is not None else None
    if isinstance(numbers, list) and numbers and isinstance(numbers[0], int):
        deploy = deploys.get(connection, numbers[0])
    elif came is not None:
        return {"stage": "reported", "over": False}
    else:
        deploy = deploys.by_key(connection, product, SOURCE, key)
        if deploy is None:
            return None
    return _stands(deploy) if deploy is not None else {"stage": "ignored", "over": True}


def _only_told(deploy: Deploy) -> bool:
    """Live elsewhere than in production: nobody tries it."""
    return deploy.stage is Stage.LIVE and not deploy.production


def _stands(deploy: Deploy) -> dict[str, Json]:
    walked = deploy.walked
    smoke: dict[str, Json] = {}
    if walked is not None:
        smoke = {"good": walked.good, "of": walked.of, "broken": list(walked.broken), "why": walked.why}
        smoke["older"] = list(walked.older)
    return {
        "deploy": deploy.id,
        "version": deploy.version,
        "environment": deploy.environment,
        "service": deploy.service,
        "stage": deploy.stage.value,
        "over": deploy.ended_at is not None or deploy.stage not in UNDER_WAY or _only_told(deploy),
        "previous": deploy.previous,
        "incident": deploy.incident,
        "smoke": smoke,
    }
