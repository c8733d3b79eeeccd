"""Runs of runbooks: what people, looks, incidents and the clock ask of them goes in here, and comes out as rows.

A click is a row before it is answered, and a look is asked for before it is made: after a kill a run that was looking
looks again, and a click that was not carried out is.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot.clock import Clock
from bot.domain.runbook.book import Runbook
from bot.domain.runbook.known import Known
from bot.domain.runbook.looking import LOOK_LOST
from bot.domain.runbook.moved import Answer, Code, Look, Moved
from bot.domain.runbook.paths import digest_of
from bot.domain.runbook.plain import Panel
from bot.domain.runbook.run import LIVE, Act, BookGone, Command, IncidentEnded, Run, Saw, Standing, Tick
from bot.domain.runbook.walk import NOTHING, begin, decide, is_due
from bot.runbooks import load
from bot.runbooks import panels as load_panels
from bot.services.config import Config
from bot.services.incidents import Incidents, Request
from bot.services.runbook_known import known_of
from bot.services.runbook_places import taken
from bot.services.runbook_recognition import Recognise, Recognition
from bot.services.runbook_rows import Asked, edit, keep, nowhere, present, prove, subject
from bot.services.runbook_under_way import Eyes, UnderWay, seen
from bot.store import incidents, journal, runs, written
from bot.store.db import Store, StoreError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a run is to be about."""

    topic: str
    user: str
    incident: int = 0
    check: str = ""
    target: str = ""
    code: str = ""


