"""Copies are whole, also of a store that is being written, and come back only when they are sound."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from bot.services.backup import backup, restore
from bot.store import journal
from bot.store.db import AlreadyRunning, Store, StoreError

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def _rows(path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT count(*) FROM journal").fetchone()[0]


def _note(store: Store, what: str):
    return store.write(lambda c: journal.note(c, "acme", NOW, actor="U1", did=what))


async def test_a_copy_of_a_running_store_holds_all_that_was_confirmed(tmp_path):
    """While twenty writers write on, the copy is one consistent moment, in one file for the owner only."""
    store, target = Store.open(tmp_path / "data" / "launch.db"), tmp_path / "copy.db"
    await asyncio.gather(*(_note(store, f"before {i}") for i in range(200)))
    stop = asyncio.Event()

    async def go_on() -> None:
        while not stop.is_set():
            await _note(store, "meanwhile")

    writers = [asyncio.create_task(go_on()) for _ in range(20)]
    await backup(store.path, target)
    stop.set()
    await asyncio.gather(*writers)
    store.close()
    assert _rows(target) >= 200
    assert target.stat().st_mode & 0o077 == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["copy.db", "data"]


async def test_a_copy_put_back_brings_the_rows_and_keeps_what_was_there(tmp_path):
    """The replaced store stays beside it under another name."""
    path, copy = tmp_path / "data" / "launch.db", tmp_path / "copy.db"
    store = Store.open(path)
    await _note(store, "saved")
    await backup(path, copy)
    await _note(store, "later")
    store.close()
    aside = await restore(copy, path)
    assert (_rows(path), _rows(aside)) == (1, 2)
    again = Store.open(path)
    assert [entry.did for entry in await again.read(lambda c: journal.recent(c, "acme"))] == ["saved"]
    again.close()


async def test_a_copy_goes_into_an_empty_folder(tmp_path):
    """Moving house: nothing is there yet."""
    store = Store.open(tmp_path / "old" / "launch.db")
    await _note(store, "saved")
    await backup(store.path, tmp_path / "copy.db")
    store.close()
    assert await restore(tmp_path / "copy.db", tmp_path / "new" / "launch.db") is None
    assert _rows(tmp_path / "new" / "launch.db") == 1


async def test_nothing_is_put_back_under_a_running_bot(tmp_path):
    """The lock decides, and the store stays as it is."""
    store = Store.open(tmp_path / "launch.db")
    await _note(store, "saved")
    await backup(store.path, tmp_path / "copy.db")
    with pytest.raises(AlreadyRunning, match="Stop it first"):
        await restore(tmp_path / "copy.db", store.path)
    await _note(store, "goes on")
    store.close()
    assert _rows(tmp_path / "launch.db") == 2


@pytest.mark.parametrize("content", [b"", b"a letter", b"SQLite format 3\0" + b"\xff" * 9000])
async def test_what_is_no_sound_copy_is_refused_and_changes_nothing(tmp_path, content):
    """Empty, foreign or broken files."""
    path = tmp_path / "data" / "launch.db"
    store = Store.open(path)
    await _note(store, "saved")
    store.close()
    (tmp_path / "copy.db").write_bytes(content)
    with pytest.raises(StoreError):
        await restore(tmp_path / "copy.db", path)
    assert _rows(path) == 1
    assert not list((tmp_path / "data").glob("*.part"))


async def test_a_foreign_database_is_refused(tmp_path):
    """A sound SQLite file that is not ours."""
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE other (id)")
    with pytest.raises(StoreError, match="not a store of Launch Ready"):
        await restore(tmp_path / "other.db", tmp_path / "data" / "launch.db")


async def test_a_copy_of_a_newer_version_is_refused(tmp_path):
    """An older program leaves it alone."""
    store = Store.open(tmp_path / "launch.db")
    await store.write(lambda c: c.execute("INSERT INTO _sqlite_migrations VALUES (99, 'launch', 'm099_later', '')"))
    store.close()
    (tmp_path / "launch.db").rename(tmp_path / "copy.db")
    with pytest.raises(StoreError, match="newer version"):
        await restore(tmp_path / "copy.db", tmp_path / "data" / "launch.db")


async def test_without_a_store_or_onto_itself_there_is_a_sentence(tmp_path):
    """Wrong use is told, nothing is overwritten."""
    with pytest.raises(StoreError, match="nothing to copy"):
        await backup(tmp_path / "launch.db", tmp_path / "copy.db")
    Store.open(tmp_path / "launch.db").close()
    with pytest.raises(StoreError, match="the store itself"):
        await backup(tmp_path / "launch.db", tmp_path / "launch.db")
    with pytest.raises(StoreError, match="cannot be used"):
        await backup(tmp_path / "launch.db", tmp_path / "nowhere" / "copy.db")


@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal", ".lock"])
async def test_a_copy_never_takes_the_place_of_a_part_of_the_store(tmp_path, ending):
    """A journal or lock that is replaced while the bot runs would cost data."""
    store = Store.open(tmp_path / "launch.db")
    await _note(store, "saved")
    target = tmp_path / f"launch.db{ending}"
    before = target.read_bytes() if target.exists() else None
    (tmp_path / "link").symlink_to(target)
    for name in (target, tmp_path / "link"):
        with pytest.raises(StoreError, match="belongs to the store"):
            await backup(store.path, name)
    assert (target.read_bytes() if target.exists() else None) == before
    store.close()


async def test_a_copy_replaces_no_device_and_follows_no_link(tmp_path):
    """A pipe or device stays what it is; a link is replaced, and what it leads to stays as it was."""
    Store.open(tmp_path / "launch.db").close()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreError, match="no ordinary file"):
        await backup(tmp_path / "launch.db", tmp_path / "pipe")
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "link").symlink_to(tmp_path / "precious")
    (tmp_path / "link.part").symlink_to(tmp_path / "precious")
    await backup(tmp_path / "launch.db", tmp_path / "link")
    assert (tmp_path / "precious").read_text() == "precious"
    assert _rows(tmp_path / "link") == 0


async def test_what_is_made_belongs_to_its_owner_alone(tmp_path):
    """The data folder and every file in it, whatever the umask allows."""
    before = os.umask(0o022)
    try:
        store = Store.open(tmp_path / "data" / "launch.db")
        await _note(store, "saved")
        await backup(store.path, tmp_path / "copy.db")
        store.close()
        await restore(tmp_path / "copy.db", tmp_path / "new" / "launch.db")
        await restore(tmp_path / "copy.db", tmp_path / "new" / "launch.db")
    finally:
        os.umask(before)
    made = [
        tmp_path / "copy.db",
        *(path for top in ("data", "new") for path in (tmp_path / top, *(tmp_path / top).iterdir())),
    ]
    assert len(made) > 5
    assert not [path for path in made if path.stat().st_mode & 0o077]


async def test_two_at_once_put_back_one_after_the_other_or_not_at_all(tmp_path):
    """Two people restore at the same moment: the store is whole, and nothing that was there is lost."""
    path, copy = tmp_path / "data" / "launch.db", tmp_path / "copy.db"
    store = Store.open(path)
    await _note(store, "saved")
    await backup(path, copy)
    store.close()
    outcomes = await asyncio.gather(*(restore(copy, path) for _ in range(4)), return_exceptions=True)
    assert all(isinstance(one, AlreadyRunning) or one.exists() for one in outcomes)
    assert _rows(path) == 1
    kept = [one for one in outcomes if not isinstance(one, Exception)]
    assert kept
    assert all(_rows(one) == 1 for one in kept)
