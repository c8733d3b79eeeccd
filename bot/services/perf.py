"""Light load tests asked for in Slack: a row, a message, then at most 350 requests to one address that allows it.

A test that a stop of the bot cut off is not run again: a load that nobody waits for is only a load.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from bot.clock import Clock
from bot.services.apart import apart
from bot.services.config import Config
from bot.services.incidents import Request
from bot.services.perf_measure import chosen
from bot.store import journal, outbox, perf_runs
from bot.store.db import Store, StoreError
from bot.store.perf_runs import Figures, LoadRun
from checks.inventory import Monitor
from checks.load_model import MOST, STEPS, Ended, Load, Tally, due
from checks.loading import light_load, may

log = logging.getLogger(__name__)

SUBJECT = "perf"
EDIT_EVERY = 3.0
"""Seconds between two edits that tell of progress."""


class Busy(Exception):
    """One test at a time: two at once would each measure the other."""

    def __init__(self, run: LoadRun) -> None:
        super().__init__(f"load test {run.id} is going on")
        self.run = run


class NoConfiguration(Exception):
    """There is no usable `launch.yml`."""


@dataclass(slots=True)
class _Going:
    """A test under way. It runs on a loop of its own, so that the bot's other work cannot disturb its pace."""

    figures: Figures
    steps: Sequence[tuple[float, float]]
    task: asyncio.Task[None] | None = None
    there: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = field(default_factory=list)
    stopped_by: str = ""

    def halt(self) -> None:
        """Send nothing more."""
        for loop, event in self.there:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(event.set)


