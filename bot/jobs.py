"""What happens again and again, as data, and its binding to APScheduler, which nothing else imports."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from bot.services.fallbacks import TOO_LONG
from bot.services.people import People
from bot.services.retention import retain
from bot.store import blindness, seen
from bot.store.beat import beat
from bot.store.db import StoreError

if TYPE_CHECKING:
    from bot.delivery import Postman
    from bot.services.back import Back
    from bot.services.container import Services
    from bot.services.dead_man import DeadMan
    from bot.services.fallbacks import Fallbacks
    from bot.services.reload import Reload
    from bot.services.second_routes import SecondRoutes

log = logging.getLogger(__name__)

ASLEEP = timedelta(minutes=3)
"""A heartbeat that is this late means that the bot, or its machine, was not running."""

PUT_BACK = timedelta(seconds=5)
"""A wall clock that falls behind by more than this was put back."""
LOOK_EVERY = 2.0
"""Seconds between two looks at it."""


class Runtime(Protocol):
    """What jobs may use of the running bot."""

    @property
    def services(self) -> Services: ...

    @property
    def postman(self) -> Postman: ...

    @property
    def second_routes(self) -> SecondRoutes: ...

    @property
    def fallbacks(self) -> Fallbacks: ...

    @property
    def dead_man(self) -> DeadMan: ...

    @property
    def reload(self) -> Reload: ...

    @property
    def back(self) -> Back: ...

    @property
    def desk(self) -> Desk: ...


class Desk(Protocol):
    """Where requests of people are worked on."""

    async def take_up(self) -> int:
        """Carry out what was written down and not done."""


@dataclass(frozen=True, slots=True)
class Job:
    """One recurring piece of work."""

    name: str
    every: float
    """Seconds."""
    run: Callable[[Runtime], Awaitable[None]]


async def _deliver(runtime: Runtime) -> None:
    await runtime.postman.tick()


async def _due(runtime: Runtime) -> None:
    """What incidents are waiting for: cards, calls, ends of acknowledgements and of sleeps."""
    await runtime.services.incidents.tick()


async def _left_over(runtime: Runtime) -> None:
    """What people asked for while the disk was full."""
    await runtime.desk.take_up()


async def _other_ways(runtime: Runtime) -> None:
    """What Slack does not take, or nobody answers there."""
    await runtime.second_routes.tick()


async def _runs(runtime: Runtime) -> None:
    """Runs of runbooks: looks, reminders, ends of waits."""
    await runtime.services.runbooks.tick()


async def _drills(runtime: Runtime) -> None:
    """A fire drill: first answers, its end."""
    await runtime.services.drills.tick()


async def _inbound(runtime: Runtime) -> None:
    """What senders said and a kill left."""
    await runtime.services.inbound.tick()


async def _smoke(runtime: Runtime) -> None:
    """Walks of smoke flows that are asked for or due."""
    await runtime.services.smoke.tick()


async def _deploys(runtime: Runtime) -> None:
    """Verdicts, figures after a while, deploys that nobody ends."""
    await runtime.services.deploys.tick()


async def _counted(runtime: Runtime) -> None:
    """Spikes of counted events, burnt error budgets."""
    await runtime.services.events.tick()


async def _loads(runtime: Runtime) -> None:
    """Light load tests that a stop of the bot cut off."""
    await runtime.services.perf.tick()


async def _silences(runtime: Runtime) -> None:
    """Silences that begin and end."""
    await runtime.services.calendar.tick()


async def _members(runtime: Runtime) -> None:
    """Who the people of launch.yml are in Slack: once a day, and after a change of the file; what they may, twice."""
    members = runtime.services.members
    if members is not None and await members.due():
        await members.refresh()
    people = People.of(runtime.services.config).team.people.values()
    await runtime.services.roles.meet([one.slack for one in people if one.slack], runtime.services.clock.now())


async def _calendar(runtime: Runtime) -> None:
    """Nine o'clock: coverage, the summary, on Mondays the report."""
    asked = await runtime.services.calendar.day()
    if asked:
        log.info("asked for %s", ", ".join(asked))


async def _overdue(runtime: Runtime) -> None:
    """What has been waiting for Slack for minutes is told by other ways."""
    services = runtime.services
    now = services.clock.now()
    if now - services.health.started_at >= TOO_LONG:
        await services.store.write(lambda c: runtime.fallbacks.overdue(c, now), durable=False)


async def _back(runtime: Runtime) -> None:
    """Say from when to when nobody watched."""
    services = runtime.services
    if await runtime.back.tell(services.health.asleep, services.watch.standings(), services.clock.now()):
        services.flush()


async def _reload(runtime: Runtime) -> None:
    """Somebody may have changed `launch.yml`."""
    await runtime.reload.tick()


async def _watchdog(runtime: Runtime) -> None:
    """Let somebody outside know that the bot does its work."""
    await runtime.dead_man.tick()


async def _welcome(runtime: Runtime) -> None:
    """Ask Slack whether the bot is still welcome."""
    await runtime.postman.prove()


