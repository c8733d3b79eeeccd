"""The product that walks go through, in a process of its own: each answer comes 20 ms late, as from far away.

`python -m tests.bench.contestants.flow_shop FOLDER SECONDS`: writes the authority to FOLDER/ca.pem, prints its ports as
one line of JSON, and serves until its input ends. For each line that comes it prints how much was asked since the last.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path

from tests.checks.flow.product import APP, PAY, Product
from tests.servers.dns import DnsServer
from tests.servers.http import Answer, HttpServer, Request
from tests.servers.tls import Authority


class FarShop(Product):
    """The product, at a distance."""

    def __init__(self, server: HttpServer, latency: float) -> None:
        self.latency = latency
        super().__init__(server)

    def handle(self, request: Request) -> Answer:
        """What it answers, late."""
        return replace(super().handle(request), delay=self.latency)


async def serve(folder: Path, latency: float) -> None:
    """Until the input ends."""
    authority = Authority.make()
    authority.write(folder / "ca.pem")
    soa = "ns.test. root.test. 1 7200 3600 1209600 60"
    names = {name: {"A": "127.0.0.1"} for name in (APP, PAY)}
    async with DnsServer({"test": {"SOA": soa}, **names}) as dns, HttpServer(tls=authority.issue(APP, PAY)) as web:
        shop = FarShop(web, latency)
        print(json.dumps({"https": web.port, "dns": dns.address}), flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps({"requests": len(web.requests), "connections": web.connections}), flush=True)
            web.requests.clear()
            web.connections = 0
            shop.sessions.clear()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), float(sys.argv[2])))
