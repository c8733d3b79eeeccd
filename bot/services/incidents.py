"""Incidents: what probes, people and the clock ask of them goes in here, and comes out as rows."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.asks import ClockPutBack, Command, Rechecked, Signal, TimerDue
from bot.domain.decision import Answer
from bot.domain.incident import Incident
from bot.services.alerts import channel_of
from bot.services.config import Config
from bot.services.live import Live
from bot.services.people import People
from bot.services.transitions import Anew, Outcome, World, carry_out
from bot.store import clicks, incidents, journal, sending, timers
from bot.store.beat import beat
from bot.store.db import Store
from checks.model import Json

log = logging.getLogger(__name__)

Recheck = Callable[[int, tuple[str, ...]], Awaitable[None]]
"""Looks at these probes now, freshly, and reports to `Incidents.rechecked`."""
Listener = Callable[[Sequence[int]], Awaitable[None]]
"""Told of incidents that something happened to."""
BATCH = 50
"""Timers that are carried out in one transaction."""


@dataclass(frozen=True, slots=True)
class Request:
    """Something that a person asked for, as it is written down before it is answered."""

    id: str
    """Slack's own mark of it: a button's `action_ts`, a command's trigger id."""
    user: str
    action: str

    def once(self, connection: sqlite3.Connection, product: str, now: datetime) -> bool:
        """Written down where it was not yet, and carried out from now on; False where it was carried out before."""
        return clicks.once(connection, product, now, id=self.id, user=self.user, action=self.action)


class Incidents:
    """The one door to incidents. `wake` is called when something new is in the outbox."""

    def __init__(self, store: Store, clock: Clock, config: Callable[[], Config], wake: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._wake = wake
        self._recheck: Recheck | None = None
        self._anew: Anew | None = None
        self._listener: Listener | None = None
        self._waiting: dict[int, list[asyncio.Future[Answer]]] = {}
        self._seen_early: dict[int, Answer] = {}
        """What fresh looks said before anybody waited for it: one for each incident that was just asked about."""
        self.blind = False
        """Whether the bot itself cannot see out: no probe says anything."""

    def look_again_with(self, recheck: Recheck) -> None:
        """Who looks again when somebody says that it is fixed."""
        self._recheck = recheck

    def leave_to(self, anew: Anew) -> None:
        """Who looks anew at what is left of an incident that is over."""
        self._anew = anew

    def listen(self, listener: Listener | None) -> None:
        """Who is told which incidents something happened to, after it is written."""
        self._listener = listener

    def world(self, connection: sqlite3.Connection) -> World:
        """The product, its people and where alerts go, as of now."""
        config = self._config()
        return World(config.product, People.of(config), channel_of(connection, config), self.blind, self._anew)

    async def signal(self, signals: Sequence[Signal]) -> list[Outcome]:
        """What probes say; all of it in one transaction."""
        if not signals:
            return []
        now = self._clock.now()

        def work(connection: sqlite3.Connection) -> list[Outcome]:
            world = self.world(connection)
            live = Live(connection, world.product)
            return [carry_out(connection, world, one, now, live=live) for one in signals]

        return await self._after(await self._store.write(work))

    async def ask(self, incident: int, command: Command, request: Request) -> Answer | None:
        """What a person asked for. It is a row before it is answered, and carried out once; None: it was before."""
        now = self._clock.now()
        self._seen_early.pop(incident, None)

        def work(connection: sqlite3.Connection) -> Outcome | None:
            world = self.world(connection)
            if not request.once(connection, world.product, now):
                return None
            outcome = carry_out(connection, world, command, now, incident=incident)
            said: dict[str, Json] = {"answer": outcome.answer.code.value if outcome.answer else ""}
            about = {"actor": request.user, "did": request.action, "subject": f"INC-{incident}"}
            journal.note(connection, world.product, now, **about, data=said)
            return outcome

        outcome = await self._store.write(work)
        if outcome is None:
            return None
        await self._after([outcome])
        return outcome.answer

    async def rechecked(self, incident: int, good: bool | None, evidence: str) -> Answer | None:
        """The fresh look that somebody asked for by saying that it is fixed."""
        now = self._clock.now()
        command = Rechecked(good, evidence)
        outcome = await self._store.write(lambda c: carry_out(c, self.world(c), command, now, incident=incident))
        await self._after([outcome])
        waiting = self._waiting.pop(incident, ())
        if not waiting and outcome.answer is not None:
            self._seen_early[incident] = outcome.answer
        for one in waiting:
            if not one.done() and outcome.answer is not None:
                one.set_result(outcome.answer)
        return outcome.answer

    async def verdict(self, incident: int, seconds: float) -> Answer | None:
        """What the fresh look says about "It's fixed"; None where it takes longer than that.

        To be awaited right after the answer that a look is under way; one that was over before is known all the same.
        """
        if incident in self._seen_early:
            return self._seen_early.pop(incident)
        coming: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(incident, []).append(coming)
        try:
            return await asyncio.wait_for(coming, seconds)
        except TimeoutError:
            return None
        finally:
            waiting = self._waiting.get(incident, [])
            if coming in waiting:
                waiting.remove(coming)
                if not waiting:
                    del self._waiting[incident]

    async def tick(self) -> int:
        """Carry out every timer whose time has come; says how many there were."""
        carried = 0
        while True:
            now = self._clock.now()
            count, outcomes = await self._store.write(lambda c, now=now: self._due(c, now))  # type: ignore[misc]
            carried += count
            await self._after(outcomes)
            if count < BATCH:
                return carried

    def _due(self, connection: sqlite3.Connection, now: datetime) -> tuple[int, list[Outcome]]:
        world = self.world(connection)
        live = Live(connection, world.product)
        due = timers.due(connection, world.product, now)[:BATCH]
        outcomes = []
        for one in due:
            command = TimerDue(one.kind, one.guard_rev, one.due_at)
            outcomes.append(carry_out(connection, world, command, now, incident=one.incident, live=live))
            timers.drop(connection, one)
        return len(due), outcomes

    async def clock_put_back(self, by: timedelta) -> list[Outcome]:
        """The machine's clock was put back: nothing waits longer for that, neither incidents nor what is to be sent."""
        now = self._clock.now()

        def work(connection: sqlite3.Connection) -> list[Outcome]:
            world = self.world(connection)
            # A restart would otherwise see the old clock's last beat, and move everything once more.
            beat(connection, world.product, now)
            sending.not_later(connection, now)
            live = Live(connection, world.product)
            return [
                carry_out(connection, world, ClockPutBack(by), now, incident=one.id, live=live)
                for one in incidents.unclosed(connection, world.product)
            ]

        return await self._after(await self._store.write(work))

    async def carry_out(self, work: Callable[[sqlite3.Connection, World], list[Outcome]]) -> list[Outcome]:
        """Whatever else asks something of incidents, in one transaction with its own rows."""
        return await self._after(await self._store.write(lambda c: work(c, self.world(c))))

    async def live(self) -> list[Incident]:
        """Those that are somebody's business, worst first."""
        return await self._store.read(lambda c: incidents.live(c, self._config().product))

    async def _after(self, outcomes: list[Outcome]) -> list[Outcome]:
        """Once it is written: send it, and look again where somebody asked for it."""
        changed = [number for one in outcomes for number in one.changed]
        if changed:
            self._wake()
            if self._listener is not None:
                await self._listener(changed)
        if self._recheck is not None:
            for outcome in outcomes:
                for incident, probes in outcome.recheck:
                    await self._recheck(incident, probes)
        return outcomes
