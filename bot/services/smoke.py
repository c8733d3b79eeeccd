"""Smoke flows, walked: after each deploy, on a schedule, when somebody asks; each walk is a row before it begins.

A walk that a kill cut off is walked again. Two walks never go over the same flow at once. Secrets are read from the
environment when a walk begins, and neither kept nor written down.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.deploys import Walked
from bot.services import smoke_flows
from bot.services.config import Config
from bot.services.incidents import Incidents, Request
from bot.services.smoke_board import walked_of
from bot.services.smoke_flows import flows_in, pick
from bot.services.smoke_news import gone
from bot.services.smoke_schedule import Schedule, standing
from bot.services.smoke_walker import FIXED_WITHIN, SUBJECT, Cause, Environment, Walker, subject
from bot.store import journal, outbox, walks
from bot.store.db import Store
from bot.store.walks import Course, Walk
from checks.flow.model import TOTAL_SECONDS, Flow, FlowSeen
from checks.flow.walk import tag

__all__ = ["FIXED_WITHIN", "SUBJECT", "Busy", "Cause", "NoFlows", "Smoke"]

log = logging.getLogger(__name__)

Told = Callable[[int], Awaitable[None]]
"""Hears the number of a walk that is over, after it is written."""
FRESH = timedelta(minutes=30)
"""A walk that a stop cut off longer ago is not walked again: who asked for it has gone on."""
MOST_TRIES = 3
"""Times that a walk is begun: one that brings the bot down every time must come to an end."""


class Busy(Exception):
    """Somebody asked for the same flows a moment ago, and they are not walked to the end yet."""

    def __init__(self, walk: Walk) -> None:
        super().__init__(f"walk {walk.id} is not over")
        self.walk = walk


class NoFlows(Exception):
    """There are none in launch.yml."""


@dataclass(slots=True)
class _Going:
    """A walk under way."""

    task: asyncio.Task[None]
    flows: frozenset[str]


class Smoke:
    """The one door to walks of smoke flows. `wake` is called when something new is in the outbox."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        config: Callable[[], Config],
        incidents: Incidents,
        wake: Callable[[], None],
        *,
        environ: Environment = smoke_flows.environment,
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._incidents = incidents
        self._wake = wake
        self._walker = Walker(store, clock, incidents, wake, environ)
        self._told: Told | None = None
        self._going: dict[int, _Going] = {}
        self._ended: dict[int, asyncio.Future[None]] = {}
        self._loaded: Config | None = None
        self._flows: tuple[Flow, ...] = ()
        self._schedule = Schedule()
        self._ticking = asyncio.Lock()

    def listen(self, told: Told) -> None:
        """Who hears of walks that are over."""
        self._told = told

    def flows(self) -> tuple[str, ...]:
        """Ids of the flows in `launch.yml`, in order."""
        file = self._config().file
        return tuple(flow.id for flow in file.flows) if file is not None else ()

    def known(self) -> tuple[Flow, ...]:
        """The flows as they are walked; none before the first tick."""
        return self._flows

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
        """Write a walk down, within the caller's transaction; the next tick begins it. Answers its number.

        With a channel it gets a message of its own there, which tells of the progress and becomes the result.
        """
        product = self._config().product
        number = walks.ask(
            connection, product, now, cause.value, flows=flows, deploy=deploy, asked_by=asked_by, channel=channel
        )
        if channel:
            outbox.post(connection, product, subject(number), now, channel=channel)
        return number

    async def start(self, request: Request, *, channel: str, names: Sequence[str] = ()) -> int:
        """Walk these flows, or all, because somebody asks; its message in `channel` tells of it. Answers its number.

        What was asked for is carried out once: 0 where it was before. Raises `NoFlows`, `UnknownFlow`, `Busy`.
        """
        flows = flows_in(self._config())
        if not flows:
            raise NoFlows
        chosen = tuple(one.id for one in pick(flows, names)) if names else ()
        now, product = self._clock.now(), self._config().product

        def work(connection: sqlite3.Connection) -> int:
            for walk in walks.unfinished(connection, product):
                if walk.cause == Cause.HAND and walk.course.flows == chosen:
                    raise Busy(walk)
            if not request.once(connection, product, now):
                return 0
            number = self.ask(connection, now, Cause.HAND, flows=chosen, asked_by=request.user, channel=channel)
            about = {"actor": request.user, "did": "smoke", "subject": subject(number)}
            journal.note(connection, product, now, **about, data={"flows": list(chosen)})
            return number

        number = await self._store.write(work)
        self._wake()
        await self.tick()
        return number

    def result(self, connection: sqlite3.Connection, run: int) -> Walked | None:
        """What a walk said; None while it is not over, or where there is no such walk."""
        walk = walks.get(connection, run)
        return None if walk is None or not walk.over else walked_of(walk)

    async def tick(self) -> int:
        """Begin what is asked for or due, and take up what a kill cut off; says how many walks."""
        if self._ticking.locked():
            return 0
        async with self._ticking:
            config = self._config()
            if config.inventory is None:
                # Without a usable launch.yml everything waits for one.
                return 0
            if self._loaded is not config:
                await self._load(config)
            waiting = await self._store.read(lambda c: walks.unfinished(c, config.product))
            waiting += await self._scheduled(waiting)
            busy = {flow for one in self._going.values() for flow in one.flows}
            begun = 0
            for walk in sorted(waiting, key=lambda one: (one.cause == Cause.SCHEDULE, one.id)):
                if walk.id in self._going:
                    continue
                flows = tuple(one for one in self._flows if walk.covers(one.id))
                ids = frozenset(one.id for one in flows)
                if ids & busy:
                    # Nor may a later one go before it.
                    busy |= ids
                    continue
                busy |= ids
                begun += await self._begin(walk, flows, config)
            return begun

    async def stop(self) -> None:
        """Let go of walks under way; their clean-up still runs, for a few seconds at most.

        They stay written down as they are: at the next start they are walked again.
        """
        going = list(self._going.values())
        for one in going:
            one.task.cancel()
        await asyncio.gather(*(one.task for one in going), return_exceptions=True)

    async def wait(self, number: int) -> None:
        """Until a walk of this process is over."""
        ended = self._ended.setdefault(number, asyncio.get_running_loop().create_future())
        walk = await self._store.read(lambda c: walks.get(c, number))
        if walk is None or walk.over:
            self._ended.pop(number, None)
        else:
            await asyncio.shield(ended)

    async def fresh(self, flows: Sequence[str], cause: Cause, seconds: float = TOTAL_SECONDS) -> tuple[FlowSeen, ...]:
        """Walk these now and say what was seen; nothing of what is not over within `seconds`.

        The walk itself goes on, and its result is told where it belongs.
        """
        now = self._clock.now()
        number = await self._store.write(lambda c: self.ask(c, now, cause, flows=flows))
        await self.tick()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.wait(number)
        walk = await self._store.read(lambda c: walks.get(c, number))
        return walk.seen if walk is not None and walk.over else ()

    async def _load(self, config: Config) -> None:
        """Another launch.yml: what is walked and when, and what is no longer there."""
        now, product = self._clock.now(), config.product
        flows = flows_in(config)
        await self._incidents.signal(await self._store.read(lambda c: gone(c, config, flows, now)))
        self._flows, self._loaded = flows, config
        self._schedule.load(config.file)
        await self._plan(flows, product)

    async def _plan(self, flows: Sequence[Flow], product: str) -> None:
        """When each of these is walked next without being asked for."""
        found, live = await self._store.read(lambda c: standing(c, product, flows))
        self._schedule.plan(flows, found, live, self._clock.now())

    async def _scheduled(self, waiting: Sequence[Walk]) -> list[Walk]:
        """One walk of all flows that are due and not about to be walked anyway."""
        now = self._clock.now()
        if self._incidents.blind:
            return []
        ids = self._schedule.due(now, waiting)
        if not ids:
            return []

        def work(connection: sqlite3.Connection) -> Walk | None:
            return walks.get(connection, self.ask(connection, now, Cause.SCHEDULE, flows=ids))

        walk = await self._store.write(work)
        return [walk] if walk is not None else []

    async def _begin(self, walk: Walk, flows: tuple[Flow, ...], config: Config) -> bool:
        now, before = self._clock.now(), walk.course
        total = sum(len(one.steps) for one in flows)
        tags = tuple((one.id, tag(now)) for one in flows)
        course = replace(before, done=0, total=total, now="", seen=(), tries=before.tries + 1, runs=tags)
        problem = ""
        if not flows:
            problem = walks.GONE
        elif before.tries and (now - walk.asked_at > FRESH or before.tries >= MOST_TRIES):
            problem = walks.CUT
        if problem:
            await self._end(walk, replace(course, problem=problem))
            return False
        if not await self._store.write(lambda c: walks.begin(c, walk.id, now, course)):
            return False
        task = asyncio.create_task(self._run(walk, course, flows, config), name=f"smoke-{walk.id}")
        self._going[walk.id] = _Going(task, frozenset(one.id for one in flows))
        task.add_done_callback(lambda _: self._going.pop(walk.id, None))
        self._wake()
        return True

    async def _run(self, walk: Walk, course: Course, flows: tuple[Flow, ...], config: Config) -> None:
        try:
            if await self._walker.run(walk, course, flows, config, lambda: self._flows):
                await self._plan([one for one in self._flows if walk.covers(one.id)], walk.product)
            else:
                self._not_now(walk)
        finally:
            self._wake()
        await self._over(walk.id)

    async def _end(self, walk: Walk, course: Course) -> None:
        """It is over without a result, before it could begin."""
        await self._walker.end(walk, course)
        self._not_now(walk)
        await self._over(walk.id)

    def _not_now(self, walk: Walk) -> None:
        for one in self._flows:
            if walk.covers(one.id):
                self._schedule.not_now(one.id, self._clock.now())

    async def _over(self, number: int) -> None:
        ended = self._ended.pop(number, None)
        if ended is not None and not ended.done():
            ended.set_result(None)
        if self._told is not None:
            try:
                await self._told(number)
            except Exception:
                log.exception("telling that walk %s is over", number)
