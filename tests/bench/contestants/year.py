"""Thirty days of twenty monitors out of a year's file: `year ours|raw FOLDER`.

Prints the milliseconds until uptime and p95 of all are known, and the size of the file. `ours` is the bot's own store
with what it keeps of a year; `raw` has nothing but single looks, of the thirty days alone.
"""

from __future__ import annotations

import json
import random
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

MONITORS = 20
NOW = datetime(2026, 11, 1, 13, 37, tzinfo=UTC)
YEAR, MONTH = timedelta(days=365), timedelta(days=30)
MINUTE = timedelta(minutes=1)
TIMES = 7
"""Once to warm up, then the quickest counts: what disturbs the machine only adds."""


def looks(monitor: int, begin: datetime, chance: random.Random) -> Iterator[tuple[int, int, int, int]]:
    """Monitor, milliseconds since 1970, state, microseconds: once a minute until now."""
    at = begin
    while at < NOW:
        bad = chance.random() < 0.001
        yield monitor, int(at.timestamp() * 1000), int(bad), int(chance.lognormvariate(12, 0.6))
        at += MINUTE


def ours(folder: Path) -> dict[str, float]:
    """Single looks of seven days, five minutes of ninety, hours and days of the year."""
    from bot.store import trends
    from bot.store.db import Store
    from bot.store.histogram import Histogram
    from bot.store.probes import COLUMN

    chance = random.Random(7)
    path = folder / "launch.db"
    store = Store.open(path)
    sums = {
        n: [Histogram.of(chance.lognormvariate(5, 0.6) for _ in range(n)).to_bytes() for _ in range(60)]
        for n in (5, 60, 1440)
    }

    def stretches(step: timedelta, since: timedelta, size: int) -> Iterable[tuple[object, ...]]:
        first, last = ((NOW - back).timestamp() // step.total_seconds() for back in (since, timedelta(0)))
        for number in range(1, MONITORS + 1):
            for when in range(int(first), int(last)):
                yield number, when, size - 1, 1, 0, chance.choice(sums[size]), 2, 0

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO product (id, domain, first_at) VALUES ('acme', 'acme.test', 0)")
        names = [(number, f"Page {number}") for number in range(1, MONITORS + 1)]
        connection.executemany("INSERT INTO monitor (id, product, name) VALUES (?, 'acme', ?)", names)
        for number in range(1, MONITORS + 1):
            begun = looks(number, NOW - timedelta(days=7), chance)
            connection.executemany("INSERT INTO probe (monitor, at, state, first_byte_us) VALUES (?, ?, ?, ?)", begun)
        for table, step, since, size in (
            ("rollup_five", timedelta(minutes=5), timedelta(days=90), 5),
            ("rollup_hour", timedelta(hours=1), YEAR, 60),
            ("rollup_day", timedelta(days=1), YEAR, 1440),
        ):
            connection.executemany(
                f"INSERT INTO {table} (monitor, {COLUMN[table]}, good, bad, unknown, latency, slow, excused)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                stretches(step, since, size),
            )

    def month(connection: sqlite3.Connection) -> list[tuple[float | None, float | None]]:
        trend = [trends.stretch(connection, number, NOW - MONTH, NOW, 60.0) for number in range(1, MONITORS + 1)]
        return [(each.share, each.p95_ms) for each in trend]

    store.write_now(fill)
    store.close()
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        found = month(connection)
        took.append((time.perf_counter() - began) * 1000)
    if not all(share and p95 for share, p95 in found):
        raise SystemExit("there is a monitor without figures")
    size = sum(each.stat().st_size for each in folder.glob("launch.db*"))
    return {"ms": min(took[1:]), "mb": size / 1e6}


def raw(folder: Path) -> dict[str, float]:
    """The same figures out of single looks, in integers and in the order in which they are asked for."""
    connection = sqlite3.connect(folder / "raw.db")
    connection.execute(
        "CREATE TABLE probe (monitor INTEGER, at INTEGER, state INTEGER, first_byte_us INTEGER,"
        " PRIMARY KEY (monitor, at)) WITHOUT ROWID"
    )
    chance = random.Random(7)
    for number in range(1, MONITORS + 1):
        connection.executemany("INSERT INTO probe VALUES (?, ?, ?, ?)", looks(number, NOW - MONTH, chance))
    connection.commit()
    query = (
        "SELECT monitor, avg(state = 0), max(CASE WHEN place <= 0.95 THEN first_byte_us END) FROM (SELECT monitor,"
        " state, first_byte_us, percent_rank() OVER (PARTITION BY monitor ORDER BY first_byte_us) AS place FROM probe)"
        " GROUP BY monitor"
    )
    began = time.perf_counter()
    found = connection.execute(query).fetchall()
    took = (time.perf_counter() - began) * 1000
    if len(found) != MONITORS:
        raise SystemExit("there is a monitor without figures")
    return {"ms": took, "mb": (folder / "raw.db").stat().st_size / 1e6}


if __name__ == "__main__":
    print(json.dumps({"ours": ours, "raw": raw}[sys.argv[1]](Path(sys.argv[2]))))
