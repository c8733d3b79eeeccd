"""The light load test against a server that stands still for one second of ten: is its p95 what the server's log says?

Beside it in the same run stands a public load generator from npm, asked for the same rate.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import statistics
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from checks.ranks import nearest_rank
from tests.bench.measure import contestant, environment, interleaved, run, said
from tests.bench.rows import Bench, Row, ratios

PEER = "autocannon@9.0.0"
RATE = 50.0
CONNECTIONS = 60
"""Of the peer: enough that none waits for a connection while the server stands still."""


async def measure(bench: Bench) -> list[Row]:
    """In turns; each run against the log of exactly that run."""
    seconds = 10.0 if bench.quick else 20.0
    peer = await _peer(bench.folder)
    async with _stalling() as port:

        async def ours() -> dict[str, Any]:
            return await _against_the_log(port, _ours(bench, port, seconds))

        async def theirs() -> dict[str, Any]:
            assert peer is not None
            return await _against_the_log(port, _theirs(bench, peer, port, seconds))

        contestants = {"ours": ours} | ({"peer": theirs} if peer else {})
        found = await interleaved(bench.rounds(3, 1), contestants)
    return _rows(found, peer is not None)


async def _ours(bench: Bench, port: int, seconds: float) -> dict[str, Any]:
    argv = contestant("load", f"http://127.0.0.1:{port}/", f"{RATE:g}", f"{seconds:g}")
    found = await said(argv, bench.folder, seconds=seconds + 60)
    if found["bad"] or not found["done"]:
        raise RuntimeError(f"our own load test did not come to its end: {found}")
    return found


async def _theirs(bench: Bench, peer: Path, port: int, seconds: float) -> dict[str, Any]:
    argv = ["node", str(peer), "-R", f"{RATE:g}", "-c", str(CONNECTIONS), "-d", f"{seconds:g}", "-j"]
    ran = await run([*argv, f"http://127.0.0.1:{port}/"], bench.folder, seconds=seconds + 60)
    found = json.loads(ran.out.strip().splitlines()[-1])
    sent = found["requests"]["total"]
    return {"sent": sent, "p97_5": float(found["latency"]["p97_5"]), "cpu_ms": ran.cpu * 1000 / max(1, sent)}


async def _against_the_log(port: int, work: Any) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{port}/log"
        async with session.get(url) as answer:
            await answer.read()
        found = await work
        async with session.get(url) as answer:
            log = sorted(await answer.json(content_type=None))
    return {**found, "log_p95": nearest_rank(log), "log_p97_5": nearest_rank(log, 0.975), "log_n": len(log)}


@asynccontextmanager
async def _stalling() -> AsyncIterator[int]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.contestants.stalling"),
        env=environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        process.stdin.close()
        await process.wait()


async def _peer(folder: Path) -> Path | None:
    """The peer, from where npm has it; it is installed for this run alone."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        return None
    argv = ["npm", "install", "--prefix", str(folder / "peer"), "--no-audit", "--no-fund", "--ignore-scripts", PEER]
    try:
        await run(argv, folder, seconds=120)
    except (OSError, RuntimeError):
        return None
    found = folder / "peer" / "node_modules" / "autocannon" / "autocannon.js"
    return found if found.is_file() else None


def _rows(found: dict[str, list[dict[str, Any]]], with_peer: bool) -> list[Row]:
    mine = found["ours"]
    apart = tuple(abs(each["p95"] / each["log_p95"] - 1) * 100 for each in mine)
    rows = [
        Row(
            "load",
            "p95 apart from the truth",
            "the server's own log",
            "%",
            apart,
            5.0,
            f"{statistics.median(each['p95'] for each in mine):.0f} ms",
            f"{statistics.median(each['log_p95'] for each in mine):.0f} ms",
            f"{RATE:g} requests a second at a server that stands still for 1 s of 10; a tool that waits for answers"
            " before it sends again would see some 5 ms.",
        )
    ]
    if not with_peer:
        return [*rows, Row("load", "CPU per request", PEER, skipped="npm could not install it")]
    theirs = found["peer"]
    far = tuple(abs(each["p97_5"] / each["log_p97_5"] - 1) * 100 for each in theirs)
    near = tuple(abs(each["p97_5"] / each["log_p97_5"] - 1) * 100 for each in mine)
    note = (
        f"Its p97.5, which it prints instead of p95, is {statistics.median(far):.1f} % apart from the log of its runs."
    )
    rows.append(Row("load", "p97.5 apart from the truth", PEER, "%", near, 5.0, note=note))
    cpu = ratios([each["cpu_ms"] for each in mine], [each["cpu_ms"] for each in theirs])
    rows.append(
        Row(
            "load",
            "CPU per request",
            PEER,
            samples=cpu,
            ours=f"{statistics.median(each['cpu_ms'] for each in mine):.2f} ms",
            theirs=f"{statistics.median(each['cpu_ms'] for each in theirs):.2f} ms",
            note="Ours without its start; that of the peer holds its start, some 0.3 s over all requests.",
        )
    )
    return rows
