"""Fresh verified HTTPS requests: `fetch ours|httpx PORT DNS_PORT CA_FILE COUNT`, six at a time, then one by one.

Prints the processor time of the crowd and, for each single request, the milliseconds to its first byte.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

HOST = "shop.test"
AT_ONCE = 6
"""The probe opens no more connections to one host."""
SINGLE = 40
Get = Callable[[str], Awaitable[float]]
"""Fetches a path; milliseconds from the request being sent to the first byte of the answer."""


@asynccontextmanager
async def ours(port: int, dns_port: int, ca_file: str) -> AsyncIterator[Get]:
    """The probe, with its resolver, guard and bounds; the limit of requests a second is lifted."""
    from bot.clock import SystemClock
    from checks.inventory import Network
    from checks.net.live import LiveProbe

    network = Network(
        resolvers=(("127.0.0.1", dns_port),),
        ca_file=ca_file,
        ports={443: port},
        allow_private=True,
        unlimited=frozenset({HOST}),
    )
    async with LiveProbe(network, SystemClock().now()) as probe:

        async def get(path: str) -> float:
            exchange = await probe.get(f"https://{HOST}{path}")
            if exchange.status != 200:
                raise RuntimeError(str(exchange.fault))
            return exchange.phases.first_byte

        yield get


@asynccontextmanager
async def by_httpx(port: int, _dns_port: int, ca_file: str) -> AsyncIterator[Get]:
    """One client with one TLS context for all requests, a new connection each; the address is given, not looked up."""
    import ssl

    import httpx

    context = ssl.create_default_context(cafile=ca_file)
    limits = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(verify=context, limits=limits, trust_env=False) as client:

        async def get(path: str) -> float:
            marks: dict[str, float] = {}

            async def trace(name: str, _info: object) -> None:
                marks[name] = time.perf_counter()

            answer = await client.get(
                f"https://127.0.0.1:{port}{path}",
                headers={"Host": HOST, "Connection": "close"},
                extensions={"sni_hostname": HOST, "trace": trace},
            )
            answer.raise_for_status()
            sent, came = marks["http11.send_request_body.complete"], marks["http11.receive_response_headers.complete"]
            return (came - sent) * 1000

        yield get


async def main(who: str, port: str, dns_port: str, ca_file: str, count: str) -> None:
    """Warm up, a crowd, then one by one."""
    slots = asyncio.Semaphore(AT_ONCE)
    async with (ours if who == "ours" else by_httpx)(int(port), int(dns_port), ca_file) as get:
        await get("/warm")

        async def one(number: int) -> None:
            async with slots:
                await get(f"/crowd/{number}")

        began, spent = time.perf_counter(), time.process_time()
        await asyncio.gather(*(one(number) for number in range(int(count))))
        cpu, wall = time.process_time() - spent, time.perf_counter() - began
        first = {f"/single/{who}/{number}": await get(f"/single/{who}/{number}") for number in range(SINGLE)}
    print(json.dumps({"cpu": cpu / int(count) * 1000, "wall": wall / int(count) * 1000, "first": first}))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
