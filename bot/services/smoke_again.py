"""Walks for those who must know now: "It's fixed" on a card, steps of runbooks, what an incident leaves behind."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any

from bot.domain.asks import Signal
from bot.domain.detection import Sight as Seen
from bot.domain.runbook.run import Sight, Verdict
from bot.services.glance import Glance
from bot.services.incidents import Incidents, Recheck
from bot.services.smoke import FIXED_WITHIN, Cause, Smoke
from bot.services.smoke_news import PREFIX, flow_of, probe_of
from checks.flow.model import FlowSeen, State

log = logging.getLogger(__name__)

Fresh = Callable[[tuple[str, ...]], Awaitable[list[Glance]]]
"""How monitors and scheduled checks look now, by their names."""
VERDICTS = {State.OK: Verdict.GOOD, State.FAILED: Verdict.BAD}
NOT_IN_TIME = "the walk did not come to its end in time; its result follows"


class SmokeAgain:
    """Walks flows anew for those who ask about what incidents call them."""

    def __init__(self, smoke: Smoke, incidents: Incidents) -> None:
        self._smoke = smoke
        self._incidents = incidents
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def under_way(self) -> tuple[asyncio.Task[None], ...]:
        """Looks that are not over."""
        return tuple(self._tasks)

    def again_or(self, others: Recheck, fresh: Fresh) -> Recheck:
        """Walks the flows of an incident again for "It's fixed"; what it is about beside them is looked at as well."""

        async def again(incident: int, names: tuple[str, ...]) -> None:
            mine = tuple(name for name in names if self.mine(name))
            if not mine:
                await others(incident, names)
                return
            rest = tuple(name for name in names if name not in mine)
            self._spawn(self._recheck(incident, mine, rest, fresh))

        return again

    def mine(self, name: str) -> bool:
        """Whether this is what incidents call a flow of launch.yml."""
        return name.startswith(PREFIX) and flow_of(name, self._smoke.known()) is not None

    def anew(self, connection: sqlite3.Connection, left: Signal, now: datetime) -> bool:
        """Have the flow walked that an incident which is over leaves behind, within the caller's transaction.

        Its last walk may be minutes older than the repair, and would call people for what works. False: no flow.
        """
        flow = flow_of(left.probe, self._smoke.known()) if left.probe.startswith(PREFIX) else None
        if flow is None:
            return False
        self._smoke.ask(connection, now, Cause.SCHEDULE, flows=(flow.id,))
        return True

    async def look(self, name: str, seconds: float) -> list[Sight]:
        """How the flow of that name is now, or all flows where it is none: for a step of a runbook."""
        flow = flow_of(name, self._smoke.known()) or flow_of(f"{PREFIX}{name}", self._smoke.known())
        wanted = (flow.id,) if flow is not None else tuple(one.id for one in self._smoke.known())
        if not wanted:
            return [Sight(Verdict.UNKNOWN, "launch.yml has no flow to walk")]
        seen = await self._smoke.fresh(wanted, Cause.RUNBOOK, seconds)
        return [sight_of(one) for one in seen] or [Sight(Verdict.UNKNOWN, NOT_IN_TIME)]

    async def stop(self) -> None:
        """Begin nothing more."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _recheck(self, incident: int, mine: Sequence[str], rest: tuple[str, ...], fresh: Fresh) -> None:
        flows = [one for one in self._smoke.known() if probe_of(one) in mine]
        ids = [one.id for one in flows]
        walked, glances = await asyncio.gather(
            self._smoke.fresh(ids, Cause.FIXED, FIXED_WITHIN.total_seconds()), fresh(rest)
        )
        bad = [one.sentence for one in walked if one.state is State.FAILED]
        bad += [one.summary for one in glances if one.seen.sight is Seen.BAD]
        unsure = [one.sentence for one in walked if one.state is not State.OK]
        unsure += [one.summary for one in glances if one.seen.sight is Seen.UNKNOWN]
        if len(walked) < len(flows):
            unsure.append(NOT_IN_TIME)
        if len(glances) < len(rest):
            unsure.append("something that it was about is no longer watched")
        good = False if bad else None if unsure else True
        await self._incidents.rechecked(incident, good, next(iter((*bad, *unsure)), ""))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="smoke-again")
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("walking again for an incident", exc_info=task.exception())


def sight_of(seen: FlowSeen) -> Sight:
    """A flow as a step of a runbook sees it."""
    verdict = VERDICTS.get(seen.state, Verdict.UNKNOWN)
    expected = f"{seen.title} works" if verdict is not Verdict.GOOD else ""
    return Sight(verdict, seen.sentence, expected, (probe_of(seen),))
