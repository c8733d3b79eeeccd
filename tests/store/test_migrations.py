"""The schema only goes forward: every old one arrives at the present one with all of its rows."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.store import audits, migrations
from bot.store.db import Store, StoreError, connect

SCHEMAS = Path(__file__).parent / "schemas"


def _shape(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Tables with their columns, indexes and triggers: what two schemas are compared by."""
    names = connection.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
    return {
        f"{kind} {name}": [tuple(row) for row in connection.execute(f"PRAGMA table_xinfo('{name}')")]
        for kind, name in names
    }


def _old(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((SCHEMAS / f"{version}.sql").read_text())


def test_there_is_a_dump_of_every_schema():
    """Who adds a step adds the dump of what it makes: `schemas/N.sql`."""
    assert sorted(int(each.stem) for each in SCHEMAS.glob("*.sql")) == list(range(1, migrations.latest() + 1))


@pytest.mark.parametrize("version", range(1, migrations.latest() + 1))
def test_an_old_store_is_brought_up_to_date_with_its_rows(tmp_path, version):
    """The schema is the one of a new store, and what was there is there."""
    _old(tmp_path / "old.db", version)
    with closing(sqlite3.connect(tmp_path / "old.db")) as before:
        tables = [name for (name,) in before.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        counts = {name: before.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}
    old, new = Store.open(tmp_path / "old.db"), Store.open(tmp_path / "new" / "new.db")
    try:
        assert old.write_now(_shape) == new.write_now(_shape)
        for name, count in counts.items():
            if not name.startswith(("_", "sqlite_")):
                assert (
                    old.write_now(lambda c, name=name: c.execute(f"SELECT count(*) FROM {name}").fetchone()[0]) == count
                )
        kept = old.write_now(lambda c: audits.get(c, 1))
        assert kept is not None
        assert (kept.verdict, kept.asked_by) == ("go", "U1")
    finally:
        old.close()
        new.close()


NEXT = migrations.latest() + 1


def _with_more(step) -> tuple[migrations.Step, ...]:
    """All present steps and one more."""
    step.__name__ = f"m{NEXT:03}_more"
    return (*migrations.STEPS, step)


def test_before_a_step_the_file_is_copied(tmp_path):
    """The copy holds the old schema and the rows, and is readable by the owner only."""
    path = tmp_path / "launch.db"
    Store.open(path).close()
    with closing(connect(path)) as connection:
        connection.execute("INSERT INTO product VALUES ('acme', 'acme.example', 0)")
        migrations.migrate(connection, path, _with_more(lambda db: db.conn.execute("CREATE TABLE more (id INTEGER)")))
        assert migrations.version(connection) == NEXT
    copy = path.with_name(f"launch.db.before-{NEXT}")
    assert copy.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(copy)) as connection:
        assert migrations.version(connection) == NEXT - 1
        assert connection.execute("SELECT id FROM product").fetchall() == [("acme",)]


def test_a_failing_step_changes_nothing(tmp_path):
    """It is rolled back as a whole and stays to be done."""

    def broken(db: Database) -> None:
        db.conn.execute("CREATE TABLE half (id INTEGER)")
        db.conn.execute("INSERT INTO nowhere VALUES (1)")

    path = tmp_path / "launch.db"
    Store.open(path).close()
    with closing(connect(path)) as connection:
        before = _shape(connection)
        with pytest.raises(sqlite3.OperationalError):
            migrations.migrate(connection, path, _with_more(broken))
        assert migrations.version(connection) == NEXT - 1
        assert _shape(connection) == before


def test_a_store_of_a_newer_version_is_left_alone(tmp_path):
    """An older program says what to do instead of guessing."""
    path = tmp_path / "launch.db"
    Store.open(path).close()
    with closing(connect(path)) as connection:
        migrations.migrate(connection, path, _with_more(lambda db: db.conn.execute("CREATE TABLE more (id INTEGER)")))
    with pytest.raises(StoreError, match="newer version"):
        Store.open(path)


def test_a_store_that_is_up_to_date_is_opened_without_what_migrates(tmp_path):
    """Every start but the first, and every terminal command, saves the time and the memory."""
    path = tmp_path / "launch.db"
    Store.open(path).close()
    program = (
        "import sys; from pathlib import Path; from bot.store.db import Store\n"
        f"Store.open(Path({str(path)!r})).close(); print('sqlite_utils' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert said == "False\n"