class Runbooks:
    """The one door to runs. `wake` is called when something new is in the outbox."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        config: Callable[[], Config],
        incidents: Incidents,
        eyes: Eyes,
        *,
        wake: Callable[[], None],
        books: Callable[[], Mapping[str, Runbook]] = load,
        panels: Callable[[], Mapping[str, Panel]] = load_panels,
        recognise: Recognise | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._incidents = incidents
        self._eyes = eyes
        self._wake = wake
        self._books = books
        self._panels = panels
        self._recognition = Recognition(store, clock, config, recognise)
        self._looking = UnderWay(self._looked)

    @property
    def books(self) -> Mapping[str, Runbook]:
        """Every runbook there is, by topic."""
        return self._books()

    async def start(
        self,
        topic: str,
        *,
        user: str,
        request: Request,
        incident: int = 0,
        check: str = "",
        target: str = "",
        code: str = "",
    ) -> Answer | None:
        """Begin a run, or lead to the one that is under way about the same; None where this click began one before.

        `OK` with revision 1: a new one. `OLD`: the person's own is under way. `TAKEN`: somebody else's is.
        """
        await self._recognition.fresh()
        now = self._clock.now()
        wish = Wish(topic, user, incident, check, target, code)

        def work(connection: sqlite3.Connection) -> tuple[Moved | None, Answer | None]:
            if not request.once(connection, self._config().product, self._clock.now()):
                return None, None
            return self._begin(connection, wish)

        moved, answer = await self._store.write(work)
        if moved is not None:
            log.info("run %s of %s began at %s", moved.run.id, topic, now.isoformat())
            await self._after(moved)
        return answer

    def _begin(self, connection: sqlite3.Connection, wish: Wish) -> tuple[Moved | None, Answer]:
        now, product = self._clock.now(), self._config().product
        book = self._books().get(wish.topic)
        if book is None:
            return None, nowhere(wish.user, now)
        incident = incidents.get(connection, wish.incident) if wish.incident else None
        while incident is not None and incident.parent and not incident.live:
            incident = incidents.get(connection, incident.parent)
        number = incident.id if incident is not None and incident.live and incident.product == product else 0
        for one in runs.live(connection, product):
            if one.topic == wish.topic and same(one, wish, number):
                code = Code.OLD if wish.user in (one.holder, *one.helpers) else Code.TAKEN
                return None, present(one, code)
        run = Run(
            id=runs.next_id(connection), product=product, topic=wish.topic, digest="", incident=number,
            check=wish.check, target=wish.target, code=wish.code, holder=wish.user, since=now, began_at=now, step="",
            standing=Standing.OPEN, rev=0, drill=bool(incident is not None and number and incident.drill),
        )  # fmt: skip
        known = known_of(connection, self._config(), run, now, self._panels())
        moved = begin(book, run, known)
        keep(
            connection,
            Asked(self._incidents.world(connection), book, known, now),
            None,
            moved,
            did="Began",
            actor=wish.user,
        )
        return moved, moved.answer

    async def act(self, run: int, command: Command, request: Request) -> Answer | None:
        """A click on a run: a row before it is answered, and carried out once; None where it was before."""

        def work(connection: sqlite3.Connection) -> tuple[Moved | None, Answer | None]:
            if not request.once(connection, self._config().product, self._clock.now()):
                return None, None
            moved = self._carry_out(connection, run, command)
            about = {"actor": request.user, "did": request.action, "subject": subject(run)}
            said = {"answer": moved.answer.code.value if moved else Code.NO_SUCH.value}
            journal.note(connection, self._config().product, self._clock.now(), **about, data=said)
            return moved, moved.answer if moved else nowhere(request.user, self._clock.now())

        moved, answer = await self._store.write(work)
        if moved is not None:
            await self._after(moved)
        return answer

    def _carry_out(self, connection: sqlite3.Connection, id: int, command: Command) -> Moved | None:
        """Decide on what is stored, and write down what comes of it; None for a run that is not of this product."""
        now, config = self._clock.now(), self._config()
        run = runs.get(connection, id)
        if run is None or run.product != config.product:
            return None
        book = self._books().get(run.topic)
        known = known_of(connection, config, run, now, self._panels())
        if book is None and run.standing in LIVE:
            command = BookGone()
        moved = decide(book or NOTHING, run, command, known)
        asked = Asked(self._incidents.world(connection), book or NOTHING, known, now)
        by = command.by if isinstance(command, Act) else ""
        if keep(connection, asked, run, moved, did=type(command).__name__, actor=by) and isinstance(command, Saw):
            prove(connection, asked, run, moved.run)
        return moved

    async def tick(self) -> int:
        """Whatever is due: looks, reminders, ends of waits, incidents that ended; says how many runs moved."""
        product = self._config().product
        due = await self._store.read(lambda c: [(one.id, self._due(c, one)) for one in runs.live(c, product)])
        count = 0
        for id, command in due:
            if command is None:
                continue
            moved = await self._store.write(partial(self._carry_out, id=id, command=command))
            if moved is not None:
                count += 1
                await self._after(moved)
        return count

    def _due(self, connection: sqlite3.Connection, run: Run) -> Command | None:
        """What time, a changed text or its incident ask of a run now."""
        book, now = self._books().get(run.topic), self._clock.now()
        if book is None:
            return BookGone()
        ended = _ended(connection, run)
        if ended is not None:
            return ended
        lost = run.until is not None and now >= run.until + LOOK_LOST
        if run.id in self._looking and digest_of(book) == run.digest and not lost:
            # What is being seen comes back as a command of its own.
            return None
        return Tick() if is_due(book, run, now) else None

    async def incidents_changed(self, numbers: Sequence[int]) -> None:
        """Told of incidents that something happened to: the runs of those that ended stop, or go on elsewhere."""
        moved: list[Moved] = []

        def work(connection: sqlite3.Connection) -> None:
            for number in dict.fromkeys(numbers):
                for run in runs.live(connection, self._config().product, incident=number):
                    ended = _ended(connection, run)
                    found = self._carry_out(connection, run.id, ended) if ended is not None else None
                    moved.extend([found] if found is not None else [])

        try:
            if any(await self._store.read(lambda c: [runs.of_incident(c, number) for number in numbers])):
                await self._store.write(work)
        except StoreError as error:
            # Whoever told of it has written theirs; the next tick asks again.
            log.error("runs could not be told that their incident ended: %s", error)  # noqa: TRY400
            return
        for one in moved:
            await self._after(one)

    async def of(self, run: int) -> Run | None:
        """One run of this product."""
        found = await self._store.read(lambda c: runs.get(c, run))
        return found if found is not None and found.product == self._config().product else None

    async def live(self, incident: int = 0) -> list[Run]:
        """Those that are not over; of one incident where it is named."""
        return await self._store.read(lambda c: runs.live(c, self._config().product, incident=incident))

    async def known(self, run: Run) -> Known:
        """All that it knows now."""
        now = self._clock.now()
        return await self._store.read(lambda c: known_of(c, self._config(), run, now, self._panels()))

    async def write_down(self, field: str, value: str, user: str) -> str:
        """Keep what somebody answered; the value as it is kept. Raises `NotTaken`. Every live run shows it."""
        text, now, product = taken(field, value), self._clock.now(), self._config().product

        def work(connection: sqlite3.Connection) -> None:
            written.put(connection, product, field, text, now, author=user)
            journal.note(connection, product, now, actor=user, did="runbook.write", subject=f"field:{field}")
            for run in runs.live(connection, product):
                news = replace(run, rev=run.rev + 1)
                runs.put(connection, news, at=now, did="Written", actor=user, data={"field": field})
                edit(connection, news, now)

        await self._store.write(work)
        self._wake()
        return text

    async def stop(self) -> None:
        """Look at nothing more; what was under way is looked at again after the next start."""
        await self._looking.stop()
        await self._recognition.stop()

    async def settle(self) -> None:
        """Until every look under way has been answered."""
        await self._looking.settle()

    async def _after(self, moved: Moved) -> None:
        """Once it is written: send it, and look where that was asked for."""
        self._wake()
        if moved.look is not None:
            self._looking.begin(moved.look)

    async def _looked(self, asked: Look) -> None:
        try:
            sight = await seen(asked, self._store, self._eyes, self._config().product)
            moved = await self._store.write(lambda c: self._carry_out(c, asked.run, Saw(asked.token, sight)))
        except StoreError as error:
            # The run still stands at this step, so the next tick looks again.
            log.error("what run %s saw could not be stored: %s", asked.run, error)  # noqa: TRY400
            return
        except Exception:
            log.exception("what run %s saw could not be judged", asked.run)
            return
        if moved is not None:
            await self._after(moved)


def same(run: Run, wish: Wish, incident: int) -> bool:
    """Whether a live run is about what somebody wants to begin."""
    if incident or run.incident:
        return run.incident == incident
    return run.target == wish.target and wish.user in (run.holder, *run.helpers)


def _ended(connection: sqlite3.Connection, run: Run) -> IncidentEnded | None:
    """How the incident of a run ended; None where it goes on, or there is none."""
    if not run.incident:
        return None
    found = incidents.get(connection, run.incident)
    if found is None:
        return IncidentEnded("closed")
    if found.live:
        return None
    return IncidentEnded("merged", found.parent) if found.parent else IncidentEnded("resolved")
