"""What a database migration does that live customers would feel: data or names that go, tables that stand still.

SQL is cut into statements without being understood as a whole: comments, strings and quoted bodies are blanked, and
what is left is held against a few forms. Migrations written in a framework's own language are held against its words.
Texts come from strangers: every pattern is read against one bounded statement, and none of them looks back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONGEST = 20_000
"""Characters of one statement that are read; a seed with ten thousand rows has its verb at the beginning."""
MOST = 500
"""Risks named of one file."""
ALLOWED = "launch:allow"
"""A comment with these words on the line of a statement, or on the one before it, says that somebody looked."""


@dataclass(frozen=True, slots=True)
class Risk:
    """One statement that live customers would feel."""

    line: int
    """Where it begins, from 1."""
    code: str
    """`drops_data`, `renames`, `refuses_rows`, `changes_type`, `locks_table` or `rewrites_rows`."""
    text: str
    """Its first words, with what stood in strings left out."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its line and its words, blanked and with single spaces."""

    line: int
    text: str
    allowed: bool


_NAME = r'(?:[\w."`\[\]$]{1,200})'
_IF = r"(?:IF (?:NOT )?EXISTS )?"
_SQL: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (code, re.compile(pattern, re.IGNORECASE))
    for code, pattern in (
        ("drops_data", r"^DROP (?:TABLE|SCHEMA|DATABASE|MATERIALIZED VIEW)\b"),
        ("drops_data", r"^TRUNCATE\b"),
        ("drops_data", rf"^DELETE FROM (?:ONLY )?{_NAME}(?: AS {_NAME})?$"),  # noqa: S608  (a pattern, no query)
        ("drops_data", r"^ALTER TABLE\b.*?\bDROP COLUMN\b"),
        # MySQL and Oracle leave the word COLUMN out; what else can be dropped is named.
        (
            "drops_data",
            (
                rf"^ALTER TABLE {_IF}(?:ONLY )?{_NAME} DROP {_IF}"
                r"(?!CONSTRAINT\b|INDEX\b|KEY\b|PRIMARY\b|FOREIGN\b|CHECK\b|DEFAULT\b|PARTITION\b|COLUMN\b)[\w\"`\[]"
            ),
        ),
        ("renames", r"^ALTER (?:TABLE|VIEW|TYPE)\b.*?\bRENAME\b(?! (?:CONSTRAINT|INDEX|KEY)\b)"),
        ("renames", r"^RENAME TABLE\b"),
        ("renames", r"^ALTER TABLE\b.*?\bCHANGE (?:COLUMN )?[\w`\"]"),
        ("renames", r"^(?:EXEC|EXECUTE) (?:sys\.)?sp_rename\b"),
        ("refuses_rows", r"^ALTER TABLE\b.*?\bSET NOT NULL\b"),
        ("changes_type", r"^ALTER TABLE\b.*?\bALTER (?:COLUMN )?[\w.\"`\[\]]{1,200} (?:SET DATA )?TYPE\b"),
        ("changes_type", r"^ALTER TABLE\b.*?\bMODIFY (?:COLUMN )?[\w`\"]"),
        ("rewrites_rows", rf"^UPDATE (?:ONLY )?{_NAME}(?: AS {_NAME})? SET (?!.*\bWHERE\b)"),  # noqa: S608
    )
)
_ADDED = re.compile(r"^ALTER TABLE\b", re.IGNORECASE)
_COLUMN = re.compile(r"\bADD (?!CONSTRAINT\b|INDEX\b|KEY\b|UNIQUE\b|PRIMARY\b|FOREIGN\b|CHECK\b)", re.IGNORECASE)
_MUST = re.compile(r"\bNOT NULL\b", re.IGNORECASE)
_FILLED = re.compile(r"\b(?:DEFAULT|GENERATED|AUTO_INCREMENT|IDENTITY|SERIAL|BIGSERIAL)\b", re.IGNORECASE)
_INDEX = re.compile(
    rf"^CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY\b){_IF}(?:{_NAME} )?ON (?:ONLY )?({_NAME})", re.IGNORECASE
)
_CHECKED = re.compile(r"^ALTER TABLE\b.*?\bADD (?:CONSTRAINT\b.*?\b)?(?:FOREIGN KEY|CHECK)\b", re.IGNORECASE)
_LATER = re.compile(r"\bNOT VALID\b", re.IGNORECASE)
_TABLE = re.compile(rf"^CREATE (?:TEMP(?:ORARY)? |UNLOGGED )?TABLE {_IF}({_NAME})", re.IGNORECASE)
_ALTERED = re.compile(rf"^ALTER TABLE {_IF}(?:ONLY )?({_NAME})", re.IGNORECASE)
_BACK = re.compile(r"--\s*(?:migrate:down|\+\w{1,20} (?:StatementBegin )?Down|rollback\b|@undo|down\b)", re.IGNORECASE)
_FORTH = re.compile(r"--\s*(?:migrate:up|\+\w{1,20} Up|up\b)", re.IGNORECASE)

_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (code, re.compile(pattern))
    for code, pattern in (
        # Rails, Django, Alembic, Laravel, Knex and Sequelize, in this order where they differ.
        (
            "drops_data",
            (
                r"\b(?:drop_table|remove_columns?|DeleteModel|RemoveField|op\.drop_column|dropColumns?|dropTable|"
                r"dropIfExists|removeColumn)\s*\(?"
            ),
        ),
        (
            "renames",
            r"\b(?:rename_(?:table|column)|RenameModel|RenameField|AlterModelTable|renameColumn|renameTable)\s*\(?",
        ),
        ("changes_type", r"\b(?:change_column|changeColumn)\b\s*\(?"),
        ("refuses_rows", r"\bchange_column_null\b[^\n]{0,200}\bfalse\b"),
    )
)
_UNDO = re.compile(
    r"^\s*(?:def (?:down|downgrade)\b|(?:public )?(?:async )?function down\b|(?:async )?down\s*[(:]|"
    r"(?:module\.)?exports\.down\b|export (?:async )?(?:const|function) down\b)"
)
_DO = re.compile(
    r"^\s*(?:def (?:up|upgrade|change)\b|(?:public )?(?:async )?function up\b|(?:async )?up\s*[(:]|"
    r"(?:module\.)?exports\.up\b|export (?:async )?(?:const|function) up\b)"
)


