"""A person is erased: everything that happened stays, and the name in it becomes a pseudonym.

The whole file is gone through, column by column, so that no table can be forgotten. Nothing leads back from the
pseudonym to the person: no list of both is kept.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from bot.store import journal
from bot.store.connection import connect

DID = "person.erased"
_ID = re.compile(r"[UW][A-Z0-9]{2,20}")


class NotAPerson(ValueError):
    """What was given is no Slack id."""


def erase(
    connection: sqlite3.Connection, product: str, person: str, now: datetime, *, names: tuple[str, ...] = ()
) -> str:
    """Put a pseudonym in the place of a Slack id, and of `names` where one is a whole value; answers the pseudonym.

    Direct messages to the person that were not sent are dropped. Raises `NotAPerson`.
    """
    if not _ID.fullmatch(person):
        raise NotAPerson(f"{person[:30]} is no Slack member ID (U…)")
    [before] = connection.execute("SELECT count(*) FROM journal WHERE did = ?", (DID,)).fetchone()
    pseudonym = f"former colleague {before + 1}"
    connection.execute("DELETE FROM outbox WHERE kind = 'dm' AND channel = ? AND state <> 'sent'", (person,))
    connection.execute("DELETE FROM setting WHERE name LIKE '%:' || ? OR value = ?", (person, person))
    for word in (person, *names):
        if len(word) >= 3:
            _replace(connection, word, _renamer(word, pseudonym, anywhere=word == person))
    journal.note(connection, product, now, actor="terminal", did=DID, subject=pseudonym)
    return pseudonym


def _replace(connection: sqlite3.Connection, word: str, rename: Callable[[str | None], str | None]) -> None:
    connection.create_function("renamed", 1, rename, deterministic=True)
    connection.execute("INSERT INTO erasing (one, person) VALUES (1, ?)", (word,))
    for table, column in _texts(connection):
        connection.execute(
            f'UPDATE OR REPLACE "{table}" SET "{column}" = renamed("{column}")'  # noqa: S608  (names from the schema)
            f' WHERE instr("{column}", ?) > 0 AND renamed("{column}") IS NOT "{column}"',
            (word,),
        )
    connection.execute("DELETE FROM erasing")


def _texts(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Every column that holds text, but for the bot's own book-keeping."""
    tables = [
        row[0]
        for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not row[0].startswith(("sqlite_", "_")) and row[0] != "erasing"
    ]
    return [
        (table, row[1])
        for table in tables
        for row in connection.execute(f'PRAGMA table_info("{table}")')
        if row[2].upper() == "TEXT"
    ]


def _renamer(word: str, pseudonym: str, *, anywhere: bool) -> Callable[[str | None], str | None]:
    """An id goes wherever it stands, mentions with their label included; a name only where it is a whole value."""
    exact = re.escape(word)
    if anywhere:
        pattern = re.compile(rf"<@{exact}(?:\|[^<>]*)?>|(?<![A-Za-z0-9]){exact}(?![A-Za-z0-9])")
    else:
        pattern = re.compile(rf'(?<=")(?<!\\"){exact}(?=")|\A{exact}\Z')
    return lambda text: pattern.sub(pseudonym, text) if text else text


def sweep(path: Path) -> None:
    """Write the file anew, so that what was erased is not left over in unused pages. Nobody else may have it open."""
    with closing(connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
