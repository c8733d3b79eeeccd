"""What a look costs: import and processor time are part of the promise."""

from __future__ import annotations

import asyncio
import gc
import struct
import subprocess
import sys
import time

import pytest

from bot.clock import SystemClock
from checks.net import message as messages
from checks.net import trust
from checks.net.addresses import Addresses
from checks.net.facts import DnsAnswer, DnsStatus
from checks.net.glimpse import Glimpse
from checks.net.limits import Limits
from checks.net.message import Malformed
from tests.growth import least, seconds
from tests.net.conftest import Site
from tests.servers.http import Answer, Hostile

pytestmark = pytest.mark.alone


async def test_importing_the_probe_is_cheap() -> None:
    """A terminal command must not wait for its imports: 0.3 s of a quiet machine's processor, and no web framework."""
    script = (
        "import time, sys; import checks.net.live; print(time.process_time());"
        "print(sorted({'aiohttp', 'httpx', 'slack_bolt', 'pydantic', 'dns.asyncresolver'} & set(sys.modules)))"
    )

    async def start() -> float:
        ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        took, heavy = ran.stdout.splitlines()
        assert heavy == "[]"
        return float(took)

    assert await least(start, 0.3, clock=time.process_time) <= 0.3


async def _floor(site: Site, requests: int) -> float:
    """Milliseconds of processor time for the least that asyncio can do: a new, verified connection, bytes both ways."""
    trusted = trust.verifying(site.network.ca_file)
    began = time.process_time()
    for _ in range(requests):
        reader, writer = await asyncio.open_connection(*site.web.address, ssl=trusted, server_hostname="a.test")
        writer.write(b"GET / HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 200")
        writer.transport.abort()
    return (time.process_time() - began) / requests * 1000


async def test_a_request_over_tls_is_cheap(site: Site) -> None:
    """At most half more than asyncio's own streams without parser, guard or bounds, measured in turns beside them."""
    site.web.route("a.test", "*", Answer())
    ours, floor = [], []
    async with site.probe(burst=1000) as probe:
        await probe.get("https://a.test/warm")
        for turn in range(5):
            floor.append(await _floor(site, 40))
            began = time.process_time()
            for number in range(40):
                assert (await probe.get(f"https://a.test/{turn}/{number}")).status == 200
            ours.append((time.process_time() - began) / 40 * 1000)
    assert min(one / least for one, least in zip(ours, floor, strict=True)) <= 1.5, (ours, floor)


async def test_hostile_answers_do_not_hold_up_the_loop(site: Site) -> None:
    """While floods and bombs come in, other work waits at most 50 ms at a time (the servers' half included).

    The best of some rounds, beside how slow the machine is: what a busy host takes counts as this machine's own time.
    """
    kinds = [Hostile.HEADER_FLOOD, Hostile.GZIP_BOMB, Hostile.HUGE_BODY, Hostile.INFORMATIONAL_FLOOD, Hostile.GARBAGE]
    for kind in kinds:
        site.web.route("a.test", f"/{kind}", Answer(hostile=kind))
    crumbs = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 100_000
    site.web.route("a.test", "/crumbs", Answer(raw=crumbs))
    assert await least(lambda: _longest_stand(site, kinds), 0.05, clock=time.thread_time) <= 0.05


async def _longest_stand(site: Site, kinds: list[Hostile]) -> float:
    """Seconds of processor time for the longest turn of the loop while all of these are read."""
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            began = time.thread_time()
            await asyncio.sleep(0)  # noqa: TID251  (one turn of the loop is what is measured)
            longest = max(longest, time.thread_time() - began)

    watcher = asyncio.create_task(watch())
    async with site.probe() as probe:
        for kind in kinds:
            await probe.get(f"https://a.test/{kind}", timeout=30)
        one_by_one = await probe.get("https://a.test/crumbs")
    watcher.cancel()
    assert (one_by_one.status, one_by_one.truncated, len(one_by_one.body)) == (200, True, 20_001)
    return longest


HEAD = b"\xc0\x0c\x00\x02\x00\x01\x00\x00\x00\x3c"
"""Owner (a pointer to the question), NS, IN, TTL 60."""


def _many_servers(records: bytes, count: int) -> bytes:
    question = b"\x01a\x04test\x00\x00\x02\x00\x01"
    return struct.pack("!6H", 7, 0x8180, 1, count, 0, 0) + question + records


def test_the_largest_dns_answer_is_read_quickly() -> None:
    """As many records as are taken at all cost at most 50 ms of a quiet machine's processor."""
    label = [b"\x33" + b"%051d" % number + b"\xc0\x0c" for number in range(500)]
    wire = _many_servers(b"".join(HEAD + struct.pack("!H", len(one)) + one for one in label), 500)

    def read() -> DnsAnswer:
        message = messages.parse(wire)
        return messages.read(message, message.question[0].name, message.question[0].rdtype)

    said = read()
    assert (said.status, len(said.records)) == (DnsStatus.OK, 500)
    assert seconds(read, 0.05) <= 0.05


def test_long_names_behind_pointers_are_refused_at_once() -> None:
    """Hundreds of names of a hundred labels fit into 8 KiB and would take seconds to read."""
    deep = b"\x01x" * 110 + b"\xc0\x0c"
    at = 12 + 12 + 12
    short = [struct.pack("!BBH", 1, number % 256, 0xC000 | at + number // 256 * 2) for number in range(499)]
    records = [HEAD + struct.pack("!H", len(one)) + one for one in (deep, *short)]

    def refuse() -> None:
        with pytest.raises(Malformed, match="far too long"):
            messages.parse(_many_servers(b"".join(records), 500))

    assert seconds(refuse, 0.05) <= 0.05


async def test_a_look_leaves_nothing_to_the_garbage_collection(site: Site):
    """Whatever came of it: a thousand looks a minute would otherwise stop everything for a tenth of a second."""
    site.web.route("a.test", "/", Answer())
    site.web.route("a.test", "/reset", Answer(hostile=Hostile.RESET))
    site.web.route("a.test", "/chunks", Answer(chunked=True))
    urls = ["https://a.test/", "https://a.test/reset", "https://a.test/chunks", "https://127.0.0.1/", "http://b.test/"]
    known = Addresses()

    async def look(url: str) -> None:
        limits, now = Limits(1000, 1000), SystemClock().now()
        async with Glimpse(site.network, now, limits=limits, path=0, patience=2.0, addresses=known) as probe:
            await probe.chain(url)

    left: dict[str, set[str]] = {}
    for url in urls:
        await look(url)
        gc.collect()
        gc.disable()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            await look(url)
            gc.collect()
            found = {type(one).__qualname__ for one in gc.garbage if type(one).__module__.startswith("checks.")}
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()
        if found:
            left[url] = found
    assert left == {}
