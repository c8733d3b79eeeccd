"""Searching many files for secrets: where each one stands, what was not looked at, and what somebody has allowed.

A secret that stands in many places is told once with its places. The secrets themselves stay in memory: what is kept
of one is its masked form and a fingerprint that only who has the secret can make.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from time import perf_counter

from checks import dotenv_file
from checks.file_pieces import Again, Plain, Source, Unreadable, head_of, pieces, readable
from checks.packed_files import members, packed
from checks.secret_keys import Key
from checks.secret_scan import allowed, sightings

SETTINGS = "settings-file"
"""Kind of a password that only its name tells."""
LARGEST = 256 * 1024 * 1024
"""Bytes of one file that are searched."""
SETTINGS_MOST = 1024 * 1024
"""Bytes of a settings file."""
NESTED = 2
"""How deep archives in archives are opened."""
PLACES = 50
"""Places of one secret that are kept."""
UNREAD = 200
LEAKS = 2000
POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]{1,200}\n){0,9}oid sha256:([0-9a-f]{64})\n"
)
"""What Git LFS leaves in the place of a large file."""
SAMPLES = ("example", "sample", "template", "dist", "defaults", "schema")
"""Endings of settings files that hold no real value."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a secret stands."""

    file: str
    """Path from the root of the repository; `archive.zip!inner.js` for what is packed."""
    line: int
    commit: str = ""
    """The commit that brought it, for what was found in history."""
    author: str = ""
    """Of that commit, masked."""
    day: str = ""
    """Of that commit: `2026-11-20`."""
    gone: bool = False
    """It is no longer in the newest version."""
    blob: str = ""

    @property
    def shown(self) -> str:
        """`src/pay.js:12`, with its commit where there is one."""
        where = f"{self.file}:{self.line}"
        return f"{where} (commit {self.commit[:10]})" if self.commit else where


@dataclass(frozen=True, slots=True)
class Leak:
    """One secret and its places."""

    key: Key
    places: tuple[Place, ...]
    more: int = 0
    """Places beyond those."""

    @property
    def gone(self) -> bool:
        """It stands in history only."""
        return all(place.gone for place in self.places)

    def fingerprint(self, salt: bytes) -> str:
        """The same for the same secret; slow to make, so that a short password cannot be guessed from it."""
        text = f"{self.key.id}\0{self.key.text}".encode("utf-8", "replace")
        return hashlib.scrypt(text, salt=salt, n=2**14, r=8, p=1, dklen=16).hex()


@dataclass(frozen=True, slots=True)
class Unread:
    """What was not looked at, and why."""

    file: str
    why: str


