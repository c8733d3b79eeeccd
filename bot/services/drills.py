"""Fire drills: a simulated target breaks, the one on call is paged, and the runbook is walked against it.

Everything that a drill brings about goes the way of a real one: an incident with its card, calls and timers, a run
with its message. Only what is looked at is simulated, and all of it says DRILL.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.clock import Clock
from bot.domain import drill as rules
from bot.domain.asks import Reading, Signal
from bot.domain.drill import Drill, How, Stage
from bot.domain.incident import Incident
from bot.domain.runbook.book import Runbook
from bot.domain.runbook.known import Known
from bot.domain.runbook.moved import Look
from bot.domain.runbook.plain import Panel
from bot.domain.runbook.run import Run, Sight, Standing
from bot.domain.scene import Contact
from bot.domain.severity import Sev, Trouble
from bot.services.config import Config
from bot.services.drill_console import console_at, may_click
from bot.services.drill_course import broken, follow
from bot.services.incidents import Incidents, Recheck, Request
from bot.services.runbook_known import Cause, known_of
from bot.services.runbook_under_way import Eyes
from bot.services.transitions import Outcome, World, carry_out
from bot.store import drills, incidents, journal, outbox, runs
from bot.store.db import Store
from bot.store.outbox import Prio

log = logging.getLogger(__name__)

SUBJECT = "drill"
SEEN = "the practice page of the drill answers with status 502"


class No(StrEnum):
    """Why no drill begins."""

    BUSY = "busy"
    """One is going on."""
    REAL = "real"
    """Something is really broken."""
    ASLEEP = "asleep"
    """Whoever would be called has quiet hours."""
    NOTHING = "nothing"
    """The runbook repairs nothing that could be broken."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What came of the wish for a drill."""

    no: No | None
    drill: Drill | None
    called: Contact
    """Who is called, or would be."""


