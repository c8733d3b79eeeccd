"""Audits asked for in Slack: a row, a message in the outbox, a task. What is looked at, and how, is in `look.py`."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.config.names import BadName, ascii_name
from bot.domain.from_ci import Told, with_ci
from bot.services import baseline, gate_facts, smoke_facts
from bot.services.apart import apart
from bot.services.config import Config
from bot.services.events_facts import informed
from bot.services.look import jobs_of, look
from bot.services.rules import Rules
from bot.services.smoke_flows import environment
from bot.store import audits, journal, outbox, perf_runs, trends
from bot.store.audits import Audit, Stage
from bot.store.baseline import Offered
from bot.store.db import Store, StoreError
from checks.inventory import Inventory
from checks.model import Finding
from checks.probe import Probe
from checks.report import Report
from checks.runner import Progress, UnknownName

log = logging.getLogger(__name__)

EDIT_EVERY = timedelta(seconds=3)
"""Slack takes some fifty edits a minute for the whole workspace, so progress is told seldom."""
STORE_AGAIN = 5.0
"""Seconds between two attempts to store a report while the disk is full."""


class NoConfiguration(Exception):
    """There is no usable `launch.yml`, so nothing may be looked at from Slack."""


class NotListed(Exception):
    """A host that is not in `launch.yml`: not a single packet is sent to it."""

    def __init__(self, name: str, nearest: tuple[str, ...]) -> None:
        super().__init__(f"{name} is not in launch.yml")
        self.name = name
        self.nearest = nearest

    @property
    def line(self) -> str:
        """What to add under `hosts:`."""
        return f"- {{name: {self.name}, purpose: other}}"

    @property
    def command(self) -> str:
        """How to look at it without writing it down."""
        return f"launch check {self.name}"


class Busy(Exception):
    """An audit of this product runs already."""

    def __init__(self, audit: Audit) -> None:
        super().__init__(f"audit {audit.id} is running")
        self.audit = audit


def subject(id: int) -> str:
    """How the outbox calls an audit."""
    return f"audit:{id}"


class Audits:
    """Audits asked for in Slack. `wake` is called when something new is in the outbox."""

    def __init__(self, store: Store, clock: Clock, config: Config, wake: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._wake = wake
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._starting = asyncio.Lock()

    async def start(self, *, user: str, channel: str, only: Sequence[str] = ()) -> int:
        """Write an audit down, ask for its message in `channel`, and begin. Returns its number.

        Raises `NoConfiguration`, `NotListed`, `UnknownName`, `Busy`.
        """
        inventory = self._config.inventory
        if inventory is None:
            raise NoConfiguration
        now, rules = self._clock.now(), self._config.rules
        names = tuple(dict.fromkeys(filter(None, (_name(each) for each in only))))
        try:
            jobs = jobs_of(inventory, names, rules)
        except UnknownName as error:
            try:
                host = ascii_name(error.name)
            except BadName:
                # What cannot be a host is not offered as a line to copy or a command to type.
                raise error from None
            raise NotListed(host, error.nearest) from error

        def begin(connection: sqlite3.Connection) -> tuple[int, Inventory, tuple[Told, ...]]:
            audits.remember_product(connection, inventory.product, inventory.domain, now)
            running = audits.running(connection, inventory.product)
            if running is not None:
                if running.id in self._tasks:
                    raise Busy(running)
                _end(connection, running, Stage.INTERRUPTED, now)
            id = audits.start(
                connection,
                inventory.product,
                now,
                asked_by=user,
                channel=channel,
                only=sorted(names),
                total=len(jobs),
            )
            outbox.post(connection, inventory.product, subject(id), now, channel=channel)
            journal.note(
                connection, inventory.product, now, actor=user, did="audit", subject=subject(id), data={"only": names}
            )
            known = informed(connection, self._config, baseline.informed(connection, inventory), now)
            known = smoke_facts.informed(connection, known, environment(), now)
            seen = trends.histories(connection, inventory.product, inventory.monitors, now)
            speed = replace(known.speed, loads=perf_runs.loads(connection, inventory.product))
            told = gate_facts.told(connection, self._config)
            return id, replace(known, history=seen, speed=speed), told

        # A stored audit without its task would look like one that a kill has cut off.
        async with self._starting:
            id, known, told = await self._store.write(begin)
            task = asyncio.create_task(self._run(id, known, names, rules, now, told=told), name=f"audit-{id}")
            self._tasks[id] = task
        task.add_done_callback(lambda _: self._tasks.pop(id, None))
        self._wake()
        return id

    def take_up(self, config: Config) -> None:
        """From now on this configuration; an audit that runs goes on with the one it began with."""
        self._config = config

    async def recover(self) -> int:
        """At start: audits that a kill cut off are marked, and their messages say so. Returns how many."""

        def mark(connection: sqlite3.Connection) -> int:
            cut = audits.unfinished(connection)
            for audit in cut:
                _end(connection, audit, Stage.INTERRUPTED, self._clock.now())
            return len(cut)

        return await self._store.write(mark)

    async def stop(self, seconds: float = 5.0) -> None:
        """Let running audits end for so long, then cut them off; each leaves a row that says what happened."""
        tasks = dict(self._tasks)
        if tasks and seconds > 0:
            await asyncio.wait(tasks.values(), timeout=seconds)
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        for id in tasks:
            # A task that was cancelled before its first step could not say so itself.
            await self._close(id, Stage.INTERRUPTED)
        if tasks:
            self._wake()

    async def wait(self, id: int) -> None:
        """Until an audit that runs in this process is over."""
        task = self._tasks.get(id)
        if task is not None:
            await asyncio.wait([task])

    async def _run(
        self, id: int, inventory: Inventory, only: Sequence[str], rules: Rules, now: datetime, *, told: Sequence[Told]
    ) -> None:
        """1 look, telling of the progress, 2 store the report, 3 ask for the edit that shows it.

        `told` is what CI said last: it stands where the bot itself could not look.
        """
        latest: list[Progress] = []
        offered: list[Offered] = []
        teller = asyncio.create_task(self._tell(id, inventory.product, latest), name=f"audit-{id}-progress")

        async def offer(probe: Probe, findings: Sequence[Finding]) -> None:
            offered.extend(await baseline.offer_of(inventory, probe, findings))

        try:
            report = await apart(
                lambda: look(
                    inventory,
                    now=now,
                    only=only,
                    rules=rules,
                    on_progress=lambda one: latest.__setitem__(slice(None), [one]),
                    # Only who has looked at everything knows that DNS is clean.
                    afterwards=None if only else offer,
                )
            )
            await self._stop_telling(teller)
            report = replace(report, findings=with_ci(report.findings, told, now))
            await self._keep(id, report, offered)
        except asyncio.CancelledError:
            await self._close(id, Stage.INTERRUPTED)
            raise
        except Exception as error:
            log.exception("audit %s", id)
            await self._close(id, Stage.FAILED, f"The bot itself made a mistake ({type(error).__name__}).")
        finally:
            await self._stop_telling(teller)
            self._wake()

    async def _stop_telling(self, teller: asyncio.Task[None]) -> None:
        teller.cancel()
        await asyncio.gather(teller, return_exceptions=True)

    async def _tell(self, id: int, product: str, latest: Sequence[Progress]) -> None:
        told = None
        while True:
            await self._clock.sleep(EDIT_EVERY.total_seconds())
            if not latest or latest[-1] == told:
                continue
            told = latest[-1]

            def store(connection: sqlite3.Connection, one: Progress = told) -> None:
                if audits.progress(connection, id, one.done, one.total, one.now):
                    outbox.edit(connection, product, subject(id), self._clock.now(), prio=outbox.Prio.PROGRESS)

            with suppress(StoreError):
                await self._store.write(store, durable=False)
                self._wake()

    async def _keep(self, id: int, report: Report, offered: Sequence[Offered]) -> None:
        """Store the report, however long the disk stays full: it is in memory meanwhile."""

        def store(connection: sqlite3.Connection) -> None:
            now = self._clock.now()
            if audits.finish(connection, id, report, now):
                baseline.keep(connection, id, report, offered, now)
                outbox.edit(connection, report.product, subject(id), now)

        while True:
            try:
                await self._store.write(store)
            except StoreError as error:
                log.error("audit %s waits to be stored: %s", id, error)  # noqa: TRY400  the sentence says it all
                await self._clock.sleep(STORE_AGAIN)
            else:
                return

    async def _close(self, id: int, stage: Stage, problem: str = "") -> None:
        def store(connection: sqlite3.Connection) -> None:
            audit = audits.get(connection, id)
            if audit is not None:
                _end(connection, audit, stage, self._clock.now(), problem)

        try:
            await self._store.write(store)
        except StoreError as error:
            log.error("audit %s: %s", id, error)  # noqa: TRY400


def _end(connection: sqlite3.Connection, audit: Audit, stage: Stage, now: datetime, problem: str = "") -> None:
    if audits.end(connection, audit.id, stage, now, problem):
        outbox.edit(connection, audit.product, subject(audit.id), now)


def _name(given: str) -> str:
    """A host however it was pasted: `https://App.Example.com/login` is `app.example.com`."""
    text = given.strip().lower()
    if "://" in text:
        text = text.partition("://")[2]
    return text.partition("/")[0].partition("?")[0].partition("#")[0].rstrip(".")
