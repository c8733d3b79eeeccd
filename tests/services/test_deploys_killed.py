"""kill -9 between any two steps of a deploy, before and after each write: nothing is lost, nothing is said twice.

A process that cannot clean up hears of three deploys, tries them, and dies after the first change that it writes, or in
the second; the next one takes up what is there. Senders say again what nobody has confirmed. The end is the same.
"""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bot.domain.asks import Reading, Signal
from bot.domain.deploys import Stage
from bot.domain.heard import Progress
from bot.domain.severity import Sev, Trouble
from bot.store.outbox import Kind
from tests.services import mortal
from tests.services.deploy_house import House
from tests.services.mortal import Mortal, deaths

LEAST, MOST = 8, 40
"""Deaths on the whole way."""


class MortalDeploys(Mortal):
    """Dies at a change of a deploy."""

    @staticmethod
    def count(connection: sqlite3.Connection) -> int:
        """How many there were."""
        [changes] = connection.execute("SELECT total(rev) FROM deploy").fetchone()
        return changes


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
    Mortal.dying(dies_at, inside)

    async def work() -> None:
        life = Life(folder, store=MortalDeploys.open(folder / "launch.db"))
        await life.live()
        life.close()

    asyncio.run(work())


@pytest.fixture(scope="module")
def processes() -> Any:
    """With what they need."""
    return mortal.forks("tests.services.test_deploys_killed", "bot.runbooks", "checks.runner")


@pytest.mark.parametrize(
    ("dies_at", "inside"), [(1, False), (2, True)], ids=["after each change", "in each but the first"]
)
async def test_deploys_go_on_where_they_were_wherever_they_are_killed(tmp_path, processes, dies_at, inside):
    """One row, one message, one verdict and one incident each."""
    assert await deaths(processes, live, tmp_path, dies_at, inside, most=MOST) >= LEAST
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
