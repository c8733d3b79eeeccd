"""The door over real HTTP: routes, kinds of bodies, sizes, times, and how soon it answers."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.clock import SystemClock
from bot.services.container import Services
from bot.services.inbound import Inbound
from bot.services.knocks import Knocks
from bot.store import heard
from bot.web import build, serve
from tests.growth import least
from tests.services.doorstep import BEARER, ENVIRON, signed, status
from tests.services.gate_house import report
from tests.store.loop_watch import BLOCK, longest_block

LOCAL = "the token of this machine"


@dataclass
class Site:
    """The server and a client of it."""

    services: Services
    url: str
    client: aiohttp.ClientSession

    async def post(self, path: str, body: Any = b"{}", **headers: str) -> tuple[int, dict[str, Any]]:
        """Status and JSON of the answer."""
        async with self.client.post(self.url + path, data=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def get(self, path: str, **headers: str) -> tuple[int, dict[str, Any]]:
        """Status and JSON of the answer."""
        async with self.client.get(self.url + path, headers=headers) as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def site(make: Any, tmp_path: Path) -> AsyncIterator[Site]:
    """A running server; GitHub and the terminal have their secrets."""
    config = tmp_path / "launch.yml"
    config.write_text("product: {name: Shop, domain: shop.test}\n")
    services = make(config).services
    services.inbound = Inbound(
        services.store,
        SystemClock(),
        lambda: services.config,
        services.incidents,
        deploys=services.deploys,
        events=services.events,
        environ=ENVIRON,
        wake=lambda: None,
    )
    runner = await serve(build(services, token=LOCAL, patience=0.5), "127.0.0.1", 0)
    host, port = runner.addresses[0][:2]
    async with aiohttp.ClientSession() as client:
        yield Site(services, f"http://{host}:{port}", client)
    await runner.cleanup()
    await services.inbound.stop()


def fresh(**more: Any) -> bytes:
    """A deployment_status of now."""
    return status(at=SystemClock().now().replace(microsecond=0), **more)


async def test_a_hook_is_answered_in_words(site):
    """202 the first time, 200 the second, 401 without a signature, 404 for nobody."""
    body = fresh()
    code, said = await site.post("/hooks/github", body, **signed(body))
    assert (code, said["said"]) == (202, "Written down.")
    assert (await site.post("/hooks/github", body, **signed(body)))[0] == 200
    code, said = await site.post("/hooks/github", body, **{"Content-Type": "application/json"})
    assert (code, list(said)) == (401, ["error"])
    code, said = await site.post("/hooks/githbu")
    assert (code, said["error"]) == (404, 'No sender is called "githbu", did you mean "github"?')


async def test_the_token_of_an_address_is_nowhere_in_the_log(site, caplog):
    """Whether it is right or wrong."""
    caplog.set_level(logging.DEBUG)
    for token in ("in-the-url", "a-wrong-one"):
        await site.post(f"/hooks/alertmanager/{token}", b'{"version": "4", "alerts": []}')
    assert "in-the-url" not in caplog.text
    assert "a-wrong-one" not in caplog.text


@pytest.mark.parametrize("path", ["/hooks/github", "/events", "/hooks/launch", "/hooks/gate"])
async def test_a_body_that_is_too_large_is_refused(site, path):
    """At once by its length, on the way where it names none, and unpacked."""

    async def parts() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 2**16

    for body in (io.BytesIO(b"x" * (2**20 + 1)), parts()):
        assert await site.post(path, body, **BEARER) == (413, {"error": "The body is larger than 1 MiB."})
    bomb = gzip.compress(b"0" * 2**26)
    assert len(bomb) < 2**20
    code, _ = await site.post(path, bomb, **BEARER, **{"Content-Encoding": "gzip"})
    assert code == 413


async def test_what_is_no_json_by_its_own_words_is_not_looked_at(site):
    """A picture, a form with files, XML: 415. What curl says without being told is let in."""
    for kind in ("image/png", "multipart/form-data; boundary=x", "application/xml"):
        code, said = await site.post("/events", b"{}", **BEARER, **{"Content-Type": kind})
        assert (code, said["error"]) == (415, f"Send JSON; {kind.partition(';')[0]} is not read here.")
    for kind in ("application/json", "application/cloudevents+json", "application/x-www-form-urlencoded", "text/plain"):
        code, _ = await site.post("/events", b'{"kind": "error"}', **BEARER, **{"Content-Type": kind})
        assert code == 202


async def test_a_body_that_does_not_come_is_not_waited_for(site):
    """408, and nothing is begun."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(site.url.rsplit(":", 1)[1]))
    writer.write(b"POST /hooks/github HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n{")
    async with asyncio.timeout(60):
        assert b"408" in await reader.readline()
    writer.close()


async def test_large_bodies_that_do_not_come_hold_up_no_small_one(site):
    """Forty at once: some are told to come later, none fills the memory, and GitHub is answered meanwhile."""
    head = b"POST /hooks/github HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n{"
    writers, answers = [], []
    for _ in range(40):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(site.url.rsplit(":", 1)[1]))
        writer.write(head)
        writers.append(writer)
        answers.append(reader.readline())
    body = fresh()
    assert (await site.post("/hooks/github", body, **signed(body)))[0] == 202
    async with asyncio.timeout(60):
        said = {line.split(b" ")[1] for line in await asyncio.gather(*answers)}
    assert said == {b"408", b"503"}
    for writer in writers:
        writer.close()
    whole = io.BytesIO(b"x" * 500_000)
    assert (await site.post("/hooks/github", whole))[0] == 401


