"""kill -9 between any two steps of a deploy, before and after each write: nothing is lost, nothing is said twice.

A process that cannot clean up hears of three deploys, tries them, and dies after the first change that it writes, or in
the second; the next one takes up what is there. Senders say again what nobody has confirmed. The end is the same.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from bot.domain.asks import Reading, Signal
from bot.domain.deploys import Stage
from bot.domain.heard import Progress
from bot.domain.severity import Sev, Trouble
from bot.store.db import Store
from bot.store.outbox import Kind
from tests.services.deploy_house import House

LEAST, MOST = 8, 40
"""Deaths on the whole way."""


class Mortal(Store):
    """A store whose process dies at the nth change of a deploy that it writes, in the transaction or after it."""

    dies_at = 0
    inside = False
    steps = 0

    async def write(self, work: Any, **more: Any) -> Any:
        """Write, and perhaps die."""
        dies = False

        def last(connection: Any) -> Any:
            nonlocal dies
            [before] = connection.execute("SELECT total(rev) FROM deploy").fetchone()
            found = work(connection)
            [after] = connection.execute("SELECT total(rev) FROM deploy").fetchone()
            Mortal.steps += after > before
            dies = after > before and Mortal.steps == Mortal.dies_at
            if dies and Mortal.inside:
                os.kill(os.getpid(), signal.SIGKILL)
            return found

        found = await super().write(last, **more)
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)
        return found


class Life(House):
    """What happens, whichever process is there: senders repeat themselves, and walks end."""

    async def live(self) -> None:
        """From wherever it is to the end."""
        await self.hear(Progress.STARTED, "v43", "1")
        bad = await self.hear(Progress.LIVE, "v43", "1")
        await self._walk(bad, "Checkout")
        await self.hear(Progress.STARTED, "v44", "2")
        failed = await self.hear(Progress.FAILED, "v44", "2")
        await self.run(4)
        assert (await self.get(failed)).incident
        good = await self.hear(Progress.LIVE, "v45", "3")
        await self._walk(good)
        await self.run(700, every=20)

    async def _walk(self, number: int, *broken: str) -> None:
        """The walk that was asked for ends; its flow's incident is told as often as it is looked at."""
        deploy = await self.get(number)
        if deploy.stage is Stage.SMOKE:
            if broken:
                now = self.clock.time
                say = Signal("shop", "production", "shop", "Smoke: Checkout", Trouble.CHECKOUT, Sev.ONE, Reading.DOWN,
                             now, now, "Pay answered 500")  # fmt: skip
                await self.incidents.signal([say])
            await self.walk(deploy.run, *broken)
        await self.run(20)


def live(folder: Path, dies_at: int, inside: bool) -> None:
    """One process: it lives until it dies, or to the end."""
    Mortal.dies_at, Mortal.inside = dies_at, inside

    async def work() -> None:
        life = Life(folder, store=Mortal.open(folder / "launch.db"))
        await life.live()
        life.close()

    asyncio.run(work())


@pytest.fixture(scope="module")
def processes() -> Any:
    """New processes within a few milliseconds: what they need is loaded once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.services.test_deploys_killed", "bot.runbooks", "checks.runner"])
    return context


@pytest.mark.parametrize(
    ("dies_at", "inside"), [(1, False), (2, True)], ids=["after each change", "in each but the first"]
)
async def test_deploys_go_on_where_they_were_wherever_they_are_killed(tmp_path, processes, dies_at, inside):
    """One row, one message, one verdict and one incident each."""
    killed = 0
    while True:
        process = processes.Process(target=live, args=(tmp_path, dies_at, inside))
        process.start()
        await asyncio.to_thread(process.join, 60)
        if process.exitcode != -signal.SIGKILL:
            break
        killed += 1
        assert killed < MOST
    assert process.exitcode == 0
    assert killed >= LEAST
    house = House(tmp_path)
    await proven(house)
    house.close()


async def proven(house: House) -> None:
    """How it must look at the end, wherever it was killed."""
    every = {one.version: one for one in await house.all()}
    assert {name: one.stage for name, one in every.items()} == {
        "v43": Stage.BAD,
        "v44": Stage.FAILED,
        "v45": Stage.GOOD,
    }
    assert len(await house.all()) == 3
    for one in every.values():
        assert await house.messages(one.id) == [Kind.ROOT], one.version
    assert every["v45"].after is not None
    found = await house.every_incident()
    assert sorted(one.trouble for one in found) == [Trouble.CHECKOUT, Trouble.DEPLOY]
    flow = next(one for one in found if one.trouble is Trouble.CHECKOUT)
    broken = next(one for one in found if one.trouble is Trouble.DEPLOY)
    assert (every["v43"].incident, every["v44"].incident) == (flow.id, broken.id)
    assert flow.deploy == "v43"
    assert not broken.live
