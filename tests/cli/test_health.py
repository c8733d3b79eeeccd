"""`launch doctor --health`: the running bot's own word, as an exit code for service managers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tests.cli.conftest import Ran
from tests.servers.http import closed_port

pytestmark = pytest.mark.slow

Launch = Callable[..., Awaitable[Ran]]


@asynccontextmanager
async def answering(raw: bytes) -> AsyncIterator[str]:
    """A server that answers everything with these bytes; its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


def page(status: str, **body: object) -> bytes:
    """The bot's health page."""
    return f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n\r\n{json.dumps(body)}".encode()


@pytest.mark.parametrize(
    ("raw", "code", "said"),
    [
        (page("200 OK", ok=True, troubles=[]), 0, "The bot is well."),
        (page("503 Service Unavailable", ok=False, troubles=["The disk is full"]), 1, "The disk is full."),
        (b"SSH-2.0-OpenSSH_9.2\r\n", 1, "Something else than the bot"),
        (b"HTTP/1.1 200 OK\r\n\r\n<html>hello</html>", 1, "Something else than the bot"),
        (b"HTTP/1.1 200 OK\r\n\r\n[]", 1, "Something else than the bot"),
        (b"", 1, "Something else than the bot"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1_000_000, 1, "Something else than the bot"),
    ],
)
async def test_the_exit_code_is_the_bots_own_word(launch: Launch, raw: bytes, code: int, said: str) -> None:
    """Well, not well, and whatever else may listen there."""
    async with answering(raw) as address:
        ran = await launch("doctor", "--health", LAUNCH_HTTP=address)
    assert ran.code == code, ran.out + ran.err
    assert said in ran.out
    assert ran.err == ""


async def test_nobody_there_is_not_well(launch: Launch) -> None:
    """A closed port is exit 1 with the address."""
    port = closed_port()[1]
    ran = await launch("doctor", "--health", LAUNCH_HTTP=f"127.0.0.1:{port}")
    assert ran.code == 1
    assert f"No bot answers on 127.0.0.1:{port}" in ran.out


async def test_a_server_on_every_address_is_asked_on_loopback(launch: Launch) -> None:
    """`LAUNCH_HTTP=:8090` listens everywhere; the question goes to this machine."""
    async with answering(page("200 OK", ok=True, troubles=[])) as address:
        ran = await launch("doctor", "--health", LAUNCH_HTTP=":" + address.rpartition(":")[2])
    assert ran.code == 0, ran.out + ran.err
