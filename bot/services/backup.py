"""Copies of the store: made while the bot runs, looked through before they are trusted, put back when it is stopped."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

from bot.store import migrations
from bot.store.db import Lock, StoreError, explain

T = TypeVar("T")

OWN_ENDINGS = ("-wal", "-shm", "-journal", ".lock")
"""Of the files that the running store keeps beside itself: one of them replaced would damage it."""
PAGES = 1000
"""Pages copied between two breaths, so that the running bot can write."""


async def backup(store_path: Path, target: Path) -> None:
    """A consistent copy of the store at `target`, also while the bot runs. Raises `StoreError`.

    The copy is written beside the target, looked through, and only then put in its place: a target that is there was
    never half a copy.
    """
    await asyncio.to_thread(_guarded, store_path, lambda: _backup(store_path, target))


async def restore(source: Path, store_path: Path) -> Path | None:
    """Put a copy in the place of the store; returns where the old store was kept, if there was one.

    Raises `StoreError`: for a file that is no sound store of this or an older version, and while a bot runs.
    """
    return await asyncio.to_thread(_guarded, source, lambda: _restore(source, store_path))


def _guarded(path: Path, work: Callable[[], T]) -> T:
    try:
        return work()
    except sqlite3.Error as error:
        raise explain(error, path) or StoreError(f"{path} cannot be copied: {error}.") from error
    except OSError as error:
        name = error.filename or path
        raise StoreError(f"{name} cannot be used: {error.strerror or error}.") from error


def _backup(store_path: Path, target: Path) -> None:
    if not store_path.is_file():
        raise StoreError(f"There is no store at {store_path}, so there is nothing to copy.")
    if target.exists() and target.samefile(store_path):
        raise StoreError(f"{target} is the store itself. Name another file for the copy.")
    beside = {store_path.with_name(store_path.name + ending).resolve() for ending in OWN_ENDINGS}
    if target.resolve() in beside:
        raise StoreError(f"{target} belongs to the store itself. Name another file for the copy.")
    if target.exists() and not target.is_file():
        raise StoreError(f"{target} is no ordinary file. Name another one for the copy.")
    part = target.with_name(target.name + ".part")
    try:
        _copy(store_path, part)
        _look_through(part)
        part.replace(target)
        _settle(target.parent)
    finally:
        part.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)) as there,
        closing(sqlite3.connect(target)) as here,
    ):
        there.backup(here, pages=PAGES)
        # One file, without a journal beside it, is what people copy about.
        here.execute("PRAGMA journal_mode = DELETE")
    descriptor = os.open(target, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _look_through(path: Path) -> None:
    """Raise unless it is a sound store that this program can read."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        lines = [str(line) for (line,) in connection.execute("PRAGMA integrity_check(3)")]
        if lines != ["ok"]:
            raise StoreError(f"{path} is damaged ({lines[0][:200]}). Take another copy.")
        found, known = migrations.version(connection), migrations.latest()
    if found == 0:
        raise StoreError(f"{path} is not a store of Launch Ready.")
    if found > known:
        raise StoreError(
            f"{path} was written by a newer version of Launch Ready (schema {found}, this one knows {known}). "
            "Install that version first."
        )


def _restore(source: Path, store_path: Path) -> Path | None:
    if not source.is_file():
        raise StoreError(f"There is no file {source}.")
    if store_path.exists() and source.samefile(store_path):
        raise StoreError(f"{source} is the store itself. Name the copy.")
    store_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = Lock(store_path)
    lock.take()
    part = store_path.with_name(store_path.name + ".part")
    try:
        _copy(source, part)
        _look_through(part)
        aside = _set_aside(store_path)
        part.replace(store_path)
        _settle(store_path.parent)
    finally:
        part.unlink(missing_ok=True)
        lock.release()
    return aside


def _set_aside(store_path: Path) -> Path | None:
    """Keep what is there under another name, its journal folded into it first."""
    if not store_path.exists():
        return None
    # A damaged store is kept as it is, its journal beside it.
    with suppress(sqlite3.Error), closing(sqlite3.connect(store_path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    number = 1
    while (aside := store_path.with_name(f"{store_path.name}.replaced-{number}")).exists():
        number += 1
    for ending in ("-wal", "-shm"):
        journal = store_path.with_name(store_path.name + ending)
        if journal.exists():
            journal.replace(aside.with_name(aside.name + ending))
    store_path.replace(aside)
    return aside


def _settle(folder: Path) -> None:
    """Make the renaming itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