class Perf:
    """The one door to load tests. `wake` is called when something new is in the outbox."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        config: Callable[[], Config],
        wake: Callable[[], None],
        *,
        steps: Sequence[tuple[float, float]] = STEPS,
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._wake = wake
        self._steps = steps
        self._going: dict[int, _Going] = {}
        self._starting = asyncio.Lock()

    async def start(self, request: Request, *, channel: str, name: str) -> int:
        """Begin a test; its message in `channel` tells of it. Answers its number; 0 where it was begun before.

        Raises `NoConfiguration`, `UnknownEndpoint`, `NotAllowed` (nothing was sent), `Busy`.
        """
        inventory = self._config().inventory
        if inventory is None:
            raise NoConfiguration
        (monitor,) = chosen(inventory, (name,))
        may(monitor.url, inventory)
        now, product = self._clock.now(), self._config().product
        figures = Figures(monitor.name, monitor.url, total=len(due(self._steps)))

        def work(connection: sqlite3.Connection) -> int:
            for run in perf_runs.unfinished(connection, product):
                if run.id in self._going:
                    raise Busy(run)
                self._cut(connection, run)
            if not request.once(connection, product, now):
                return 0
            number = perf_runs.ask(connection, product, now, figures, asked_by=request.user, channel=channel)
            subject = f"{SUBJECT}:{number}"
            outbox.post(connection, product, subject, now, channel=channel)
            data: dict[str, Any] = {"name": monitor.name, "url": monitor.url, "most": MOST}
            journal.note(connection, product, now, actor=request.user, did="load test", subject=subject, data=data)
            return number

        # Stored without its task it would look like one that a stop has cut off.
        async with self._starting:
            number = await self._store.write(work)
            if number:
                going = self._going[number] = _Going(figures, self._steps)
                going.task = asyncio.create_task(self._run(number, monitor, going), name=f"perf-{number}")
                going.task.add_done_callback(lambda _: self._going.pop(number, None))
        self._wake()
        return number

    async def halt(self, number: int, user: str) -> str:
        """Stop a test, or with 0 the one that goes on: nothing more is sent. Its monitor; "" where it is over."""
        number = number or next(iter(self._going), 0)
        going = self._going.get(number)
        if going is None:
            return ""
        going.stopped_by = user
        going.halt()
        now, product = self._clock.now(), self._config().product
        subject = f"{SUBJECT}:{number}"
        with suppress(StoreError):
            await self._store.write(
                lambda c: journal.note(c, product, now, actor=user, did="load test stopped", subject=subject)
            )
        return going.figures.name

    async def wait(self, number: int) -> None:
        """Until a test of this process is over."""
        going = self._going.get(number)
        if going is not None and going.task is not None:
            await asyncio.wait([going.task])

    async def tick(self) -> int:
        """What a stop of the bot cut off says so in its message; says how many."""
        product = self._config().product
        left = await self._store.read(lambda c: perf_runs.unfinished(c, product))
        cut = [run for run in left if run.id not in self._going]
        if not cut or self._starting.locked():
            return 0

        def work(connection: sqlite3.Connection) -> None:
            for run in cut:
                self._cut(connection, run)

        await self._store.write(work)
        self._wake()
        return len(cut)

    async def stop(self) -> None:
        """Send nothing more; each test leaves a row that says what came back until then."""
        going = list(self._going.values())
        for one in going:
            one.halt()
        tasks = [one.task for one in going if one.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=2.0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _cut(self, connection: sqlite3.Connection, run: LoadRun) -> None:
        now = self._clock.now()
        if perf_runs.end(connection, run.id, now, replace(run.figures, problem=perf_runs.CUT)):
            outbox.edit(connection, run.product, f"{SUBJECT}:{run.id}", now)

    async def _run(self, number: int, monitor: Monitor, going: _Going) -> None:
        """1 send, telling of the progress, 2 store the result with the edit that shows it."""
        inventory, now = self._config().inventory, self._clock.now()
        assert inventory is not None  # noqa: S101  (asked before)
        seen: list[Tally] = []
        teller = asyncio.create_task(self._tell(number, going, seen), name=f"perf-{number}-progress")

        async def work() -> Load:
            event = asyncio.Event()
            going.there.append((asyncio.get_running_loop(), event))
            if going.stopped_by:
                event.set()
            return await light_load(
                inventory,
                monitor,
                now,
                on_shot=lambda tally: seen.__setitem__(slice(None), [tally]),
                halt=event,
                steps=going.steps,
            )

        try:
            found = await apart(work)
            figures = _figures(going, found)
        except asyncio.CancelledError:
            partial = seen[-1].load(monitor.url, Ended.STOPPED) if seen else Load(monitor.url, Ended.STOPPED)
            await asyncio.shield(self._end(number, _figures(going, partial)))
            raise
        except Exception:
            log.exception("load test %s", number)
            figures = replace(going.figures, problem=perf_runs.OWN_FAULT)
        finally:
            teller.cancel()
            await asyncio.gather(teller, return_exceptions=True)
        await self._end(number, figures)

    async def _end(self, number: int, figures: Figures) -> None:
        now, product = self._clock.now(), self._config().product

        def work(connection: sqlite3.Connection) -> None:
            if perf_runs.end(connection, number, now, figures):
                outbox.edit(connection, product, f"{SUBJECT}:{number}", now)

        try:
            await self._store.write(work)
        except StoreError as error:
            log.error("load test %s: %s", number, error)  # noqa: TRY400  the sentence says it all
        self._wake()

    async def _tell(self, number: int, going: _Going, seen: Sequence[Tally]) -> None:
        told, product = 0, self._config().product
        while True:
            await self._clock.sleep(EDIT_EVERY)
            done = len(seen[-1].shots) if seen else 0
            if done == told:
                continue
            told = done
            latest = replace(going.figures, done=done)

            def store(connection: sqlite3.Connection, one: Figures = latest) -> None:
                if perf_runs.progress(connection, number, one):
                    subject = f"{SUBJECT}:{number}"
                    outbox.edit(connection, product, subject, self._clock.now(), prio=outbox.Prio.PROGRESS)

            with suppress(StoreError):
                await self._store.write(store, durable=False)
                self._wake()


def _figures(going: _Going, found: Load) -> Figures:
    """A result as it is kept."""
    return replace(
        going.figures,
        done=found.sent,
        ended=found.ended,
        steps=found.steps,
        hits=found.hits,
        turned_away=found.turned_away,
        connections=found.connections,
        late_ms=found.late_ms,
        statuses=found.statuses,
        reason=found.reason,
        stopped_by=going.stopped_by if found.ended is Ended.STOPPED else "",
    )
