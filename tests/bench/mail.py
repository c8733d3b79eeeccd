"""The mail checks beside checkdmarc, on the same local zone, without latency and with 20 ms."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.bench.measure import ROOT, contestant, environment, interleaved, said
from tests.bench.product import DOMAIN, product
from tests.bench.rows import Bench, Row, ratios, spread

PLACE = ROOT / ".venv-bench"
PROGRAM = Path(__file__).parent / "contestants" / "checkdmarc_peer.py"
WANTED = "checkdmarc>=6.0.4"
INSTALL_SECONDS = 90.0
WHOLE = "checkdmarc, all it checks but DNSSEC"
SAME = "checkdmarc, SPF and DMARC only"


def peer(*, install: bool) -> str:
    """The interpreter that has checkdmarc. Raises LookupError with the reason where there is none."""
    python = PLACE / "bin" / "python"
    if _has_it(python):
        return str(python)
    if not install:
        raise LookupError("checkdmarc is not installed; `make bench` without --quick does it once")
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(PLACE)], check=True, capture_output=True, timeout=60)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1", WANTED]
        subprocess.run(pip, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise LookupError(f"checkdmarc could not be installed ({type(error).__name__})") from None
    return str(python)


def _has_it(python: Path) -> bool:
    argv = [str(python), "-c", "import importlib.metadata as m; m.version('checkdmarc')"]
    return python.exists() and subprocess.run(argv, capture_output=True, check=False).returncode == 0


async def measure(bench: Bench) -> list[Row]:
    """In turns, three contestants at each latency."""
    try:
        python = await asyncio.to_thread(peer, install=not bench.quick)
    except LookupError as reason:
        return [Row("mail", "--only mail", "checkdmarc", skipped=str(reason))]
    rows: list[Row] = []
    for latency in (0.02,) if bench.quick else (0.0, 0.02):
        folder = bench.folder / f"{latency * 1000:g}"
        folder.mkdir()
        async with product(folder, latency) as shop:
            port = str(shop.dns.port)

            def theirs(what: str, port: str = port, folder: Path = folder) -> object:
                return said((python, str(PROGRAM), port, DOMAIN, what), folder, env=_alone())

            found = await interleaved(
                bench.rounds(5, 2),
                {
                    "ours": lambda shop=shop, folder=folder: said(contestant("look", str(shop.config), "mail"), folder),
                    "all": lambda theirs=theirs: theirs("all"),
                    "same": lambda theirs=theirs: theirs("same"),
                },
            )
        rows += _rows(found, latency)
    return rows


def _alone() -> dict[str, str]:
    kept = environment()
    kept.pop("PYTHONPATH")
    return kept


def _rows(found: dict[str, list[dict[str, Any]]], latency: float) -> list[Row]:
    """Wall and processor time without the start, and processor time with it."""
    wrong = [each for name in ("all", "same") for each in found[name] if not each["valid"]]
    if wrong:
        raise RuntimeError(f"checkdmarc did not find the zone in order: {wrong[0]}")
    bad = [each["findings"] for each in found["ours"] if set(each["findings"]) != {"pass"}]
    if bad:
        raise RuntimeError(f"the mail records are in order, but the checks say {bad[0]}")
    far = latency > 0
    rows = []
    for name, peer_name in (("all", WHOLE), ("same", SAME)):
        for key, words, target in (
            ("wall", "wall", 0.07 if far and name == "all" else None),
            ("cpu", "processor time", 0.5 if far and name == "all" else None),
            ("whole_cpu", "processor time with the start", None),
        ):
            if name == "same" and key == "whole_cpu":
                continue
            own, other = ([each[key] * 1000 for each in found[who]] for who in ("ours", name))
            rows.append(
                Row(
                    "mail",
                    f"--only mail, {latency * 1000:g} ms latency, {words}",
                    peer_name,
                    samples=ratios(own, other),
                    target=target,
                    ours=spread(own, "ms"),
                    theirs=spread(other, "ms"),
                )
            )
    return rows
