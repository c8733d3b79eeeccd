"""The whole bot on a bad disk: it stops with what to do, goes on when it can, and a copy brings everything back."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.demo.workspace.workspace_server import words
from bot.domain.asks import Reading, Signal
from bot.domain.incident import Status
from bot.domain.severity import Sev, Trouble
from bot.store import incidents
from bot.store.db import Store
from tests.scenarios.story import FILE, OPS
from tests.scenarios.test_bad_days import ended, environment, running, start
from tests.scenarios.world import World
from tests.scenarios.world import running as living

pytestmark = pytest.mark.slow


def database(world: World) -> Path:
    """Where the bot of this world keeps what it knows."""
    return world.settings().database


async def command(world: World, *args: str) -> tuple[int, str]:
    """Run `launch …` beside the bot; answers its exit code and everything that it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *args),
        cwd=world.folder,
        env=environment(world),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    return process.returncode, said.decode()


@pytest.mark.parametrize("damage", ["a letter", "torn pages", "an empty page at the front"])
async def test_a_damaged_file_stops_the_start_with_the_way_out(world, damage):
    """Exit 1, one message with `launch restore` in it, and the file is left as it was for whoever can save it."""
    path = database(world)
    Store.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        for number in range(300):
            connection.execute("INSERT INTO seen_event VALUES ('shop', ?, 1)", (f"event {number} " + "x" * 300,))
        connection.commit()
    whole = path.read_bytes()
    spoilt = {
        "a letter": b"Dear founder, this was a database once. " * 500,
        "torn pages": whole[: 4096 * 6] + b"\xa5" * 4096 * 20 + whole[4096 * 26 :],
        "an empty page at the front": bytes(4096) + whole[4096:],
    }[damage]
    path.write_bytes(spoilt)
    code, said = await ended(await start(world))
    assert code == 1, said
    assert "launch restore" in said
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) <= 4
    assert path.read_bytes() == spoilt


async def test_a_file_that_another_program_holds_stops_the_start_in_words(world):
    """An SQLite browser with a transaction open: named as the reason, and nothing is broken by it."""
    path = database(world)
    Store.open(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        code, said = await ended(await start(world))
        assert code == 1, said
        assert "locked by another program" in said
        assert "Traceback" not in said
        other.execute("ROLLBACK")
    async with running(world):
        assert (await world.slack.command("mia", "#launch", "/launch help")).ok


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_that_may_not_be_written_is_named(world):
    """The setting that leads elsewhere is in the message."""
    folder = database(world).parent
    folder.mkdir(parents=True)
    folder.chmod(0o500)
    code, said = await ended(await start(world))
    folder.chmod(0o700)
    assert (code, "LAUNCH_DATA" in said, "Traceback" in said) == (1, True, False)


async def test_a_copy_made_while_it_runs_brings_back_who_was_on_it(world):
    """Back up under way, lose the disk, restore, start: the same card goes on, taken, and is not posted again."""
    slack = world.slack
    world.company.config.write_text(FILE.replace(OPS, slack.workspace.channel("#launch").id).split("monitors:")[0])
    async with living(world.settings()) as bot:
        now = bot.services.clock.now()
        since = now - timedelta(minutes=5)
        signal = Signal(
            "shop", "production", "sign-up", "Sign-up", Trouble.LEAK, Sev.ONE, Reading.DOWN, since, now, "a key"
        )
        await bot.services.incidents.signal([signal])
        card = await slack.wait_for(lambda m: "incident.ack" in str(m.get("blocks")), channel="#launch", timeout=60)
        assert (await slack.click("ben", card, "incident.ack")).ok
        await slack.wait_for(lambda m: m["ts"] == card["ts"] and "BEING FIXED" in str(m["blocks"]), channel="#launch")
        code, said = await command(world, "backup", "safe.db")
        assert code == 0, said
    for left in database(world).parent.glob("launch.db*"):
        left.unlink()
    code, said = await command(world, "restore", "safe.db")
    assert code == 0, said
    async with living(world.settings()) as again:
        [row] = await again.services.store.read(lambda c: incidents.live(c, "shop"))
        assert (row.status, row.acker) == (Status.ACKED, "UBEN")
        assert (await slack.command("mia", "#launch", "/launch ack INC-1")).ok
        told = await slack.wait_for("Somebody is on INC-1 already", user="mia")
        assert "Ben" in words(told) or "UBEN" in words(told)
    assert [m["ts"] for m in slack.messages("#launch") if m["text"].startswith("SEV1")] == [card["ts"]]


async def test_nothing_is_restored_under_a_running_bot(world):
    """It is told to stop first, and the bot goes on."""
    async with running(world):
        assert (await command(world, "backup", "safe.db"))[0] == 0
        code, said = await command(world, "restore", "safe.db")
        assert code == 1
        assert "Stop it first" in said
        assert (await world.slack.command("mia", "#launch", "/launch help")).ok
