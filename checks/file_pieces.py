"""Files in pieces of bounded size: very long, sparse, in UTF-16, packed, or no files at all.

Whatever is not looked at is raised or said, never passed over in silence.
"""

from __future__ import annotations

import codecs
import io
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, Self

PIECE = 4 * 1024 * 1024
"""Bytes that are searched at once."""
OVERLAP = 8 * 1024
"""Bytes of the end of a piece that come again at the beginning of the next: what lies across the cut is seen whole."""
BACK = 1024
"""Bytes before those, so that a name stands with its value."""
HEAD = 64 * 1024
"""Bytes that are read before it is known what a file is; most files are shorter."""
MARKS = (
    (b"\xef\xbb\xbf", ""),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


_FLAGS = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
) | getattr(os, "O_BINARY", 0)
"""No link is followed and nothing is waited for; not every system knows each of these."""


class Unreadable(Exception):
    """Why something could not be looked at, in words that go on from "could not be read: "."""


class Source(Protocol):
    """Where bytes come from."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of a file and where they stand."""

    data: bytes
    first_line: int
    start: int
    """What begins before this offset belongs to the piece before."""
    stop: int
    """What begins at or after it belongs to the next one."""


class Plain:
    """A regular file by its descriptor; holes are skipped, so a sparse file costs what it holds."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open it without following links and without waiting. Raises `Unreadable`."""
        try:
            self.fd = os.open(path, _FLAGS)
        except OSError as error:
            raise Unreadable(error.strerror or "cannot be opened") from None
        except ValueError:
            raise Unreadable("its name cannot be used") from None
        found = os.fstat(self.fd)
        self.size = found.st_size
        if not stat.S_ISREG(found.st_mode):
            self.close()
            raise Unreadable("no ordinary file")
        self.left = found.st_size or 1
        """Bytes up to the end that it had when it was opened; a file of the system may say nothing about its size."""
        self.sparse = hasattr(os, "SEEK_DATA") and getattr(found, "st_blocks", 1 << 60) * 512 < found.st_size

    def read(self, size: int, /) -> bytes:
        """The next bytes. Raises `Unreadable`."""
        if self.left <= 0:
            return b""
        try:
            if self.sparse:
                here = os.lseek(self.fd, 0, os.SEEK_CUR)
                try:
                    there = os.lseek(self.fd, here, os.SEEK_DATA)
                except OSError:
                    return b""
                if there > here:
                    return b"\x00"
            data = os.read(self.fd, size)
        except OSError as error:
            raise Unreadable(error.strerror or "cannot be read") from None
        if self.size and not self.sparse:
            self.left -= len(data)
        return data

    def close(self) -> None:
        """Give the file back."""
        os.close(self.fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Again:
    """A source whose beginning has been looked at."""

    def __init__(self, head: bytes, rest: Source) -> None:
        self.head, self.rest = io.BytesIO(head), rest

    def read(self, size: int, /) -> bytes:
        """The head first."""
        return self.head.read(size) or self.rest.read(size)


class Text:
    """Bytes of another encoding as UTF-8."""

    def __init__(self, encoding: str, rest: Source) -> None:
        self.decoder = codecs.getincrementaldecoder(encoding)("replace")
        self.rest = rest

    def read(self, size: int, /) -> bytes:
        """The next bytes; what is no text becomes a mark."""
        while raw := self.rest.read(size):
            if said := self.decoder.decode(raw):
                return said.encode("utf-8", "replace")
        return b""


def head_of(source: Source) -> bytes:
    """The first bytes of a source, as many as are needed to tell what it is."""
    head = b""
    while len(head) < HEAD and (more := source.read(HEAD - len(head))):
        head += more
    return head


def encoding_of(head: bytes) -> str:
    """`utf-16-le` and the like where the beginning looks so; empty for one byte a letter."""
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding
    even, odd = head[:512:2].count(0), head[1:512:2].count(0)
    half = len(head[:512]) // 2
    if half >= 8 and odd > half * 0.7 and even < half * 0.1:
        return "utf-16-le"
    return "utf-16-be" if half >= 8 and even > half * 0.7 and odd < half * 0.1 else ""


def readable(source: Source) -> Source:
    """The same as text in one byte a letter."""
    head = head_of(source)
    encoding = encoding_of(head)
    again = Again(head, source)
    return Text(encoding, again) if encoding else again


def pieces(source: Source, most: int) -> Iterator[Piece]:
    """The source in pieces that overlap.

    Raises:
        Unreadable: After `most` bytes, when there are more.
    """
    data, line, start, total = b"", 1, 0, 0
    while True:
        more, ended = _filled(source, PIECE - len(data))
        total += len(more)
        data += more
        if ended:
            if data:
                yield Piece(data, line, start, len(data))
            return
        stop = len(data) - OVERLAP
        yield Piece(data, line, start, stop)
        if total >= most:
            raise Unreadable(f"only its first {most // 1024 // 1024} MB were read")
        line += data.count(b"\n", 0, stop - BACK)
        data, start = data[stop - BACK :], BACK


def _filled(source: Source, size: int) -> tuple[bytes, bool]:
    """So many bytes, and whether the source ended."""
    parts: list[bytes] = []
    while size > 0:
        part = source.read(size)
        if not part:
            return b"".join(parts), True
        parts.append(part)
        size -= len(part)
    return b"".join(parts), False
