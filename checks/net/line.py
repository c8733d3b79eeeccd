"""A connection that carries one conversation: plain or TLS, on the loop's own selector, with nothing in between.

The transports of asyncio cost a fresh TLS connection as much as its handshake. A look opens one, says one thing, reads
one answer, so it needs no flow control of its own: what comes is handed on, at most `PIECE` bytes in one turn.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
from collections.abc import Callable
from typing import Protocol

from checks.net.turns import turns

PIECE = 16 * 1024
"""Bytes that are read in one turn of the loop, so that no answer holds up everything else; a whole TLS record."""
_UNDER_WAY = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY, errno.EINTR})
_LATER = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Hearing(Protocol):
    """Who is told what happens, once `Line.open` was called."""

    def opened(self) -> None:
        """It may be spoken to."""

    def data_received(self, data: bytes) -> None:
        """Some bytes, never none."""

    def eof_received(self) -> None:
        """The other side has ended."""

    def connection_lost(self, exc: Exception) -> None:
        """It broke, or was not made: `ssl.SSLError` and other errors of the system."""


class _Nobody:
    """Hears nothing: a line that is closed leads back to nobody, so that both go without a garbage collection."""

    def opened(self) -> None:
        pass

    def data_received(self, data: bytes) -> None:
        pass

    def eof_received(self) -> None:
        pass

    def connection_lost(self, exc: Exception) -> None:
        pass


NOBODY = _Nobody()


async def connected(address: str, port: int) -> socket.socket:
    """A socket connected to exactly this address; raises OSError."""
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await _connect(sock, (address, port))
    except BaseException:
        sock.close()
        raise
    return sock


async def _connect(sock: socket.socket, to: tuple[str, int]) -> None:
    code = sock.connect_ex(to)
    if code in _UNDER_WAY:
        await _writable(sock)
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, os.strerror(code))


async def _writable(sock: socket.socket) -> None:
    loop, number = asyncio.get_running_loop(), sock.fileno()
    ready = loop.create_future()
    loop.add_writer(number, _done, ready)
    try:
        await ready
    finally:
        loop.remove_writer(number)


def _done(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


class Line:
    """An open connection. It belongs to the loop in which it was opened."""

    def __init__(self, sock: socket.socket, hearing: Hearing) -> None:
        self._loop = asyncio.get_running_loop()
        self._sock = sock
        self._number = sock.fileno()
        """The selector is told the number: of an object that it does not know it makes a text each time."""
        self._hearing: Hearing = hearing
        self._unsent = b""
        self._writing = False
        self._closed = False
        try:
            self.address = str(sock.getpeername()[0])
            """Whom it leads to."""
        except OSError:
            sock.close()
            raise

    def open(self, context: ssl.SSLContext | None = None, host: str = "") -> None:
        """Begin: with a TLS handshake where there is a context, which says what is verified.

        What follows is told at once and not by a future: each turn of the loop costs a look at the selector.

        Raises:
            ValueError: Where `host` is no name that a certificate can be for.
        """
        if context is None:
            self._loop.add_reader(self._number, self._read)
            self._hearing.opened()
            return
        secured = context.wrap_socket(self._sock, server_hostname=host, do_handshake_on_connect=False)
        self._sock = secured
        self._shake(secured)

    def _shake(self, secured: ssl.SSLSocket) -> None:
        """One step of the handshake; the next has a turn of its own, once the other side has answered."""
        if self._closed:
            return
        try:
            secured.do_handshake()
        except ssl.SSLWantReadError:
            self._loop.add_reader(self._number, self._heard, secured)
        except ssl.SSLWantWriteError:
            self._when_writable(lambda: self._heard(secured))
        except (OSError, ValueError) as error:
            self._lose(error)
        else:
            self._loop.add_reader(self._number, self._read)
            # The other side has to end its half of the handshake, too. Whoever speaks into that measures it as well.
            self._loop.call_soon(self._opened)

    def _opened(self) -> None:
        if not self._closed:
            self._hearing.opened()

    def _heard(self, secured: ssl.SSLSocket) -> None:
        self._loop.remove_reader(self._number)
        self._when_writable(None)
        turns().take(lambda: self._shake(secured))

    def is_closing(self) -> bool:
        """Whether it is closed."""
        return self._closed

    def write(self, data: bytes) -> None:
        """Send it, as far as it goes at once; the rest when there is room."""
        waiting = bool(self._unsent)
        self._unsent += data
        if not waiting:
            self._send()

    def abort(self) -> None:
        """Close it, without a word to the other side."""
        if not self._closed:
            self._closed = True
            self._loop.remove_reader(self._number)
            self._when_writable(None)
            self._sock.close()
            self._hearing = NOBODY

    def _send(self) -> None:
        if self._closed:
            return
        try:
            self._unsent = self._unsent[self._sock.send(self._unsent) :]
        except _LATER:
            pass
        except OSError as error:
            self._lose(error)
            return
        self._when_writable(self._send if self._unsent else None)

    def _when_writable(self, then: Callable[[], None] | None) -> None:
        if then is not None:
            self._loop.add_writer(self._number, then)
        elif self._writing:
            self._loop.remove_writer(self._number)
        self._writing = then is not None

    def _read(self) -> None:
        if self._closed:
            return
        try:
            data = self._sock.recv(PIECE)
        except _LATER:
            return
        except OSError as error:
            self._lose(error)
            return
        if data:
            self._hearing.data_received(data)
        elif self._cut():
            self._lose(ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)))
        else:
            self._loop.remove_reader(self._number)
            self._hearing.eof_received()

    def _cut(self) -> bool:
        """Whether what looks like an end was a reset: Python's TLS takes the one for the other (until 3.12)."""
        try:
            self._sock.getpeername()
        except OSError:
            return True
        return False

    def _lose(self, error: Exception) -> None:
        hearing = self._hearing
        self.abort()
        hearing.connection_lost(error)
