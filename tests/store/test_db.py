"""The store keeps what it confirmed, says what is wrong in words, and never holds up the loop."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bot.store import seen
from bot.store.db import AlreadyRunning, Store, StoreError
from tests.store.loop_watch import BLOCK, longest_block


def _count(connection: sqlite3.Connection) -> int:
    [count] = connection.execute("SELECT count(*) FROM seen_event").fetchone()
    return int(count)


def _add(id: str):
    return lambda c: c.execute("INSERT INTO seen_event VALUES ('p', ?, 0)", (id,)).rowcount


async def test_what_was_written_is_there_after_a_restart(path):
    """A confirmed change is in the file."""
    store = Store.open(path)
    assert await store.write(_add("a")) == 1
    store.close()
    again = Store.open(path)
    assert await again.read(_count) == 1
    again.close()


async def test_a_failing_change_takes_no_other_with_it(store):
    """Of changes that share a commit only the failing ones fail, each with its own exception."""

    def broken(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO seen_event VALUES ('p', 'half', 0)")
        raise LookupError("mine")

    work = [store.write(broken if i % 3 == 0 else _add(str(i))) for i in range(90)]
    results = await asyncio.gather(*work, return_exceptions=True)
    assert [isinstance(each, LookupError) for each in results] == [i % 3 == 0 for i in range(90)]
    assert await store.read(_count) == 60


async def test_a_broken_rule_of_the_schema_comes_back_as_it_is(store):
    """A constraint is a mistake of the caller, not of the disk."""
    await store.write(_add("a"))
    with pytest.raises(sqlite3.IntegrityError):
        await store.write(_add("a"))


async def test_a_change_that_ends_the_transaction_itself_is_refused_and_the_next_one_works(store):
    """Commits belong to the store."""
    with pytest.raises(sqlite3.OperationalError):
        await store.write(lambda c: c.execute("COMMIT"))
    assert await store.write(_add("next")) == 1


async def test_readers_cannot_write(store):
    """A read that tries to change something fails."""
    with pytest.raises((StoreError, sqlite3.Error)):
        await store.read(_add("a"))
    assert await store.read(_count) == 0


async def test_a_second_bot_on_the_same_folder_gets_a_clear_line(store, path):
    """The lock names the process that has it, also across processes."""
    script = f"from bot.store.db import *\nfrom pathlib import Path\nStore.open(Path({str(path)!r}))"
    run = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=60)
    assert "AlreadyRunning" in run.stderr
    assert f"process {os.getpid()}" in run.stderr
    assert "LAUNCH_DATA" in run.stderr
    with pytest.raises(AlreadyRunning):
        Store.open(path)


def test_the_file_is_for_the_owner_only(store, path):
    """What the bot knows is nobody else's business."""
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "content", [b"this is not a database, it is a letter" * 40, b"SQLite format 3\0" + b"\xff" * 8000]
)
def test_a_damaged_file_says_how_to_go_on(path, content):
    """The way out is in the message."""
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreError, match="launch restore"):
        Store.open(path)
    assert path.read_bytes() == content


async def test_damage_in_the_middle_of_the_file_is_found_at_start(path):
    """Pages that were overwritten are noticed before anything is built on them."""
    store = Store.open(path)
    for i in range(400):
        await store.write(_add(f"event-{i}-" + "x" * 200), durable=False)
    store.close()
    data = bytearray(path.read_bytes())
    data[4096 * 12 : 4096 * 40] = b"\xa5" * (4096 * 28)
    path.write_bytes(data)
    with pytest.raises(StoreError, match="damaged"):
        Store.open(path)


def test_a_folder_that_cannot_be_used_is_named(tmp_path):
    """A file in the place of the folder."""
    (tmp_path / "data").write_text("")
    with pytest.raises(StoreError, match="LAUNCH_DATA"):
        Store.open(tmp_path / "data" / "launch.db")


async def test_a_full_disk_is_said_loses_nothing_and_passes(store):
    """The change fails with a sentence, the ones before are kept, and later ones work once there is room."""
    await store.write(_add("before"))

    def limit(connection: sqlite3.Connection) -> None:
        [pages] = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    await store.write(limit)
    results = await asyncio.gather(
        *(store.write(_add(f"{i}-" + "x" * 3000)) for i in range(40)), return_exceptions=True
    )
    failed = [each for each in results if isinstance(each, BaseException)]
    assert failed
    assert all(isinstance(each, StoreError) and "no room" in str(each) for each in failed)
    assert await store.read(_count) == 1 + results.count(1)
    await store.write(lambda c: c.execute("PRAGMA max_page_count = 1000000").fetchone())
    assert await store.write(_add("after" + "x" * 9000)) == 1


async def test_a_file_locked_by_another_program_is_said(store, path):
    """Somebody has it open in an SQLite browser."""
    await store.write(lambda c: c.execute("PRAGMA busy_timeout = 50").fetchone())
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked by another program"):
        await store.write(_add("a"))
    other.execute("ROLLBACK")
    other.close()
    assert await store.write(_add("a")) == 1


@pytest.mark.alone
async def test_three_hundred_writes_at_once_never_hold_up_the_loop(store):
    """Each is confirmed, and the loop's longest block stays under 50 ms."""
    rounds, done = iter("abcdefghij"), []

    async def write() -> None:
        letter = next(rounds)
        done.append(letter)
        assert sum(await asyncio.gather(*(store.write(_add(f"{letter}{i}")) for i in range(300)))) == 300

    assert await longest_block(write) <= BLOCK
    assert await store.read(_count) == 300 * len(done)


async def test_a_caller_that_gives_up_leaves_the_writer_in_order(store):
    """Cancelling one write neither breaks nor blocks the next."""
    task = asyncio.create_task(store.write(_add("given up")))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await store.write(_add("next")) == 1


async def test_a_closed_store_says_so(path):
    """After the end there is an error, not a wait."""
    store = Store.open(path)
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        await store.write(_add("late"))
    with pytest.raises(StoreError, match="closed"):
        await store.read(_count)


WRITER = """
import asyncio, sys
from pathlib import Path
from bot.store.db import Store
async def main():
    store = Store.open(Path(sys.argv[1]))
    async def one(i):
        await store.write(lambda c: c.execute("INSERT INTO seen_event VALUES ('p', ?, 0)", (str(i),)))
        print(i, flush=True)
    for batch in range(10_000):
        await asyncio.gather(*(one(batch * 5 + i) for i in range(5)))
asyncio.run(main())
"""


def test_a_kill_loses_nothing_that_was_confirmed(path: Path):
    """A kill -9 in full writing: every confirmed row is there, and the file is sound."""
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    confirmed = [process.stdout.readline().strip() for _ in range(60)]
    process.send_signal(signal.SIGKILL)
    confirmed += process.stdout.read().split("\n")[:-1]
    process.wait()
    process.stdout.close()
    store = Store.open(path)
    rows = {row["id"] for row in store.write_now(lambda c: c.execute("SELECT id FROM seen_event").fetchall())}
    store.close()
    assert len(confirmed) >= 60
    assert set(confirmed) <= rows


async def test_an_event_is_taken_once(store, now):
    """A redelivered event is known, also after a restart, until it is forgotten."""
    assert await store.write(lambda c: seen.take(c, "p", "Ev1", now))
    assert not await store.write(lambda c: seen.take(c, "p", "Ev1", now))
    assert await store.write(lambda c: seen.take(c, "other", "Ev1", now))
    assert await store.write(lambda c: seen.purge(c, now + seen.KEEP)) == 0
    assert await store.write(lambda c: seen.purge(c, now + 2 * seen.KEEP)) == 2
