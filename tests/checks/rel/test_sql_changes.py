"""Migrations are read for what live customers would feel, and for nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.sql_changes import risks, risks_in_code, statements
from tests.growth import LARGE, slow_pieces

FELT = {
    "DROP TABLE users": "drops_data",
    "drop table if exists users cascade": "drops_data",
    "TRUNCATE TABLE orders": "drops_data",
    "DELETE FROM carts": "drops_data",
    "ALTER TABLE users DROP COLUMN name": "drops_data",
    "ALTER TABLE users DROP name": "drops_data",
    'ALTER TABLE "users" ADD COLUMN a int, DROP COLUMN "b"': "drops_data",
    "ALTER TABLE users RENAME COLUMN a TO b": "renames",
    "ALTER TABLE users RENAME TO people": "renames",
    "RENAME TABLE a TO b": "renames",
    "ALTER TABLE users CHANGE name title varchar(20)": "renames",
    "EXEC sp_rename 'a', 'b'": "renames",
    "ALTER TABLE users ALTER COLUMN a SET NOT NULL": "refuses_rows",
    "ALTER TABLE users ADD COLUMN plan text NOT NULL": "refuses_rows",
    "ALTER TABLE users ADD a int DEFAULT 1, ADD b int NOT NULL": "refuses_rows",
    "ALTER TABLE users ALTER COLUMN id TYPE bigint": "changes_type",
    "ALTER TABLE users MODIFY name varchar(10)": "changes_type",
    "CREATE INDEX a ON users (email)": "locks_table",
    "create unique index on users (email)": "locks_table",
    "ALTER TABLE a ADD CONSTRAINT c FOREIGN KEY (b) REFERENCES d (id)": "locks_table",
    "UPDATE users SET plan = 'free'": "rewrites_rows",
}
FINE = (
    "CREATE TABLE a (id int PRIMARY KEY, b text NOT NULL)",
    "ALTER TABLE users ADD COLUMN plan text",
    "ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT 'free'",
    "ALTER TABLE users ADD COLUMN n int GENERATED ALWAYS AS IDENTITY NOT NULL",
    "CREATE INDEX CONCURRENTLY a ON users (email)",
    "ALTER TABLE a ADD CONSTRAINT c FOREIGN KEY (b) REFERENCES d (id) NOT VALID",
    "ALTER TABLE a DROP CONSTRAINT c",
    "ALTER TABLE a DROP INDEX i",
    "ALTER TABLE a ALTER COLUMN b DROP NOT NULL",
    "ALTER TABLE a ALTER COLUMN b DROP DEFAULT",
    "ALTER TABLE a RENAME CONSTRAINT c TO d",
    "UPDATE users SET plan = 'free' WHERE plan IS NULL",
    "DELETE FROM carts WHERE made < now()",
    "DROP INDEX CONCURRENTLY a",
    "DROP VIEW v",
    "INSERT INTO notes VALUES ('please DROP TABLE users; then rest')",
    "-- DROP TABLE users\nSELECT 1",
    "/* DROP TABLE users; */ SELECT 1",
    "DO $$ BEGIN EXECUTE 'DROP TABLE x'; END $$",
)


@pytest.mark.parametrize(("text", "code"), FELT.items())
def test_what_is_felt_is_named(text, code):
    """Each form of it, with the line it stands on, alone and behind something harmless."""
    for before in ("", "-- a note\n\nSELECT 'it''s; fine';\n"):
        found = risks(f"{before}{text};\nSELECT 1;\n")
        assert [(one.code, one.line) for one in found] == [(code, 1 + before.count("\n"))]


@pytest.mark.parametrize("text", FINE)
def test_what_nobody_feels_is_left_alone(text):
    """What only adds, what waits, what stands in comments and strings."""
    assert risks(text + ";") == ()


def test_a_table_made_in_the_same_file_is_empty():
    """Whatever is done to it holds up nobody."""
    text = "CREATE TABLE plans (id int);\nCREATE INDEX a ON plans (id);\nALTER TABLE plans ADD COLUMN b int NOT NULL;"
    assert risks(text) == ()
    assert [one.code for one in risks(text + "\nCREATE INDEX c ON users (id);")] == ["locks_table"]


@pytest.mark.parametrize("mark", ["-- migrate:down", "-- +goose Down", "-- +migrate Down", "-- rollback"])
def test_the_way_back_is_left_out(mark):
    """What only runs when somebody goes back is no risk of going forward."""
    assert risks(f"CREATE TABLE a (b int);\n{mark}\nDROP TABLE a;\n") == ()
    assert len(risks(f"DROP TABLE old;\n{mark}\nDROP TABLE a;\n")) == 1


def test_who_has_looked_says_so():
    """A comment on the line or on the one before it; it speaks for that statement only."""
    text = "-- launch:allow nobody reads it since May\nDROP TABLE old;\nDROP TABLE users; \nTRUNCATE a; -- launch:allow"
    assert [(one.line, one.code) for one in risks(text)] == [(3, "drops_data")]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("class A < ActiveRecord::Migration\n  def change\n    remove_column :users, :name\n", ["drops_data"]),
        ("def up\n  add_column :a, :b\nend\ndef down\n  drop_table :a\nend\n", []),
        ("    operations = [migrations.RemoveField('a', 'b'), ]\n", ["drops_data"]),
        ("def upgrade():\n    op.drop_column('a', 'b')\ndef downgrade():\n    op.drop_table('c')\n", ["drops_data"]),
        (
            "public function up() {\n  $t->renameColumn('a');\n}\npublic function down() {\n $t->dropColumn('x');\n",
            ["renames"],
        ),
        ("exports.up = k => k.schema.dropTable('a')\nexports.down = k => k.schema.dropTable('b')\n", ["drops_data"]),
        ("# drop_table :a\n// dropTable('b')\n", []),
        ("remove_column :a, :b # launch:allow\n", []),
    ],
)  # fmt: skip
def test_migrations_of_frameworks(text, codes):
    """By the words of Rails, Django, Alembic, Laravel and Knex; what only goes back is left out."""
    assert [one.code for one in risks_in_code(text)] == codes


def test_a_statement_of_many_lines_stands_where_it_begins():
    """The line is the one on which its first word is, behind strings and bodies of many lines."""
    text = "INSERT INTO a VALUES ('x\ny');\n\nALTER TABLE users\n  ADD COLUMN b int,\n  DROP COLUMN c\n;"
    assert [(one.line, one.code) for one in risks(text)] == [(4, "drops_data")]


@given(st.text(alphabet="';\"`$/*-#\n aDROPTABLE\\", max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_has_an_end(text):
    """Whatever stands in a file: it is read to its end, and every line that is named is there."""
    lines = text.count("\n") + 1
    assert all(1 <= one.line <= lines for one in (*statements(text), *risks(text)))


def test_a_huge_file_does_not_take_long():
    """Repeated pieces, a string without an end, one statement of a megabyte."""
    pieces = ("'", "$$", "/*", "ALTER TABLE a ADD ", "ALTER TABLE a DROP ", "CREATE INDEX a ON ", "UPDATE a SET ")
    assert not slow_pieces(risks, pieces, sizes=LARGE)