def risks(text: str) -> tuple[Risk, ...]:
    """What in a file of SQL live customers would feel, in order; the part that only goes back is left out.

    A table made in the same file is empty: nothing that is done to it is felt.
    """
    found: list[Risk] = []
    fresh: set[str] = set()
    for one in statements(_forward(text)):
        made = _TABLE.search(one.text)
        if made:
            fresh.add(_plain(made[1]))
        code = "" if one.allowed else _code(one.text, fresh)
        if code:
            found.append(Risk(one.line, code, one.text[:120]))
        if len(found) >= MOST:
            break
    return tuple(found)


def risks_in_code(text: str) -> tuple[Risk, ...]:
    """The same for a migration in the language of a framework, by the words of the usual ones."""
    found: list[Risk] = []
    back = allowed = False
    for number, line in enumerate(text.splitlines(), 1):
        back = bool(_UNDO.search(line[:500])) or (back and not _DO.search(line[:500]))
        spared, allowed = allowed or ALLOWED in line, ALLOWED in line
        if back or spared or line.lstrip().startswith(("#", "//", "*")):
            continue
        code = next((code for code, pattern in _WORDS if pattern.search(line[:2000])), "")
        if code:
            found.append(Risk(number, code, " ".join(line.split())[:120]))
        if len(found) >= MOST:
            break
    return tuple(found)


def statements(text: str) -> Iterator[Statement]:
    """The statements of a text of SQL, comments and the insides of strings blanked."""
    allowed = {number for number, line in enumerate(text.splitlines(), 1) if ALLOWED in line}
    line = begun = 1
    words: list[str] = []
    size = 0
    for piece, kind in _pieces(text):
        if kind == ";" or (kind == "word" and size == 0):
            begun = begun if size else line
        if kind == ";":
            if size:
                yield _statement(words, begun, line, allowed)
            words, size = [], 0
        elif kind != "gone" and size < LONGEST and (kind == "word" or size):
            words.append(piece if kind == "word" else " ")
            size += len(piece)
        line += piece.count("\n")
    if size:
        yield _statement(words, begun, line, allowed)


def _statement(words: Iterable[str], begun: int, ended: int, allowed: set[int]) -> Statement:
    text = " ".join("".join(words).split())
    spared = any(number in allowed for number in range(begun - 1, min(ended, begun + 200) + 1))
    return Statement(begun, text[:LONGEST], spared)


_PIECE = re.compile(
    r"(?P<word>[^\s;'\"`$/\-#]+|[\"`])|(?P<space>\s+)|(?P<end>;)|(?P<note>--[^\n]*|#[^\n]*)|(?P<open>/\*)"
    r"|(?P<string>')|(?P<body>\$[A-Za-z_]{0,60}\$)|(?P<other>.)",
    re.DOTALL,
)


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Text and kind of each piece: `word`, `space`, `;` or `gone` (comments, insides of strings)."""
    at = 0
    while at < len(text):
        found = _PIECE.match(text, at)
        assert found is not None  # noqa: S101  (`other` takes any character)
        kind, end = found.lastgroup, found.end()
        if kind == "open":
            end = _after(text, "*/", end)
        elif kind == "string":
            end = _string(text, end)
        elif kind == "body":
            end = _after(text, found[0], end)
        piece = text[at:end]
        if kind in ("open", "note"):
            yield piece, "space" if "\n" in piece or kind == "open" else "gone"
        elif kind in ("string", "body"):
            # A mark stays, so that "SET a = '…'" still has something on its right side.
            yield "''", "word"
            yield "\n" * piece.count("\n"), "gone"
        elif kind == "space":
            yield piece, "space"
        else:
            yield piece, ";" if kind == "end" else "word"
        at = end


def _after(text: str, mark: str, start: int) -> int:
    found = text.find(mark, start)
    return len(text) if found < 0 else found + len(mark)


def _string(text: str, start: int) -> int:
    """Behind a string that began before `start`; two quotes in it stand for one, a backslash for what follows."""
    at = start
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text[at] == "'":
            if text[at + 1 : at + 2] != "'":
                return at + 1
            at += 2
        else:
            at += 1
    return len(text)


def _forward(text: str) -> str:
    """The text with the lines that only go back left empty."""
    back = False
    kept = []
    for line in text.splitlines():
        if _BACK.match(line.strip()[:100]):
            back = True
        elif _FORTH.match(line.strip()[:100]):
            back = False
        kept.append("" if back else line)
    return "\n".join(kept)


def _code(text: str, fresh: set[str]) -> str:
    altered = _ALTERED.search(text)
    if altered and _plain(altered[1]) in fresh:
        return ""
    for code, pattern in _SQL:
        if pattern.search(text):
            return code
    if _ADDED.search(text):
        parts = _COLUMN.split(text)[1:]
        if any(_MUST.search(part) and not _FILLED.search(part) for part in parts):
            return "refuses_rows"
        if _CHECKED.search(text) and not _LATER.search(text):
            return "locks_table"
    index = _INDEX.search(text)
    return "locks_table" if index and _plain(index[1]) not in fresh else ""


def _plain(name: str) -> str:
    return name.strip('"`[]').lower()
