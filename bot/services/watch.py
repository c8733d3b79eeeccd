"""Monitors, looked at at their pace: what they see is stored, and what it means is told to the incidents.

Every 250 ms whatever is due is looked at, a few at a time. Looks of different monitors are spread over the interval, so
that a hundred of them do not knock at once. A look that fails is repeated within seconds before anything is said.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import sqlite3
import zlib
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from bot.domain.asks import Signal
from bot.domain.detection import Look, Policy, Sight, State, policy_of, see
from bot.domain.severity import Trouble
from bot.domain.telling import Watched, removed, signals_of
from bot.services.config import Config
from bot.services.glance import CHECK, Glance, glance
from bot.services.incidents import Incidents
from bot.store import incidents, looks, probes
from bot.store.db import Store, StoreError
from bot.store.plain import from_plain, to_plain
from checks.inventory import Inventory, expand
from checks.model import Kind, Severity, Target
from checks.net.limits import Limits

log = logging.getLogger(__name__)

TICK = 0.25
"""Seconds between two looks at what is due: waking up seldom and doing much is half the work."""
AT_ONCE = 8
"""Looks that are under way at the same time."""
FIRST = 5.0
"""Seconds within which, after a start, everything has been looked at once."""
KEEP_EVERY = timedelta(seconds=60)
"""A look whose state did not change is stored this often."""
SEEN = {Sight.GOOD: probes.Seen.GOOD, Sight.BAD: probes.Seen.BAD, Sight.UNKNOWN: probes.Seen.UNKNOWN}


@dataclass(slots=True)
class Watching:
    """One monitor under watch."""

    target: Target
    inventory: Inventory
    watched: Watched
    policy: Policy
    look: Look = field(default_factory=Look)
    number: int = 0
    """Its number in the store."""
    kept: Look | None = None
    """The look as it was stored last."""
    kept_at: datetime | None = None
    due: datetime | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How a monitor stands, for people."""

    name: str
    state: State
    since: datetime | None
    last_at: datetime | None
    evidence: str


