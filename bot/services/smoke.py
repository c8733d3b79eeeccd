"""Smoke flows, walked: after each deploy, on a schedule, when somebody asks; each walk is a row before it begins."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from enum import StrEnum

from bot.clock import Clock
from bot.services.config import Config
from bot.services.incidents import Incidents
from bot.store.db import Store

SUBJECT = "smoke"
Told = Callable[[int], Awaitable[None]]
"""Hears the number of a walk that is over, after it is written."""


class Cause(StrEnum):
    """Why flows are walked."""

    DEPLOY = "deploy"
    HAND = "hand"
    SCHEDULE = "schedule"
    RUNBOOK = "runbook"


class Smoke:
    """The one door to walks of smoke flows. `wake` is called when something new is in the outbox."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        config: Callable[[], Config],
        incidents: Incidents,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._incidents = incidents
        self._wake = wake
        self._told: Told | None = None

    def listen(self, told: Told) -> None:
        """Who hears of walks that are over."""
        self._told = told

    def flows(self) -> tuple[str, ...]:
        """Ids of the flows in `launch.yml`, in order."""
        file = self._config().file
        return tuple(flow.id for flow in file.flows) if file is not None else ()

    def ask(
        self,
        connection: sqlite3.Connection,
        now: datetime,
        cause: Cause,
        *,
        flows: Sequence[str] = (),
        deploy: int = 0,
        asked_by: str = "",
        channel: str = "",
    ) -> int:
        """Write a walk down, within the caller's transaction; the next tick begins it. Answers its number."""
        raise NotImplementedError

    async def tick(self) -> int:
        """Begin what is asked for or due, and take up what a kill cut off; says how many walks."""
        return 0

    async def stop(self) -> None:
        """Let go of walks under way; their clean-up still runs, for a few seconds at most."""