async def test_too_many_at_once_are_told_when_to_come_again(site):
    """As a header that every sender understands."""
    site.services.inbound._knocks = Knocks(SystemClock(), rate=0.5, burst=1)
    answers = []
    for number in range(2):
        body = fresh(id=number)
        async with site.client.post(site.url + "/hooks/github", data=body, headers=signed(body)) as answer:
            answers.append((answer.status, answer.headers.get("Retry-After")))
    assert answers == [(202, None), (429, "2")]


@pytest.mark.parametrize(
    "sent",
    [
        b"POST /hooks/github HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
        b"POST /hooks/%00%ff%2e%2e HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
        b"POST /hooks/github/%0d%0aX HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
        b"POST /hooks/github HTTP/1.1\r\nHost: a\r\nX-Hub-Signature-256: \xff\xfe\r\nContent-Length: 2\r\n\r\n{}",
        b"POST /events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \xff\xfe\r\nContent-Length: 2\r\n\r\n{}",
        b"POST /events HTTP/1.1\r\nHost: a\r\nContent-Type: \xff;;=\r\nContent-Length: 2\r\n\r\n{}",
        b"GET /hooks/github HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
    ids=["gzip that is none", "odd name", "odd token", "odd signature", "odd bearer", "odd kind", "get"],
)
async def test_odd_requests_are_refused_quietly(site, caplog, sent):
    """A status between 400 and 499, and no traceback."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(site.url.rsplit(":", 1)[1]))
    writer.write(sent)
    async with asyncio.timeout(60):
        assert (await reader.readline()).startswith(b"HTTP/1.1 4")
    writer.close()
    assert [record for record in caplog.records if record.exc_info] == []


async def test_how_a_deploy_stands_is_told_to_whoever_knows_the_token(site):
    """By the id of the report and by the key; at first it is only reported."""
    report = json.dumps({"version": "v43", "key": "run-7"}).encode()
    code, said = await site.post("/hooks/launch", report, **BEARER)
    assert code == 202
    assert (await site.get(f"/deploys/{said['delivery']}"))[0] == 401
    await site.services.inbound.tick()
    code, stands = await site.get(f"/deploys/{said['delivery']}", **BEARER)
    assert (code, stands["version"], stands["environment"], stands["over"]) == (200, "v43", "production", False)
    assert (await site.get("/deploys/run-7", **BEARER))[1] == stands
    assert (await site.get("/deploys/other", **BEARER))[0] == 404
    assert (await site.get("/local/deploys/run-7", Authorization=f"Bearer {LOCAL}"))[1] == stands
    assert (await site.get("/local/deploys/run-7", **BEARER))[0] == 401


async def test_the_local_door_takes_a_deploy_without_the_token_of_the_world(site):
    """The terminal of this machine has its own."""
    report = json.dumps({"version": "v44"}).encode()
    assert (await site.post("/local/deploy", report, **BEARER))[0] == 401
    assert (await site.post("/local/deploy", report, Authorization=f"Bearer {LOCAL}"))[0] == 202
    code, said = await site.post("/local/deploy", b'{"version": ""}', Authorization=f"Bearer {LOCAL}")
    assert (code, said["error"]) == (400, "deploy.version: write what goes out, such as v43 or a commit.")


async def test_what_a_gate_found_is_taken_by_both_doors(site):
    """Each with its own token, and with the sentence about what is wrong."""
    said = report()
    assert (await site.post("/hooks/gate", said))[0] == 401
    assert (await site.post("/hooks/gate", said, **BEARER))[0] == 202
    assert (await site.post("/local/gate", said, **BEARER))[0] == 401
    code, told = await site.post("/local/gate", report(id="1"), Authorization=f"Bearer {LOCAL}")
    assert (code, told) == (202, {"said": "Written down.", "delivery": "1"})
    assert (await site.post("/local/gate", report(id="1"), Authorization=f"Bearer {LOCAL}"))[0] == 200
    code, told = await site.post("/hooks/gate", b'{"exit": 0}', **BEARER)
    assert (code, told) == (400, {"error": "findings is missing."})
    assert (await site.post("/hooks/gaet"))[1]["error"] == 'No sender is called "gaet", did you mean "gate"?'


@pytest.mark.alone
async def test_many_at_once_are_answered_soon_and_hold_up_nobody(site):
    """Each row is durable before its answer; forty at once let the loop run, and one alone has it within 100 ms.

    Both are seconds of a quiet machine.
    """
    product, turn, seconds = site.services.product, iter(range(10_000)), []
    ping = fresh(id=9999)
    await site.post("/hooks/github", ping, **signed(ping))

    async def one() -> int:
        body = fresh(id=next(turn))
        began = time.perf_counter()
        code, _ = await site.post("/hooks/github", body, **signed(body))
        seconds.append(time.perf_counter() - began)
        return code

    async def all_of_them() -> None:
        assert set(await asyncio.gather(*(one() for _ in range(40)))) == {202}

    assert await longest_block(all_of_them) <= BLOCK

    async def alone() -> float:
        before = len(seconds)
        for _ in range(20):
            await one()
        return sorted(seconds[before:])[10]

    assert await least(alone, 0.1) <= 0.1
    count = await site.services.store.read(
        lambda c: c.execute("SELECT count(*) FROM heard WHERE product = ?", (product,)).fetchone()[0]
    )
    assert count == len(seconds) + 1
    await site.services.inbound.tick()
    assert await site.services.store.read(lambda c: heard.undone(c, product)) == 0