class Drills:
    """The one door to drills. `wake` is called when something new is in the outbox."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        config: Callable[[], Config],
        incidents: Incidents,
        *,
        wake: Callable[[], None],
        books: Callable[[], Mapping[str, Runbook]],
        panels: Callable[[], Mapping[str, Panel]],
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._incidents = incidents
        self._wake = wake
        self._books = books
        self._panels = panels

    async def start(self, book: Runbook, request: Request, *, anyway: bool = False) -> Begun | None:
        """Break the simulated target and page whoever is on call; None where this request began one before.

        `anyway`: also while they sleep.
        """
        begun: list[Begun] = []

        def work(connection: sqlite3.Connection, world: World) -> list[Outcome]:
            if not request.once(connection, world.product, self._clock.now()):
                return []
            found, outcomes = self._begin(connection, world, book, request.user, anyway=anyway)
            begun.append(found)
            return outcomes

        await self._incidents.carry_out(work)
        return begun[0] if begun else None

    def _begin(
        self, connection: sqlite3.Connection, world: World, book: Runbook, user: str, *, anyway: bool
    ) -> tuple[Begun, list[Outcome]]:
        now = self._clock.now()
        service = _service(self._config())
        owner = world.people.duty(connection, service, now).owner
        why = self._refusal(connection, world.product, owner, anyway=anyway)
        if why is not None:
            return Begun(why, drills.live(connection, world.product), owner), []
        number, any_way = drills.next_id(connection), Known({}, {}, {}, now)
        spare = rules.hide(book, any_way, number)
        if not spare:
            return Begun(No.NOTHING, None, owner), []
        drill = Drill(number, world.product, book.topic, service, user, now, spare)
        outcome = carry_out(connection, world, self._signal(drill, book, Reading.DOWN), now)
        hidden = self._hidden(connection, book, drill, outcome.incident)
        drill = replace(drill, hidden=hidden or spare, incident=outcome.incident)
        drills.put(connection, drill)
        journal.note(
            connection, world.product, now, actor=user, did="drill", subject=f"{SUBJECT}:{drill.id}",
            data={"topic": book.topic},
        )  # fmt: skip
        return Begun(None, drill, owner), [outcome]

    def _hidden(self, connection: sqlite3.Connection, book: Runbook, drill: Drill, incident: int) -> str:
        """The step that repairs it, on the ways that are open with what is known of this product."""
        now = drill.began_at
        run = Run(
            0, drill.product, book.topic, "", incident, "", "", "", drill.began_by, now, now, "", Standing.OPEN, 0,
            drill=True,
        )  # fmt: skip
        return rules.hide(book, known_of(connection, self._config(), run, now, self._panels()), drill.id)

    def _refusal(self, connection: sqlite3.Connection, product: str, owner: Contact, *, anyway: bool) -> No | None:
        if drills.live(connection, product) is not None:
            return No.BUSY
        if broken(incidents.live(connection, product)):
            return No.REAL
        return No.ASLEEP if owner.quiet_until is not None and not anyway else None

    def _signal(self, drill: Drill, book: Runbook | None, reading: Reading) -> Signal:
        """How its target stands. The environment is one of its own: nothing real ever belongs to that incident."""
        now = self._clock.now()
        return Signal(
            product=drill.product, environment=drill.probe, service=drill.service, probe=drill.probe,
            trouble=trouble_of(book), sev=Sev.TWO, reading=reading, first_failure=drill.began_at, seen_at=now,
            evidence=SEEN if reading is Reading.DOWN else "", removed=reading is Reading.GONE, drill=True,
        )  # fmt: skip

    async def stop(self, request: Request) -> Drill | None:
        """End the one that is going on; None where there is none."""
        return await self._end(How.STOPPED, request)

    async def control(self, run: int, rev: int, index: int, request: Request) -> bool | None:
        """A click on a control of the simulated console, as shown with that revision: whether it was the right one.

        None where it is no control of the step that stands open, or not for this person: `Runbooks.act` says so then.
        The same click counts once as a slip, also after a kill.
        """

        def work(connection: sqlite3.Connection) -> bool | None:
            now, found = self._clock.now(), runs.get(connection, run)
            drill = drills.of_incident(connection, found.incident) if found is not None else None
            book = self._books().get(found.topic) if found is not None else None
            if found is None or drill is None or drill.stage is Stage.ENDED or book is None:
                return None
            shown = console_at(found, drill, book, self._panels())
            if index >= len(shown) or not may_click(found, rev, request.user):
                return None
            right = shown[index].right
            if not right and not request.once(connection, drill.product, now):
                return False
            known = known_of(connection, self._config(), found, now, self._panels())
            drill = rules.reachable(drill, book, known, found.step)
            drills.put(connection, rules.did(drill, found.step, now, right=right))
            return right

        return await self._store.write(work)

    async def shown(self, run: Run) -> tuple[str, ...]:
        """The controls of the simulated console at the step that stands open."""
        drill = await self._store.read(lambda c: drills.of_incident(c, run.incident))
        return tuple(one.task for one in console_at(run, drill, self._books().get(run.topic), self._panels()))

    async def tick(self) -> bool:
        """Take up what happened to the drill that is going on; says whether it is over."""
        product = self._config().product
        drill = await self._store.read(lambda c: drills.live(c, product))
        if drill is None:
            return False
        how = await self._store.write(lambda c: follow(c, drill.id, self._clock.now()))
        if how is None:
            return False
        return await self._end(how, None, only=drill.id) is not None

    async def _end(self, how: How, request: Request | None, *, only: int = 0) -> Drill | None:
        """End the one that is going on; with `only`, no other that somebody began meanwhile."""
        ended: list[Drill] = []

        def work(connection: sqlite3.Connection, world: World) -> list[Outcome]:
            now = self._clock.now()
            if request is not None and not request.once(connection, world.product, now):
                return []
            drill = drills.live(connection, world.product)
            if drill is None or (only and drill.id != only):
                return []
            drill = rules.end(drill, how, now)
            drills.put(connection, drill)
            ended.append(drill)
            self._post(connection, world, drill)
            incident = incidents.get(connection, drill.incident)
            if incident is None or not incident.live:
                return []
            reading = Reading.UP if how is How.FIXED else Reading.GONE
            return [carry_out(connection, world, self._signal(drill, self._books().get(drill.topic), reading), now)]

        await self._incidents.carry_out(work)
        if ended:
            log.info("drill %s ended: %s", ended[0].id, how.value)
            self._wake()
        return ended[0] if ended else None

    def _post(self, connection: sqlite3.Connection, world: World, drill: Drill) -> None:
        """What came of it: where alerts go, else to whoever began it."""
        now, subject = self._clock.now(), f"{SUBJECT}:{drill.id}"
        if world.channel:
            outbox.post(connection, drill.product, subject, now, channel=world.channel, prio=Prio.NOTICE)
        else:
            outbox.post_to_person(connection, drill.product, subject, now, user=drill.began_by)

    def again_or(self, others: Recheck) -> Recheck:
        """Looks again at a drill's target for "It's Fixed", and leaves everything else to `others`."""

        async def again(incident: int, names: tuple[str, ...]) -> None:
            drill = await self._store.read(lambda c: drills.of_incident(c, incident))
            if drill is None:
                await others(incident, names)
                return
            good = drill.stage is Stage.REPAIRED
            await self._incidents.rechecked(incident, good=good, evidence="" if good else SEEN)

        return again


class DrillEyes:
    """Looks for the steps of a drill at its simulated target; everything else is looked at for real."""

    def __init__(self, real: Eyes, store: Store) -> None:
        self._real = real
        self._store = store

    async def look(self, asked: Look, run: Run, cause: Cause, incident: Incident | None) -> Sight:
        """What it looks like now."""
        if not run.drill:
            return await self._real.look(asked, run, cause, incident)
        drill = await self._store.read(lambda c: drills.of_incident(c, run.incident))
        return rules.sight(drill) if drill is not None else await self._real.look(asked, run, cause, incident)


def trouble_of(book: Runbook | None) -> Trouble:
    """The class of trouble that a runbook leads out of; where it names none, that nothing answers."""
    names = {one.name: one for one in Trouble}
    leads = book.leads if book is not None else ()
    return next((names[lead] for lead in leads if lead in names), Trouble.REACH)


def _service(config: Config) -> str:
    """The part of the product whose owner is paged: the first critical one."""
    if config.file is None:
        return ""
    services = config.file.services
    return next((name for name, one in services.items() if one.critical), next(iter(services), ""))