class Watch:
    """Looks at all monitors of `launch.yml` until it is stopped."""

    def __init__(self, store: Store, clock: Clock, config: Callable[[], Config], incidents: Incidents) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._incidents = incidents
        self._of: dict[str, Watching] = {}
        self._heap: list[tuple[datetime, int, str]] = []
        self._order = 0
        self._limits = Limits()
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._results: list[tuple[Watching, Glance]] = []
        self._loop: asyncio.Task[None] | None = None
        incidents.look_again_with(self.again)

    async def start(self) -> None:
        """Take up what was known before the last stop, and begin."""
        await self.load()
        self._loop = asyncio.create_task(self._run(), name="watch")

    async def load(self) -> None:
        """Read what is to be watched; a monitor that is there already keeps its state."""
        config = self._config()
        inventory = config.inventory
        now = self._clock.now()
        wanted = {one.name: one for one in _monitors(config)} if inventory is not None else {}
        stored = {one.target: one for one in await self._store.read(lambda c: looks.every(c, config.product))}
        if inventory is not None:
            self._limits = Limits(inventory.network.rate, inventory.network.burst, inventory.network.unlimited)
        for name, target in wanted.items():
            assert inventory is not None  # noqa: S101  (wanted is empty without it)
            before = self._of.get(name)
            look = before.look if before is not None else _restored(stored.get(name))
            one = Watching(target, inventory, _watched(target, config), _policy(target), look)
            one.number = await self._store.write(lambda c, name=name: probes.monitor(c, config.product, name))  # type: ignore[misc]
            self._of[name] = one
            self._at(one, now + timedelta(seconds=FIRST * _phase(name)))
        gone = [name for name in {*self._of, *stored} if name not in wanted]
        for name in gone:
            self._of.pop(name, None)
            await self._forget(config.product, name, now)

    async def stop(self) -> None:
        """Begin nothing more; what has been seen is stored."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
            self._loop = None
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            await self._conclude()
        except StoreError as error:
            log.error("the last looks could not be stored: %s", error)  # noqa: TRY400  the sentence says it all

    def standings(self) -> list[Standing]:
        """How each monitor stands now, in the order of `launch.yml`."""
        return [
            Standing(name, one.look.shown, one.look.since, one.look.last_at, one.look.evidence)
            for name, one in self._of.items()
        ]

    async def again(self, incident: int, names: tuple[str, ...]) -> None:
        """Look at these now, freshly, and tell the incident what was seen."""
        self._spawn(self._recheck(incident, names))

    async def _run(self) -> None:
        while True:
            try:
                self.tick()
                await self._conclude()
            except StoreError as error:
                log.error("looks could not be stored: %s", error)  # noqa: TRY400  the sentence says it all
            except Exception:
                log.exception("watching")
            await self._clock.sleep(TICK)

    def tick(self) -> None:
        """Begin the looks that are due."""
        now = self._clock.now()
        while self._heap and self._heap[0][0] <= now:
            due, _, name = heapq.heappop(self._heap)
            one = self._of.get(name)
            if one is None or one.due != due or one.busy:
                continue
            one.busy = True
            self._spawn(self._look(one))

    async def _look(self, one: Watching) -> None:
        async with self._gate:
            now = self._clock.now()
            self._results.append((one, await self._glance(one, now)))

    async def _glance(self, one: Watching, now: datetime) -> Glance:
        return await glance(
            one.target,
            one.inventory,
            now,
            timeout=one.look.timeout,
            path=one.look.fails,
            limits=self._limits,
        )

    async def settle(self) -> None:
        """Until every look under way has ended and its answer is stored."""
        while self._tasks or self._results:
            if self._tasks:
                await asyncio.wait(set(self._tasks))
            await self._conclude()

    async def _conclude(self) -> None:
        """Judge what was seen, store it in one transaction, and tell the incidents."""
        results, self._results = self._results, []
        if not results:
            return
        product = self._config().product
        known = await self._known(product)
        rows: list[probes.Probe] = []
        states: list[looks.Stored] = []
        told: list[Signal] = []
        for one, seen in results:
            one.look, _ = see(one.look, seen.seen, one.policy)
            one.busy = False
            at = seen.seen.at
            rows.append(probes.Probe(one.number, at, SEEN[seen.seen.sight], seen.server_ms))
            told += signals_of(one.watched, one.look, known.get(one.watched.probe, ()))
            if self._worth_keeping(one, at):
                states.append(_stored(one, at))
                one.kept, one.kept_at = one.look, at
            self._at(one, one.look.next_try_at or at + timedelta(seconds=one.policy.interval))

        def keep(connection: sqlite3.Connection) -> None:
            probes.add(connection, rows)
            looks.put(connection, product, states)

        await self._store.write(keep, durable=bool(states))
        await self._incidents.signal(told)

    def _worth_keeping(self, one: Watching, now: datetime) -> bool:
        before = one.kept
        if before is None or one.kept_at is None or now - one.kept_at >= KEEP_EVERY:
            return True
        return (before.state, before.trouble, before.better) != (one.look.state, one.look.trouble, one.look.better)

    async def _known(self, product: str) -> dict[str, tuple[Trouble, ...]]:
        """The troubles under which each monitor is a member of an incident that is not history."""
        found: dict[str, list[Trouble]] = {}
        for incident in await self._store.read(lambda c: incidents.live(c, product)):
            for member in incident.members:
                found.setdefault(member.probe, []).append(member.trouble)
        return {name: tuple(dict.fromkeys(each)) for name, each in found.items()}

    async def _recheck(self, incident: int, names: tuple[str, ...]) -> None:
        watched = [self._of[name] for name in names if name in self._of]
        now = self._clock.now()
        seen = await asyncio.gather(*(self._glance(one, now) for one in watched))
        bad = [each for each in seen if each.seen.sight is Sight.BAD]
        blind = [each for each in seen if each.seen.sight is Sight.UNKNOWN]
        good = False if bad else None if blind or not seen else True
        telling = [*bad, *blind]
        await self._incidents.rechecked(incident, good, telling[0].summary if telling else "")

    async def _forget(self, product: str, name: str, now: datetime) -> None:
        """It is no longer in `launch.yml`: what is still open about it ends."""
        troubles = (await self._known(product)).get(name, ())
        live = await self._incidents.live()
        of = {one.service: one.environment for one in live if any(each.probe == name for each in one.members)}
        signals = [
            signal
            for service, environment in of.items()
            for signal in removed(Watched(product, name, service, environment), troubles, now)
        ]
        await self._incidents.signal(signals)
        await self._store.write(lambda c: looks.forget(c, product, name))

    def _at(self, one: Watching, due: datetime) -> None:
        one.due = due
        self._order += 1
        heapq.heappush(self._heap, (due, self._order, one.watched.probe))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="look")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _monitors(config: Config) -> Iterable[Target]:
    return [one for one in expand(config.inventory) if one.kind is Kind.MONITOR] if config.inventory else ()


def _watched(target: Target, config: Config) -> Watched:
    """To whom its trouble belongs: the service, or where none is written down the host."""
    service = target.service or target.host
    named = config.file.services.get(target.service) if config.file else None
    ceiling: Severity | None = named.severity if named is not None else None
    critical = target.critical if named is None or named.critical is None else named.critical
    return Watched(config.product, target.name, service, target.environment, critical, ceiling)


def _policy(target: Target) -> Policy:
    monitor = target.monitor
    interval = monitor.interval if monitor is not None else 60.0
    return policy_of(CHECK, interval, slow_after=monitor.slow_after if monitor is not None else None)


def _phase(name: str) -> float:
    """From 0 to 1, the same for a name on every start."""
    return (zlib.crc32(name.encode()) % 1000) / 1000


def _restored(stored: looks.Stored | None) -> Look:
    if stored is None:
        return Look()
    try:
        return replace(from_plain(Look, stored.data), next_try_at=None)
    except (KeyError, TypeError, ValueError) as error:
        log.warning("what was known about %s cannot be read: %s", stored.target, error)
        return Look()


def _stored(one: Watching, at: datetime) -> looks.Stored:
    return looks.Stored(one.watched.probe, "", one.look.state.value, at, to_plain(one.look))
