"""Answers to people: given once, to the address that Slack named, whatever that address says back."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from bot.adapters.slack import Messenger, open_client
from bot.listeners.desk import Desk
from tests.servers.http import Answer, HttpServer, redirect


@pytest.fixture
async def desk(make, tmp_path):
    """A desk over real services; nobody is behind its messenger."""
    async with aiohttp.ClientSession() as session, open_client("xoxb-none", "http://127.0.0.1:9/") as client:
        yield Desk(make(tmp_path / "nowhere.yml").services, Messenger(client), session)


async def test_what_an_answer_is_answered_with_is_read_within_a_bound(desk):
    """Words without end instead of "ok": the first ones are enough."""
    sent = []

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 Not Found\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 65536)
                sent.append(65536)
                await writer.drain()
        except OSError:
            writer.close()

    server = await asyncio.start_server(endless, "127.0.0.1", 0)
    async with asyncio.timeout(60):
        assert not await desk.send(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", {"text": "secret"})
    assert sum(sent) < 64 * 1024 * 1024
    server.close()


async def test_an_answer_goes_nowhere_else(desk):
    """A redirect is not followed: what is said is for Slack alone."""
    async with HttpServer({"*": {"*": Answer()}}) as other, HttpServer() as server:
        server.route("*", "/", redirect(f"http://127.0.0.1:{other.port}/", 307))
        assert not await desk.send(f"http://127.0.0.1:{server.port}/", {"text": "secret"})
        assert other.requests == []


@pytest.mark.parametrize("url", ["", "nonsense", "file:///etc/passwd", "http://127.0.0.1:9/", "http://[::1"])
async def test_an_address_that_cannot_be_reached_is_no_fault(desk, url):
    """The answer is lost, and said so in the log; nothing raises."""
    assert not await desk.send(url, {"text": "x"})
