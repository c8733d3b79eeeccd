"""Plans which checks look at which targets, and runs them: bounded, with deadlines, and never stopped by one of them.

Numbered as it happens: 1 `plan` pairs checks with targets; 2 `run` looks at all of them side by side, each under its
own deadline and the run's; 3 what came out bad is looked at once more by a second path (`confirm.py`), without waiting
for the few that ask a host for much (`PATIENT`); 4 findings come back in plan order. The runner itself never retries.
"""

from __future__ import annotations

import asyncio
import difflib
import logging
import traceback
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from checks import finding as findings
from checks.inventory import Inventory, expand
from checks.masking import clip, mask
from checks.model import Asked, Check, Finding, Target, Verdict
from checks.probe import Probe
from checks.progress import OnProgress, Progress, Teller
from checks.registry import load

if TYPE_CHECKING:
    from checks.confirm import SecondPath

log = logging.getLogger(__name__)

__all__ = ["Job", "OnProgress", "Progress", "UnknownName", "Vantage", "plan", "run"]

CHECK_SECONDS = 30.0
"""One check's own deadline."""
LONGER = {"flow.smoke": 75.0}
"""Checks that walk through many pages, one after the other, have a deadline of their own."""
ONLINE_SECONDS = 15.0
"""How long the question whether we are online ourselves may hold up the answers."""
AT_ONCE = 32
"""Checks that run side by side; what they send is bounded again, per host, behind the probe."""
FIRST_LOOK = 0.7
"""Share of the run's time for the first look; the rest is kept for the second."""
PATIENT = frozenset({"exp.files", "perf.page"})
"""Checks that ask one host for much: at the polite pace they would hold up all others that ask it."""
FAMILIES = "dns up tls edge redir web hdr seo exp sec flow perf mail rel obs"
"""Order of causes: what makes everything behind it fail comes first."""


@dataclass(frozen=True, slots=True)
class Job:
    """One check of one target."""

    check: Check
    target: Target


class UnknownName(ValueError):
    """A name that is no family, no check and no host of this inventory."""

    def __init__(self, name: str, nearest: tuple[str, ...]) -> None:
        super().__init__(f"unknown name: {name}")
        self.name = name
        self.nearest = nearest
        """The closest valid names, best first; may be empty."""


class Vantage(Probe, Protocol):
    """A probe that can be replaced by an independent one, to look a second time."""

    def second_path(self) -> Probe:
        """A probe that shares nothing with this one: other resolver first, new connections, nothing remembered."""
        ...


@runtime_checkable
class Yielding(Protocol):
    """A probe that can let others go first."""

    def patient(self) -> Probe:
        """The same probe for requests that can wait."""
        ...


Tracer = Callable[[Probe], tuple[Probe, list[Asked]]]
"""Wraps a probe so that everything asked through it is written into the list."""


def plan(inventory: Inventory, *, only: Sequence[str] = ()) -> list[Job]:
    """The jobs of an inventory in their fixed order: by cause, then as the targets are written down.

    `only` takes families (`dns`), check ids (`dns.resolve`) and host or monitor names. Names of checks narrow the
    checks, names of hosts narrow the targets; both together narrow both. Raises `UnknownName`.
    """
    checks, targets = load(), expand(inventory)
    families = {check.family for check in checks.values()}
    names = {name for target in targets for name in (target.name.lower(), target.host)}
    wanted_checks: set[str] = set()
    wanted_names: set[str] = set()
    for given in only:
        name = given.strip().lower().rstrip(".")
        if name in families:
            wanted_checks.update(check.id for check in checks.values() if check.family == name)
        elif name in checks:
            wanted_checks.add(name)
        elif name in names:
            wanted_names.add(name)
        elif name:
            known = [*families, *checks, *sorted(names)]
            raise UnknownName(clip(given, 100), tuple(difflib.get_close_matches(name[:100], known, n=3, cutoff=0.5)))
    return [
        Job(check, target)
        for check in sorted(checks.values(), key=order)
        if not wanted_checks or check.id in wanted_checks
        for target in targets
        if target.kind is check.kind
        and (not wanted_names or {target.name.lower(), target.host} & wanted_names)
        and check.applies(target)
    ]


def order(check: Check) -> tuple[int, str]:
    """Sort key of checks: the order of causes, then the id."""
    place = f" {FAMILIES} ".find(f" {check.family} ")
    return (place if place >= 0 else len(FAMILIES), check.id)


async def run(
    jobs: Sequence[Job],
    probe: Vantage,
    *,
    deadline: float,
    confirm: bool = True,
    on_progress: OnProgress | None = None,
    tracer: Tracer | None = None,
    at_once: int = AT_ONCE,
    check_seconds: float = CHECK_SECONDS,
) -> list[Finding]:
    """Look at every job and answer one finding each, in the order of `jobs`, within `deadline` seconds.

    Nothing raises but cancellation: what a check throws or does not finish is an UNKNOWN finding that says so.
    """
    from checks.confirm import SecondPath
    from checks.net.trace import traced

    ends = _time() + deadline
    tell = Teller(len(jobs), on_progress)
    first_ends = _time() + (deadline * FIRST_LOOK if confirm else deadline)
    look = Look(probe, tracer or traced, tell, asyncio.Semaphore(at_once), first_ends, check_seconds)
    async with AsyncExitStack() as stack:
        second = SecondPath(probe, stack) if confirm else None
        answers = await _unless_offline(look, jobs, second, ends)
    tell.end()
    if answers is None:
        return [findings.build(job.check, job.target, Verdict("offline"), at=probe.now()) for job in jobs]
    return answers


