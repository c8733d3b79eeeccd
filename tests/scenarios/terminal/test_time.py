"""How long a healthy run takes when every answer is 20 ms away: not much longer than its longest chain of answers."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable

import dns.asyncquery
import dns.message
import pytest

from tests.scenarios.terminal.shop import DOMAIN, WWW, Shop, onward, page
from tests.servers.http import Answer, Request, redirect

pytestmark = [pytest.mark.slow, pytest.mark.alone]
LATENCY = 0.02
TIMES = 3.0
"""What the checks may take, in lengths of the longest chain; on an idle machine it is about 1.5."""


def late(answer: Answer | Callable[[Request], Answer]) -> Callable[[Request], Awaitable[Answer]]:
    """The same answer, 20 ms later."""

    async def wait(request: Request) -> Answer:
        await asyncio.sleep(LATENCY)  # noqa: TID251  (the distance that is measured)
        return answer if isinstance(answer, Answer) else answer(request)

    return wait


def far_away(shop: Shop) -> None:
    """Every DNS answer and every HTTP answer comes 20 ms later."""
    shop.dns.latency = LATENCY
    for server in (shop.web, shop.plain):
        for key, handler in list(server.routes.items()):
            server.routes[key] = late(handler)


async def fetch(shop: Shop, url: str) -> str:
    """One bare request on a new connection; returns where it leads to."""
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0]
    trust = None
    if scheme == "https":
        trust = ssl.create_default_context(cafile=str(shop.network["ca_file"]))
    port = shop.web.port if trust else shop.plain.port
    reader, writer = await asyncio.open_connection(
        shop.address, port, ssl=trust, server_hostname=host if trust else None
    )
    writer.write(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    head = (await reader.read()).decode("latin-1")
    writer.close()
    return next((line[10:].strip() for line in head.split("\r\n") if line.lower().startswith("location: ")), "")


async def longest_chain(shop: Shop) -> float:
    """Seconds of the longest chain of answers that depend on each other, one after the other and with bare tools.

    Which hosts are there (DNS); for each, where it is (DNS); then http with www, https with www, and the bare name.
    """
    began = time.perf_counter()
    for _ in range(2):
        query = dns.message.make_query(WWW, "A")
        await dns.asyncquery.udp(query, "127.0.0.1", port=shop.dns.port, timeout=5)
    url, hops = f"http://{WWW}/", 0
    while url:
        url = await fetch(shop, url)
        hops += 1
    assert hops == 3
    return time.perf_counter() - began


async def test_twenty_milliseconds_away(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """The best of three runs against the chain as measured right beside it."""
    far_away(shop)
    shop.web.route(DOMAIN, "*", late(page(canonical=f"https://{DOMAIN}/")))
    shop.web.route(WWW, "*", late(lambda request: onward(f"https://{DOMAIN}{request.target}")))
    shop.plain.route("*", "*", late(lambda request: redirect(f"https://{request.host}{request.target}")))
    ratios = []
    for _ in range(3):
        chain = await longest_chain(shop)
        ran = await shop.check()
        idle = await shop.launch("--version")
        assert (ran.code, ran.told("fail", "warn", "unknown")) == (0, {})
        looked = ran.report["took_ms"] / 1000
        ratios.append(looked / chain)
        with capsys.disabled():
            print(
                f"\n  20 ms away: chain {chain * 1000:.0f} ms, checks {looked * 1000:.0f} ms ({looked / chain:.1f} x), "
                f"whole command {ran.took * 1000:.0f} ms, of which start {idle.took * 1000:.0f} ms"
            )
    assert min(ratios) < TIMES


async def test_the_questions_are_asked_once(shop: Shop) -> None:
    """No page is fetched and no name is asked more often than checks need different facts of it."""
    ran = await shop.check()
    assert ran.code == 0
    for host in (DOMAIN, WWW):
        assert shop.web.asked("/", host) <= 2
    names = [(query.name, query.type) for query in shop.dns.queries]
    # Discovery and the checks are two runs, each of which asks once.
    assert max(names.count(name) for name in names) <= 2
