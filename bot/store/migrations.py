"""The schema, step by step. Steps are only ever added at the end, and none of them throws data away.

Times are integers: milliseconds since 1970, UTC, unless a column says otherwise. Codes are those of `codes.py`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bot.store.connection import connect, explain
from bot.store.db import StoreError
from bot.store.tables.deploys import DEPLOYS
from bot.store.tables.dns_as_decided import DNS_AS_DECIDED
from bot.store.tables.drills import DRILLS
from bot.store.tables.erasing import ERASING
from bot.store.tables.foundation import FOUNDATION
from bot.store.tables.gates import GATES
from bot.store.tables.runbooks import RUNBOOKS
from bot.store.tables.watching import WATCHING
from bot.store.tables.windows import WINDOWS

if TYPE_CHECKING:
    from sqlite_utils import Database


class Step(Protocol):
    """One step, known for good by the name of its function."""

    __name__: str

    def __call__(self, db: Database, /) -> None:
        """Change the schema, within a transaction."""


def m001_foundation(db: Database) -> None:
    """Products, audits and their results, monitors and their probes, the outbox, the journal."""
    for statement in FOUNDATION:
        db.conn.execute(statement)


def m002_dns_as_decided(db: Database) -> None:
    """DNS records as people accepted them, what changed since, who answered what, and name servers that disagree."""
    for statement in DNS_AS_DECIDED:
        db.conn.execute(statement)


def m003_watching(db: Database) -> None:
    """Looks, incidents with their events and timers, clicks, silences, turns, releases, second routes."""
    for statement in WATCHING:
        db.conn.execute(statement)


def m004_erasing(db: Database) -> None:
    """People may be erased from what is otherwise only appended to."""
    for statement in ERASING:
        db.conn.execute(statement)


def m005_windows(db: Database) -> None:
    """Jobs say that they began or failed; silences come from windows that launch.yml repeats."""
    for statement in WINDOWS:
        db.conn.execute(statement)


def m006_runbooks(db: Database) -> None:
    """Runs of runbooks with their events, and what people wrote down when one asked."""
    for statement in RUNBOOKS:
        db.conn.execute(statement)


def m007_drills(db: Database) -> None:
    """Fire drills, with what they measured."""
    for statement in DRILLS:
        db.conn.execute(statement)


def m008_deploys(db: Database) -> None:
    """Deploys with their course, what outside senders said, walks of flows, measurements, counted events."""
    for statement in DEPLOYS:
        db.conn.execute(statement)


def m009_gates(db: Database) -> None:
    """What the gates of CI said last, and builds that they stopped."""
    for statement in GATES:
        db.conn.execute(statement)


STEPS: tuple[Step, ...] = (
    m001_foundation,
    m002_dns_as_decided,
    m003_watching,
    m004_erasing,
    m005_windows,
    m006_runbooks,
    m007_drills,
    m008_deploys,
    m009_gates,
)


def version(connection: sqlite3.Connection) -> int:
    """How many steps the file has behind it; 0 for an empty file."""
    [found] = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone()
    if not found:
        return 0
    [count] = connection.execute("SELECT count(*) FROM _sqlite_migrations").fetchone()
    return int(count)


def latest(steps: Sequence[Step] = STEPS) -> int:
    """How many steps this program knows."""
    return len(steps)


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A store's file of this version, to read only, also while a bot runs on it.

    Raises `StoreError` where the file cannot be read or is of another version.
    """
    try:
        with closing(connect(path, read_only=True)) as connection:
            if version(connection) != latest():
                raise StoreError(
                    f"{path} was written by another version of Launch Ready. Start the bot once, then try again."
                )
            yield connection
    except sqlite3.Error as error:
        raise explain(error, path) or StoreError(f"{path} cannot be read: {error}.") from error


def migrate(connection: sqlite3.Connection, path: Path, steps: Sequence[Step] = STEPS) -> None:
    """Apply what is missing, each step in a transaction of its own; before it, the file is copied beside itself.

    The copy is called `launch.db.before-N`, N being the step that follows. Raises `StoreError` for a file that a newer
    program has written.
    """
    found = version(connection)
    known = latest(steps)
    if found > known:
        raise StoreError(
            f"{path} was written by a newer version of Launch Ready (schema {found}, this one knows {known}). "
            "Install the newer version again, or restore a copy made before the upgrade: launch restore FILE."
        )
    if found == known:
        return
    if found:
        copy = path.with_name(f"{path.name}.before-{found + 1}")
        # Made for its owner alone before anything is in it; one that an attempt before left behind goes first.
        copy.unlink(missing_ok=True)
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        with closing(sqlite3.connect(copy)) as target:
            connection.backup(target)
    # Nobody else needs it: a store that is up to date is opened without.
    from sqlite_utils import Database, Migrations

    known_by_name = Migrations("launch")
    for step in steps:
        known_by_name()(step)
    known_by_name.apply(Database(connection, execute_plugins=False))
