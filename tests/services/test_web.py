"""The bot's own HTTP server: truthful about its health, numbers for Prometheus, a door only for this machine's user."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.config.local_token import local_token, read_token
from bot.services.container import Services
from bot.store import outbox
from bot.web import build, serve
from tests.store.loop_watch import BLOCK, longest_block


@dataclass
class Site:
    """The server and a client of it."""

    services: Services
    url: str
    token: str
    client: aiohttp.ClientSession
    folder: Path


@pytest.fixture
async def site(make, tmp_path) -> AsyncIterator[Site]:
    """A running server with one local route and one for Slack."""
    services = make(tmp_path / "nowhere.yml").services
    token = local_token(tmp_path)

    async def echo(request: web.Request) -> web.Response:
        return web.json_response({"said": (await request.text())[:20]})

    runner = await serve(build(services, token=token, slack=echo, local={"echo": echo}), "127.0.0.1", 0)
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession() as client:
        yield Site(services, f"http://{host}:{port}", token, client, tmp_path)
    await runner.cleanup()


async def test_a_well_bot_answers_200_with_its_ages(site):
    """Sockets, tick, store, queue."""
    async with site.client.get(site.url + "/healthz") as answer:
        body = await answer.json()
    assert (answer.status, body["ok"], body["troubles"]) == (200, True, [])
    assert body["sockets_connected"] == 1
    assert body["tick_age_s"] < 60
    assert body["queue"] == 0


async def test_an_unwell_bot_answers_503_and_says_why(site):
    """Each reason alone is enough."""
    health, now = site.services.health, site.services.clock.now()
    for break_it, repair in (
        (lambda: setattr(health, "last_tick", now - timedelta(minutes=5)), lambda: setattr(health, "last_tick", now)),
        (lambda: setattr(health, "store_problem", "The disk is full."), lambda: setattr(health, "store_problem", "")),
        (lambda: setattr(health, "slack_problem", "invalid_auth"), lambda: setattr(health, "slack_problem", "")),
        (lambda: setattr(health, "last_write", None), lambda: setattr(health, "last_write", now)),
    ):
        break_it()
        async with site.client.get(site.url + "/healthz") as answer:
            body = await answer.json()
        assert answer.status == 503
        assert len(body["troubles"]) == 1
        repair()
    async with site.client.get(site.url + "/healthz") as answer:
        assert answer.status == 200


async def test_the_numbers_are_in_prometheus_own_form(site):
    """Every sample has a type, and the queue is counted."""
    now = site.services.clock.now()
    await site.services.store.write(lambda c: outbox.post(c, "p", "audit:1", now, channel="C1"))
    async with site.client.get(site.url + "/metrics") as answer:
        text = await answer.text()
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    samples = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    typed = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    assert set(samples) == typed
    assert all(float(value) >= 0 for value in samples.values())
    assert float(samples["launch_queue_messages"]) == 1


async def test_the_local_door_needs_the_token_of_the_folder(site):
    """A wrong token, none, or a browser: refused; the terminal's own: let in."""
    url, good = site.url + "/local/echo", {"Authorization": f"Bearer {site.token}"}
    assert read_token(site.folder) == site.token
    assert (site.folder / "local-token").stat().st_mode & 0o077 == 0
    for headers in (
        {},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer \udcff\udcfe"},
        {**good, "Origin": "http://x"},
    ):
        async with site.client.post(url, data=b"hello", headers=headers) as answer:
            assert answer.status == 401
    async with site.client.post(url, data=b"hello", headers=good) as answer:
        assert await answer.json() == {"said": "hello"}


async def test_without_a_token_the_door_stays_shut(make, tmp_path):
    """An empty token is no token."""

    async def never(_request: web.Request) -> web.Response:
        raise AssertionError("it must not come here")

    runner = await serve(build(make(tmp_path / "nowhere.yml").services, local={"x": never}), "127.0.0.1", 0)
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession() as client:
        for headers in ({}, {"Authorization": "Bearer "}):
            async with client.post(f"http://{host}:{port}/local/x", headers=headers) as answer:
                assert answer.status == 401
    await runner.cleanup()


async def test_a_body_that_is_too_large_is_refused(site):
    """Two megabytes to Slack's door."""
    async with site.client.post(site.url + "/slack/events", data=io.BytesIO(b"x" * 2**21)) as answer:
        assert answer.status == 413


async def test_a_taken_address_is_an_error_at_once(site):
    """Another process listens there."""
    port = int(site.url.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="in use"):
        await serve(build(site.services), "127.0.0.1", port)


@pytest.mark.alone
async def test_fifty_requests_never_hold_up_the_loop(site):
    """The longest block stays under 50 ms."""

    async def one() -> int:
        async with site.client.get(site.url + "/healthz") as answer:
            return answer.status

    async def all_of_them() -> None:
        assert set(await asyncio.gather(*(one() for _ in range(50)))) == {200}

    assert await longest_block(all_of_them) <= BLOCK


async def test_who_says_nothing_or_not_all_is_not_waited_for(make, tmp_path):
    """An open connection, half a head and half a body each end by themselves, so that nobody can use them all up."""

    async def never(_request: web.Request) -> web.Response:
        raise AssertionError("the body is not there yet")

    app = build(make(tmp_path / "nowhere.yml").services, slack=never, patience=0.3)
    runner = await serve(app, "127.0.0.1", 0, idle=0.3)

    async def ends(sent: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(*runner.addresses[0][:2])
        try:
            writer.write(sent)
            async with asyncio.timeout(60):
                return await reader.readline()
        finally:
            writer.close()

    body = b"POST /slack/events HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc"
    said = await asyncio.gather(ends(b""), ends(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: "), ends(body))
    await runner.cleanup()
    assert said[:2] == [b"", b""]
    assert b"408" in said[2]


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"POST /slack/events HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /slack/events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GARBAGE\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_answered_and_not_written_down(site, caplog, sent):
    """A stranger's bytes get 400; they do not fill the log with tracebacks."""
    caplog.set_level(logging.DEBUG)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(site.url.rsplit(":", 1)[1]))
    writer.write(sent)
    async with asyncio.timeout(60):
        assert b" 400 " in await reader.readline()
    writer.close()
    assert [record for record in caplog.records if record.exc_info] == []


async def test_a_mistake_of_ours_is_written_down(make, tmp_path, caplog):
    """A handler that breaks: 500 to whoever asked, the traceback to the log."""

    async def broken(_request: web.Request) -> web.Response:
        raise LookupError("ours")

    runner = await serve(build(make(tmp_path / "nowhere.yml").services, slack=broken), "127.0.0.1", 0)
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession() as client, client.post(f"http://{host}:{port}/slack/events") as answer:
        assert answer.status == 500
    await runner.cleanup()
    assert any(isinstance(record.exc_info[1], LookupError) for record in caplog.records if record.exc_info)
