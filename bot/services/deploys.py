"""Deploys: what is heard of them becomes one row each, one message each, a walk of the flows, and a verdict.

Whatever is awaited is a moment in the row: a kill loses nothing, and nothing is said twice.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain import deploys as rules
from bot.domain.deploys import Deploy, Stage, Walked
from bot.domain.detection import State
from bot.domain.heard import Marker
from bot.services.config import Config
from bot.services.deploy_figures import speed
from bot.services.deploy_intake import SUBJECT, Intake, Walks, recorded_by_hand
from bot.services.deploy_log import tell_once
from bot.services.deploy_sight import Eyes, NoEyes, sight_of, worth_a_look
from bot.services.deploy_trouble import PROBE, broken_before, failed, its_incident, over
from bot.services.deploy_version import Versions
from bot.services.incidents import Incidents, Recheck
from bot.services.smoke import Cause
from bot.services.transitions import Outcome, World
from bot.store import deploys as rows
from bot.store import incidents as stored
from bot.store import journal
from bot.store.db import Store

__all__ = ["SUBJECT", "Deploys"]

WALK = timedelta(seconds=150)
"""After so long without a result of the walk the monitors are asked instead."""
RETRY = timedelta(seconds=30)
"""What could not be done is tried again after this."""
BY_HAND = 50
"""Among so many of the last ones what a person recorded can be taken back."""


class Deploys:
    """The one door to deploys. `wake` is called when something new is in the outbox."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        config: Callable[[], Config],
        incidents: Incidents,
        *,
        smoke: Walks,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._incidents = incidents
        self._smoke = smoke
        self._wake = wake
        self._eyes: Eyes = NoEyes()
        self._told: frozenset[str] = frozenset()
        self._versions = Versions(store, clock, config, self._intake)

    def look_with(self, eyes: Eyes) -> None:
        """Who looks at the monitors where there are no flows to walk."""
        self._eyes = eyes

    def _intake(self) -> Intake:
        return Intake(self._config(), self._smoke)

    def heard(self, connection: sqlite3.Connection, marker: Marker, now: datetime) -> int:
        """Take a report in, within the caller's transaction; answers the number of its deploy.

        Said twice, or in another order, it changes nothing that a later report has decided. 0: it names no version,
        or is about a preview that `launch.yml` says to ignore.
        """
        return self._intake().heard(connection, marker, now)

    async def record(self, marker: Marker) -> int:
        """The same in a transaction of its own."""
        now = self._clock.now()
        number = await self._store.write(lambda c: self.heard(c, marker, now))
        self._wake()
        return number

    async def undo(self, who: str, number: int = 0, *, version: str = "") -> Deploy | None:
        """Take back what a person recorded by hand, the last one or that one; None where there is none of a day."""
        now = self._clock.now()

        def work(connection: sqlite3.Connection) -> Deploy | None:
            product = self._config().product
            near = rows.recent(connection, product, limit=BY_HAND)
            by_hand = [one for one in near if recorded_by_hand(one) and one.stage is not Stage.UNDONE]
            mine = [one for one in by_hand if number in (0, one.id)]
            mine = [one for one in mine if not version or rules.same_version(one.version, version)]
            if not mine or now - (mine[0].live_at or mine[0].began_at) > rules.OLD:
                return None
            gone = self._intake().keep(connection, replace(mine[0], stage=Stage.UNDONE, ended_at=now), now)
            self._restore(connection, gone, now)
            journal.note(connection, product, now, actor=who, did="deploy undone", subject=gone.version)
            return gone

        gone = await self._store.write(work)
        self._wake()
        return gone

    def _restore(self, connection: sqlite3.Connection, gone: Deploy, now: datetime) -> None:
        """What it seemed to have replaced is what customers have still."""
        before = next(iter(rows.live_before(connection, gone)), None)
        if gone.live_at is None or before is None:
            return
        if before.replaced_by == gone.version:
            self._intake().keep(connection, replace(before, replaced_by=""), now)
        elif before.stage is Stage.SUPERSEDED and (before.ended_at or now) >= gone.live_at:
            self._intake().keep(connection, replace(before, stage=Stage.LIVE, run=0, ended_at=None), now)

    async def again(self, number: int, who: str) -> int:
        """Walk the flows for it once more; answers the number of the walk, 0 where there is nothing to walk.

        Nor is there where customers have another one by now: what that shows says nothing about this one.
        """
        now = self._clock.now()

        def work(connection: sqlite3.Connection) -> int:
            deploy = rows.get(connection, number)
            if deploy is None or not rules.live_now(deploy) or not self._smoke.flows():
                return 0
            run = self._smoke.ask(connection, now, Cause.HAND, deploy=number, asked_by=who)
            self._intake().keep(connection, replace(deploy, run=run, asked_at=now), now)
            return run

        run = await self._store.write(work)
        self._wake()
        return run

    async def walked(self, run: int) -> None:
        """A walk of the flows is over: if it was for a deploy, that one gets its verdict."""
        number = await self._store.read(lambda c: rows.of_walk(c, run))
        if number:
            await self._read_walk(number, run)

    async def tick(self) -> int:
        """What time brings: verdicts, figures after a while, deploys that nobody ends, a version nobody reported."""
        now = self._clock.now()
        due = await self._store.read(lambda c: rows.due(c, self._config().product, now))
        done = await asyncio.gather(*(self._turn(one) for one in due), return_exceptions=True)
        self._told = tell_once({one.id: error for one, error in zip(due, done, strict=True)}, self._told)
        doubt = any(one.state is State.SUSPECT for one in self._eyes.standings())
        found = await self._versions.tick(hurry=doubt)
        if due or found:
            self._wake()
        return len(due) + found

    async def _turn(self, deploy: Deploy) -> None:
        match deploy.stage:
            case Stage.STARTED:
                await self._late(deploy.id)
            case Stage.FAILED:
                await self._tell_failed(deploy.id)
            case Stage.SMOKE | Stage.LIVE | Stage.GOOD | Stage.BAD if deploy.walking:
                await self._read_walk(deploy.id, deploy.run)
            case Stage.LIVE if not deploy.judged:
                await self._look(deploy)
            case _:
                await self._compare(deploy.id)

    async def _late(self, number: int) -> None:
        """Nobody has said how it ended."""
        now = self._clock.now()

        def work(connection: sqlite3.Connection) -> None:
            deploy = rows.get(connection, number)
            if deploy is not None:
                newer = rows.live_after(connection, deploy) is not None
                self._intake().keep(connection, rules.overdue(deploy, now, newer=newer), now)

        await self._store.write(work)

    async def _tell_failed(self, number: int) -> None:
        """It did not go out: an incident, in the same transaction as its number in the row."""
        now = self._clock.now()

        def work(connection: sqlite3.Connection, world: World) -> list[Outcome]:
            deploy = rows.get(connection, number)
            if deploy is None or deploy.stage is not Stage.FAILED or deploy.incident:
                return []
            outcome = failed(connection, world, self._config(), deploy, now)
            due = None if outcome.incident else now + RETRY
            self._intake().keep(connection, replace(deploy, incident=outcome.incident), now, due=due)
            return [outcome]

        await self._incidents.carry_out(work)

    async def _read_walk(self, number: int, run: int) -> None:
        """The verdict, where the walk is over; where nobody ever says so, the monitors are asked."""
        now = self._clock.now()

        def work(connection: sqlite3.Connection, world: World) -> list[Outcome]:
            deploy = rows.get(connection, number)
            if deploy is None or deploy.run != run or not deploy.walking or deploy.stage in rules.OVER:
                return []
            said = self._smoke.result(connection, run)
            if said is not None:
                return self._judge(connection, world, deploy, said, now)
            since = deploy.asked_at or now
            if now - since <= WALK:
                rows.put(connection, deploy, now + rules.ASK)
                return []
            given_up = replace(deploy, run=0)
            if deploy.stage is Stage.SMOKE:
                given_up = replace(given_up, stage=Stage.LIVE, tries=len(rules.LOOKS) - 1)
            self._intake().keep(connection, given_up, now)
            return []

        await self._incidents.carry_out(work)
        self._wake()

    async def _look(self, deploy: Deploy) -> None:
        """Without flows: good as soon as all pages are, bad when one is not for a minute."""
        names = worth_a_look(self._config(), deploy.service)
        said = sight_of(names, await self._eyes.fresh(names) if names else ())
        for name in said.broken:
            self._eyes.soon(name)
        now = self._clock.now()

        def work(connection: sqlite3.Connection, world: World) -> list[Outcome]:
            found = rows.get(connection, deploy.id)
            if found is None or found.stage is not Stage.LIVE or found.judged:
                return []
            settled = names and said.good == said.of
            if names and not settled and found.tries + 1 < len(rules.LOOKS):
                waiting = replace(found, tries=found.tries + 1)
                rows.put(connection, waiting, rules.next_look(waiting, now, timedelta()))
                return []
            return self._judge(connection, world, found, said, now)

        await self._incidents.carry_out(work)

    def _judge(
        self, connection: sqlite3.Connection, world: World, deploy: Deploy, said: Walked, now: datetime
    ) -> list[Outcome]:
        """Its verdict, and what that means for the incident of one that had not gone out."""
        said = replace(said, older=broken_before(connection, deploy, said.broken))
        decided = rules.judged(deploy, said, now)
        if decided.stage is Stage.BAD:
            decided = replace(decided, incident=its_incident(connection, decided))
        kept = self._intake().keep(connection, decided, now)
        return over(connection, world, self._config(), kept, now) if kept.stage is not Stage.BAD else []

    async def _compare(self, number: int) -> None:
        """Ten minutes later: the figures after it; until then the incident of a bad one is looked for."""
        now = self._clock.now()

        def work(connection: sqlite3.Connection) -> None:
            deploy = rows.get(connection, number)
            if deploy is None or deploy.live_at is None:
                return
            new = deploy
            if deploy.stage is Stage.BAD:
                new = replace(new, incident=its_incident(connection, deploy) or deploy.incident)
            until = deploy.live_at + rules.WINDOW
            if now >= until:
                later = rows.live_after(connection, deploy)
                until = min(until, later.live_at or until) if later is not None else until
                new = replace(new, after=speed(connection, deploy.product, deploy.live_at, until))
            if new != deploy:
                self._intake().keep(connection, new, now)
            else:
                rows.put(connection, deploy, rules.next_look(deploy, now, timedelta()))

        await self._store.write(work)

    def again_or(self, others: Recheck) -> Recheck:
        """Looks again for "It's Fixed" where a deploy had failed: what customers have is what counts."""

        async def look(incident: int, names: tuple[str, ...]) -> None:
            about = await self._store.read(lambda c: stored.get(c, incident))
            if PROBE not in names or about is None:
                await others(incident, names)
                return
            pages = worth_a_look(self._config(), about.service)
            said = sight_of(pages, await self._eyes.fresh(pages) if pages else ())
            good = False if said.broken else True if said.good == said.of else None
            rest = tuple(name for name in names if name != PROBE)
            if good and rest:
                await others(incident, rest)
            else:
                await self._incidents.rechecked(incident, good, said.why)

        return look
