"""An HTTP and HTTPS server for tests: virtual hosts by Host and SNI, delays per phase, and every kind of hostility."""

# ruff: noqa: TID251  (delays are part of what this server does)
from __future__ import annotations

import asyncio
import contextlib
import gzip
import inspect
import random
import socket
import ssl
import struct
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from enum import StrEnum
from types import TracebackType
from typing import Self

from tests.servers.tls import Credential


class Hostile(StrEnum):
    """Ways in which an answer is wrong."""

    ENDLESS_BODY = "endless_body"
    """Chunks for ever."""
    HUGE_BODY = "huge_body"
    """Content-Length of 1 GiB, and it is sent."""
    GZIP_BOMB = "gzip_bomb"
    """1 GiB of zeros, compressed."""
    DEFLATE_BOMB = "deflate_bomb"
    HEADER_FLOOD = "header_flood"
    """Header lines for ever."""
    MANY_HEADERS = "many_headers"
    """500 short headers, then a proper end."""
    LONG_HEADER = "long_header"
    """One header of 32 KiB, then a proper end."""
    DRIP = "drip"
    """One byte of the body every 50 ms, for ever."""
    DRIP_HEADERS = "drip_headers"
    """One byte of the status line every 50 ms, for ever."""
    RESET = "reset"
    """Reset (RST) in the middle of the body."""
    RESET_EARLY = "reset_early"
    """Reset before the first byte."""
    CLOSE_EARLY = "close_early"
    """A polite end before the first byte."""
    SHORT_BODY = "short_body"
    """Ends before Content-Length is reached."""
    HANG = "hang"
    """Accepts, reads, says nothing."""
    GARBAGE = "garbage"
    """Bytes that are no HTTP."""
    BAD_CHUNK = "bad_chunk"
    """A chunk length that is no number."""
    BAD_GZIP = "bad_gzip"
    """Content-Encoding: gzip over bytes that are not."""
    EARLY_HINTS = "early_hints"
    """Two 103 answers before the real one (which is proper)."""
    INFORMATIONAL_FLOOD = "informational_flood"
    """103 answers for ever."""


class ConnectionFault(StrEnum):
    """What goes wrong before any request: at the address, not at a path."""

    RESET = "reset"
    """Reset on accept."""
    HANG = "hang"
    """Accept, and never a byte (also no TLS)."""
    GARBAGE = "garbage"
    """Bytes that are neither TLS nor HTTP."""
    PLAINTEXT = "plaintext"
    """HTTP where TLS is expected."""
    OLD_TLS = "old_tls"
    """The alert of a server that knows only older TLS versions (RFC 8446 section 6.2, protocol_version)."""


@dataclass(frozen=True)
class Request:
    """What arrived."""

    method: str
    target: str
    """Path with query, as sent."""
    host: str
    """Host header without port, lower case."""
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    sni: str = ""
    peer: str = ""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name.lower()), "")

    @property
    def cookies(self) -> dict[str, str]:
        pairs = (part.partition("=") for part in self.header("cookie").split(";") if part.strip())
        return {key.strip(): value.strip() for key, _, value in pairs}


@dataclass(frozen=True)
class Answer:
    """What to say."""

    status: int = 200
    body: bytes | str = b"<!doctype html><title>ok</title>ok"
    headers: tuple[tuple[str, str], ...] = (("content-type", "text/html; charset=utf-8"),)
    delay: float = 0.0
    """Seconds before the first byte."""
    body_delay: float = 0.0
    """Seconds between the headers and the body."""
    encoding: str = ""
    """`gzip`, `deflate` (zlib), `raw-deflate`: compress the body and say so."""
    chunked: bool = False
    date: str | None = ""
    """Value of the Date header; empty for the present moment, None for no such header."""
    hostile: Hostile | None = None
    raw: bytes | None = None
    """Exactly these bytes instead of all else."""


Handler = "Answer | Callable[[Request], Answer | Awaitable[Answer]]"


def redirect(to: str, status: int = 301, *, cookies: tuple[str, ...] = (), delay: float = 0.0) -> Answer:
    """A redirect; `cookies` are whole Set-Cookie values."""
    headers = (("location", to), *(("set-cookie", cookie) for cookie in cookies))
    return Answer(status, b"", headers, delay=delay)


@dataclass
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    sni: str = ""
    spoke: bool = False


