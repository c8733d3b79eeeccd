"""A connection to the store's file, the lock of its folder, and what their errors mean in words."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path

BUSY_MS = 5000


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
