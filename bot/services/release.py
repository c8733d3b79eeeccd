"""Release checklists and rollbacks that are tried: one at a time, a row before its message, each click once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.clock import Clock
from bot.domain import release as rules
from bot.domain.release import Answer, How, Kind, LastTry, Run, Seen, Step
from bot.services.config import Config
from bot.services.incidents import Request
from bot.services.release_sights import sights
from bot.store import journal, outbox, release_runs, releases
from bot.store.db import Store
from bot.store.outbox import Prio
from bot.store.releases import Deploy
from checks.masking import clip, mask
from checks.model import Json

SUBJECT = "release"
VERSION = 100


class Result(StrEnum):
    """What came of a click or a command."""

    BEGUN = "begun"
    BUSY = "busy"
    """One goes on already."""
    TAKEN = "taken"
    LOOKED = "looked"
    STOPPED = "stopped"
    OLD = "old"
    """That step is answered already, or the list is over."""
    NONE = "none"
    """None goes on."""
    MUST_SAY = "must_say"
    """A reason, or a note, is needed."""
    NOT_IN_ORDER = "not_in_order"
    """What the bot sees cannot be clicked away."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result, with the list as it is now."""

    result: Result
    run: Run | None = None
    step: Step | None = None
    """What is to be answered next."""


@dataclass(frozen=True, slots=True)
class Whole:
    """All that its message shows."""

    run: Run
    seen: tuple[Seen, ...]
    before: timedelta | None
    """How long it took the last time."""
    last_good: str
    tried: LastTry | None
    """The last rollback that was tried before this."""

    @property
    def step(self) -> Step | None:
        """What is to be answered next."""
        return rules.open_step(self.run, self.seen)


@dataclass(frozen=True, slots=True)
class Noted:
    """One version in the release notes."""

    version: str
    at: datetime | None
    """When it went live; None: not yet."""
    note: str
    by: str = ""
    """Whoever wrote the note, or brought it out."""
    stage: str = ""
    url: str = ""


