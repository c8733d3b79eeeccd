"""The connection itself: all of what is said arrives, in order, and what ends it is told for what it is."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from checks.net import trust
from checks.net.line import Line, connected
from tests.servers.http import closed_port, full_backlog
from tests.servers.tls import Authority
from tests.services.watchtower import soon

HOST = "a.test"
MUCH = bytes(range(256)) * 20_000


@dataclass
class Ear:
    """Keeps what it hears."""

    data: bytes = b""
    pieces: list[int] = field(default_factory=list)
    then: Callable[[], None] = lambda: None
    open: bool = False
    ended: asyncio.Future[Exception | None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def opened(self) -> None:
        """It may be spoken to."""
        self.open = True

    def data_received(self, data: bytes) -> None:
        """Some bytes."""
        self.data += data
        self.pieces.append(len(data))
        self.then()

    def eof_received(self) -> None:
        """The end."""
        self.ended.set_result(None)

    def connection_lost(self, exc: Exception) -> None:
        """Broken."""
        self.ended.set_result(exc)


@asynccontextmanager
async def echo(context: ssl.SSLContext | None) -> AsyncIterator[tuple[str, int]]:
    """Reads all of it first, so that the sender has to wait, and then says the same."""
    serving: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())
        with suppress(OSError, asyncio.IncompleteReadError):
            writer.write(await reader.readexactly(len(MUCH)))
            await writer.drain()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context, limit=1 << 16)
    async with server:
        yield server.sockets[0].getsockname()
        await asyncio.gather(*(one for one in serving if one is not None))


@pytest.mark.parametrize("secure", [True, False])
async def test_much_is_said_and_heard_in_order_and_in_small_pieces(tmp_path, secure):
    """Five megabytes there and back, however little fits at once; then the end is heard."""
    authority = Authority.make()
    async with echo(authority.issue(HOST).context if secure else None) as address:
        ear = Ear()
        line = Line(await connected(*address), ear)
        line.open(trust.verifying(str(authority.write(tmp_path / "ca.pem"))) if secure else None, HOST)
        await soon(lambda: ear.open)
        line.write(MUCH[:1000])
        line.write(MUCH[1000:])
        async with asyncio.timeout(60):
            assert await ear.ended is None
        line.abort()
    assert ear.data == MUCH
    assert max(ear.pieces) <= 16 * 1024
    assert line.address == "127.0.0.1"
    assert line.is_closing()


async def test_nothing_is_heard_after_it_was_closed():
    """Whoever hangs up at the first word is told no second, though there is more to come, and may hang up again."""
    async with echo(None) as address:
        ear = Ear()
        line = Line(await connected(*address), ear)
        ear.then = line.abort
        line.open()
        line.write(MUCH)
        await soon(line.is_closing)
        line.abort()
    assert (len(ear.pieces), ear.ended.done()) == (1, False)


async def test_who_waits_for_a_connection_may_give_up():
    """A handshake that never ends is left without a socket behind it; nobody there is an error at once."""
    with pytest.raises(ConnectionRefusedError):
        await connected(*closed_port())
    async with full_backlog() as address:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await connected(*address)


async def test_a_certificate_of_somebody_else_is_refused(tmp_path):
    """Who is not trusted, or has another name, is not spoken to."""
    authority, stranger = Authority.make(), Authority.make()
    trusted = trust.verifying(str(authority.write(tmp_path / "ca.pem")))
    for credential in (stranger.issue(HOST), authority.issue("b.test")):
        async with echo(credential.context) as address:
            ear = Ear()
            line = Line(await connected(*address), ear)
            line.open(trusted, HOST)
            assert isinstance(await ear.ended, ssl.SSLCertVerificationError)
            assert (line.is_closing(), ear.open) == (True, False)
