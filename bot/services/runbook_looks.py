"""One look for a step of a run: the checks that it names, run now, bounded in time, put into one line."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol
from urllib.parse import urlsplit

from bot.clock import Clock
from bot.domain.detection import Sight as Seen
from bot.domain.from_ci import lacking, with_ci
from bot.domain.incident import Incident
from bot.domain.runbook.moved import Look
from bot.domain.runbook.run import Run, Sight, Verdict
from bot.domain.severity import adapt
from bot.services import gate_facts
from bot.services.apart import apart
from bot.services.baseline import informed
from bot.services.config import Config
from bot.services.deploy_sight import worth_a_look
from bot.services.deploy_trouble import PROBE as DEPLOYS
from bot.services.events import is_own, still
from bot.services.glance import Glance
from bot.services.runbook_known import Cause, place_of
from bot.services.runbook_own import OwnChecks
from bot.services.watch import Watch
from bot.services.watching import spots_of
from bot.store.db import Store
from checks.inventory import Inventory
from checks.masking import clip, mask
from checks.model import Finding, Severity, Status
from checks.net.live import LiveProbe
from checks.registry import load
from checks.runner import Job, UnknownName, plan, run

log = logging.getLogger(__name__)

DEADLINE = 30.0
"""Seconds for one look of a step, whatever it names."""
SPARE = 3.0
"""Of these, so many to put together what came back."""
LONGEST = 300
SOON = 0.2
MOST_JOBS = 40
FAILED = "failed"
OWN = "bot."
WALK = "flow.smoke"
"""A flow is walked anew; one that is being walked already comes to its end first."""
NOTHING = Sight(Verdict.UNKNOWN, "there is no check that can look at this from outside")
TOO_LONG = Sight(Verdict.UNKNOWN, f"no answer came within {DEADLINE:.0f} seconds")


class Walks(Protocol):
    """What walks smoke flows."""

    def mine(self, name: str) -> bool:
        """Whether this is what incidents call a flow."""
        ...

    async def look(self, name: str, seconds: float) -> list[Sight]:
        """How that flow is now, or all of them where it is none."""
        ...


class Looks:
    """Looks for steps. It remembers nothing, and never raises for what it finds."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        config: Callable[[], Config],
        watch: Watch,
        own: OwnChecks,
        *,
        walks: Walks | None = None,
    ) -> None:
        self._store = store
        self._walks = walks
        self._clock = clock
        self._config = config
        self._watch = watch
        self._own = own

    async def look(self, asked: Look, run: Run, cause: Cause, incident: Incident | None) -> Sight:
        """What it looks like now; within `DEADLINE`, else unknown."""
        each = (self._bounded(name, run, cause, incident) for name in dict.fromkeys(asked.what))
        return combined([one for sights in await asyncio.gather(*each) for one in sights])

    async def _bounded(self, name: str, run: Run, cause: Cause, incident: Incident | None) -> list[Sight]:
        try:
            async with asyncio.timeout(DEADLINE):
                return await self._one(name, run, cause, incident)
        except TimeoutError:
            return [TOO_LONG]
        except Exception as error:
            log.exception("looking for run %s", run.id)
            return [Sight(Verdict.UNKNOWN, f"my own check stopped with an error ({type(error).__name__})")]

    async def _one(self, name: str, run: Run, cause: Cause, incident: Incident | None) -> list[Sight]:
        if name.startswith(OWN):
            return [await self._own.look(name)]
        if name == WALK and self._walks is not None:
            return await self._walks.look(cause.target or run.target, DEADLINE - SPARE)
        if name != FAILED:
            return await self._checks(name, cause.target or run.target, "")
        if incident is not None:
            # What has left it meanwhile is no longer watched, and proves nothing.
            names = tuple(dict.fromkeys(one.probe for one in incident.own))
            if DEPLOYS in names:
                # A version that did not go out cannot be looked at; what customers have instead can.
                pages = worth_a_look(self._config(), incident.service)
                names = tuple(dict.fromkeys((*(one for one in names if one != DEPLOYS), *pages)))
            return await self._watched(names) if names else [NOTHING]
        if any(one.name == cause.target for one in self._watch.standings()):
            return await self._watched((cause.target,))
        return await self._checks(cause.check, cause.target, cause.code) if cause.check else [NOTHING]

    async def _watched(self, names: tuple[str, ...]) -> list[Sight]:
        """Each monitor or scheduled check by its name."""
        while spots_of(self._config()) and not self._watch.standings():
            # The bot has started a moment ago.
            await self._clock.sleep(SOON)
        found = await asyncio.gather(*(self._fresh(name) for name in names))
        return [sight for sights in found for sight in sights]

    async def _fresh(self, name: str) -> list[Sight]:
        if self._walks is not None and self._walks.mine(name):
            return await self._walks.look(name, DEADLINE - SPARE)
        seen = await self._watch.fresh((name,))
        if not seen and is_own(name):
            now, config = self._clock.now(), self._config()
            return [_counted(name, await self._store.read(lambda c: still(c, config, (name,), now)))]
        return [_glanced(name, seen[0]) if seen else _unwatched(name)]

    async def _checks(self, id: str, target: str, code: str) -> list[Sight]:
        """One check of the catalogue at its target; `code` is what it said when the run began."""
        written = self._config().inventory
        if written is None or id not in load():
            return [NOTHING]
        inventory = await self._store.read(lambda c: informed(c, written))
        jobs = jobs_for(inventory, id, target)
        if not jobs:
            return [Sight(Verdict.UNKNOWN, f"“{load()[id].title}” does not apply to {target or 'your product'}")]
        findings = await self._run(jobs, inventory)
        if any(lacking(one) for one in findings):
            # What only CI can carry out is as CI said last.
            config = self._config()
            told = await self._store.read(lambda c: gate_facts.told(c, config))
            findings = list(with_ci(findings, told, self._clock.now()))
        return [sight_of(one, code) for one in findings]

    async def _run(self, jobs: Sequence[Job], inventory: Inventory) -> list[Finding]:
        now = self._clock.now()

        async def work() -> list[Finding]:
            async with LiveProbe(inventory.network, now) as probe:
                return await run(jobs, probe, deadline=DEADLINE - SPARE, confirm=False)

        found = await apart(work)
        severities = self._config().rules.severities
        return [adapt(one, job.target, overrides=severities) for job, one in zip(jobs, found, strict=True)]