class Release:
    """The one door to release lists; it remembers nothing by itself."""

    def __init__(self, store: Store, clock: Clock, config: Callable[[], Config], wake: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._wake = wake

    async def begin(self, kind: Kind, request: Request, *, channel: str, version: str = "") -> Outcome | None:
        """A row and its message; None where this request began one before."""
        now, product = self._clock.now(), self._config().product

        def work(connection: sqlite3.Connection) -> Outcome | None:
            if not request.once(connection, product, now):
                return None
            live = self._live(connection, now)
            if live is not None:
                return Outcome(Result.BUSY, live, self._step(connection, live, now))
            run = Run(
                release_runs.next_id(connection), product, kind, request.user, now,
                clip(mask(" ".join(version.split())), VERSION),
            )  # fmt: skip
            release_runs.put(connection, run)
            outbox.post(connection, product, f"{SUBJECT}:{run.id}", now, channel=channel, prio=Prio.HUMAN)
            self._note(connection, run, request.user, f"{kind.value}.begun", now)
            return Outcome(Result.BEGUN, run, self._step(connection, run, now))

        return self._woken(await self._store.write(work))

    async def answer(
        self, how: How, request: Request, *, why: str = "", number: int = 0, step: str = ""
    ) -> Outcome | None:
        """Answer the open step; with `step` only where that is the open one. None: this click counted before."""
        said = clip(mask(" ".join(why.split())), rules.LONGEST)

        def change(run: Run, open_now: Step, seen: tuple[Seen, ...], now: datetime) -> tuple[Result, Run]:
            if step and step != open_now.id:
                return Result.OLD, run
            if not said and (how is How.SKIPPED or open_now.note):
                return Result.MUST_SAY, run
            changed = rules.answered(run, Answer(open_now.id, how, request.user, now, said), seen)
            return (Result.TAKEN if changed is not run else Result.NOT_IN_ORDER), changed

        return await self._change(change, request, number)

    async def look(self, request: Request, number: int = 0) -> Outcome | None:
        """Look afresh at what the bot can see."""

        def change(run: Run, _step: Step, seen: tuple[Seen, ...], now: datetime) -> tuple[Result, Run]:
            return Result.LOOKED, rules.looked(run, now, seen)

        return await self._change(change, request, number)

    async def stop(self, request: Request, number: int = 0) -> Outcome | None:
        """Leave it."""

        def change(run: Run, _step: Step, seen: tuple[Seen, ...], now: datetime) -> tuple[Result, Run]:
            return Result.STOPPED, rules.stopped(run, now, seen)

        return await self._change(change, request, number)

    async def _change(
        self,
        change: Callable[[Run, Step, tuple[Seen, ...], datetime], tuple[Result, Run]],
        request: Request,
        number: int,
    ) -> Outcome | None:
        now, product = self._clock.now(), self._config().product

        def work(connection: sqlite3.Connection) -> Outcome | None:
            if not request.once(connection, product, now):
                return None
            run = self._live(connection, now)
            if run is None or (number and run.id != number):
                return Outcome(Result.OLD if number else Result.NONE)
            seen = self._sights(connection, run, now)
            step = rules.open_step(run, seen)
            if step is None:
                # All was put in order since the message was made: it ends now.
                return self._written(connection, Result.LOOKED, run, rules.ended(run, now, seen), request)
            result, changed = change(run, step, seen, now)
            return self._written(connection, result, run, changed, request)

        return self._woken(await self._store.write(work))

    def _written(
        self, connection: sqlite3.Connection, result: Result, before: Run, run: Run, request: Request
    ) -> Outcome:
        now = self._clock.now()
        if run is not before:
            release_runs.put(connection, run)
            outbox.edit(connection, run.product, f"{SUBJECT}:{run.id}", now)
            self._note(connection, run, request.user, f"{run.kind.value}.{result.value}", now)
        return Outcome(result, run, self._step(connection, run, now))

    def _live(self, connection: sqlite3.Connection, now: datetime) -> Run | None:
        """The one that goes on; one that nobody went on with for long ends here."""
        run = release_runs.live(connection, self._config().product)
        if run is None or now - run.began_at <= rules.FORGOTTEN:
            return run
        left = rules.stopped(run, now)
        release_runs.put(connection, left)
        outbox.edit(connection, run.product, f"{SUBJECT}:{run.id}", now)
        return None

    def _step(self, connection: sqlite3.Connection, run: Run, now: datetime) -> Step | None:
        return rules.open_step(run, self._sights(connection, run, now))

    def _sights(self, connection: sqlite3.Connection, run: Run, now: datetime) -> tuple[Seen, ...]:
        return sights(connection, self._config(), now) if run.kind is Kind.RELEASE else ()

    def _note(self, connection: sqlite3.Connection, run: Run, user: str, did: str, now: datetime) -> None:
        said: dict[str, Json] = {"answered": len(run.answers), "version": run.version}
        journal.note(connection, run.product, now, actor=user, did=did, subject=f"{SUBJECT}:{run.id}", data=said)

    def _woken(self, outcome: Outcome | None) -> Outcome | None:
        if outcome is not None:
            self._wake()
        return outcome

    async def notes(self) -> tuple[Noted, ...]:
        """The versions that went out, newest first, each with what it changes; a note for what is yet to come first."""
        product = self._config().product
        return await self._store.read(lambda c: notes(c, product))


def whole(connection: sqlite3.Connection, config: Config, run: Run, now: datetime) -> Whole:
    """All that its message shows, as it stands now; what is over shows what was seen at its end."""
    live = run.ended_at is None
    seen = sights(connection, config, now) if live and run.kind is Kind.RELEASE else run.seen
    before = release_runs.before(connection, run)
    last = releases.last(connection, run.product, now)
    tried = release_runs.last_try(connection, run.product)
    return Whole(
        run,
        seen,
        before.took if before is not None else None,
        (releases.last_good(connection, last) or last.version) if last is not None else "",
        tried,
    )


def notes(connection: sqlite3.Connection, product: str, *, most: int = 20) -> tuple[Noted, ...]:
    """Notes that somebody wrote in a checklist win over the first line of a change."""
    out = [one for one in releases.recent(connection, product, limit=3 * most) if one.environment == "production"]
    lists = [one for one in release_runs.over(connection, product, Kind.RELEASE, most=50) if one.note]
    found = [_noted(one, lists) for one in out]
    newest = out[0].at if out else None
    due = [
        Noted(one.version, None, one.note, one.person)
        for one in lists
        if one.ended_at is not None and (newest is None or one.ended_at > newest) and not _went_out(one, out)
    ]
    return (*due, *found)[:most]


def _noted(deploy: Deploy, lists: list[Run]) -> Noted:
    own = next((one for one in lists if _meant(one, deploy)), None)
    plain = Noted(deploy.version, deploy.at, deploy.note, deploy.author, deploy.stage, deploy.url)
    return plain if own is None else replace(plain, note=own.note, by=own.person)


NEAR = timedelta(hours=2)
"""A checklist without a version is about what goes out so soon after it."""


def _meant(run: Run, deploy: Deploy) -> bool:
    if run.version:
        return run.version == deploy.version
    return run.ended_at is not None and timedelta(0) <= deploy.at - run.began_at <= NEAR


def _went_out(run: Run, out: list[Deploy]) -> bool:
    return any(_meant(run, one) for one in out)
