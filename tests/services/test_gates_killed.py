"""kill -9 between any two writes, in them and after: what was answered is not lost, and one message tells of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.store import heard
from bot.store.outbox import Kind
from tests.services import mortal
from tests.services.doorstep import START
from tests.services.gate_house import CLEAN, KEY, SET, VARIABLE, GateHouse, moment, report
from tests.services.mortal import Mortal, deaths

MOST = 20
"""Deaths on the whole way."""
AT = moment(START)
REPORTS = {
    "keys": report(KEY, id="1", at=AT),
    "variables": report(VARIABLE, id="2", at=AT),
    "proposal": report(KEY, id="3", at=AT, pull_request="12", branch="faster"),
    "api": report(CLEAN, id="4", at=AT, repository="acme/api"),
    "again": report(SET, id="5", at=moment(START.replace(minute=9)), run=100),
}


async def live(folder: Path) -> None:
    """Take what was not answered yet, and one that was; then work everything off."""
    house = GateHouse(folder)
    await house.close()
    house.store_by = Mortal
    house.open()
    house.later(minutes=10)
    book = folder / "answered"
    known = book.read_text().splitlines() if book.exists() else []
    for name in (*known[-1:], *(name for name in REPORTS if name not in known)):
        assert (await house.send(REPORTS[name])).status in ((200,) if name in known else (200, 202))
        if name not in known:
            with book.open("a") as file:
                file.write(name + "\n")
    await house.settled()
    await house.close()


def one_life(folder: Path, dies_at: int, inside: bool) -> None:
    """A process."""
    Mortal.dying(dies_at, inside)
    asyncio.run(live(folder))


@pytest.mark.parametrize(("dies_at", "inside"), [(1, False), (2, True)], ids=["after each", "in each but the first"])
async def test_nothing_is_lost_and_nothing_is_told_twice(tmp_path, forks, dies_at, inside):
    """One stopped build with one message, a proposal with its own, and the results of the newest run."""
    assert await deaths(forks, one_life, tmp_path, dies_at, inside, most=MOST) >= len(REPORTS) // dies_at
    house = GateHouse(tmp_path)
    builds = {one.line if one.repository == "acme/shop" else "api": one for one in await house.builds()}
    assert {name: [gate.name for gate in one.stopped] for name, one in builds.items()} == {
        "main": ["secrets"],
        "#12": ["secrets"],
        "api": [],
    }
    roots = {name: (await house.kinds(one.id)).count(Kind.ROOT) for name, one in builds.items()}
    assert roots == {"main": 1, "#12": 1, "api": 0}
    assert {(one.repository, one.found.check, one.found.code) for one in await house.results()} == {
        ("acme/shop", "sec.repo", "secret_in_code"),
        ("acme/shop", "sec.env_contract", "ok"),
        ("acme/api", "sec.repo", "ok"),
    }
    assert await house.store.read(lambda c: heard.undone(c, house.config.product)) == 0
    await house.close()


@pytest.fixture(scope="module")
def forks() -> Any:
    """With what they need."""
    return mortal.forks("tests.services.test_gates_killed", "checks.sec.repo")
