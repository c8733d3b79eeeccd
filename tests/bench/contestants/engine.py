"""Monitors at their pace: `engine ours|plain PORT DNS_PORT CA_FILE MONITORS EVERY WARM SECONDS STAND FOLDER`.

Prints the processor time per look over SECONDS, how late looks began, what they reported in the first round and later,
the memory, and the longest stand of the loop in the STAND seconds that follow (to watch it costs something, too).
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HOST = "shop.test"
HOSTS = 50
"""Names to which the monitors are spread."""
USUAL = 60.0
"""Seconds between two looks where nothing else is written down."""
BEAT = 0.005


@dataclass
class Seen:
    """What was seen while it counted."""

    every: float
    counting: bool = False
    looks: int = 0
    late_ms: list[float] = field(default_factory=list)
    stood_ms: float = 0.0
    first: dict[str, float] = field(default_factory=dict)
    """Milliseconds of the server, by what was looked at first."""
    later: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    """The servers are well: whatever is said against one is a mistake."""

    def look(self, late: float) -> None:
        """One look began, so many seconds after its time."""
        if self.counting:
            self.looks += 1
            self.late_ms.append(late * 1000)

    def told(self, name: str, server_ms: float) -> None:
        """What a look reported."""
        if self.counting:
            self.later.append(server_ms)
        else:
            self.first.setdefault(name, server_ms)


@asynccontextmanager
async def ours(seen: Seen, port: int, dns_port: int, ca_file: str, count: int, folder: Path) -> AsyncIterator[None]:
    """The bot's own watch, with its store and its incidents."""
    from bot.cli.running import settle
    from bot.clock import SystemClock
    from bot.services.config import Config
    from bot.services.glance import Glance, glance
    from bot.services.incidents import Incidents
    from bot.services.look import prepare
    from bot.services.watch import Watch
    from bot.store.db import Store

    prepare()
    every = "" if seen.every == USUAL else f", every: {seen.every:g}s"
    lines = "".join(f"  - {{name: page {n}, url: 'https://h{n % HOSTS}.{HOST}/{n}'{every}}}\n" for n in range(count))
    (folder / "launch.yml").write_text(
        f"product: {{domain: {HOST}, id: shop}}\nmonitors:\n{lines}network: {{resolvers: ['127.0.0.1:{dns_port}'],"
        f" ports: {{443: {port}}}, allow_private: true, ca_file: {ca_file}}}\n"
    )
    config, clock = Config.read(folder / "launch.yml"), SystemClock()
    if config.error is not None:
        raise RuntimeError(str(config.error))
    store = Store.open(folder / "launch.db")

    async def eye(look: Any, name: str, network: Any, now: Any, **more: Any) -> Glance:
        due = watch._of[name].due
        seen.look((now - due).total_seconds() if due is not None else 0.0)
        found = await glance(look, name, network, now, **more)
        if found.seen.sight.value != "good":
            seen.failed.append(found.summary)
        seen.told(name, found.server_ms or 0.0)
        return found

    watch = Watch(store, clock, lambda: config, Incidents(store, clock, lambda: config, lambda: None), eye=eye)
    await watch.start()
    settle()
    try:
        yield
    finally:
        await watch.stop()
        store.close()


@asynccontextmanager
async def plain(seen: Seen, port: int, _dns_port: int, ca_file: str, count: int, folder: Path) -> AsyncIterator[None]:
    """What is written first: a scheduler's job per monitor, httpx with one TLS context, a row at a time."""
    import random
    import sqlite3
    import ssl
    from datetime import timedelta

    import httpx
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    from bot.clock import SystemClock

    clock = SystemClock()
    connection = sqlite3.connect(folder / "plain.db")
    connection.execute("CREATE TABLE probe (name TEXT, at TEXT, ok INTEGER, ms REAL)")
    context = ssl.create_default_context(cafile=ca_file)
    limits = httpx.Limits(max_keepalive_connections=0)
    chance = random.Random(7)
    async with httpx.AsyncClient(verify=context, limits=limits, trust_env=False) as client:

        async def look(name: str, place: float) -> None:
            seen.look((clock.now().timestamp() - place) % seen.every)
            began = time.perf_counter()
            answer = await client.get(
                f"https://127.0.0.1:{port}/{name}", headers={"Host": HOST}, extensions={"sni_hostname": HOST}
            )
            took = (time.perf_counter() - began) * 1000
            connection.execute(
                "INSERT INTO probe VALUES (?, ?, ?, ?)",
                (name, clock.now().isoformat(), answer.status_code == 200, took),
            )
            connection.commit()

        scheduler = AsyncIOScheduler(timezone="UTC")
        start = clock.now()
        for number in range(count):
            first = start + timedelta(seconds=chance.random() * seen.every)
            place = first.timestamp() % seen.every
            scheduler.add_job(
                look, "interval", seconds=seen.every, next_run_time=first, args=(str(number), place),
                misfire_grace_time=None, coalesce=True,
            )  # fmt: skip
        scheduler.start()
        try:
            yield
        finally:
            scheduler.shutdown(wait=False)
            connection.close()


async def _beat(seen: Seen) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(BEAT)  # noqa: TID251  (how late it wakes is what is measured)
        seen.stood_ms = max(seen.stood_ms, (time.perf_counter() - began - BEAT) * 1000)


async def main(argv: list[str]) -> None:
    """Warm up, count, say."""
    who, port, dns_port, ca_file, count, every, warm, seconds, stand, folder = argv
    seen = Seen(float(every))
    engine = {"ours": ours, "plain": plain}[who]
    async with engine(seen, int(port), int(dns_port), ca_file, int(count), Path(folder)):
        await asyncio.sleep(float(warm))  # noqa: TID251  (real time passes)
        began, seen.counting = time.process_time(), True
        await asyncio.sleep(float(seconds))  # noqa: TID251  (as above)
        spent, looks = time.process_time() - began, seen.looks
        beat = asyncio.create_task(_beat(seen))
        await asyncio.sleep(float(stand))  # noqa: TID251  (as above)
        beat.cancel()
    status = Path("/proc/self/status").read_text().splitlines()
    memory = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    found = {
        "looks": looks,
        "cpu_ms": spent * 1000 / max(1, looks),
        "late_p99_ms": _share(seen.late_ms, 0.99),
        "stood_ms": seen.stood_ms,
        "rss_mb": memory / 1024,
        "first_ms": _share(list(seen.first.values()), 0.5),
        "later_ms": _share(seen.later, 0.5),
    }
    if seen.failed:
        raise SystemExit(f"{len(seen.failed)} looks saw what is not there, such as: {seen.failed[0]}")
    print(json.dumps(found))


def _share(values: list[float], share: float) -> float:
    return sorted(values)[int(len(values) * share)] if values else 0.0


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
