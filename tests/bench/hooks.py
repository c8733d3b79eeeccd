"""A signed webhook until its answer, by when its row is durable, beside a bare handler that inserts one."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.bench.measure import contestant, environment, interleaved
from tests.bench.rows import Bench, Row, ratios, share, spread
from tests.services.doorstep import signed, status

PEER = "aiohttp handler, one durable SQLite insert"
AT_ONCE = 200
WARM = 20
PAUSE = 0.02
"""Seconds between two that come one after the other."""


@dataclass
class Server:
    """A contestant that serves."""

    process: asyncio.subprocess.Process
    port: int

    async def hear(self) -> dict[str, Any]:
        """Its next line."""
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            line = await self.process.stdout.readline()
        if not line:
            raise RuntimeError("the server ended")
        return dict(json.loads(line))

    async def begin(self) -> None:
        """From now on it counts."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"begin\n")
        await self.hear()

    async def end(self) -> dict[str, Any]:
        """What it saw."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        found = await self.hear()
        await self.process.wait()
        return found


@asynccontextmanager
async def serving(who: str, folder: Path) -> AsyncIterator[Server]:
    """One of them, until the block ends."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *contestant("door", who, str(folder)), env=environment(), stdin=pipe, stdout=pipe, limit=2**24
    )
    server = Server(process, 0)
    try:
        server.port = (await server.hear())["port"]
        yield server
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def knock(client: aiohttp.ClientSession, url: str, number: int) -> float:
    """Milliseconds until it was answered with 202."""
    body = status(id=number)
    headers = signed(body)
    began = time.perf_counter()
    async with client.post(url, data=body, headers=headers) as answer:
        if answer.status != 202:
            raise RuntimeError(f"{answer.status}: {(await answer.text())[:200]}")
    return (time.perf_counter() - began) * 1000


async def one(who: str, bench: Bench) -> dict[str, Any]:
    """One after the other, then two hundred at once."""
    count = bench.rounds(300, 60)
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        connector = aiohttp.TCPConnector(limit=AT_ONCE)
        async with serving(who, Path(folder)) as server, aiohttp.ClientSession(connector=connector) as client:
            url = f"http://127.0.0.1:{server.port}/hooks/github"
            for number in range(WARM):
                await knock(client, url, number)
            await server.begin()
            alone = []
            for number in range(count):
                # What the one before brings about is over by then: senders do not come back to back.
                await asyncio.sleep(PAUSE)  # noqa: TID251
                alone.append(await knock(client, url, WARM + number))
            began = time.perf_counter()
            crowd = await asyncio.gather(*(knock(client, url, 10_000 + number) for number in range(AT_ONCE)))
            whole = (time.perf_counter() - began) * 1000
            found = await server.end()
    return {"alone": alone, "crowd": crowd, "whole": whole, **found}


async def measure(bench: Bench) -> list[Row]:
    """In turns, each time into a new file."""
    found = await interleaved(
        bench.rounds(5, 2), {"ours": lambda: one("ours", bench), "bare": lambda: one("bare", bench)}
    )

    def each(who: str, what: str, percent: float) -> list[float]:
        return [share(one[what], percent) for one in found[who]]

    rows = []
    for words, what, percent, target in (
        ("one hook at a time, answered, p50", "alone", 50, 2.0),
        ("one hook at a time, answered, p99", "alone", 99, None),
        (f"{AT_ONCE} hooks at once, the last one answered", "crowd", 100, None),
    ):
        own, other = each("ours", what, percent), each("bare", what, percent)
        texts = {"ours": spread(own, "ms", 1), "theirs": spread(other, "ms", 1)}
        rows.append(Row("hooks", words, PEER, samples=ratios(own, other), target=target, **texts))
    stands = [run["longest"] for run in found["ours"]]
    return [
        *rows,
        Row("hooks", "one hook at a time, answered, p99", "itself", "ms", tuple(each("ours", "alone", 99)), 100.0),
        Row(
            "hooks", "from the durable row to the stored deploy, p99", "itself", "ms", tuple(each("ours", "stored", 99))
        ),
        Row(
            "hooks",
            f"longest stand of the loop, {AT_ONCE} hooks at once",
            PEER,
            "ms",
            tuple(stands),
            50.0,
            theirs=spread([run["longest"] for run in found["bare"]], "ms", 1),
            note="Ours proves, reads, masks and numbers each of them, and makes a deploy with its message of it.",
        ),
    ]
