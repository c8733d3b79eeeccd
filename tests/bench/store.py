"""What a stored result costs, beside sqlite-utils with a row at a time and its defaults; thirty days out of a year."""

from __future__ import annotations

import tempfile

from tests.bench.measure import contestant, interleaved, said
from tests.bench.rows import Bench, Row, ratios, spread

PEER = "sqlite-utils insert(), a row at a time"


async def measure(bench: Bench) -> list[Row]:
    """In turns, each time into a new file."""
    ours, theirs = str(bench.rounds(20_000, 5_000)), str(bench.rounds(1_000, 300))

    async def one(who: str, count: str) -> dict[str, float]:
        with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
            return await said(contestant("storing", who, folder, count), bench.folder)

    found = await interleaved(
        bench.rounds(5, 2),
        {"ours": lambda: one("ours", ours), "peer": lambda: one("sqlite-utils", theirs)},
    )
    rows = []
    for key, words, target in (("cpu", "processor time", 0.03), ("wall", "wall", None)):
        own, other = ([each[key] for each in found[who]] for who in ("ours", "peer"))
        rows.append(
            Row(
                "store",
                f"{words} per stored result",
                PEER,
                samples=ratios(own, other),
                target=target,
                ours=spread(own, "µs", 1),
                theirs=spread(other, "µs"),
                note="Fifty results, what one minute of fifty monitors brings, are one change." if key == "cpu" else "",
            )
        )
    return [*rows, *await _month(bench)]


async def _month(bench: Bench) -> list[Row]:
    """Twenty monitors; ours out of the file of a whole year, the peer out of the thirty days alone."""

    async def one(who: str) -> dict[str, float]:
        with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
            return await said(contestant("year", who, folder), bench.folder)

    found = await interleaved(bench.rounds(3, 1), {"ours": lambda: one("ours"), "peer": lambda: one("raw")})
    own, other = ([each["ms"] for each in found[who]] for who in ("ours", "peer"))
    what, peer = "30 days of 20 monitors: uptime and p95 of each", "a window function over single looks"
    sizes = tuple(each["mb"] for each in found["ours"])
    return [
        Row("store", what, peer, "ms", tuple(own), 50.0, spread(own, "ms", 1), spread(other, "ms")),
        Row("store", "30 days of 20 monitors, beside that", peer, samples=ratios(own, other)),
        Row("store", "the file of a year, 20 monitors at 60 s", "itself", "MB", sizes, 250.0),
    ]
