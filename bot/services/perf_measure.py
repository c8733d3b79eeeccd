"""What `launch perf` measures: endpoints against their targets, a release beside the last one, pages, a light load.

All that was measured goes into the inventory as facts, and the checks say what it means: no second set of rules.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import get_close_matches
from urllib.parse import urlsplit, urlunsplit

from bot.domain.severity import adapt
from bot.services.perf_file import Stored, StoredPage
from bot.services.rules import Rules
from checks.comparing import TIME_OVER, Asker, NotComparable, OutOfTime, compare, compare_stored, one_run, samples
from checks.finding import build
from checks.inventory import History, Inventory, Monitor, expand
from checks.load_model import Ended, Load, Tally, due
from checks.loading import light_load
from checks.measured import Budget, Compared
from checks.model import Finding, Kind, Target
from checks.net.live import LiveProbe
from checks.page_weight import weigh
from checks.registry import load
from checks.stored_runs import Run, run_of
from checks.urls import host_of

REQUESTS = len(due())
"""Requests of a load test, without those that warm up."""

OnStep = Callable[[int, int, str], None]
"""Told how many answers there are, how many are wanted for now, and of what."""


class UnknownEndpoint(Exception):
    """No monitor has this name, and it is no URL."""

    def __init__(self, name: str, nearest: tuple[str, ...]) -> None:
        super().__init__(f"{name} is no monitor")
        self.name = name
        self.nearest = nearest


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure."""

    monitors: tuple[Monitor, ...]
    samples: int = 60
    against_url: str = ""
    """Where the version before runs; empty: nothing is compared with a running one."""
    stored: Stored | None = None
    """Runs of before."""
    compare: bool = False
    """Compare with `stored`."""
    save: bool = False
    """Add this run to what is stored."""
    pages: tuple[str, ...] = ()
    """Hosts whose start page is weighed."""
    load: bool = False
    endpoints: bool = True
    """Measure each endpoint against its target."""


@dataclass(slots=True)
class Measured:
    """What came of it; filled as it goes, so that Ctrl-C leaves what was finished."""

    inventory: Inventory
    now: datetime
    stored: Stored = field(default_factory=Stored)
    findings: list[Finding] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)
    tally: Tally | None = None
    """Of a load test that is under way."""


def chosen(inventory: Inventory, names: Sequence[str], endpoint: str = "") -> tuple[Monitor, ...]:
    """The monitors of these names or addresses; without names all. Raises `UnknownEndpoint`."""
    if not names:
        return inventory.monitors
    known = {one.name.casefold(): one for one in inventory.monitors} | {one.url: one for one in inventory.monitors}
    found = []
    for name in names:
        monitor = known.get(name.strip().casefold()) or known.get(name.strip())
        if monitor is None and name.strip().startswith(("https://", "http://")) and host_of(name.strip()):
            monitor = Monitor(name.strip(), name.strip())
        if monitor is None:
            near = get_close_matches(name.casefold(), [one.name.casefold() for one in inventory.monitors], 2, 0.5)
            raise UnknownEndpoint(name, tuple(known[one].name for one in near))
        found.append(replace(monitor, endpoint=endpoint) if endpoint else monitor)
    return tuple(dict.fromkeys(found))


def elsewhere(url: str, base: str) -> str:
    """The same path at another address: that of a preview, or of the version before."""
    mine, theirs = urlsplit(url), urlsplit(base)
    path = theirs.path.rstrip("/") + (mine.path or "/")
    return urlunsplit((theirs.scheme, theirs.netloc, path, mine.query, ""))


async def measure(plan: Plan, into: Measured, rules: Rules, *, deadline: float, on_step: OnStep) -> None:
    """Measure all of it, one thing after the other: side by side they would slow each other down."""
    into.stored = plan.stored or Stored()
    async with LiveProbe(into.inventory.network, into.now, deadline=deadline) as probe:
        work = Work(plan, into, rules, probe, on_step)
        for monitor in plan.monitors:
            if plan.load:
                await work.load(monitor)
            elif plan.against_url or plan.compare:
                await work.gate(monitor)
            elif plan.endpoints:
                await work.target(monitor)
        hosts = dict.fromkeys((*plan.pages, *into.inventory.speed.lighthouse))
        for host in hosts:
            await work.page(host)


