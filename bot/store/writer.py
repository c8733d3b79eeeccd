"""The one thread that writes: changes that wait together share a commit, each behind its own savepoint."""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.store.connection import StoreError, explain

BATCH = 64
"""Changes that share one commit at most."""


@dataclass(slots=True)
class Change:
    run: Callable[[sqlite3.Connection], Any]
    durable: bool
    done: Future[Any] = field(default_factory=Future)


class RolledBack(Exception):
    """SQLite has undone the whole transaction by itself, the neighbours of the failing change included."""


class Writer(threading.Thread):
    """The one thread that writes. It ends when it takes None from its queue."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        super().__init__(name="store-writer", daemon=True)
        self._connection = connection
        self._path = path
        self._queue: queue.SimpleQueue[Change | None] = queue.SimpleQueue()

    def put(self, change: Change | None) -> None:
        self._queue.put(change)

    def run(self) -> None:
        open_ = True
        while open_:
            batch: list[Change] = []
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

    def _together(self, batch: list[Change]) -> None:
        """One commit for all of them; where the transaction itself breaks, each has one of its own."""
        if len(batch) > 1:
            try:
                outcomes = self._commit(batch)
            except (sqlite3.Error, RolledBack):
                pass
            else:
                for change, (value, error) in zip(batch, outcomes, strict=True):
                    self._tell(change, value, error)
                return
        for change in batch:
            try:
                [(value, error)] = self._commit([change])
            except (sqlite3.Error, RolledBack) as broken:
                cause = broken.__cause__ if isinstance(broken, RolledBack) else broken
                self._tell(change, None, cause)
            else:
                self._tell(change, value, error)

    def _commit(self, batch: list[Change]) -> list[tuple[Any, BaseException | None]]:
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

    def _one(self, change: Change) -> tuple[Any, BaseException | None]:
        connection = self._connection
        connection.execute("SAVEPOINT change")
        try:
            value = change.run(connection)
        except BaseException as error:
            if not connection.in_transaction:
                raise RolledBack from error
            connection.execute("ROLLBACK TO change")
            connection.execute("RELEASE change")
            return None, error
        connection.execute("RELEASE change")
        return value, None

    def _tell(self, change: Change, value: Any, error: BaseException | None) -> None:
        if error is None:
            change.done.set_result(value)
            return
        if isinstance(error, sqlite3.Error):
            said = explain(error, self._path)
            if said is not None:
                said.__cause__ = error
                error = said
        change.done.set_exception(error)
