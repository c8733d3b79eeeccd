"""Bodies as they arrive, unpacked within a bound: a small answer may claim to be a gigabyte."""

from __future__ import annotations

import zlib


class BadEncoding(Exception):
    """The body is not what its Content-Encoding says."""


class Body:
    """Takes pieces of a body and keeps at most `cap` decoded bytes of it."""

    def __init__(self, cap: int, encoding: str) -> None:
        self._cap = cap
        self._encoding = encoding.strip().lower()
        self._pieces: list[bytes] = []
        self._size = 0
        self._raw = 0
        self._unpacker: zlib._Decompress | None = None
        self.truncated = False
        """There was more than `cap`; nothing further is taken."""

    @property
    def content(self) -> bytes:
        """What is there so far."""
        return b"".join(self._pieces)

    def take(self, piece: bytes) -> None:
        """One more piece as it came.

        Raises:
            BadEncoding: Where it cannot be unpacked.
        """
        if self.truncated:
            return None
        self._raw += len(piece)
        if self._encoding not in ("gzip", "x-gzip", "deflate"):
            return self._keep(piece)
        try:
            self._unpack(piece)
        except zlib.error:
            raise BadEncoding(f"the body is not {self._encoding}, although it says so") from None
        if self._raw > self._cap:
            self.truncated = True
        return None

    def _keep(self, piece: bytes) -> None:
        room = self._cap - self._size
        if len(piece) > room:
            self.truncated = True
            piece = piece[:room]
        self._size += len(piece)
        self._pieces.append(piece)

    def _unpack(self, piece: bytes) -> None:
        while piece and not self.truncated:
            if self._unpacker is None:
                self._unpacker = zlib.decompressobj(self._window(piece))
            # One byte more than there is room for tells "exactly full" from "too much".
            self._keep(self._unpacker.decompress(piece, self._cap - self._size + 1))
            if not self._unpacker.eof:
                return
            # A gzip body may have several members (RFC 1952 section 2.2); anything else behind the end is dropped.
            piece = self._unpacker.unused_data if "gzip" in self._encoding else b""
            if piece[:2] != b"\x1f\x8b":
                return
            self._unpacker = None

    def _window(self, piece: bytes) -> int:
        """Zlib's word for the format; "deflate" comes with a zlib header, or bare from servers that got it wrong."""
        if self._encoding != "deflate":
            return 31
        header = len(piece) > 1 and piece[0] & 15 == 8 and (piece[0] << 8 | piece[1]) % 31 == 0
        return 15 if header or len(piece) == 1 else -15
