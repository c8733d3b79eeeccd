"""One run: start, die, start again, become quiet, be judged. A preloaded process forks the bot for it."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from contextlib import AsyncExitStack, closing, suppress
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from bot.services.config import Config
from bot.store import places
from bot.store.codes import to_ms
from bot.store.db import Store
from tests.soak.ground import START, Ground, die
from tests.soak.house import FILE, House, Peephole, arm
from tests.soak.judge import judge
from tests.soak.office import Line
from tests.soak.plan import Kill, Plan, draw

SCHEMAS = Path(__file__).parents[1] / "store" / "schemas"
LONGEST = 300.0
"""Real seconds that one start may take: the machine may have much else to do."""


class Failed(Exception):
    """A run that did not come to its end."""


def template(folder: Path) -> Path:
    """A store of today's format, made once for each worker in a process of its own: a fork must not copy threads."""
    import bot.store.migrations  # noqa: F401  (loaded before the forks, like everything else)

    _config()
    path = folder / "template.db"
    maker = os.fork()
    if maker == 0:
        Store.open(path, lock=False).close()
        os._exit(0)
    os.waitpid(maker, 0)
    return path


def run(plan: Plan, folder: Path, where: dict[str, str], fresh: Path) -> dict[str, Any]:
    """Carry a plan out; answers the verdict of `judge`. Raises `Failed`."""
    _lay_out(plan, folder, fresh)
    ground = Ground(folder / "ground")
    for number in range(len(plan.kills) + 1):
        kill = plan.kills[number] if number < len(plan.kills) else None
        arm(plan, ground, kill)
        ended = _start(plan, number, folder, where)
        if ended == 0:
            found: dict[str, Any] = json.loads((folder / "verdict").read_text())
            return {**found, "kills": number, "closed": (folder / "closed").exists()}
        if ended != -signal.SIGKILL or kill is None:
            raise Failed(f"{plan}: start {number} ended with {ended}\n{_said(folder)}")
        ground.put("now", ground.get("now") + kill.down)
    raise Failed(f"{plan}: no start came to its end")


def rehearse(folder: Path, where: dict[str, str], fresh: Path) -> None:
    """One life without a kill in this process: whatever is loaded or reckoned once is then there for all forks."""
    plan = replace(draw(50), kills=(), fault="none")
    _lay_out(plan, folder, fresh)
    arm(plan, Ground(folder / "ground"), None)
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    asyncio.run(_live(plan, None, folder, Line.to_office(folder), where))
    logging.disable(before)


def _lay_out(plan: Plan, folder: Path, fresh: Path) -> None:
    """Workspace, clock and file as they are before the first start."""
    ground = Ground(folder / "ground")
    ground.clear()
    ground.put("began", plan.began)
    line = Line.to_office(folder)
    rooms = line.ask({"do": "reset"})
    line.close()
    for old in (*folder.glob("launch.db*"), *folder.glob("closed")):
        old.unlink()
    _store(plan, folder, fresh)
    if not plan.strangers:
        _acquainted(plan, folder, rooms)


def _said(folder: Path) -> str:
    with suppress(OSError):
        return (folder / "said").read_text()
    return ""


def _store(plan: Plan, folder: Path, fresh: Path) -> None:
    """The file as it is before the first start: of today's format, or as an older release left it."""
    target = folder / "launch.db"
    if not plan.old_format:
        shutil.copyfile(fresh, target)
        return
    with closing(sqlite3.connect(target)) as connection:
        connection.executescript((SCHEMAS / f"{plan.old_format}.sql").read_text())


