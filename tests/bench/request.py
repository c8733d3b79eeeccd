"""One fresh, verified HTTPS request of the probe beside httpx, and how well both tell the server's own time."""

from __future__ import annotations

import asyncio
import statistics
import time

from tests.bench.measure import contestant, interleaved, said
from tests.bench.rows import Bench, Row, ratios, spread
from tests.servers.dns import DnsServer
from tests.servers.http import Answer, HttpServer, Request
from tests.servers.tls import Authority

HOST = "shop.test"
THINKS = 0.02
"""Seconds that the server takes for a page asked for alone."""


async def measure(bench: Bench) -> list[Row]:
    """In turns; the server writes down how long it really took."""
    authority = Authority.make()
    ca_file = authority.write(bench.folder / "ca.pem")
    count = bench.rounds(200, 60)
    truth: dict[str, float] = {}

    async def page(request: Request) -> Answer:
        began = time.perf_counter()
        if "/single/" in request.path:
            await asyncio.sleep(THINKS)  # noqa: TID251  (this is what is to be measured)
            truth[request.path] = (time.perf_counter() - began) * 1000
        return Answer()

    async with (
        DnsServer({"test": {"SOA": "ns.test. root.test. 1 7200 3600 1209600 60"}, HOST: {"A": "127.0.0.1"}}) as dns,
        HttpServer({HOST: {"*": page}}, tls=authority.issue(HOST)) as web,
    ):
        words = (str(web.port), str(dns.port), ca_file, str(count))
        added: dict[str, list[float]] = {"ours": [], "httpx": []}

        async def one(who: str) -> dict[str, float]:
            found = await said(contestant("fetch", who, *words), bench.folder)
            late = [took - truth.pop(path) for path, took in found["first"].items()]
            added[who].append(statistics.median(late))
            return found

        found = await interleaved(bench.rounds(5, 2), {"ours": lambda: one("ours"), "httpx": lambda: one("httpx")})
    own, other = ([each["cpu"] * 1000 for each in found[who]] for who in ("ours", "httpx"))
    return [
        Row(
            "request",
            "processor time per 1,000 fresh verified HTTPS requests",
            "httpx, shared client and TLS context",
            samples=ratios(own, other),
            ours=spread(own, "ms"),
            theirs=spread(other, "ms"),
            note="Ours looks the name up, guards the address and bounds what it reads; httpx is given the address.",
        ),
        Row(
            "request",
            "added to the time to first byte, p50",
            "the server's own log",
            "ms",
            tuple(added["ours"]),
            1.0,
            theirs=f"httpx adds {spread(added['httpx'], 'ms', 2)}",
        ),
    ]
