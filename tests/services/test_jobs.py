"""Recurring work: each job does its part, a failing one is told and stops no other."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bot import jobs
from bot.clock import SystemClock
from bot.domain.asks import Reading, Signal
from bot.domain.events import ClockPutBack
from bot.domain.severity import Sev, Trouble
from bot.jobs import JOBS, Clockwork, Job
from bot.services.container import Services
from bot.services.incidents import Incidents
from bot.store import incidents, outbox, seen, sending
from bot.store.beat import beat


@dataclass
class Bell:
    """Stands where the postman stands and counts the ticks."""

    rung: int = 0

    async def tick(self) -> None:
        self.rung += 1

    async def prove(self) -> None:
        """Slack is content."""

    async def tell(self, *_about: object) -> bool:
        """There is nothing to tell."""
        return False


@dataclass
class Idle:
    """Stands where the desk stands; nothing is left over."""

    async def take_up(self) -> int:
        return 0


@dataclass
class Running:
    """A runtime as jobs know it."""

    services: Services
    postman: Bell
    second_routes = dead_man = reload = Bell()
    back = Bell()
    desk: Idle = field(default_factory=Idle)


@pytest.fixture
def runtime(make, tmp_path) -> Iterator[Running]:
    """Services without configuration are enough for housekeeping."""
    return Running(make(tmp_path / "nowhere.yml").services, Bell())


def _job(name: str) -> Job:
    return next(job for job in JOBS if job.name == name)


async def _until(condition) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await SystemClock().sleep(0.01)


async def test_every_job_runs_and_proves_that_the_bot_is_alive(runtime):
    """All of them once, without a word of failure."""
    runtime.services.health.last_tick = runtime.services.health.last_write = None
    for job in JOBS:
        await jobs.run(job, runtime)
    health = runtime.services.health
    assert health.failing_jobs == {}
    assert health.last_tick is not None
    assert health.last_write is not None
    assert runtime.postman.rung == 1


async def test_a_time_without_the_bot_is_noticed(runtime):
    """The heartbeat before was long ago: it, or the machine, was not running."""
    services = runtime.services
    long_ago = services.clock.now() - timedelta(hours=2)
    await services.store.write(lambda c: beat(c, services.product, long_ago))
    await jobs.run(_job("alive"), runtime)
    assert services.health.asleep is not None
    began, ended = services.health.asleep
    assert ended - began > timedelta(hours=1)


async def test_old_events_are_forgotten(runtime):
    """What Slack will not deliver again need not be known."""
    services = runtime.services
    old = services.clock.now() - timedelta(hours=1)
    await services.store.write(lambda c: seen.take(c, "p", "Ev1", old))
    await jobs.run(_job("forget-events"), runtime)
    assert await services.store.read(lambda c: c.execute("SELECT count(*) FROM seen_event").fetchone()[0]) == 0


async def test_a_failing_job_is_told_and_forgotten_once_it_works(runtime):
    """Its reason is in the bot's own health, and it never raises."""
    fail = True

    async def work(_runtime) -> None:
        if fail:
            raise LookupError("secret detail")

    job = Job("shaky", 1, work)
    await jobs.run(job, runtime)
    assert "LookupError" in runtime.services.health.failing_jobs["shaky"]
    assert "secret" not in runtime.services.health.failing_jobs["shaky"]
    fail = False
    await jobs.run(job, runtime)
    assert runtime.services.health.failing_jobs == {}


async def test_the_clockwork_runs_jobs_again_and_again_and_never_twice_at_once(runtime):
    """A slow job does not pile up, and does not hold up another."""
    counts = {"slow": 0, "quick": 0}
    at_once, most = 0, 0

    async def slow(_runtime) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        counts["slow"] += 1
        if counts["slow"] > 1:
            await SystemClock().sleep(0.2)
        at_once -= 1

    async def quick(_runtime) -> None:
        counts["quick"] += 1

    clockwork = Clockwork(runtime, (Job("slow", 0.05, slow), Job("quick", 0.05, quick)))
    await clockwork.start()
    assert counts == {"slow": 1, "quick": 1}
    await _until(lambda: min(counts.values()) >= 3)
    clockwork.stop()
    clockwork.stop()
    assert most == 1
    assert counts["quick"] > counts["slow"]


class Corrected(SystemClock):
    """A clock that somebody puts right; waiting is short."""

    def __init__(self) -> None:
        self.wrong_by = timedelta()

    def now(self) -> datetime:
        return super().now() + self.wrong_by

    async def sleep(self, seconds: float) -> None:
        await super().sleep(min(seconds, 0.01))


async def test_a_clock_that_is_put_back_stops_nothing(runtime):
    """It went an hour ahead and is corrected: jobs run at once, and no message waits for the hour that was wrong."""
    clock, runs = Corrected(), 0
    before = runtime.services
    by_it = Incidents(before.store, clock, lambda: before.config, before.flush)
    services = replace(before, clock=clock, incidents=by_it)

    async def work(_runtime) -> None:
        nonlocal runs
        runs += 1

    wrong = clock.now() + timedelta(hours=1)

    def ask(connection: sqlite3.Connection) -> None:
        outbox.post(connection, services.product, "audit:1", wrong, channel="C1")
        sending.claim(connection, 1, wrong)
        sending.park(connection, 1, wrong + timedelta(seconds=3), "Slack asks to wait 3 s")

    await services.store.write(ask)
    assert await services.store.read(lambda c: sending.due(c, clock.now() + timedelta(minutes=2))) == []
    # Not hourly: the scheduler goes by the machine's own clock, on which the hour would end at once.
    clockwork = Clockwork(Running(services, Bell()), (Job("seldom", 7200, work),))
    await clockwork.start()
    assert runs == 1
    clock.wrong_by = timedelta(hours=-1)
    await _until(lambda: runs == 2)
    async with asyncio.timeout(60):
        while not (found := await services.store.read(lambda c: sending.due(c, clock.now() + timedelta(seconds=61)))):
            await SystemClock().sleep(0.01)
    clockwork.stop()
    assert found[0].claimed_at <= clock.now()


async def test_a_clock_put_back_while_the_bot_was_off_is_noticed_at_the_start(runtime):
    """Its last beat lies ahead: what an incident waits for is moved back, once."""
    services = runtime.services
    now = services.clock.now()
    begun = now + timedelta(hours=1)
    failing = Signal(
        services.product, "production", "shop", "Shop", Trouble.REACH, Sev.ONE, Reading.DOWN, begun, begun, "HTTP 502"
    )
    await services.incidents.signal([failing])
    await services.store.write(lambda c: beat(c, services.product, begun))
    services.health.last_write = None
    for _ in range(2):
        await jobs.run(_job("alive"), runtime)
    [incident] = await services.incidents.live()
    assert abs(incident.first_failure - now) < timedelta(minutes=1)
    events = await services.store.read(lambda c: incidents.events(c, incident.id))
    assert [type(one) for one in events].count(ClockPutBack) == 1


async def test_a_clock_that_goes_right_is_left_alone(runtime):
    """Neither small corrections nor a jump ahead make a job run twice."""
    clock, runs = Corrected(), 0

    async def work(_runtime) -> None:
        nonlocal runs
        runs += 1

    clockwork = Clockwork(Running(replace(runtime.services, clock=clock), Bell()), (Job("hourly", 3600, work),))
    await clockwork.start()
    for seconds in (-2, -4, 3600, 3598):
        clock.wrong_by = timedelta(seconds=seconds)
        await SystemClock().sleep(0.05)
    clockwork.stop()
    assert runs == 1
