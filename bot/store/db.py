"""The one SQLite file: opened once, written by one thread, read by a few others.

Every change is a function over a connection, run inside `BEGIN IMMEDIATE … COMMIT`. Changes that wait while the writer
is busy share one commit, each behind its own savepoint; a change that fails takes no other with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from bot.store.connection import AlreadyRunning, Lock, StoreError, connect, explain
from bot.store.writer import Change, Writer

__all__ = ["FILE_NAME", "AlreadyRunning", "Lock", "Store", "StoreError", "connect", "explain"]

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

READERS = 2
FILE_NAME = "launch.db"


class Store:
    """The open store. `write` and `read` may be awaited from any task; neither blocks the loop."""

    def __init__(self, path: Path, writer: Writer, lock: Lock | None) -> None:
        self.path = path
        self._writer = writer
        self._lock = lock
        self._readers = ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="store-reader")
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._closed = False

    @classmethod
    def open(cls, path: Path, *, lock: bool = True) -> Store:
        """Open or create the store at `path`, check it, and bring its schema up to date. Raises `StoreError`.

        1. take the lock of the folder, unless `lock` is False  2. look whether the file is sound  3. copy and migrate
        4. start the writer
        """
        held = Lock(path) if lock else None
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if held is not None:
                held.take()
            with contextlib.suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            connection = _prepare(path)
        except OSError as error:
            if held is not None:
                held.release()
            raise StoreError(
                f"The data folder {path.parent} cannot be used: {error.strerror or error}. "
                "Create it, or name another one with LAUNCH_DATA."
            ) from error
        except BaseException:
            if held is not None:
                held.release()
            raise
        writer = Writer(connection, path)
        writer.start()
        return cls(path, writer, held)

    async def write(self, fn: Work[T], *, durable: bool = True) -> T:
        """Run `fn(connection)` in a transaction and return its value once it is committed; what it raises comes back.

        `fn` only talks to the connection: it is run again where SQLite undid the transaction, and neither opens nor
        ends one itself (no `executescript`). With `durable=False` a power cut may take the last moments with it.
        """
        change = Change(fn, durable)
        self._submit(change)
        value: T = await asyncio.wrap_future(change.done)
        return value

    def write_now(self, fn: Work[T]) -> T:
        """The same, waiting in the calling thread: for terminal commands that have no loop."""
        change = Change(fn, durable=True)
        self._submit(change)
        value: T = change.done.result()
        return value

    async def read(self, fn: Work[T]) -> T:
        """Run `fn(connection)` on a reader: it sees one moment of the store and cannot change it."""
        if self._closed:
            raise StoreError("The store is closed.")
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._look, fn)

    def close(self) -> None:
        """Finish what is queued, then close; harmless when closed before."""
        if self._closed:
            return
        self._closed = True
        self._writer.put(None)
        self._writer.join()
        self._readers.shutdown(wait=True)
        for connection in self._connections:
            connection.close()
        if self._lock is not None:
            self._lock.release()

    def _submit(self, change: Change) -> None:
        if self._closed:
            raise StoreError("The store is closed.")
        self._writer.put(change)

    def _look(self, fn: Work[T]) -> T:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        try:
            if connection is None:
                connection = connect(self.path, read_only=True)
                self._local.connection = connection
                self._connections.append(connection)
            connection.execute("BEGIN")
            try:
                return fn(connection)
            finally:
                connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            said = explain(error, self.path)
            if said is None:
                raise
            raise said from error


def _prepare(path: Path) -> sqlite3.Connection:
    """Connect, look whether the file is sound, and migrate."""
    from bot.store import migrations

    try:
        connection = connect(path)
        try:
            _sound(connection)
            migrations.migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise explain(error, path) or StoreError(f"{path} cannot be opened: {error}.") from error
    return connection


def _sound(connection: sqlite3.Connection) -> None:
    # quick_check reads every page but compares no index with its table: a year's file in well under a second.
    [verdict] = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(f"malformed: {verdict}")
