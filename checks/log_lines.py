"""Logs read piece by piece: keys, log-in tokens, cookies, passwords, card numbers, and customers' addresses.

Kept is what it was and on which line, never the value.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from checks.file_pieces import Again, Plain, Source, Unreadable, head_of, pieces, readable
from checks.masking import conceal, is_card, mask
from checks.packed_files import members, packed
from checks.secret_scan import allowed, sightings

MANY = 20
"""Different addresses of people; fewer may be the team's own."""
COUNTED = 100_000
KEPT = 50
BEARER = re.compile(
    rb"""(?i:authorization["']?\s{0,3}[:=]\s{0,3}["']?(?:bearer|basic|token)|\bbearer)\s{1,3}(?=[a-z._~+/=-]{0,64}[0-9A-Z])
    ([A-Za-z0-9._~+/=-]{16,4096})""",
    re.VERBOSE,
)
TOKEN = re.compile(rb"(?<![A-Za-z0-9_.-])(eyJ[A-Za-z0-9_-]{8,1000}\.eyJ[A-Za-z0-9_-]{4,4000}\.[A-Za-z0-9_-]{16,1000})")
COOKIE = re.compile(
    rb"""(?i:(?<![A-Za-z-])(?:set-)?cookie["']?\s{0,3}[:=]\s{0,3}["']?[^\r\n"']{0,1000}?(?:sess|sid|auth|token|remember)
    [A-Za-z0-9_.-]{0,40}=)([A-Za-z0-9%._~+/=:-]{16,4096})""",
    re.VERBOSE,
)
PASSWORD = re.compile(
    rb"""(?i:(?<![A-Za-z0-9])(?:password|passwd|passphrase)\\?["']?\s{0,2}[:=]\s{0,2}\\?["']?)([^\s"'&,;<>(){}\[\]\\]{6,200})"""
)
DIGITS = re.compile(rb"(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.]*\d)")
ISSUERS = re.compile(r"4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|3(?:0[0-5]|[68])|6(?:011|4[4-9]|5)|35")
"""First digits of card companies."""
ADDRESS = re.compile(rb"(?<![A-Za-z0-9.%+_-])([A-Za-z0-9.%+_-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})")
HIDDEN = re.compile(
    rb"^[*.x#-]+$|[*]{3}|\xe2\x80\xa6|^\[|redact|mask|filter|hidden|remov|scrub|^null|^none|^undef|^true$|^false$",
    re.IGNORECASE,
)
"""What loggers write in place of a value."""
KINDS = ("secret key", "log-in token", "cookie", "password", "card number")


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that must not be in a log."""

    kind: str
    file: str
    line: int
    shown: str
    """Masked."""


@dataclass(slots=True)
class Logs:
    """What was read of some logs."""

    ends: float = float("inf")
    files: int = 0
    read: int = 0
    """Bytes."""
    counts: dict[str, int] = field(default_factory=dict)
    """How often, by kind."""
    marks: list[Mark] = field(default_factory=list)
    """The first of each kind in each file."""
    unread: list[tuple[str, str]] = field(default_factory=list)
    also: Callable[[bytes], None] | None = None
    """Sees every piece too."""
    _cards_like: int = 0
    _addresses: set[bytes] = field(default_factory=set, repr=False)

    @property
    def addresses(self) -> int:
        """Different e-mail addresses of people."""
        return len(self._addresses)

    @property
    def found(self) -> dict[str, int]:
        """How often each kind was found. Numbers of orders pass for cards one time in ten: few among many are none."""
        few = self.counts.get("card number", 0) < 0.3 * self._cards_like
        return {kind: count for kind, count in self.counts.items() if not (few and kind == "card number")}

    def file(self, path: str, shown: str) -> None:
        """Read a log; what cannot be read is noted."""
        try:
            with Plain(path) as source:
                self.files += 1
                self.source(shown, source, source.size)
        except Unreadable as error:
            self.unread.append((shown, str(error)))

    def source(self, shown: str, source: Source, size: int | None = None) -> None:
        """Read whatever gives bytes, unpacked where it is packed. Raises `Unreadable`."""
        head = head_of(source)
        if packed(head):
            for name, content in members(head, source, size):
                self._text(f"{shown}!{name}" if name else shown, content)
        else:
            self._text(shown, Again(head, source))

    def _text(self, shown: str, source: Source) -> None:
        for piece in pieces(readable(source), 1 << 60):
            self.read += piece.stop - piece.start
            if self.also is not None:
                self.also(piece.data[piece.start : piece.stop])
            for one in sightings(piece.data, first_line=piece.first_line):
                if piece.start <= one.key.at < piece.stop and not one.allowed:
                    self._mark("secret key", shown, one.line, f"{one.key.name} {one.key.shown}")
            self._look(shown, piece.data, piece.first_line, piece.start, piece.stop)
            if perf_counter() > self.ends:
                raise Unreadable("the time was up before its end")

    def _look(self, shown: str, data: bytes, first: int, start: int, stop: int) -> None:
        lower = data.lower()
        for kind, pattern, words in (
            ("log-in token", BEARER, (b"bearer", b"authorization")),
            ("log-in token", TOKEN, (b"eyj",)),
            ("cookie", COOKIE, (b"cookie",)),
            ("password", PASSWORD, (b"password", b"passwd", b"passphrase")),
        ):
            if not any(word in lower for word in words):
                continue
            for match in pattern.finditer(data):
                if not start <= match.start(1) < stop or HIDDEN.search(match[1][:200]):
                    continue
                if kind != "password" or any(48 <= code <= 57 for code in match[1]):
                    shown_as = conceal(match[1].decode("latin-1"))
                    self._at(kind, shown, (data, first), match.start(1), shown_as)
        for match in DIGITS.finditer(data):
            digits = match[0].replace(b" ", b"").replace(b"-", b"").decode()
            if start <= match.start() < stop and ISSUERS.match(digits):
                self._cards_like += 1
                if is_card(digits):
                    self._at("card number", shown, (data, first), match.start(), f"{digits[:6]}…{digits[-2:]}")
        if b"@" in data and len(self._addresses) < COUNTED:
            for match in ADDRESS.finditer(data):
                # Hashed, so that nobody's address is kept, not even in memory.
                if mask(match[1].decode("latin-1")).encode("latin-1", "replace") != match[1]:
                    self._addresses.add(hashlib.blake2b(match[1].lower(), digest_size=8).digest())

    def _at(self, kind: str, shown: str, where: tuple[bytes, int], at: int, text: str) -> None:
        data, first = where
        if not allowed(data, at):
            self._mark(kind, shown, first + data.count(b"\n", 0, at), text)

    def _mark(self, kind: str, shown: str, line: int, text: str) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if len(self.marks) < KEPT and not any((one.kind, one.file) == (kind, shown) for one in self.marks):
            self.marks.append(Mark(kind, shown, line, " ".join(text.split())))