def jobs_for(inventory: Inventory, id: str, target: str) -> list[Job]:
    """A check at what the run is about: that target, its host, its domain, else everywhere."""
    try:
        every = plan(inventory, only=(id,))
    except UnknownName:
        return []
    host, _ = place_of(inventory, target)
    ways: tuple[Callable[[Job], bool], ...] = (
        lambda job: target != "" and job.target.name == target,
        lambda job: job.target.host == host,
        lambda job: host.endswith(f".{job.target.host}"),
        lambda job: job.target.host.endswith(f".{host}"),
    )
    found = next((some for way in ways if (some := [job for job in every if way(job)])), every)
    return found[:MOST_JOBS]


def combined(sights: Iterable[Sight]) -> Sight:
    """One sight of several: bad where one is, unknown where one is and none is bad."""
    every = list(sights)
    if not every:
        return NOTHING
    order = (Verdict.BAD, Verdict.UNKNOWN, Verdict.GOOD)
    worst = min(every, key=lambda one: order.index(one.verdict))
    checks = tuple(dict.fromkeys(name for one in every for name in one.checks))
    return replace(worst, checks=checks)


def _unwatched(name: str) -> Sight:
    return Sight(Verdict.UNKNOWN, line(f"“{name}” is no longer watched"), checks=(name,))


def _counted(name: str, still: str) -> Sight:
    """What only the product or another service says: that it goes on is known, that it works is not."""
    if still:
        return Sight(Verdict.BAD, line(still), checks=(name,))
    return Sight(Verdict.UNKNOWN, line(f"“{name}” cannot be looked at from outside: I only hear of it"), checks=(name,))


def _glanced(name: str, glance: Glance) -> Sight:
    verdict = {Seen.GOOD: Verdict.GOOD, Seen.BAD: Verdict.BAD, Seen.UNKNOWN: Verdict.UNKNOWN}[glance.seen.sight]
    said = glance.summary or glance.seen.evidence
    expected = f"{name} answers as it should" if verdict is not Verdict.GOOD else ""
    return Sight(verdict, line(said), expected, (name,))


def sight_of(finding: Finding, code: str) -> Sight:
    """A finding as a step sees it. Mild advice does not keep a repair from being one; what began it does."""
    verdict = Verdict.UNKNOWN
    if finding.status is Status.PASS or (finding.status is Status.NA and code and not lacking(finding)):
        verdict = Verdict.GOOD
    elif finding.status.bad:
        mild = finding.status is Status.WARN and finding.severity is Severity.LOW and finding.code != code
        verdict = Verdict.GOOD if mild else Verdict.BAD
    expected = "" if verdict is Verdict.GOOD else _expected(finding)
    return Sight(verdict, line(finding.summary), expected, (f"{finding.check} {finding.target}",))


def _expected(finding: Finding) -> str:
    """What the check says where all is well, as far as it can be said of this target."""
    check = load()[finding.check]
    words = next((one.summary for one in check.outcomes.values() if one.status is Status.PASS), "")
    host = urlsplit(f"//{finding.target}").hostname or finding.target
    words = words.replace("{host}", host).replace("{name}", finding.target).replace("{domain}", finding.target)
    return line(words) if words and "{" not in words else ""


def line(text: str) -> str:
    """One line, masked."""
    return clip(mask(" ".join(text.split())), LONGEST)
