"""The one SQLite file: opened once, written by one thread, read by a few others.

Every change is a function over a connection, run inside `BEGIN IMMEDIATE … COMMIT`. Changes that wait while the writer
is busy share one commit, each behind its own savepoint; a change that fails takes no other with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

BUSY_MS = 5000
READERS = 2
BATCH = 64
"""Changes that share one commit at most."""
FILE_NAME = "launch.db"


class StoreError(Exception):
    """The store cannot be used; the message says what to do, in words for the person who runs the bot."""


class AlreadyRunning(StoreError):
    """Another process holds the data folder."""


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection with the settings that every part of the bot relies on; transactions are opened by hand."""
    mode = "ro" if read_only else "rwc"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_MS / 1000,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        connection.execute("PRAGMA foreign_keys = ON")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    connection.row_factory = sqlite3.Row
    return connection


def explain(error: sqlite3.Error, path: Path) -> StoreError | None:
    """What an SQLite error means for the person who runs the bot; None where it is a mistake of ours."""
    text = str(error)
    if "full" in text:
        return StoreError(
            f"There is no room left for {path}. Nothing stored before was lost. "
            "Free some disk space; the bot goes on by itself."
        )
    if "locked" in text or "busy" in text:
        return StoreError(
            f"{path} is locked by another program. Close what has it open (an SQLite browser, a copy of the bot), "
            "then start again."
        )
    if "malformed" in text or "not a database" in text or "corrupt" in text:
        return StoreError(
            f"{path} is damaged. Move it aside and bring back the last good copy: launch restore FILE. "
            "Without a copy, start with an empty folder: only the history is lost."
        )
    if "readonly" in text or "unable to open" in text or "disk I/O" in text:
        return StoreError(
            f"{path} cannot be written ({text}). Check that the folder exists, belongs to the user who runs the bot, "
            "and that the disk is healthy."
        )
    return None


class Lock:
    """The data folder's lock: held by the running bot, let go by the system when its process ends."""

    def __init__(self, store_path: Path) -> None:
        self._path = store_path.with_name(store_path.name + ".lock")
        self._file: int | None = None

    def take(self) -> None:
        """Take it now, or raise `AlreadyRunning` with the number of the process that has it."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise AlreadyRunning(
                f"A bot is already running on {self._path.parent} (process {holder}). "
                "Stop it first, or give this one a folder of its own with LAUNCH_DATA."
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._file = descriptor

    def release(self) -> None:
        """Let go; harmless when it is not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


@dataclass(slots=True)
class _Change:
    run: Work[Any]
    durable: bool
    done: Future[Any] = field(default_factory=Future)


class _Rolled(Exception):
    """SQLite has undone the whole transaction by itself, the neighbours of the failing change included."""


class _Writer(threading.Thread):
    """The one thread that writes. It ends when it takes None from its queue."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        super().__init__(name="store-writer", daemon=True)
        self._connection = connection
        self._path = path
        self._queue: queue.SimpleQueue[_Change | None] = queue.SimpleQueue()

    def put(self, change: _Change | None) -> None:
        self._queue.put(change)

    def run(self) -> None:
        open_ = True
        while open_:
            batch: list[_Change] = []
            item = self._queue.get()
            while item is not None:
                if item.done.set_running_or_notify_cancel():
                    batch.append(item)
                if len(batch) >= BATCH or self._queue.empty():
                    break
                item = self._queue.get()
            open_ = item is not None
            if batch:
                self._together(batch)
        while not self._queue.empty():
            late = self._queue.get()
            if late is not None and late.done.set_running_or_notify_cancel():
                late.done.set_exception(StoreError("The store is closed."))
        self._connection.close()

    def _together(self, batch: list[_Change]) -> None:
        """One commit for all of them; where the transaction itself breaks, each has one of its own."""
        if len(batch) > 1:
            try:
                outcomes = self._commit(batch)
            except (sqlite3.Error, _Rolled):
                pass
            else:
                for change, (value, error) in zip(batch, outcomes, strict=True):
                    self._tell(change, value, error)
                return
        for change in batch:
            try:
                [(value, error)] = self._commit([change])
            except (sqlite3.Error, _Rolled) as broken:
                cause = broken.__cause__ if isinstance(broken, _Rolled) else broken
                self._tell(change, None, cause)
            else:
                self._tell(change, value, error)

    def _commit(self, batch: list[_Change]) -> list[tuple[Any, BaseException | None]]:
        durable = any(change.durable for change in batch)
        self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            outcomes = [self._one(change) for change in batch]
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        return outcomes

    def _one(self, change: _Change) -> tuple[Any, BaseException | None]:
        connection = self._connection
        connection.execute("SAVEPOINT change")
        try:
            value = change.run(connection)
        except BaseException as error:
            if not connection.in_transaction:
                raise _Rolled from error
            connection.execute("ROLLBACK TO change")
            connection.execute("RELEASE change")
            return None, error
        connection.execute("RELEASE change")
        return value, None

    def _tell(self, change: _Change, value: Any, error: BaseException | None) -> None:
        if error is None:
            change.done.set_result(value)
            return
        if isinstance(error, sqlite3.Error):
            said = explain(error, self._path)
            if said is not None:
                said.__cause__ = error
                error = said
        change.done.set_exception(error)


class Store:
    """The open store. `write` and `read` may be awaited from any task; neither blocks the loop."""

    def __init__(self, path: Path, writer: _Writer, lock: Lock | None) -> None:
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
            path.parent.mkdir(parents=True, exist_ok=True)
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
        writer = _Writer(connection, path)
        writer.start()
        return cls(path, writer, held)

    async def write(self, fn: Work[T], *, durable: bool = True) -> T:
        """Run `fn(connection)` in a transaction and return its value once it is committed; what it raises comes back.

        `fn` only talks to the connection: it is run again where SQLite undid the transaction, and neither opens nor
        ends one itself (no `executescript`). With `durable=False` a power cut may take the last moments with it.
        """
        change = _Change(fn, durable)
        self._submit(change)
        value: T = await asyncio.wrap_future(change.done)
        return value

    def write_now(self, fn: Work[T]) -> T:
        """The same, waiting in the calling thread: for terminal commands that have no loop."""
        change = _Change(fn, durable=True)
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

    def _submit(self, change: _Change) -> None:
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
