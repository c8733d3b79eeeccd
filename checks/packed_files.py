"""What archives hold: zip, jar, whl, tar, and what is compressed with gzip, bzip2 or xz; bounded, whatever is in them.

A few kilobytes can unpack to terabytes, and archives can hold archives without end: so each has a budget.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from checks.file_pieces import Again, Source, Unreadable, head_of

UNPACKED = 128 * 1024 * 1024
"""Bytes that one archive may unpack to."""
PACKED = 256 * 1024 * 1024
"""Bytes of an archive that are read at most."""
MEMBERS = 100_000
MEMORY = 128 * 1024 * 1024
"""Bytes that unpacking may need."""
ZIP = b"PK\x03\x04"
STREAMS = ((b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ\x00", "xz"))
CLOSED = (
    (b"7z\xbc\xaf\x27\x1c", "packed with 7-Zip, which is not unpacked here"),
    (b"Rar!\x1a\x07", "packed with RAR, which is not unpacked here"),
    (b"\x28\xb5\x2f\xfd", "packed with Zstandard, which is not unpacked here"),
    (b"# v2 git bundle\n", "a bundle of git; clone it, and search the clone"),
    (b"# v3 git bundle\n", "a bundle of git; clone it, and search the clone"),
    (b"PACK\x00\x00\x00\x02", "a pack of git, which is not unpacked here"),
)
_BROKEN = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    RuntimeError,
    NotImplementedError,
    ValueError,
    KeyError,
    OverflowError,
)
"""What the readers of archives raise for damaged, encrypted or unknown ones."""


def packed(head: bytes) -> bool:
    """Whether a file that begins so is an archive."""
    return head.startswith((ZIP, *(mark for mark, _ in STREAMS), *(mark for mark, _ in CLOSED)))


class Budget:
    """A source that ends with an error once an archive has given too much."""

    def __init__(self, source: Source, left: list[int]) -> None:
        self.source, self.left = source, left

    def read(self, size: int, /) -> bytes:
        """The next bytes. Raises `Unreadable`."""
        if self.left[0] <= 0:
            raise Unreadable(f"it unpacks to more than {UNPACKED // 1024 // 1024} MB")
        try:
            data = self.source.read(min(size, self.left[0]))
        except _BROKEN as error:
            raise Unreadable(_why(error)) from None
        self.left[0] -= len(data)
        return data


def members(head: bytes, source: Source, size: int | None = None) -> Iterator[tuple[str, Source]]:
    """Names and contents of what an archive holds; each content must be read before the next one is asked for.

    Raises:
        Unreadable: Where it is damaged, encrypted, too large or packed in an unknown way.
    """
    for mark, why in CLOSED:
        if head.startswith(mark):
            raise Unreadable(why)
    if size is not None and size > PACKED:
        raise Unreadable(f"an archive of more than {PACKED // 1024 // 1024} MB")
    left = [UNPACKED]
    try:
        if head.startswith(ZIP):
            yield from _zipped(_whole(Again(head, source)), left)
        else:
            yield from _streamed(head, source, left)
    except Unreadable:
        raise
    except _BROKEN as error:
        raise Unreadable(_why(error)) from None


def _why(error: Exception) -> str:
    encrypted = "encrypted" in str(error) or "password" in str(error)
    return "a locked archive" if encrypted else "a damaged archive"


def _whole(source: Source) -> BytesIO:
    """A zip file is read from its end, so all of it is needed."""
    buffer = BytesIO()
    while data := source.read(1024 * 1024):
        buffer.write(data)
        if buffer.tell() > PACKED:
            raise Unreadable(f"an archive of more than {PACKED // 1024 // 1024} MB")
    return buffer


def _zipped(file: BytesIO, left: list[int]) -> Iterator[tuple[str, Source]]:
    with zipfile.ZipFile(file) as archive:
        for number, member in enumerate(archive.infolist()):
            if number >= MEMBERS:
                raise Unreadable(f"it holds more than {MEMBERS} files")
            if not member.is_dir():
                with archive.open(member) as content:
                    yield member.filename, Budget(content, left)


def _streamed(head: bytes, source: Source, left: list[int]) -> Iterator[tuple[str, Source]]:
    inside = Budget(_unpacked(head, source), left)
    first = head_of(inside)
    again = Again(first, inside)
    if first[257:262] != b"ustar":
        yield "", again
        return
    with tarfile.open(fileobj=_File(again), mode="r|") as archive:  # type: ignore[call-overload]
        for number, member in enumerate(archive):
            if number >= MEMBERS:
                raise Unreadable(f"it holds more than {MEMBERS} files")
            content = archive.extractfile(member) if member.isreg() else None
            if content is not None:
                yield member.name, Budget(content, [UNPACKED])


def _unpacked(head: bytes, source: Source) -> Source:
    again = Again(head, source)
    kind = next(kind for mark, kind in STREAMS if head.startswith(mark))
    if kind == "gzip":
        return gzip.GzipFile(fileobj=_File(again))  # type: ignore[call-overload,no-any-return]
    return bz2.BZ2File(_File(again)) if kind == "bzip2" else _Xz(again)  # type: ignore[call-overload]


class _Xz:
    """What is packed with xz, whose packer may ask for gigabytes of memory and does not get them."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.decoder = lzma.LZMADecompressor(memlimit=MEMORY)

    def read(self, size: int, /) -> bytes:
        """The next bytes; what follows the end of the first stream is not looked at."""
        while not self.decoder.eof:
            raw = self.source.read(64 * 1024) if self.decoder.needs_input else b""
            if self.decoder.needs_input and not raw:
                raise EOFError
            if data := self.decoder.decompress(raw, size):
                return data
        if self.source.read(1):
            raise ValueError("something follows its end")
        return b""


class _File:
    """A source for readers that want a file which cannot go back."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def read(self, size: int = -1, /) -> bytes:
        """All of it is never asked for."""
        return self.source.read(size if size >= 0 else 1024 * 1024)

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It goes forward only."""
        return False

    def writable(self) -> bool:
        """It is not."""
        return False

    closed = False