@dataclass(slots=True)
class Search:
    """Collects what is found; given to every reader in turn."""

    ignore: tuple[str, ...] = ()
    """Patterns of paths that are passed over: `tests/fixtures/*`."""
    ends: float = float("inf")
    """By `perf_counter`."""
    files: int = 0
    blobs: int = 0
    commits: int = 0
    read: int = 0
    """Bytes."""
    allowed: int = 0
    """Keys that stand beside the comment that allows them."""
    ignored: int = 0
    """Files that a pattern passes over."""
    history: str = ""
    """`whole`, `shallow` (only the newest commits are here), `partial` (some contents are not), `since`, `staged`,
    `off`; `none` without a repository."""
    trouble: str = ""
    """Why the search could not be done as it was asked for."""
    absent: int = 0
    """Versions that a partial clone has left where it came from."""
    large: dict[str, str] = field(default_factory=dict)
    """Contents that Git LFS keeps elsewhere, by their SHA-256, each with one of its paths."""
    more_unread: int = 0
    unread: list[Unread] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _allowed: set[str] = field(default_factory=set, repr=False)
    _found: dict[str, tuple[Key, list[Place], Counter[str]]] = field(default_factory=dict, repr=False)

    @property
    def late(self) -> bool:
        """Whether the time is up."""
        return perf_counter() > self.ends

    @property
    def leaks(self) -> tuple[Leak, ...]:
        """Each secret once: what stands in the newest version first, real keys before those of test systems.

        What the comment allows in the newest version is allowed in its earlier versions too, which nobody can change.
        """
        found = []
        for key, places, more in self._found.values():
            counted = [place for place in places if not (place.blob and key.text in self._allowed)]
            if counted:
                found.append(Leak(key, tuple(sorted(counted, key=lambda place: place.gone)), more["more"]))
        return tuple(sorted(found, key=lambda leak: (leak.key.test, leak.key.id == SETTINGS, leak.gone)))

    def skips(self, path: str) -> bool:
        """Whether a pattern passes over a path; then it is counted."""
        if any(matches(path, pattern) for pattern in self.ignore):
            self.ignored += 1
            return True
        return False

    def blind(self, file: str, why: str) -> None:
        """Note what was not looked at."""
        if len(self.unread) < UNREAD:
            self.unread.append(Unread(file, why))
        else:
            self.more_unread += 1

    def add(self, key: Key, place: Place) -> None:
        """One key at one place."""
        key = replace(key, at=0)
        if key.text not in self._found and len(self._found) >= LEAKS:
            self.blind(place.file, f"more than {LEAKS} secrets were found before it")
            return
        _, places, more = self._found.setdefault(key.text, (key, [], Counter()))
        if any((place.file, place.line, place.blob) == (one.file, one.line, one.blob) for one in places):
            return
        if len(places) < PLACES:
            places.append(place)
        else:
            more["more"] += 1

    def allow(self, text: str, blob: str) -> None:
        """A key with the comment beside it."""
        if not blob:
            self.allowed += 1
            self._allowed.add(text)

    def place(self, change: Sequence[tuple[str, Place]]) -> None:
        """Say more about places of history, each by its blob."""
        known = dict(change)
        for _, places, _more in self._found.values():
            for at, one in enumerate(places):
                if one.blob in known:
                    told = known[one.blob]
                    places[at] = replace(one, commit=told.commit, author=told.author, day=told.day, gone=told.gone)

    def blobs_found(self) -> set[str]:
        """The blobs of history in which something was found."""
        return {one.blob for _, places, _more in self._found.values() for one in places if one.blob}

    def file(self, path: str, *, shown: str) -> None:
        """Search a file of the disk."""
        try:
            with Plain(path) as source:
                self.files += 1
                self.source(shown, source, size=source.size)
        except Unreadable as error:
            self.blind(shown, str(error))

    def source(self, shown: str, source: Source, *, size: int | None = None, blob: str = "", depth: int = 0) -> None:
        """Search whatever gives bytes. Raises `Unreadable` where some of it cannot be read."""
        head = head_of(source)
        if pointer := POINTER.match(head):
            self.large.setdefault(pointer[1].decode(), shown)
        if packed(head):
            self._inside(shown, head, source, size=size, blob=blob, depth=depth)
            return
        if is_settings(shown) and (size is None or size <= SETTINGS_MOST):
            whole = head + source.read(SETTINGS_MOST)
            self._settings(shown, whole, blob)
            self._text(shown, Again(whole, source), blob)
        else:
            self._text(shown, Again(head, source), blob)

    def _inside(self, shown: str, head: bytes, source: Source, *, size: int | None, blob: str, depth: int) -> None:
        if depth >= NESTED:
            raise Unreadable("an archive inside archives")
        for name, content in members(head, source, size):
            inner = f"{shown}!{name}" if name else shown
            try:
                self.source(inner, content, blob=blob, depth=depth + 1)
            except Unreadable as error:
                self.blind(inner, str(error))
                if str(error).startswith("it unpacks"):
                    return

    def _text(self, shown: str, source: Source, blob: str) -> None:
        for piece in pieces(readable(source), LARGEST):
            self.read += piece.stop - piece.start
            for one in sightings(piece.data, first_line=piece.first_line):
                if not piece.start <= one.key.at < piece.stop:
                    continue
                if one.allowed:
                    self.allow(one.key.text, blob)
                else:
                    self.add(one.key, Place(shown, one.line, blob=blob))
            if self.late:
                raise Unreadable("the time was up")

    def _settings(self, shown: str, data: bytes, blob: str) -> None:
        """Passwords in a settings file: their form says nothing, but their name does."""
        for one in dotenv_file.parse(data.decode("utf-8", "replace")).values:
            if not dotenv_file.looks_secret(one.name, one.value):
                continue
            if any(True for _ in sightings(one.value.encode())):
                continue
            if allowed(data, data.find(one.name.encode())):
                self.allow(one.value, blob)
                continue
            key = Key(
                f"value of {one.name}",
                True,
                one.value,
                "Replace it where it was made",
                id=SETTINGS,
            )
            self.add(key, Place(shown, one.line, blob=blob))


def is_settings(path: str) -> bool:
    """Whether a file holds settings with real values: `.env`, `.env.production`, `prod.env`, but no `.env.example`."""
    name = PurePosixPath(path.rpartition("!")[2]).name.lower()
    if name in (".envrc", ".env"):
        return True
    if name.startswith(".env."):
        return not any(part in SAMPLES for part in name.split(".")[2:])
    return name.endswith(".env") and not any(part in SAMPLES for part in name.split(".")[:-1])


def matches(path: str, pattern: str) -> bool:
    """Whether a path fits a pattern: `docs/*` (anything below), `*.snap` (anywhere), `a/b.txt`."""
    if fnmatchcase(path, pattern) or fnmatchcase(path, pattern.rstrip("/") + "/*"):
        return True
    return "/" not in pattern.rstrip("/") and any(fnmatchcase(part, pattern.rstrip("/")) for part in path.split("/"))
