"""`python -m tests.bench`: measure ours beside named peers in one run, and say what is reached.

Exit code 0 when everything was measured, whether or not a target is reached; 1 when a case broke.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.rows import Bench, Row
from tests.bench.table import text

CASES = {
    "start-up": "tests.bench.startup",
    "memory": "tests.bench.memory",
    "audit": "tests.bench.audit",
    "mail": "tests.bench.mail",
    "slack": "tests.bench.slack",
    "request": "tests.bench.request",
    "store": "tests.bench.store",
    "engine": "tests.bench.engine",
    "hooks": "tests.bench.hooks",
    "load": "tests.bench.load",
    "flows": "tests.bench.flows",
    "secrets": "tests.bench.secrets",
}
LONGEST = 420.0
"""Seconds after which a case is given up."""


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    """What may be said on the command line."""
    parser = argparse.ArgumentParser(prog="make bench", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer repetitions: under 40 seconds")
    parser.add_argument("--only", action="append", choices=CASES, metavar="NAME", help=f"one of: {', '.join(CASES)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure to a file as well")
    return parser.parse_args(argv)


async def measured(name: str, *, quick: bool) -> list[Row]:
    """The rows of one case; a case that breaks is a row that says so."""
    with tempfile.TemporaryDirectory(prefix="launch-bench-") as folder:
        try:
            async with asyncio.timeout(LONGEST):
                rows: list[Row] = await importlib.import_module(CASES[name]).measure(Bench(quick, Path(folder)))
        except Exception as error:  # noqa: BLE001  (the other cases are worth measuring all the same)
            return [Row(name, name, "", skipped=f"broken: {type(error).__name__}: {str(error)[-600:]}")]
    return rows


def main(argv: Sequence[str]) -> int:
    """Measure, print, perhaps write; the exit code."""
    options = arguments(argv)
    began = time.perf_counter()
    rows: list[Row] = []
    for name in options.only or CASES:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        rows += asyncio.run(measured(name, quick=options.quick))
    print(text(rows))
    print(
        f"{time.perf_counter() - began:.0f} s, Python {platform.python_version()}, {os.cpu_count()} processors,"
        f" load {os.getloadavg()[0]:.1f}. Ratios are per round, so a busy machine disturbs both sides alike."
    )
    if options.json:
        options.json.write_text(json.dumps({"rows": [row.as_json() for row in rows]}, indent=1) + "\n")
    return int(any(row.skipped.startswith("broken") for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