def _acquainted(plan: Plan, folder: Path, rooms: dict[str, str]) -> None:
    """Everybody has heard from the bot before, or has opened its App Home. Written as every format knows it."""
    at = START - timedelta(days=50)
    with closing(sqlite3.connect(folder / "launch.db")) as connection:
        connection.row_factory = sqlite3.Row
        for user, channel in rooms.items():
            if plan.homes and not plan.old_format:
                places.learn(connection, "shop", user, channel, at)
                continue
            connection.execute(
                "INSERT INTO outbox (delivery_id, product, subject, kind, dedup_key, prio, state, not_before, channel,"
                " slack_channel, slack_ts, created_at, sent_at) VALUES (?, 'shop', 'news:1', 'dm', ?, 20, 'sent', ?, ?,"
                " ?, '1763800000.000100', ?, ?)",
                (f"before-{user}", f"dm:news:1:1:{user}", to_ms(at), user, channel, to_ms(at), to_ms(at)),
            )
        connection.commit()


def _start(plan: Plan, number: int, folder: Path, where: dict[str, str]) -> int:
    """One life of the bot; answers its exit code, negative for a signal."""
    (folder / "said").unlink(missing_ok=True)
    if plan.real_start:
        words = [sys.executable, "-m", "tests.soak.life", str(plan.seed), str(number), str(folder), json.dumps(where)]
        process = subprocess.Popen(words)
        Ground(folder / "ground").put("pid", process.pid)
        try:
            return process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failed(f"{plan}: start {number} hangs") from None
    pid = os.fork()
    if pid == 0:
        live(plan, number, folder, where)
    return _wait(pid, plan, number)


def _wait(pid: int, plan: Plan, number: int) -> int:
    end = time.monotonic() + LONGEST
    pause = 0.002
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > end:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise Failed(f"{plan}: start {number} hangs")
        time.sleep(pause)
        pause = min(0.02, pause * 1.3)


def live(plan: Plan, number: int, folder: Path, where: dict[str, str]) -> None:
    """In a process of its own: one life, which ends it."""
    kill = plan.kills[number] if number < len(plan.kills) else None
    ground = Ground(folder / "ground")
    ground.put("pid", os.getpid())
    logging.disable(logging.CRITICAL)
    try:
        if kill is not None and kill.point == "C9":
            _die_at_statement(kill)
        asyncio.run(_live(plan, kill, folder, Line.to_office(folder), where))
    except BaseException:  # noqa: BLE001  (whatever it is, the runner must hear of it)
        (folder / "said").write_text(traceback.format_exc())
        os._exit(1)
    os._exit(0)


def _die_at_statement(kill: Kill) -> None:
    """The end comes with the n-th statement that SQLite is asked to run, whoever asks."""
    count = 0

    def called(_frame: FrameType, event: str, function: Any) -> None:
        nonlocal count
        asked = getattr(function, "__self__", None) if event == "c_call" else None
        if not isinstance(asked, sqlite3.Connection) or isinstance(asked, Peephole):
            return
        if function.__name__ in ("execute", "executemany", "backup"):
            count += 1
            if count >= kill.nth:
                die()

    threading.setprofile(called)
    sys.setprofile(called)


@cache
def _config() -> Config:
    """The product, read once: a fork inherits it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "launch.yml"
        path.write_text(FILE)
        config = Config.read(path)
    assert config.error is None, config.error
    return config


async def _live(plan: Plan, kill: Kill | None, folder: Path, line: Line, where: dict[str, str]) -> None:
    async with AsyncExitStack() as stack:
        house = House(plan, folder, line, kill, _config())
        await house.open(stack, where["api"], where["token"])
        await house.pass_time(max(plan.end, house.ground.get("now") + 1))
        house.store.kill = house.kill = None
        house.ground.put("kill_at_accepted", 0)
        if kill is not None and kill.point == "C9":
            await _checkpoint(house)
        await house.quiet()
        verdict = await judge(house, line.ask({"do": "look"}))
        (folder / "verdict").write_text(json.dumps(verdict.as_json()))


async def _checkpoint(house: House) -> None:
    """The log is written back into the file, as it is now and then."""
    with closing(sqlite3.connect(house.folder / "launch.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


__all__ = ["Failed", "draw", "live", "rehearse", "run", "template"]