async def _unless_offline(
    look: Look, jobs: Sequence[Job], second: SecondPath | None, ends: float
) -> list[Finding] | None:
    """The findings of both looks, or None as soon as the probe knows that it cannot see out itself."""
    online = asyncio.ensure_future(_online(look.probe, min(look.left(), ONLINE_SECONDS)))
    prompt = [place for place, job in enumerate(jobs) if job.check.id not in PATIENT]
    patient = [place for place, job in enumerate(jobs) if job.check.id in PATIENT]
    parts = [part for part in (prompt, patient) if part]
    work = asyncio.gather(*(_both([jobs[place] for place in part], look, online, second, ends) for part in parts))
    either: set[asyncio.Future[Any]] = {work, online}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not await online:
            return None
        found = dict(zip(chain(*parts), chain(*await work), strict=True))
        return [found[place] for place in range(len(jobs))]
    finally:
        for task in (work, online):
            task.cancel()
        await asyncio.gather(work, online, return_exceptions=True)


async def _both(
    jobs: Sequence[Job], look: Look, online: asyncio.Future[bool], second: SecondPath | None, ends: float
) -> list[Finding]:
    """The findings of these jobs, those that came out bad confirmed where there is a second path."""
    from checks.confirm import again

    answers = await look.all(jobs)
    if second is None or not await asyncio.shield(online):
        return answers
    return await again(jobs, answers, second, look, ends)


async def _online(probe: Probe, seconds: float) -> bool:
    """Whether we can see out; a probe that cannot say does not hold up the answers."""
    try:
        async with asyncio.timeout(max(0.1, seconds)):
            return await probe.online()
    except TimeoutError:
        return True
    except Exception:
        log.exception("could not tell whether we are online")
        return True


@dataclass(frozen=True, slots=True)
class Look:
    """One look at jobs by one path."""

    probe: Probe
    tracer: Tracer
    tell: Teller
    slots: asyncio.Semaphore
    ends: float
    """Loop time at which nothing may be begun or waited for any more."""
    check_seconds: float

    def left(self) -> float:
        """Seconds until this look must end."""
        return self.ends - _time()

    async def all(self, jobs: Sequence[Job]) -> list[Finding]:
        """One finding for each job, in order."""
        tasks = [asyncio.ensure_future(self.one(job)) for job in jobs]
        try:
            return list(await asyncio.gather(*tasks))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def one(self, job: Job) -> Finding:
        """The finding of one job; waits for a free place first."""
        name = f"{job.target.name}: {job.check.title[:1].lower()}{job.check.title[1:]}?"
        waited = _time()
        async with _place(self.slots, self.left()) as free:
            if not free:
                return self._unfinished(job, _time() - waited)
            self.tell.begins(name)
            finding = await self._looked(job)
            self.tell.ends(name)
            return finding

    async def _looked(self, job: Job) -> Finding:
        seconds = max(0.0, min(LONGER.get(job.check.id, self.check_seconds), self.left()))
        probe, asked = self.tracer(self._probe_for(job.check))
        began = _time()
        task = asyncio.ensure_future(job.check.run(job.target, probe))
        try:
            await asyncio.wait({task}, timeout=seconds)
        finally:
            overrun = not task.done()
            if overrun:
                task.cancel()
                await asyncio.wait({task}, timeout=1.0)
        took = round((_time() - began) * 1000)
        try:
            if overrun:
                return self._unfinished(job, seconds, took_ms=took, evidence=asked)
            verdict = task.result()
            return findings.build(job.check, job.target, verdict, at=self.probe.now(), took_ms=took, evidence=asked)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  (a check's mistake becomes a finding)
            return self._bug(job, error, took, asked)

    def _probe_for(self, check: Check) -> Probe:
        if check.id in PATIENT and isinstance(self.probe, Yielding):
            return self.probe.patient()
        return self.probe

    def _unfinished(self, job: Job, seconds: float, *, took_ms: int = 0, evidence: Sequence[Asked] = ()) -> Finding:
        verdict = Verdict("budget", {"reason": "budget", "seconds": round(seconds, 1)})
        return findings.build(job.check, job.target, verdict, at=self.probe.now(), took_ms=took_ms, evidence=evidence)

    def _bug(self, job: Job, error: BaseException, took_ms: int, evidence: Sequence[Asked]) -> Finding:
        place = findings.where(error)
        told = mask("".join(traceback.format_exception(error))[-8000:])
        log.error("check %s of %s stopped at %s\n%s", job.check.id, job.target.name, place, told)
        verdict = Verdict("bug", {"reason": "bug", "type": type(error).__name__, "place": place})
        return findings.build(job.check, job.target, verdict, at=self.probe.now(), took_ms=took_ms, evidence=evidence)


def _time() -> float:
    return asyncio.get_running_loop().time()


@asynccontextmanager
async def _place(slots: asyncio.Semaphore, seconds: float) -> AsyncIterator[bool]:
    """A free place among those that run, or False where none came free in time."""
    if seconds <= 0:
        yield False
        return
    try:
        async with asyncio.timeout(seconds):
            await slots.acquire()
    except TimeoutError:
        yield False
        return
    try:
        yield True
    finally:
        slots.release()
