"""The mail checks beside checkdmarc, on the same local zone, without latency and with 20 ms."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.bench.measure import contestant, environment, interleaved, said
from tests.bench.product import DOMAIN, Product, product
from tests.bench.rows import Bench, Row, ratios, spread

PROGRAM = Path(__file__).parent / "contestants" / "checkdmarc_peer.py"
WHOLE = "checkdmarc, all it checks but DNSSEC"
SAME = "checkdmarc, SPF and DMARC only"
ALL_OURS, SAME_OURS = ("mail",), ("mail.spf", "mail.dmarc")


async def measure(bench: Bench) -> list[Row]:
    """In turns, three contestants at each latency."""
    if importlib.util.find_spec("checkdmarc") is None:
        return [Row("mail", "--only mail", "checkdmarc", skipped="checkdmarc is not installed; `make bench` does it")]
    rows: list[Row] = []
    for latency in (0.02,) if bench.quick else (0.0, 0.02):
        folder = bench.folder / f"{latency * 1000:g}"
        folder.mkdir()
        async with product(folder, latency) as shop:
            contestants = _contestants(shop, folder)
            # Once each beforehand, so that the name server knows every answer.
            for each in contestants.values():
                await each()
            found = await interleaved(bench.rounds(7, 3), contestants)
        rows += _rows(found, latency)
    return rows


def _contestants(shop: Product, folder: Path) -> dict[str, Callable[[], Awaitable[dict[str, Any]]]]:
    async def counted(*argv: str, **options: Any) -> dict[str, Any]:
        before = len(shop.dns.queries)
        found = await said(argv, folder, **options)
        return {**found, "questions": len(shop.dns.queries) - before}

    peer = (sys.executable, str(PROGRAM), str(shop.dns.port), DOMAIN)
    return {
        "ours": lambda: counted(*contestant("look", str(shop.config), *ALL_OURS)),
        "ours_same": lambda: counted(*contestant("look", str(shop.config), *SAME_OURS)),
        "all": lambda: counted(*peer, "all", env=_alone()),
        "same": lambda: counted(*peer, "same", env=_alone()),
    }


def _alone() -> dict[str, str]:
    kept = environment()
    kept.pop("PYTHONPATH")
    return kept


def _rows(found: dict[str, list[dict[str, Any]]], latency: float) -> list[Row]:
    """Wall and processor time without the start, and processor time with it."""
    wrong = [each for name in ("all", "same") for each in found[name] if not each["valid"]]
    if wrong:
        raise RuntimeError(f"checkdmarc did not find the zone in order: {wrong[0]}")
    bad = [
        each["findings"]
        for name in ("ours", "ours_same")
        for each in found[name]
        if not set(each["findings"]) <= {"pass", "n/a"}
    ]
    if bad:
        raise RuntimeError(f"the mail records are in order, but the checks say {bad[0]}")
    far = latency > 0
    rows = []
    for mine, name, peer_name in (("ours", "all", WHOLE), ("ours_same", "same", SAME)):
        asked = " ".join(ALL_OURS if name == "all" else SAME_OURS)
        for key, words, target in (
            ("wall", "wall", 0.07 if far and name == "all" else None),
            ("cpu", "processor time", 0.5 if far and name == "all" else None),
            ("whole_cpu", "processor time with the start", None),
            ("questions", "DNS questions", None),
        ):
            if name == "same" and key == "whole_cpu":
                continue
            scale, unit = (1, "") if key == "questions" else (1000, "ms")
            own, other = ([each[key] * scale for each in found[who]] for who in (mine, name))
            rows.append(
                Row(
                    "mail",
                    f"--only {asked}, {latency * 1000:g} ms latency, {words}",
                    peer_name,
                    samples=ratios(own, other),
                    target=target,
                    ours=spread(own, unit),
                    theirs=spread(other, unit),
                )
            )
    return rows
