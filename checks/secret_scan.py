"""Keys in any bytes: files of a repository, logs, bundles; with their line, and whether somebody has allowed them.

Most keys have a long row of letters and digits, and code has few such rows: only those rows are searched for the fixed
words of their forms. Bytes are read as one letter each, so that nothing is lost where a text is no text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from checks import providers
from checks.providers import Entry
from checks.secret_keys import Key, everywhere

ALLOW = b"launch:allow"
"""On the line of a key: somebody has looked at it and says that it may stand there."""
LINE = 2000
"""Bytes of a line, on either side of a key, in which the comment is looked for."""
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows of letters are looked for."""

    letters: bytes
    longest_word: int
    """Bytes before a row that may hold the fixed word of a form."""
    length: int
    marks: bytes = b""

    def within(self, data: bytes) -> bytes:
        """The rows of some bytes with what stands before them; rows that stand near each other stay together."""
        marks = data.translate(self.marks)
        full = b"\x01" * self.length
        parts: list[bytes] = []
        start = end = -1
        at = marks.find(full)
        while at >= 0:
            if start >= 0 and at - self.longest_word > end:
                parts.append(data[start:end])
                start = -1
            start = max(0, at - self.longest_word) if start < 0 else start
            end = marks.find(b"\x00", at + self.length)
            if end < 0:
                end = len(data)
                break
            at = marks.find(full, end)
        if start >= 0:
            parts.append(data[start:end])
        return b"\n".join(parts)


def _rows(letters: bytes, length: int, before: int) -> Rows:
    return Rows(letters, before, length, bytes(1 if code in letters else 0 for code in range(256)))


DENSE = _rows(_LETTERS, 20, 24)
WIDE = _rows(_LETTERS + b"+/=", 32, 48)
_SIGNED = b"eyJ"
_ASCII = bytes(min(code, 0x80) for code in range(256))
"""Whatever is no ASCII becomes a mark that belongs to no word: keys may stand right behind it."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One key at one place."""

    key: Key
    line: int
    """From 1."""
    allowed: bool = False


Words = tuple[tuple[bytes, Entry], ...]


@cache
def _forms() -> tuple[Words, Words, Words, tuple[str, ...]]:
    """The fixed words of the secret forms that are searched everywhere, in dense and in wide rows; ids in order."""
    secret = [entry for entry in providers.load("keys") if entry.text("kind") == "secret"]
    words = [(word.encode(), entry) for entry in secret for word in entry.texts("contains")]
    return (
        tuple((word, entry) for word, entry in words if not entry.flag("dense") and not entry.flag("wide")),
        tuple((word, entry) for word, entry in words if entry.flag("dense")),
        tuple((word, entry) for word, entry in words if entry.flag("wide")),
        tuple(entry.id for entry in secret),
    )


def keys(data: bytes) -> list[Key]:
    """The secret keys in some bytes, in the order of their places; each place once, with its offset."""
    plain, dense, wide, order = _forms()
    rows, wider = DENSE.within(data), WIDE.within(data)
    hit = {
        entry.id: entry
        for words, where in ((plain, data), (dense, rows), (wide, wider))
        if where
        for word, entry in words
        if word in where
    }
    signed = _SIGNED in rows
    if not hit and not signed:
        return []
    text = data.translate(_ASCII).decode("latin-1")
    found: dict[tuple[int, str], Key] = {}
    for key in everywhere(text, (hit[id] for id in order if id in hit), signed=signed):
        if key.secret:
            found.setdefault((key.at, key.text), key)
    return sorted(found.values(), key=lambda key: key.at)


def sightings(data: bytes, *, first_line: int = 1) -> Iterator[Sighting]:
    """The secret keys in some bytes with the lines on which they begin."""
    line, seen = first_line, 0
    for key in keys(data):
        line += data.count(b"\n", seen, key.at)
        seen = key.at
        yield Sighting(key, line, allowed(data, key.at))


def allowed(data: bytes, at: int) -> bool:
    """Whether the line around an offset bears the comment."""
    start = max(data.rfind(b"\n", 0, at) + 1, at - LINE, 0)
    end = data.find(b"\n", at, at + LINE)
    return ALLOW in data[start : at + LINE if end < 0 else end]
