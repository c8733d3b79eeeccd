"""Results of looks written to SQLite: `storing ours|sqlite-utils FOLDER COUNT`. Prints processor and wall time each."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

MONITORS = 50
START = datetime(2026, 11, 1, tzinfo=UTC)


def results(count: int) -> Iterator[tuple[int, datetime, int, float]]:
    """Monitor, moment, state, milliseconds: fifty monitors, once a minute."""
    chance = random.Random(7)
    for number in range(count):
        minute, monitor = divmod(number, MONITORS)
        yield monitor, START + timedelta(minutes=minute), int(chance.random() < 0.01), chance.uniform(20, 900)


async def ours(folder: Path, count: int) -> dict[str, float]:
    """What is due in the same minute is one change of the store; the writer's own thread counts too."""
    from bot.store import probes
    from bot.store.db import Store

    store = Store.open(folder / "launch.db")
    await store.write(lambda c: c.execute("INSERT INTO product (id, domain, first_at) VALUES ('acme', 'acme.test', 0)"))
    ids = await store.write(lambda c: [probes.monitor(c, "acme", f"Page {number}") for number in range(MONITORS)])
    rows = [probes.Probe(ids[monitor], at, probes.Seen(state), took) for monitor, at, state, took in results(count)]
    began, spent = time.perf_counter(), time.process_time()
    for start in range(0, count, MONITORS):
        due = rows[start : start + MONITORS]
        await store.write(lambda c, due=due: probes.add(c, due), durable=False)
    took = {"cpu": time.process_time() - spent, "wall": time.perf_counter() - began}
    [kept] = await store.read(lambda c: c.execute("SELECT count(*) FROM probe").fetchone())
    store.close()
    return {**took, "kept": kept, "bytes": (folder / "launch.db").stat().st_size}


async def by_sqlite_utils(folder: Path, count: int) -> dict[str, float]:
    """The obvious way: a row at a time, with names and ISO times, everything by default."""
    import sqlite_utils

    database = sqlite_utils.Database(folder / "peer.db")
    rows = [
        {"monitor": f"Page {monitor}", "at": at.isoformat(), "state": ("good", "bad")[state], "first_byte_ms": took}
        for monitor, at, state, took in results(count)
    ]
    began, spent = time.perf_counter(), time.process_time()
    for row in rows:
        database["probe"].insert(row)
    took = {"cpu": time.process_time() - spent, "wall": time.perf_counter() - began}
    kept = database["probe"].count
    database.close()
    return {**took, "kept": kept, "bytes": (folder / "peer.db").stat().st_size}


def main(who: str, folder: str, count: str) -> None:
    """Store, and say what one result took, in microseconds."""
    number = int(count)
    found = asyncio.run((ours if who == "ours" else by_sqlite_utils)(Path(folder), number))
    if found["kept"] != number:
        raise SystemExit(f"{found['kept']} of {number} results were kept")
    print(json.dumps({key: found[key] / number * 1e6 for key in ("cpu", "wall")} | {"bytes": found["bytes"] / number}))


if __name__ == "__main__":
    main(*sys.argv[1:])