class HttpServer:
    """`async with HttpServer({"a.test": {"/": Answer()}}, tls=credential) as server:` serves until the block ends.

    Routes are looked up as (host, path), (host, "*"), ("*", path), ("*", "*"); they may change at any time.
    `tls` is one credential for all names, or one per SNI name with `*` as the rest; None is plain HTTP.
    """

    def __init__(
        self,
        routes: Mapping[str, Mapping[str, Handler]] | None = None,
        *,
        tls: Credential | Mapping[str, Credential] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.routes: dict[tuple[str, str], Handler] = {}
        for name, paths in (routes or {}).items():
            for path, handler in paths.items():
                self.route(name, path, handler)
        self.credentials: dict[str, Credential] = {"*": tls} if isinstance(tls, Credential) else dict(tls or {})
        self.secure = tls is not None
        self.host = host
        self.port = port
        self.requests: list[Request] = []
        self.connections = 0
        self.speaking = 0
        """Connections on which at least one request came."""
        self.sent = 0
        """Bytes of hostile bodies handed to the kernel."""
        self.connection_fault: ConnectionFault | None = None
        self.accept_delay = 0.0
        """Seconds between the TCP accept and the first byte of TLS or HTTP."""
        self.configure: Callable[[ssl.SSLContext], None] = lambda _context: None
        """A last word on a server context, for instance another protocol version."""
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> tuple[str, int]:
        return self.host, self.port

    def route(self, host: str, path: str, handler: Handler) -> None:
        """Answer that path of that virtual host with `handler`."""
        self.routes[host.lower(), path] = handler

    def asked(self, path: str, host: str = "") -> int:
        """How many requests for that path arrived."""
        return sum(1 for request in self.requests if request.path == path and host in ("", request.host))

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self.host, self.port, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def hang_up(self) -> None:
        """Close every open connection, and go on listening."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def stop_listening(self) -> None:
        """Refuse whoever comes from now on; who is connected stays."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # TLS begins here and not in start_server, so that faults before it are possible. Nothing may be awaited
        # between accept and start_tls without pausing: bytes read meanwhile would be lost.
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        connection = _Connection(reader, writer)
        try:
            if self.connection_fault is not None or self.accept_delay:
                writer.transport.pause_reading()  # type: ignore[attr-defined]
                await asyncio.sleep(self.accept_delay)
                if self.connection_fault is not None:
                    return await self._connection_fault(writer, self.connection_fault)
                if not self.secure:
                    writer.transport.resume_reading()  # type: ignore[attr-defined]
            if self.secure:
                await writer.start_tls(self._context(connection))
            while await self._exchange(connection):
                pass
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass
        except asyncio.CancelledError:
            # The server is closing; asyncio's own callback would report a cancelled handler as an error.
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    def _context(self, connection: _Connection) -> ssl.SSLContext:
        def by_name(socket: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
            connection.sni = name or ""
            credential = self.credentials.get((name or "").lower()) or self.credentials.get("*")
            if credential is not None:
                self.configure(credential.context)
                socket.context = credential.context

        first = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        first.set_ciphers("DEFAULT:@SECLEVEL=0")
        self.configure(first)
        first.sni_callback = by_name
        return first

    async def _connection_fault(self, writer: asyncio.StreamWriter, fault: ConnectionFault) -> None:
        if fault is ConnectionFault.RESET:
            _abort(writer)
        elif fault is ConnectionFault.HANG:
            await asyncio.Event().wait()
        else:
            writer.write(FAULT_BYTES[fault])
            await writer.drain()

    async def _exchange(self, connection: _Connection) -> bool:
        head = await connection.reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _version = first.split(" ", 2)
        headers = tuple(
            (key.strip().lower(), value.strip()) for key, _, value in (line.partition(":") for line in lines if line)
        )
        length = next((int(value) for key, value in headers if key == "content-length"), 0)
        body = await connection.reader.readexactly(length)
        host = next((value for key, value in headers if key == "host"), "").rpartition("]")[2].split(":")[0].lower()
        peer = connection.writer.get_extra_info("peername")
        request = Request(method, target, host, headers, body, connection.sni, peer[0] if peer else "")
        self.requests.append(request)
        self.speaking += not connection.spoke
        connection.spoke = True
        handler = self._find(request)
        answer = handler if isinstance(handler, Answer) else handler(request)
        if inspect.isawaitable(answer):
            answer = await answer
        if answer.delay:
            await asyncio.sleep(answer.delay)
        keep = await self._send(connection.writer, request, answer)
        return keep and not any(key == "connection" and "close" in value.lower() for key, value in headers)

    def _find(self, request: Request) -> Handler:
        for key in ((request.host, request.path), (request.host, "*"), ("*", request.path), ("*", "*")):
            if key in self.routes:
                return self.routes[key]
        return Answer(404, b"not found", (("content-type", "text/plain"),))

    async def _send(self, writer: asyncio.StreamWriter, request: Request, answer: Answer) -> bool:
        if answer.raw is not None:
            writer.write(answer.raw)
            await writer.drain()
            return False
        if answer.hostile is not None and answer.hostile is not Hostile.EARLY_HINTS:
            await self._hostile(writer, answer.hostile)
            return False
        if answer.hostile is Hostile.EARLY_HINTS:
            writer.write(b"HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n" * 2)
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        extra: list[tuple[str, str]] = []
        if answer.date is not None:
            extra.append(("date", answer.date or formatdate(usegmt=True)))
        if answer.encoding:
            body = _compress(answer.encoding, body)
            extra.append(("content-encoding", answer.encoding.removeprefix("raw-")))
        extra.append(("transfer-encoding", "chunked") if answer.chunked else ("content-length", str(len(body))))
        lines = [f"HTTP/1.1 {answer.status} Status"]
        lines += [f"{key}: {value}" for key, value in (*answer.headers, *extra)]
        writer.write("\r\n".join([*lines, "", ""]).encode("utf-8"))
        if request.method != "HEAD":
            if answer.body_delay:
                await writer.drain()
                await asyncio.sleep(answer.body_delay)
            writer.write(_chunks(body) if answer.chunked else body)
        await writer.drain()
        return True

    async def _hostile(self, writer: asyncio.StreamWriter, kind: Hostile) -> None:
        async for piece in _pieces(kind):
            writer.write(piece)
            self.sent += len(piece)
            await writer.drain()
            await asyncio.sleep(0)  # drain alone does not let others run while the kernel takes everything
        if kind in (Hostile.RESET, Hostile.RESET_EARLY):
            _abort(writer)
        if kind is Hostile.HANG:
            await asyncio.Event().wait()


def _abort(writer: asyncio.StreamWriter) -> None:
    """Close with RST: a socket with linger time 0 sends no FIN."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _compress(encoding: str, body: bytes) -> bytes:
    if encoding == "gzip":
        return gzip.compress(body)
    if encoding == "raw-deflate":
        packer = zlib.compressobj(wbits=-15)
        return packer.compress(body) + packer.flush()
    return zlib.compress(body)


def _chunks(body: bytes) -> bytes:
    pieces = [body[start : start + 1000] for start in range(0, len(body), 1000)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


FAULT_BYTES = {
    ConnectionFault.GARBAGE: bytes(range(256)) * 8,
    ConnectionFault.PLAINTEXT: b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
    ConnectionFault.OLD_TLS: bytes.fromhex("15030100020246"),
}
OK = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n"
PIECE = bytes(65536)


async def _pieces(kind: Hostile) -> AsyncIterator[bytes]:
    match kind:
        case Hostile.ENDLESS_BODY:
            yield OK + b"transfer-encoding: chunked\r\n\r\n"
            while True:
                yield b"10000\r\n" + PIECE + b"\r\n"
        case Hostile.HUGE_BODY:
            yield OK + b"content-length: %d\r\n\r\n" % (1 << 30)
            for _ in range(1 << 14):
                yield PIECE
        case Hostile.GZIP_BOMB | Hostile.DEFLATE_BOMB:
            name, wbits = (b"gzip", 31) if kind is Hostile.GZIP_BOMB else (b"deflate", 15)
            yield OK + b"content-encoding: " + name + b"\r\nconnection: close\r\n\r\n"
            packer = zlib.compressobj(1, zlib.DEFLATED, wbits)
            for _ in range(1 << 14):
                yield packer.compress(PIECE) + packer.flush(zlib.Z_SYNC_FLUSH)
            yield packer.flush()
        case Hostile.HEADER_FLOOD:
            yield OK
            number = 0
            while True:
                yield b"".join(b"x-flood-%d: %s\r\n" % (number + index, b"a" * 80) for index in range(100))
                number += 100
        case Hostile.MANY_HEADERS:
            yield OK + b"".join(b"x-%d: y\r\n" % number for number in range(500)) + b"content-length: 2\r\n\r\nok"
        case Hostile.LONG_HEADER:
            yield OK + b"x-long: " + b"a" * 32768 + b"\r\ncontent-length: 2\r\n\r\nok"
        case Hostile.DRIP:
            yield OK + b"content-length: 1000000\r\n\r\n"
            while True:
                yield b"x"
                await asyncio.sleep(0.05)
        case Hostile.DRIP_HEADERS:
            for byte in OK + b"x-slow: " + b"a" * 1000:
                yield bytes([byte])
                await asyncio.sleep(0.05)
        case Hostile.RESET | Hostile.SHORT_BODY:
            yield OK + b"content-length: 100000\r\n\r\n" + b"x" * 1000
        case Hostile.GARBAGE:
            yield bytes(range(256)) * 16
        case Hostile.BAD_CHUNK:
            yield OK + b"transfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n"
        case Hostile.BAD_GZIP:
            yield OK + b"content-encoding: gzip\r\ncontent-length: 11\r\n\r\nhello world"
        case Hostile.INFORMATIONAL_FLOOD:
            while True:
                yield b"HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n" * 100
        case _:
            return


@contextlib.asynccontextmanager
async def full_backlog(host: str = "127.0.0.1") -> AsyncIterator[tuple[str, int]]:
    """An address where the TCP handshake never ends: its queue is full and nobody accepts."""
    listener = socket.socket()
    fillers: list[socket.socket] = []
    try:
        listener.bind((host, 0))
        listener.listen(0)
        for _ in range(8):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
            fillers.append(filler)
        yield listener.getsockname()
    finally:
        for one in (*fillers, listener):
            one.close()


def closed_port(host: str = "127.0.0.1") -> tuple[str, int]:
    """An address at which nothing listens, and which nobody is given by chance.

    It lies below the ports that systems hand out by themselves (32768 and up on Linux): one of those may be somebody
    else's a moment later.
    """
    while True:
        port = random.randrange(20_000, 32_768)
        with socket.socket() as sock, contextlib.suppress(OSError):
            sock.bind((host, port))
            return host, port