@dataclass(frozen=True, slots=True)
class Work:
    """One run of `launch perf`."""

    plan: Plan
    into: Measured
    rules: Rules
    probe: LiveProbe
    on_step: OnStep

    def _asker(self, monitor: Monitor) -> Asker:
        return Asker(self.probe, monitor, lambda done, wanted: self.on_step(done, wanted, monitor.name))

    async def target(self, monitor: Monitor) -> None:
        """One endpoint against the target of its class."""
        asker, into = self._asker(monitor), self.into
        times: list[float] = []
        try:
            await asker.warm(monitor.url, "it")
            times = await samples(asker, monitor.url, self.plan.samples)
        except NotComparable:
            # What was answered until then counts; with nothing answered the check says so.
            pass
        except OutOfTime:
            asker.last = asker.last or TIME_OVER
        if self.plan.save and times:
            into.stored = into.stored.with_run(monitor.name, run_of(times), into.now)
        history = History(tuple(times), asker.failures, asker.asked, into.now, monitor.endpoint, asker.last)
        await self._about("perf.p95", monitor, replace(into.inventory, history={monitor.name: history}))

    async def gate(self, monitor: Monitor) -> None:
        """One endpoint beside the version before it."""
        asker, into, plan = self._asker(monitor), self.into, self.plan
        run: Run | None = None
        if plan.against_url:
            before = elsewhere(monitor.url, plan.against_url)
            found = await compare(asker, before, monitor.url, urlsplit(plan.against_url).netloc)
        elif runs := into.stored.runs(monitor.name):
            found, run = await compare_stored(asker, monitor.url, runs)
        else:
            found = Compared(None, "stored runs", reason="nothing is stored about it yet", stored=True)
            if plan.save:
                run = await self._first(asker)
        if plan.save and run is not None:
            into.stored = into.stored.with_run(monitor.name, run, into.now)
        speed = replace(into.inventory.speed, compared={monitor.name: replace(found, at=into.now)})
        await self._about("perf.gate", monitor, replace(into.inventory, speed=speed))

    async def _first(self, asker: Asker) -> Run | None:
        """Of something about which nothing is stored yet."""
        try:
            await asker.warm(asker.monitor.url, "it")
            return await one_run(asker, asker.monitor.url)
        except (NotComparable, OutOfTime):
            return None

    async def page(self, host: str) -> None:
        """The start page of a host: weighed where that is wanted; what a browser said counts too."""
        into, plan = self.into, self.plan
        speed = into.inventory.speed
        if host in plan.pages:
            self.on_step(0, 0, host)
            weight = await weigh(self.probe.patient(), f"https://{host}/")
            speed = replace(speed, weights={host: replace(weight, at=into.now)})
            before = into.stored.pages.get(host)
            if plan.compare and before is not None:
                speed = replace(speed, scripts_before={host: before.scripts})
            if plan.save and not weight.reason and weight.html:
                page = StoredPage(at=into.now, scripts=weight.scripts, total=weight.total, requests=weight.requests)
                into.stored = into.stored.with_page(host, page)
        else:
            speed = replace(speed, budget=Budget())
        inventory = replace(into.inventory, speed=speed)
        target = next((one for one in expand(inventory) if one.kind is Kind.HOST and one.host == host), None)
        target = target or Target(Kind.HOST, host, host, inventory, f"https://{host}/")
        await _judge("perf.page", target, into, self.rules, self.probe)

    async def load(self, monitor: Monitor) -> None:
        """A light load at one endpoint. Raises `NotAllowed` before anything is sent."""
        into = self.into

        def watch(tally: Tally) -> None:
            into.tally = tally
            self.on_step(len(tally.shots), REQUESTS, monitor.name)

        try:
            found = await light_load(into.inventory, monitor, into.now, on_shot=watch)
        except asyncio.CancelledError:
            if into.tally is not None:
                await self._loaded(monitor, replace(into.tally.load(monitor.url, Ended.STOPPED), at=into.now))
            raise
        await self._loaded(monitor, found)

    async def _loaded(self, monitor: Monitor, found: Load) -> None:
        self.into.loads.append(found)
        self.into.tally = None
        speed = replace(self.into.inventory.speed, loads={monitor.name: found})
        await self._about("perf.load_light", monitor, replace(self.into.inventory, speed=speed))

    async def _about(self, check: str, monitor: Monitor, inventory: Inventory) -> None:
        """The finding of a check about a monitor, which may not be written down."""
        found = next((one for one in expand(inventory) if one.kind is Kind.MONITOR and one.name == monitor.name), None)
        target = found or Target(Kind.MONITOR, monitor.name, host_of(monitor.url), inventory)
        target = replace(target, url=monitor.url, monitor=monitor)
        await _judge(check, target, self.into, self.rules, self.probe)


async def _judge(id: str, target: Target, into: Measured, rules: Rules, probe: LiveProbe) -> None:
    """What the check says: everything that it wants to know stands in the inventory, so that it asks nobody."""
    check = load()[id]
    finding = build(check, target, await check.run(target, probe), at=into.now)
    into.findings.append(adapt(finding, target, overrides=rules.severities))
