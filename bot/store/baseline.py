"""DNS records that people have accepted as right, and what has been offered to them for that."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.store.codes import from_ms, to_ms
from checks.inventory import Known


@dataclass(frozen=True, slots=True)
class Accepted:
    """One record as a person accepted it."""

    known: Known
    answer: int
    """Number of the answer that accepted it."""

    @property
    def key(self) -> tuple[str, str]:
        """Name and type: one set of values each."""
        return self.known.name, self.known.type


@dataclass(frozen=True, slots=True)
class Offered:
    """One record as it stood when it was offered: name, type, values."""

    name: str
    type: str
    values: tuple[str, ...]
    """Empty: there is none, and that is what would be accepted."""

    @property
    def key(self) -> tuple[str, str]:
        """Name and type."""
        return self.name, self.type


def dump(records: Iterable[Offered]) -> str:
    """Records as they are written down."""
    return json.dumps([[one.name, one.type, list(one.values)] for one in records], ensure_ascii=False)


def load(text: str) -> tuple[Offered, ...]:
    """The same, read back."""
    return tuple(Offered(name, type, tuple(values)) for name, type, values in json.loads(text))


def dump_accepted(rows: Iterable[Accepted]) -> str:
    """Accepted records as they stood, for the way back."""
    found = [
        [row.known.name, row.known.type, list(row.known.values), row.known.accepted_by, to_ms(row.known.at), row.answer]
        for row in rows
    ]
    return json.dumps(found, ensure_ascii=False)


def load_accepted(text: str) -> tuple[Accepted, ...]:
    """The same, read back."""
    return tuple(
        Accepted(Known(name, type, tuple(values), who, from_ms(at)), answer)
        for name, type, values, who, at, answer in json.loads(text)
    )


def accepted(connection: sqlite3.Connection, product: str) -> list[Accepted]:
    """Everything that is accepted now, by name and type."""
    rows = connection.execute("SELECT * FROM dns_baseline WHERE product = ? ORDER BY name, type", (product,))
    return [
        Accepted(
            Known(row["name"], row["type"], tuple(json.loads(row["texts"])), row["accepted_by"], from_ms(row["at"])),
            row["answer"],
        )
        for row in rows
    ]


def known(connection: sqlite3.Connection, product: str) -> tuple[Known, ...]:
    """The same, as checks read it."""
    return tuple(one.known for one in accepted(connection, product))


def keep(connection: sqlite3.Connection, product: str, rows: Sequence[Accepted]) -> None:
    """Write accepted records down; one that is there already is an error (`sqlite3.IntegrityError`)."""
    connection.executemany(
        "INSERT INTO dns_baseline (product, name, type, texts, accepted_by, at, answer) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                product,
                row.known.name,
                row.known.type,
                json.dumps(list(row.known.values), ensure_ascii=False),
                row.known.accepted_by,
                to_ms(row.known.at),
                row.answer,
            )
            for row in rows
        ],
    )


def forget(connection: sqlite3.Connection, product: str, keys: Iterable[tuple[str, str]]) -> None:
    """Take accepted records out; the answers that accepted them stay."""
    connection.executemany(
        "DELETE FROM dns_baseline WHERE product = ? AND name = ? AND type = ?", [(product, *key) for key in keys]
    )


def offer(connection: sqlite3.Connection, product: str, audit: int, records: Sequence[Offered]) -> None:
    """Write down what an audit offers; nothing where there is nothing to offer."""
    if records:
        connection.execute(
            "INSERT INTO dns_offer (audit, product, records) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (audit, product, dump(records)),
        )


def offered(connection: sqlite3.Connection, product: str, audit: int) -> tuple[Offered, ...]:
    """What an audit offered; nothing where it offered nothing, or is forgotten."""
    row = connection.execute(
        "SELECT records FROM dns_offer WHERE product = ? AND audit = ?", (product, audit)
    ).fetchone()
    return () if row is None else load(row["records"])


def newest_offer(connection: sqlite3.Connection, product: str) -> int | None:
    """The last whole audit, where it offered something; an older offer tells of a day that is gone."""
    row = connection.execute(
        "SELECT max(id) AS id FROM audit WHERE product = ? AND state = 'done' AND only_names = '[]'", (product,)
    ).fetchone()
    if row["id"] is None:
        return None
    return row["id"] if offered(connection, product, row["id"]) else None
