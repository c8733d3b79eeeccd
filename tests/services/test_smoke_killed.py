"""kill -9 in the middle of a walk, and right before and after its result is written: it is walked to its end, once."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sqlite3
from pathlib import Path

import pytest

from bot.services.config import Config
from bot.services.incidents import Incidents
from bot.services.smoke import Cause, Smoke
from bot.store import incidents, walks
from bot.store.db import Store
from checks.flow.model import State
from tests.servers.http import Answer
from tests.services.mortal import Mortal
from tests.services.smoke_shop import PAGE, Shop, Still, shop

SIGN_UP = """
services: {shop: {owner: ben, critical: true}}
hosts: [{name: shop.test, purpose: app}]
flows:
  - id: signup
    name: Sign-up
    service: shop
    email: qa@shop.test
    steps:
      - {name: Create an account, request: {url: /signup, method: POST, form: {email: "{email}"}}}
      - {name: See it, request: {url: /account}}
    cleanup:
      - {name: Remove it, request: {url: "/remove/{run}", method: POST, form: {email: "{email}"}}}
"""


class MortalWalks(Mortal):
    """Dies when the result of a walk is written."""

    @staticmethod
    def count(connection: sqlite3.Connection) -> int:
        """How many walks are over."""
        [over] = connection.execute("SELECT count(*) FROM smoke_run WHERE ended_at IS NOT NULL").fetchone()
        return over


def bot(folder: Path, when: str) -> None:
    """A process that takes up what is asked for, and walks until it is killed."""
    Mortal.dying(1, when == "inside")

    async def work() -> None:
        opening = MortalWalks if when else Store
        store, config = opening.open(folder / "launch.db"), Config.read(folder / "launch.yml")
        clock = Still()
        heard = Incidents(store, clock, lambda: config, lambda: None)
        smoke = Smoke(store, clock, lambda: config, heard, lambda: None, environ=dict)
        await smoke.tick()
        await smoke.wait(1)
        await asyncio.Event().wait()

    asyncio.run(work())


async def killed(made: Shop, when: str = "", ready: asyncio.Event | None = None) -> None:
    """Let a process of its own walk, and see it die."""
    made.store.close()
    process = multiprocessing.get_context("spawn").Process(target=bot, args=(made.folder, when))
    process.start()
    async with asyncio.timeout(60):
        if ready is not None:
            await ready.wait()
            os.kill(process.pid, signal.SIGKILL)
        await asyncio.to_thread(process.join)
    assert process.exitcode == -signal.SIGKILL
    made.begin()


async def test_killed_between_two_steps(tmp_path: Path) -> None:
    """What it had made is removed first, by its tag; then it is walked anew."""
    reached = asyncio.Event()

    async def hang(_request) -> Answer:
        reached.set()
        await asyncio.Event().wait()
        return Answer()

    async with shop(tmp_path, SIGN_UP) as made:
        made.web.route("shop.test", "*", Answer(body=PAGE))
        made.web.route("shop.test", "/account", hang)
        number = await made.ask("signup", cause=Cause.DEPLOY, deploy=9)
        await killed(made, ready=reached)
        [(_, old)] = (await made.get(number)).course.runs
        made.web.route("shop.test", "/account", Answer(body=PAGE))
        made.web.requests.clear()
        await made.smoke.tick()
        await made.smoke.wait(number)
        walk = await made.get(number)
        assert [one.state for one in walk.seen] == [State.OK]
        assert (walk.deploy, walk.course.tries) == (9, 2)
        paths = [one.path for one in made.web.requests]
        assert paths == [f"/remove/{old}", "/signup", "/account", f"/remove/{walk.seen[0].run}"]
        assert old != walk.seen[0].run


@pytest.mark.parametrize("when", ["inside", "after"])
async def test_killed_when_the_result_is_written(tmp_path: Path, when: str) -> None:
    """The walk and its incident are written together: neither is there without the other, and neither twice."""
    async with shop(tmp_path, SIGN_UP) as made:
        made.web.route("shop.test", "*", Answer(body=PAGE))
        made.web.route("shop.test", "/account", Answer(500, "no"))
        number = await made.ask("signup")
        await killed(made, when)
        walk = await made.get(number)
        found = await made.store.read(lambda c: incidents.live(c, "shop"))
        assert (walk.over, len(found)) == ((False, 0) if when == "inside" else (True, 1))
        begun = await made.smoke.tick()
        assert begun == (when == "inside")
        await made.smoke.wait(number)
        walk = await made.get(number)
        assert (walk.over, walk.course.tries) == (True, 2 if when == "inside" else 1)
        assert len(await made.open()) == 1
        assert await made.store.read(lambda c: len(walks.recent(c, "shop"))) == 1
