"""The usual answer, read at one go: one head, one length, a short body. Whatever is not quite so is left to h11.

Most looks get such an answer, and to read it event by event costs a third of what the handshake does. Nothing is
guessed: what is read here means the same to h11, or it is not read here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST = 64 * 1024
"""Bytes of an answer that is read at one go."""
_END = b"\r\n\r\n"
_STATUS = re.compile(rb"HTTP/1\.1 ([2-5][0-9][0-9])(?: [ -~]{0,200})?")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(|[!-~](?:[\t -~]*[!-~])?)[ \t]*")
_LENGTH = re.compile(rb"[0-9]{1,9}")
_WITHOUT_BODY = (204, 304)
_PIECES = 16
"""In so many it may come; each makes the search for its end begin anew."""


class Answer(NamedTuple):
    """Status, headers with their names in small letters, and the body as it was sent."""

    status_code: int
    headers: tuple[tuple[bytes, bytes], ...]
    http_version: bytes
    body: bytes


class Usual:
    """Takes the bytes of one answer to a GET until they are a whole usual one, or are seen not to be."""

    def __init__(self) -> None:
        self.data = b""
        """Everything that came; for whoever goes on from here."""
        self.other = False
        """It is not a usual answer."""
        self._pieces = 0
        self._head: tuple[int, tuple[tuple[bytes, bytes], ...], int, int] | None = None

    def take(self, piece: bytes) -> Answer | None:
        """The answer, once it is whole."""
        self.data = self.data + piece if self.data else piece
        self._pieces += 1
        self.other = self._pieces > _PIECES or len(self.data) > LONGEST
        if self._head is None:
            end = self.data.find(_END)
            if end < 0:
                return None
            self._head = _read(self.data[:end], end + len(_END))
            if self._head is None:
                self.other = True
                return None
        status, headers, start, end = self._head
        if len(self.data) < end:
            return None
        return Answer(status, headers, b"1.1", self.data[start:end])


def _read(head: bytes, start: int) -> tuple[int, tuple[tuple[bytes, bytes], ...], int, int] | None:
    """Status, headers, and where the body begins and ends."""
    first, *lines = head.split(b"\r\n")
    status = _STATUS.fullmatch(first)
    if status is None or int(status[1]) in _WITHOUT_BODY:
        return None
    headers: list[tuple[bytes, bytes]] = []
    length = -1
    for line in lines:
        header = _HEADER.fullmatch(line)
        if header is None:
            return None
        name, value = header[1].lower(), header[2]
        if name == b"content-length":
            if length >= 0 or _LENGTH.fullmatch(value) is None:
                return None
            length = int(value)
        elif name == b"transfer-encoding":
            return None
        headers.append((name, value))
    if length < 0 or start + length > LONGEST:
        return None
    return int(status[1]), tuple(headers), start, start + length
