"""Processes and what they cost: wall time, processor time, memory."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds that a contestant may take."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One process from start to end."""

    wall: float
    cpu: float
    """User and system seconds of the process and the children it waited for."""
    out: str


def environment(**more: str) -> dict[str, str]:
    """Without anything that would steer the bot, or lead it to somebody's workspace."""
    own = ("LAUNCH_", "SLACK_", "NO_COLOR", "COLUMNS", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **more}


async def run(
    argv: Sequence[str], folder: Path, *, env: Mapping[str, str] | None = None, seconds: float = PATIENCE
) -> Ran:
    """Run a process to its end. Raises RuntimeError with its last words where it fails or takes too long."""
    return await asyncio.to_thread(_run, argv, folder, environment() if env is None else env, seconds)


def _run(argv: Sequence[str], folder: Path, env: Mapping[str, str], seconds: float) -> Ran:
    with (folder / "stderr.txt").open("w+") as errors:
        began = time.perf_counter()
        process = subprocess.Popen(argv, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=errors, text=True)
        late = Timer(seconds, process.kill)
        late.start()
        out = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        late.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.stdout:
            process.stdout.close()
        if process.returncode:
            errors.seek(0)
            raise RuntimeError(f"{' '.join(argv)[:200]} ended with {process.returncode}: {errors.read()[-2000:]}")
    return Ran(wall, usage.ru_utime + usage.ru_stime, out)


def ours(*argv: str) -> tuple[str, ...]:
    """The command `launch …`, by this interpreter."""
    return (sys.executable, "-m", "bot", *argv)


def contestant(name: str, *argv: str) -> tuple[str, ...]:
    """A program of `contestants/`, by this interpreter."""
    return (sys.executable, "-m", f"tests.bench.contestants.{name}", *argv)


async def said(argv: Sequence[str], folder: Path, **options: Any) -> dict[str, Any]:
    """What a contestant prints as its last line of JSON, with the `whole` of its wall and processor seconds."""
    ran = await run(argv, folder, **options)
    return {**json.loads(ran.out.strip().splitlines()[-1]), "whole_wall": ran.wall, "whole_cpu": ran.cpu}


def cpu_of(pid: int) -> float:
    """Processor seconds that a living process has used, to the nanosecond."""
    spent = 0
    for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with suppress(OSError):
            spent += int(thread.read_text().split()[0])
    return spent / 1e9


def memory_of(pid: int) -> float:
    """Resident megabytes (10^6 bytes) of a living process."""
    fields = Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()
    return int(fields[0]) * 1024 / 1e6


async def interleaved(rounds: int, contestants: Mapping[str, Callable[[], Awaitable[Any]]]) -> dict[str, list[Any]]:
    """Every contestant once per round, in another order each time; results by name, in the order of the rounds."""
    found: dict[str, list[Any]] = {name: [] for name in contestants}
    order = list(contestants)
    chance = random.Random(7)
    for _ in range(rounds):
        chance.shuffle(order)
        for name in order:
            found[name].append(await contestants[name]())
    return found