async def _alive(runtime: Runtime) -> None:
    """Prove that the bot can write, and notice where it could not for a while."""
    services = runtime.services
    health, now = services.health, services.clock.now()
    try:
        before = await services.store.write(lambda c: beat(c, services.product, now))
    except StoreError as error:
        health.store_problem = str(error)
        raise
    first = health.last_write is None
    health.store_problem = ""
    health.last_write = now
    if first and before is not None and before - now > PUT_BACK:
        # While the bot runs, the clockwork sees it within two seconds.
        log.warning("the clock was put back by about %.0f s while the bot was off", (before - now).total_seconds())
        await services.incidents.clock_put_back(before - now)
    if before is not None and now - before > ASLEEP:
        health.asleep = (before, now)
        log.warning("the bot was not running from %s to %s", before.isoformat(), now.isoformat())
        # These minutes count for nobody, and a job that reported meanwhile could not be heard.
        await services.store.write(lambda c: blindness.was(c, services.product, before, now, "the bot was not running"))


async def _look_further(runtime: Runtime) -> None:
    """The checks of an audit, each at its time."""
    await runtime.services.watch.catalogue.tick()


async def _forget_events(runtime: Runtime) -> None:
    now = runtime.services.clock.now()
    await runtime.services.store.write(lambda c: seen.purge(c, now), durable=False)


async def _retain(runtime: Runtime) -> None:
    counts = await retain(runtime.services.store, runtime.services.clock.now())
    log.info("kept what is to be kept: %s", dict(counts))


JOBS: tuple[Job, ...] = (
    Job("incidents", 1, _due),
    Job("runs", 1, _runs),
    Job("drills", 2, _drills),
    Job("inbound", 1, _inbound),
    Job("smoke", 1, _smoke),
    Job("loads", 5, _loads),
    Job("deploys", 2, _deploys),
    Job("counted", 15, _counted),
    Job("silences", 1, _silences),
    Job("delivery", 1, _deliver),
    Job("left-over", 10, _left_over),
    Job("second-routes", 2, _other_ways),
    Job("overdue", 15, _overdue),
    Job("welcome", 60, _welcome),
    Job("alive", 60, _alive),
    Job("watchdog", 5, _watchdog),
    Job("reload", 3, _reload),
    Job("back", 5, _back),
    Job("catalogue", 30, _look_further),
    Job("forget-events", 300, _forget_events),
    Job("retention", 3600, _retain),
    Job("members", 120, _members),
    Job("calendar", 30, _calendar),
)


async def run(job: Job, runtime: Runtime) -> None:
    """Run a job once. It never raises: what went wrong is in the log and in the bot's own health."""
    health = runtime.services.health
    try:
        await job.run(runtime)
    except StoreError as error:
        health.failing_jobs[job.name] = str(error)
        log.error("%s: %s", job.name, error)  # noqa: TRY400  the sentence says it all
    except Exception as error:
        health.failing_jobs[job.name] = f"a mistake of the bot itself ({type(error).__name__})"
        log.exception("%s", job.name)
    else:
        health.failing_jobs.pop(job.name, None)
    health.last_tick = runtime.services.clock.now()


class Clockwork:
    """Runs jobs at their pace: none twice at once, and a late one is run late, not left out."""

    def __init__(self, runtime: Runtime, jobs: tuple[Job, ...] = JOBS) -> None:
        self._runtime = runtime
        self._jobs = jobs
        self._scheduler: object | None = None
        self._watcher: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Run each job once now, then at its pace."""
        from apscheduler.schedulers.asyncio import AsyncIOScheduler
        from apscheduler.triggers.interval import IntervalTrigger

        for job in self._jobs:
            await run(job, self._runtime)
        scheduler = AsyncIOScheduler(timezone="UTC")
        for job in self._jobs:
            scheduler.add_job(
                run,
                IntervalTrigger(seconds=job.every, timezone="UTC"),
                args=(job, self._runtime),
                id=job.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        # Its own lines about every run, and about a run that is skipped because one is going on, tell nothing.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        scheduler.start()
        self._scheduler = scheduler
        self._watcher = asyncio.create_task(self._watch(self._origin()), name="clock-watch")

    def _origin(self) -> datetime:
        """The wall clock's time when the steady one began: the same for ever, unless somebody sets the wall clock."""
        clock = self._runtime.services.clock
        return clock.now() - timedelta(seconds=clock.monotonic())

    async def _watch(self, before: datetime) -> None:
        """The scheduler and the outbox go by the wall clock: once it is put back, all would wait until it caught up."""
        untold = timedelta()
        while True:
            await self._runtime.services.clock.sleep(LOOK_EVERY)
            origin = self._origin()
            if origin - before < -PUT_BACK:
                untold += before - origin
                log.warning("the clock was put back by %.0f s", (before - origin).total_seconds())
                self._begin_anew()
            if untold and await self._tell(untold):
                untold = timedelta()
            before = origin

    def _begin_anew(self) -> None:
        now = self._runtime.services.clock.now()
        for job in self._scheduler.get_jobs() if self._scheduler is not None else ():  # type: ignore[attr-defined]
            job.modify(next_run_time=now)

    async def _tell(self, by: timedelta) -> bool:
        try:
            await self._runtime.services.incidents.clock_put_back(by)
        except StoreError as error:
            log.error("calls and messages wait for the old time: %s", error)  # noqa: TRY400  the sentence says it all
            return False
        return True

    def stop(self) -> None:
        """No further runs; harmless when it is not running."""
        if self._watcher is not None:
            self._watcher.cancel()
            self._watcher = None
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)  # type: ignore[attr-defined]
            self._scheduler = None
