"""The course of a drill, as its incident and its runbook tell it: who answered, who opened it, how it ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from bot.domain import drill as rules
from bot.domain.drill import Drill, How, Stage
from bot.domain.incident import Incident
from bot.domain.member import Outcome
from bot.domain.runbook.run import Run, Standing
from bot.domain.severity import Sev
from bot.store import drills, incidents, runs


def follow(connection: sqlite3.Connection, id: int, now: datetime) -> How | None:
    """Note first answers and the opening of the runbook; how it ended, where it did."""
    before = drill = drills.get(connection, id)
    if drill is None or drill.stage is Stage.ENDED:
        return None
    incident = incidents.get(connection, drill.incident)
    run = next(iter(runs.of_incident(connection, drill.incident)), None)
    if incident is not None and incident.acker:
        drill = rules.acked(drill, incident.acker, now)
    if run is not None:
        # Who opens the runbook is on it, also without having said so.
        drill = rules.acked(rules.opened(drill, run.id, now), run.holder, now)
    if drill != before:
        drills.put(connection, drill)
    if broken(incidents.live(connection, drill.product)):
        return How.REAL
    return _how(drill, incident, run, now)


def _how(drill: Drill, incident: Incident | None, run: Run | None, now: datetime) -> How | None:
    if run is not None and run.standing is Standing.HANDED:
        return How.HANDED
    if incident is None or not incident.live:
        fixed = incident is not None and incident.outcome in (Outcome.HUMAN, Outcome.AUTO)
        return How.FIXED if fixed and drill.stage is Stage.REPAIRED else How.STOPPED
    if run is not None and run.standing is Standing.FIXED:
        return How.FIXED
    return How.LATE if rules.overdue(drill, now) else None


def broken(live: Iterable[Incident]) -> bool:
    """Whether something is really broken that calls somebody."""
    return any(not one.drill and one.sev <= Sev.TWO for one in live)
