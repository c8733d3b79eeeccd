"""Monitors, looked at at their pace: what they see is stored, and what it means is told to the incidents.

Four times a second whatever is due is looked at, one look beginning after the other. Looks of different monitors are
spread over the interval, so that a hundred of them do not knock at once. A look that fails is repeated within seconds
before anything is said.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from bot.domain.detection import Sight, State, see
from bot.domain.uptime import Span
from bot.services.canaries import BLIND, Canaries
from bot.services.catalogue import Catalogue
from bot.services.config import Config
from bot.services.glance import Glance, glance, unknown
from bot.services.heartbeats import beats, judged
from bot.services.incidents import Incidents
from bot.services.watch_ledger import Ledger
from bot.services.watching import (
    TICK,
    Standing,
    Watching,
    counted_as,
    farewells,
    limits_of,
    look_of,
    next_look,
    on_tick,
    phase,
    policy_for,
    restored,
    sighting_of,
    spots_of,
    watched_of,
)
from bot.store import blindness, heartbeats, looks, probes
from bot.store.db import Store, StoreError
from bot.store.heartbeats import Beat
from checks.inventory import Point
from checks.net.addresses import Addresses
from checks.net.limits import Limits
from checks.net.turns import turns

log = logging.getLogger(__name__)

IDLE = 1.0
"""Seconds after which it is looked what is due, also where nothing should be: somebody may set the clock."""
FIRST = 5.0
"""Seconds within which, after a start, everything has been looked at once."""
A_SECOND = 25
"""Of very many, so many a second: a start must not measure its own hurry."""
AT_LATEST = 60.0
"""Seconds within which even very many have been looked at once."""
SLICE = 100
"""Monitors that are taken up in one turn of the loop."""
TOGETHER = timedelta(seconds=1)
"""So often looks are stored that saw nothing new."""
PUT_BACK = timedelta(seconds=5)
"""A wall clock that falls behind by more than this was put back."""


class Watch:
    """Looks at all monitors of `launch.yml` until it is stopped."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        config: Callable[[], Config],
        incidents: Incidents,
        *,
        eye: Callable[..., Awaitable[Glance]] = glance,
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._incidents = incidents
        self._eye = eye
        self._of: dict[str, Watching] = {}
        self._heap: list[tuple[datetime, int, str]] = []
        self._order = 0
        self._limits = Limits()
        self._addresses = Addresses()
        self._tasks: set[asyncio.Task[None]] = set()
        self._results: list[tuple[Watching, Glance]] = []
        self._ledger = Ledger(store, incidents, lambda name, one: self._of.get(name) is one)
        self._concluded_at: datetime | None = None
        self._last_tick: datetime | None = None
        self._loop: asyncio.Task[None] | None = None
        self._concluding: asyncio.Task[None] | None = None
        self.canaries = Canaries(store, clock, config, incidents, self._all_soon)
        self.catalogue = Catalogue(store, clock, config, incidents, lambda: self.canaries.blind)
        incidents.look_again_with(self.again)

    async def start(self) -> None:
        """Take up what was known before the last stop, and begin."""
        await self.load()
        self._loop = asyncio.create_task(self._run(), name="watch")

    async def load(self) -> None:
        """Read what is to be watched; a monitor that is there already keeps its state.

        Without a usable `launch.yml` everything stays as it is.
        """
        config = self._config()
        inventory = config.inventory
        if inventory is None:
            return
        now = self._clock.now()
        wanted = {one.name: one for one in spots_of(config)}
        soon = within(len(wanted))
        jobs = [point.name for point in beats(inventory)]
        self._limits, self._addresses = limits_of(inventory, wanted.values()), Addresses()

        def take_up(connection: sqlite3.Connection) -> tuple[list[int], list[looks.Stored]]:
            heartbeats.expect(connection, config.product, jobs, now)
            numbers = [probes.monitor(connection, config.product, name) for name in wanted]
            return numbers, looks.of_monitors(connection, config.product)

        numbers, found = await self._store.write(take_up)
        stored = {one.target: one for one in found}
        for place, (number, (name, spot)) in enumerate(zip(numbers, wanted.items(), strict=True)):
            if place % SLICE == 0:
                await turns().turn()
            watched, policy = watched_of(spot, config), policy_for(spot)
            one = self._of.get(name)
            if one is None:
                look = restored(stored.get(name))
                one = self._of[name] = Watching(spot, inventory, watched, policy, look, number)
            else:
                # The same one goes on, also for a look that is under way.
                one.spot, one.inventory, one.watched, one.policy = spot, inventory, watched, policy
            one.sighting = sighting_of(spot)
            self._at(one, on_tick(now + soon * phase(name)))
        gone = [name for name in {*self._of, *stored} if name not in wanted]
        for name in gone:
            self._of.pop(name, None)
            await self._store.write(lambda c, name=name: looks.forget(c, config.product, name))  # type: ignore[misc]
        if gone:
            await self._incidents.signal(await self._store.read(lambda c: farewells(c, config.product, gone, now)))

    async def stop(self) -> None:
        """Begin nothing more; what has been seen is stored."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
            self._loop = None
        if self._concluding is not None:
            await asyncio.gather(self._concluding, return_exceptions=True)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._ledger.hurry()
        try:
            await self._conclude()
        except StoreError as error:
            log.error("the last looks could not be stored: %s", error)  # noqa: TRY400  the sentence says it all

    @property
    def waiting(self) -> int:
        """Looks that have been answered and are not stored yet."""
        return len(self._results) + len(self._ledger)

    def standings(self) -> list[Standing]:
        """How each monitor stands now, in the order of `launch.yml`."""
        return [
            Standing(name, one.look.shown, one.look.since, one.look.last_at, one.look.evidence)
            for name, one in self._of.items()
        ]

    async def again(self, incident: int, names: tuple[str, ...]) -> None:
        """Look at these now, freshly, and tell the incident what was seen."""
        self._spawn(self._recheck(incident, names))

    def soon(self, name: str) -> None:
        """Look at this one now instead of at its next turn: something has been heard of it."""
        one = self._of.get(name)
        if one is not None:
            self._at(one, self._clock.now())

    async def _run(self) -> None:
        while True:
            try:
                self.tick()
            except Exception:
                log.exception("watching")
            # A slow disk delays what is told, and no look.
            if self._worth_concluding() and (self._concluding is None or self._concluding.done()):
                self._concluding = asyncio.create_task(self._concluded(), name="watch-conclude")
            await self._clock.sleep(self._pause())

    def _worth_concluding(self) -> bool:
        """Whether there is something new; what saw nothing new is stored together, once a second."""
        if not self._unfinished:
            return False
        now = self._clock.now()
        waited = self._concluded_at is None or not timedelta(0) <= now - self._concluded_at < TOGETHER
        news = any(seen.seen.sight is not Sight.GOOD or one.look.state is not State.UP for one, seen in self._results)
        if waited or news or self._ledger:
            self._concluded_at = now
            return True
        return False

    @property
    def _unfinished(self) -> bool:
        return bool(self._results or self._ledger)

    def _pause(self) -> float:
        """Seconds to the next tick for which there is something to do."""
        now = self._clock.now()
        tick = (on_tick(now) - now).total_seconds() or TICK
        if self._tasks or self._unfinished or not self._heap:
            return tick
        wanted = (on_tick(self._heap[0][0]) - now).total_seconds()
        return max(tick, min(IDLE, wanted))

    async def _concluded(self) -> None:
        try:
            await self._conclude()
        except StoreError as error:
            log.error("looks could not be stored: %s", error)  # noqa: TRY400  the sentence says it all
        except Exception:
            log.exception("watching")

    def tick(self) -> None:
        """Begin the looks that are due."""
        now = self._clock.now()
        if self._last_tick is not None and now < self._last_tick - PUT_BACK:
            # Everything would wait until the clock has caught up.
            self._all_soon()
        self._last_tick = now
        if self.canaries.due(now):
            self._spawn(self.canaries.look())
        while self._heap and self._heap[0][0] <= now:
            due, _, name = heapq.heappop(self._heap)
            found = self._of.get(name)
            if found is None or found.due != due or found.busy:
                continue
            found.busy = True
            self._spawn(self._look(found))

    async def _look(self, one: Watching) -> None:
        await turns().turn()
        seen = await self._glance(one, self._clock.now(), self._addresses)
        # Only now is the list asked for: while this look was under way, another one may have been put in its place.
        self._results.append((one, seen))

    async def _glance(self, one: Watching, now: datetime, addresses: Addresses | None = None) -> Glance:
        spot, look = one.spot, one.look
        if spot.point is not None and spot.point.kind == "heartbeat":
            return await self._listened(spot.point, now)
        return await self._eye(
            look_of(one),
            spot.name,
            one.inventory.network,
            now,
            timeout=look.timeout,
            path=look.fails,
            limits=self._limits,
            addresses=addresses,
        )

    async def _listened(self, job: Point, now: datetime) -> Glance:
        product = self._config().product
        since = now - timedelta(seconds=2 * (job.interval + job.grace))

        def known(connection: sqlite3.Connection) -> tuple[Beat | None, list[Span]]:
            return (
                heartbeats.every(connection, product).get(job.name),
                blindness.between(connection, product, since, now),
            )

        try:
            beat, blind = await self._store.read(known)
        except StoreError as error:
            return unknown(now, "could_not_look", str(error))
        return judged(job, beat or Beat(now, None), now, blind)

    async def settle(self) -> None:
        """Until every look under way has ended and its answer is stored."""
        while self._tasks or self._results:
            if self._tasks:
                await asyncio.wait(set(self._tasks))
            await self._conclude()

    async def _conclude(self) -> None:
        """Judge what was seen, store it, and tell the incidents."""
        results, self._results = self._results, []
        for one, seen in results:
            self._judge(one, seen)
        await self._ledger.write(self._config().product, self._clock.now())

    def _judge(self, one: Watching, seen: Glance) -> None:
        if seen.seen.sight is not Sight.GOOD:
            self.canaries.doubt()
            if self.canaries.blind:
                seen = unknown(seen.seen.at, "could_not_look", BLIND)
        counted = counted_as(one, seen)
        one.look, _ = see(one.look, seen.seen, one.policy)
        one.busy = False
        at = seen.seen.at
        self._ledger.add(one, probes.Probe(one.number, at, counted, seen.server_ms))
        self._at(one, next_look(one, at))

    async def fresh(self, names: tuple[str, ...]) -> list[Glance]:
        """How these look now, monitors and scheduled checks alike; nobody else is told."""
        watched = [self._of[name] for name in names if name in self._of]
        now = self._clock.now()
        others = tuple(name for name in names if name not in self._of)
        return [
            *await asyncio.gather(*(self._glance(one, now) for one in watched)),
            *await self.catalogue.again(others),
        ]

    async def _recheck(self, incident: int, names: tuple[str, ...]) -> None:
        seen = await self.fresh(names)
        bad = [each for each in seen if each.seen.sight is Sight.BAD]
        blind = [each for each in seen if each.seen.sight is Sight.UNKNOWN]
        good = False if bad else None if blind or not seen else True
        telling = [*bad, *blind]
        await self._incidents.rechecked(incident, good, telling[0].summary if telling else "")

    def _at(self, one: Watching, due: datetime) -> None:
        one.due = due
        self._order += 1
        heapq.heappush(self._heap, (due, self._order, one.watched.probe))

    def _all_soon(self) -> None:
        now, soon = self._clock.now(), within(len(self._of))
        for one in self._of.values():
            self._at(one, on_tick(now + soon * phase(one.watched.probe)))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="look")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def within(monitors: int) -> timedelta:
    """How long the first round takes."""
    return timedelta(seconds=min(AT_LATEST, max(FIRST, monitors / A_SECOND)))
