"""The checks of an audit, again and again on a schedule of their own, so that what goes wrong is told without asking.

What an audit shows as well is no news: a weakness that was there when a check first looked stays a matter of audits,
until it has once been in order. Only what stops customers, shows their data, or runs out is told at first sight.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.clock import Clock
from bot.domain.asks import Signal
from bot.domain.detection import Look, Policy, Sight, State, policy_of, see
from bot.domain.severity import Sev, Trouble, adapt, sev_of
from bot.domain.telling import Watched, signals_of
from bot.domain.trouble import trouble_of
from bot.services.apart import apart
from bot.services.config import Config
from bot.services.glance import Glance, of
from bot.services.incidents import Incidents
from bot.services.look import jobs_of
from bot.services.watching import farewells, known_troubles
from bot.store import looks
from bot.store.db import Store
from bot.store.plain import from_plain, to_plain
from checks.inventory import Inventory
from checks.model import Check, Finding, Kind, Severity, Status
from checks.net.live import LiveProbe
from checks.registry import load
from checks.runner import Job, run

log = logging.getLogger(__name__)

HOUR, DAY = 3600.0, 86_400.0
HOURLY = frozenset(
    {"dns.resolve", "dns.expected", "dns.disagree", "tls.valid", "edge.fronted", "edge.private_not_cached"}
)
"""Checks whose failure cannot wait for a day; all others run daily."""
FIRST = timedelta(minutes=10)
"""Within this time after a start whatever is overdue has been looked at, host by host."""
DEADLINE = 120.0
"""Seconds for one round."""
AT_FIRST_SIGHT = frozenset({Trouble.EXPIRY})
"""What is told although it was never seen in order: it only gets worse with time."""
SPOKEN = Sev.TWO
"""So is what is as bad as this, or worse."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known about one check of one target."""

    look: Look
    fine: bool = False
    """Whether it has ever been in order."""


@dataclass(slots=True)
class Item:
    """One check of one target, again and again."""

    job: Job
    watched: Watched
    policy: Policy
    kept: Kept
    due: datetime


class Catalogue:
    """Runs what is due. `blind` says whether the bot itself sees nothing at the moment."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        config: Callable[[], Config],
        incidents: Incidents,
        blind: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._incidents = incidents
        self._blind = blind
        self._of: dict[str, Item] = {}
        self._loaded: Config | None = None
        self._running = asyncio.Lock()

    async def tick(self) -> int:
        """Look at what is due, and tell the incidents; says how much it was. A round under way is not doubled."""
        if self._running.locked():
            return 0
        async with self._running:
            if self._loaded is not self._config():
                await self.load()
            now = self._clock.now()
            due = [one for one in self._of.values() if one.due <= now]
            inventory = self._config().inventory
            if not due or inventory is None or self._blind():
                return 0
            findings = await self._look([one.job for one in due], inventory, now)
            await self._conclude(due, findings, now)
            return len(due)

    async def load(self) -> None:
        """Read what is to be looked at; what is known of it is in the store."""
        config = self._config()
        self._loaded = config
        if config.inventory is None:
            return
        now, product = self._clock.now(), config.product
        rows = await self._store.read(lambda c: looks.every(c, product))
        stored = {one.target: one for one in rows if one.trouble}
        self._of = {}
        for job in jobs_of(config.inventory, (), config.rules):
            if job.target.kind in (Kind.MONITOR, Kind.FLOW):
                # Monitors have their own pace, and walks change something: they have their own door.
                continue
            name = name_of(job)
            kept = _restored(stored.pop(name, None))
            policy = policy_of(job.check.id, HOUR if job.check.id in HOURLY else DAY)
            due = max(_due(job, kept.look, policy), now + FIRST * _phase(job))
            self._of[name] = Item(job, _watched(job, config), policy, kept, due)
        if stored:
            await self._incidents.signal(await self._store.read(lambda c: farewells(c, product, stored, now)))

            def forget(connection: sqlite3.Connection) -> None:
                for name in stored:
                    looks.forget(connection, product, name)

            await self._store.write(forget)

    async def again(self, names: tuple[str, ...]) -> list[Glance]:
        """Look at these now, by name; what is not there is left out."""
        inventory = self._config().inventory
        if self._loaded is not self._config():
            # Soon after a start nobody has asked yet what there is.
            await self.load()
        items = [self._of[name] for name in names if name in self._of]
        if not items or inventory is None:
            return []
        findings = await self._look([one.job for one in items], inventory, self._clock.now())
        return [_glance(one) for one in findings]

    async def _look(self, jobs: Sequence[Job], inventory: Inventory, now: datetime) -> list[Finding]:
        """One round, beside the bot's own loop; what is bad is confirmed by the next round, not at once."""

        async def work() -> list[Finding]:
            async with LiveProbe(inventory.network, now) as probe:
                return await run(jobs, probe, deadline=DEADLINE, confirm=False)

        severities = self._config().rules.severities
        return [
            adapt(finding, job.target, overrides=severities)
            for job, finding in zip(jobs, await apart(work), strict=True)
        ]

    async def _conclude(self, items: Sequence[Item], findings: Iterable[Finding], now: datetime) -> None:
        product = self._config().product
        for item, finding in zip(items, findings, strict=True):
            seen = _glance(finding).seen
            look, _ = see(item.kept.look, seen, item.policy)
            item.kept = Kept(look, item.kept.fine or seen.sight is Sight.GOOD)
            item.due = _due(item.job, look, item.policy)
        stored = [_stored(name_of(one.job), one.kept, now) for one in items]
        await self._store.write(lambda c: looks.put(c, product, stored))
        known = await self._store.read(lambda c: known_troubles(c, product))
        await self._incidents.signal([signal for item in items for signal in _news(item, known)])


