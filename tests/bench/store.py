"""What a stored result costs, beside sqlite-utils with a row at a time and its defaults."""

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
    return rows
