"""Start-up: how long until `launch --help` is read, and until `launch check` does its first work."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from tests.bench.measure import PATIENCE, Ran, cpu_of, environment, interleaved, ours, run
from tests.bench.rows import Bench, Row, ratios, spread
from tests.servers.dns import DnsServer

PEER = 'python -c "import asyncio"'
DOMAIN = "example.com"
"""A name for which the public suffix list is needed; it is asked of our own server only."""
WITHOUT_FILE = (
    "import sys, checks.net.dns as names; names.PUBLIC = (('127.0.0.1', {port}),)\n"
    "from bot.cli import execute; sys.exit(execute(['check', '{domain}']))"
)
"""The command as it is; only the public resolvers' addresses are replaced, so that nothing leaves the machine."""


class FirstQuestion(DnsServer):
    """Notes when the first question arrives, and what the asker had spent by then."""

    pid = 0

    def __init__(self) -> None:
        super().__init__({"com": {"SOA": "ns.test. root.test. 1 7200 3600 1209600 60"}, DOMAIN: {"A": "127.0.0.1"}})
        self.first: asyncio.Future[tuple[float, float]] = asyncio.get_running_loop().create_future()

    async def answer(self, data: bytes, over: str) -> bytes | None:
        if not self.first.done():
            self.first.set_result((time.perf_counter(), cpu_of(self.pid)))
        return await super().answer(data, over)


async def first_question(folder: Path, *, with_file: bool) -> Ran:
    """From the start of `launch check` to its first question."""
    async with FirstQuestion() as server:
        argv = (sys.executable, "-c", WITHOUT_FILE.format(port=server.port, domain=DOMAIN))
        if with_file:
            (folder / "network.yml").write_text(f'network: {{resolvers: ["127.0.0.1:{server.port}"]}}\n')
            argv = ours("check", DOMAIN, "--config", "network.yml")
        quiet = asyncio.subprocess.DEVNULL
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(*argv, cwd=folder, env=environment(), stdout=quiet, stderr=quiet)
        server.pid = process.pid
        try:
            at, cpu = await asyncio.wait_for(server.first, PATIENCE)
        finally:
            process.kill()
            await process.wait()
        return Ran(at - began, cpu, "")


async def measure(bench: Bench) -> list[Row]:
    """Two commands beside an interpreter that imports asyncio and ends."""
    folder = bench.folder
    found = await interleaved(
        bench.rounds(15, 3),
        {
            "floor": lambda: run((sys.executable, "-c", "import asyncio"), folder),
            "launch --help": lambda: run(ours("--help"), folder),
            "launch check, first question": lambda: first_question(folder, with_file=False),
            "the same with a launch.yml": lambda: first_question(folder, with_file=True),
        },
    )
    floor = found.pop("floor")
    rows = []
    for name, ran in found.items():
        for kind in ("cpu", "wall"):
            own, peer = ([getattr(each, kind) * 1000 for each in some] for some in (ran, floor))
            rows.append(
                Row(
                    "start-up",
                    f"{name}, {'processor time' if kind == 'cpu' else 'wall'}",
                    PEER,
                    samples=ratios(own, peer),
                    target=3.0 if name == "launch --help" else 5.0,
                    ours=spread(own, "ms"),
                    theirs=spread(peer, "ms"),
                )
            )
    return rows