def name_of(job: Job) -> str:
    """How people read it among what an incident is about: "Certificate end date: app.example.com"."""
    return f"{job.check.title}: {job.target.name}"


def meant_by(name: str) -> tuple[Check | None, str]:
    """The check and the target that `name_of` made this name from; (None, "") where it is a monitor's."""
    title, _, target = name.partition(": ")
    if title == "Smoke" and target:
        return load().get("flow.smoke"), target
    check = next((one for one in load().values() if target and one.title == title), None)
    return check, target if check is not None else ""


def _news(item: Item, known: Mapping[str, tuple[Trouble, ...]]) -> tuple[Signal, ...]:
    """What it says; nothing where it is a weakness from before that nobody was told of."""
    look, members = item.kept.look, known.get(item.watched.probe, ())
    if look.state is State.DOWN and look.trouble is not None and look.trouble not in members:
        watched, trouble = item.watched, look.trouble
        sev = sev_of(trouble, critical=watched.critical, ceiling=watched.ceiling, environment=watched.environment)
        if not (item.kept.fine or sev <= SPOKEN or trouble in AT_FIRST_SIGHT):
            return ()
    return signals_of(item.watched, look, members)


def _glance(finding: Finding) -> Glance:
    """What a finding means to detection. What does not apply is in order; a mild one is a note for the digest."""
    if finding.status is Status.NA:
        finding = replace(finding, status=Status.PASS)
    seen = of(finding)
    if seen.seen.sight is Sight.BAD and finding.severity is Severity.LOW:
        mild = trouble_of(finding.check, finding.code)
        if sev_of(mild, critical=True) > SPOKEN:
            return replace(seen, seen=replace(seen.seen, trouble=Trouble.NOTE))
    return seen


def _watched(job: Job, config: Config) -> Watched:
    target = job.target
    severities = config.rules.severities
    ceiling = severities.get(job.check.id) or severities.get(target.service)
    return Watched(
        config.product, name_of(job), target.service or target.host, target.environment, target.critical, ceiling
    )


def _phase(job: Job) -> float:
    """The same for all checks of a host, so that what one has fetched serves the others."""
    return zlib.crc32(job.target.host.encode()) / (1 << 32)


def _due(job: Job, look: Look, policy: Policy) -> datetime:
    """When to look again: in a hurry while something is being confirmed, hourly while it is bad, else at its place."""
    at = look.last_at
    if at is None:
        return datetime.min.replace(tzinfo=UTC)
    seconds = min(policy.interval, HOUR) if look.state is State.DOWN or look.blind_since else policy.interval
    wanted = look.next_try_at
    if wanted is not None and wanted - at < timedelta(seconds=seconds):
        return wanted
    passed = (at.timestamp() + 1 - _phase(job) * seconds) % seconds
    return at + timedelta(seconds=seconds + 1 - passed)


def _restored(stored: looks.Stored | None) -> Kept:
    if stored is None:
        return Kept(Look())
    try:
        return Kept(from_plain(Look, stored.data["look"]), stored.data["fine"] is True)
    except (KeyError, TypeError, ValueError) as error:
        log.warning("what was known about %s cannot be read: %s", stored.target, error)
        return Kept(Look())


def _stored(name: str, kept: Kept, now: datetime) -> looks.Stored:
    data = {"look": to_plain(kept.look), "fine": kept.fine}
    return looks.Stored(name, "check", kept.look.state.value, kept.look.last_at or now, data)
