"""kill -9 between any two steps of a run, before and after each write: the run goes on where it was.

A process that cannot clean up walks through a runbook and dies after the first step that it writes, or in the second;
the next one takes it up and goes on like any person: it reads where the run stands, and clicks. The end is the same as
without.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bot.domain.incident import Status
from bot.domain.runbook import run as r
from bot.domain.runbook.book import Ask, Call, Do
from bot.domain.runbook.run import LIVE, Sight, Standing, Verdict
from bot.services.config import Config
from bot.store import incidents, outbox, runs
from bot.store.outbox import Kind
from tests.services import mortal
from tests.services.mortal import Mortal, deaths
from tests.services.test_runbooks import BAD, BOOK, FILE, GOOD, House

LEAST, MOST = 6, 20
"""Deaths on the whole way."""
PAST = ["It Runs", "done", "different", "good"]


class MortalRuns(Mortal):
    """Dies at a step of a run."""

    @staticmethod
    def count(connection: sqlite3.Connection) -> int:
        """How many there were."""
        [changes] = connection.execute("SELECT count(*) FROM run_event").fetchone()
        return changes


class Person(House):
    """Somebody who only reads and clicks, whichever process is there."""

    async def walk(self) -> None:
        """From wherever it is to the end. What is seen follows from how often the step was looked at."""
        if not await self.store.read(lambda c: incidents.recent(c, "shop")):
            await self.outage()
        elif not (await self.store.read(lambda c: incidents.place(c, 1))).ts:
            await self.pass_time(seconds=30)
            await self.store.write(lambda c: incidents.shown(c, 1, "C0OPS", "111.222"))
        if not await self.store.read(lambda c: runs.recent(c, "shop")):
            await self.start(incident=1)
        for _ in range(30):
            run = await self.run()
            if run.standing not in LIVE:
                return
            step = BOOK.steps[run.step]
            if run.standing is not Standing.OPEN:
                await self.pass_time(seconds=20)
            elif isinstance(step, Ask):
                await self.click(r.Answered, choice=0)
            elif isinstance(step, Do):
                await self.click(r.DidIt)
            elif isinstance(step, Call):
                raise AssertionError(run)
            else:
                await self.click(r.LooksDifferent)
            await self.runbooks.settle()
        raise AssertionError("it does not end")

    async def look(self, asked, _run, _cause, _incident) -> Sight:
        """Bad at the check; in the wait good the second time."""
        run = await self.run()
        return GOOD if asked.step == "patience" and run.looks else BAD


def walk(folder: Path, dies_at: int, inside: bool) -> None:
    """One process: it walks until it dies, or to the end."""
    Mortal.dying(dies_at, inside)

    async def work() -> None:
        import tests.services.test_runbooks as module

        module.Store = MortalRuns  # type: ignore[misc]
        person = Person(folder / "launch.db", Config.read(folder / "launch.yml"))
        # Slack never marks two clicks alike.
        person.clicks = os.getpid() * 1000
        kept = await person.store.read(lambda c: runs.events(c, 1))
        person.time = kept[-1].at if kept else person.time
        await person.walk()
        await person.runbooks.stop()
        person.store.close()

    asyncio.run(work())


@pytest.fixture(scope="module")
def processes() -> Any:
    """With what they need."""
    return mortal.forks("tests.services.test_runbooks_killed", "bot.runbooks", "checks.runner")


@pytest.mark.parametrize(
    ("dies_at", "inside"), [(1, False), (2, True)], ids=["after each step", "in each but the first"]
)
async def test_a_run_goes_on_where_it_was_wherever_it_is_killed(tmp_path, processes, dies_at, inside):
    """No click counts twice, no step is lost, one message, one story, and the incident ends by the proof."""
    (tmp_path / "launch.yml").write_text(FILE)
    assert await deaths(processes, walk, tmp_path, dies_at, inside, most=MOST) >= LEAST
    await proven(tmp_path)


async def proven(folder: Path) -> None:
    """How it must look at the end, wherever it was killed."""
    house = House(folder / "launch.db", Config.read(folder / "launch.yml"))
    run = await house.run()
    assert (run.standing, [one.said for one in run.past]) == (Standing.FIXED, PAST)
    assert run.sight is not None
    assert run.sight.verdict is Verdict.GOOD
    kept = await house.store.read(lambda c: runs.events(c, 1))
    assert [one.rev for one in kept] == list(range(1, run.rev + 1))
    assert await house.store.read(lambda c: len(runs.recent(c, "shop"))) == 1
    rows = await house.store.read(lambda c: outbox.trail(c, "shop", "run:1"))
    assert [one.kind for one in rows if not one.about and one.kind is not Kind.EDIT] == [Kind.ROOT]
    story = [one[0] for one in await house.story()]
    assert story == ["began", "answered", "did", "checked", "different", "checked", "checked", "fixed"]
    incident = await house.incident()
    assert incident.status in (Status.RESOLVED, Status.CLOSED)
    assert incident.resolved_by == "U0ANA"
    house.store.close()
