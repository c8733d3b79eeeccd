"""A server that sends given bytes and hangs up."""

from __future__ import annotations

import asyncio

from bot.clock import SystemClock
from checks.inventory import Network
from checks.net.facts import Exchange
from checks.net.live import LiveProbe


async def ask(answer: bytes) -> Exchange:
    """One request to a server that answers with exactly these bytes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    network = Network(resolvers=(("127.0.0.1", 9),), allow_private=True, ports={80: port})
    async with server, LiveProbe(network, SystemClock().now()) as probe:
        return await probe.get("http://127.0.0.1/", timeout=3)
