"""A server that takes signed webhooks: ours, or a bare handler that makes one durable row of each. Told by lines.

`begin` starts to watch how long the loop stands still; the end of the input ends it, with what was seen as JSON.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import sqlite3
import sys
import time
from pathlib import Path
from types import SimpleNamespace

from aiohttp import web

from bot.adapters.hooks.base import load
from bot.cli.running import settle
from bot.clock import SystemClock
from bot.services.knocks import Knocks
from bot.web import build, serve
from tests.services.doorstep import ENVIRON, SECRET, Doorstep

EVERY = 0.005


class Stands:
    """How long the loop stood still at most since `begin`."""

    longest = 0.0

    async def watch(self) -> None:
        """Wake every 5 ms, for ever."""
        while True:
            began = time.perf_counter()
            await asyncio.sleep(EVERY)  # noqa: TID251  (this is what is to be measured)
            self.longest = max(self.longest, time.perf_counter() - began - EVERY)


async def ours(folder: Path) -> tuple[web.AppRunner, Doorstep]:
    """The door of the bot, with everything behind it, and without the pace that it sets to one sender."""
    load()
    door, clock = Doorstep(folder, ENVIRON), SystemClock()
    await door.close()
    door.now, door.monotonic, door.sleep = clock.now, clock.monotonic, clock.sleep  # type: ignore[method-assign]
    door.knocks = Knocks(clock, rate=1e9, burst=1e9)
    door.open()
    services = SimpleNamespace(inbound=door.inbound, store=door.store)
    return await serve(build(services), "127.0.0.1", 0), door  # type: ignore[arg-type]


async def bare(folder: Path) -> web.AppRunner:
    """What anybody would write: compare the signature, insert, commit, answer."""
    database = sqlite3.connect(folder / "bare.db", isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE heard (id INTEGER PRIMARY KEY, delivery TEXT UNIQUE, data TEXT)")
    turn = asyncio.Lock()

    def insert(delivery: str, data: str) -> None:
        database.execute("INSERT INTO heard (delivery, data) VALUES (?, ?)", (delivery, data))

    async def handler(request: web.Request) -> web.Response:
        body = await request.read()
        wanted = "sha256=" + hmac.new(SECRET.encode(), body, "sha256").hexdigest()
        if not hmac.compare_digest(wanted, request.headers.get("X-Hub-Signature-256", "")):
            return web.json_response({"error": "no"}, status=401)
        found = json.loads(body)
        async with turn:
            await asyncio.to_thread(insert, wanted, json.dumps(found["deployment"]))
        return web.json_response({"said": "yes"}, status=202)

    app = web.Application()
    app.router.add_post("/hooks/github", handler)
    return await serve(app, "127.0.0.1", 0)


async def main(who: str, folder: Path) -> None:
    """Serve until the input ends."""
    door = None
    if who == "ours":
        runner, door = await ours(folder)
    else:
        runner = await bare(folder)
    settle()
    stands = Stands()
    watcher = asyncio.create_task(stands.watch())
    print(json.dumps({"port": runner.addresses[0][1]}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        if line.strip() == "begin":
            stands.longest = 0.0
            print("{}", flush=True)
    watcher.cancel()
    stored: list[float] = []
    if door is not None:
        await door.settled()
        rows = await door.store.read(lambda c: c.execute("SELECT done_at - at AS ms FROM heard").fetchall())
        stored = [float(row["ms"]) for row in rows]
    print(json.dumps({"longest": stands.longest * 1000, "stored": stored}), flush=True)
    await runner.cleanup()
    if door is not None:
        await door.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
