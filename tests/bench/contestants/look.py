"""One audit by its configuration, or one chain of redirects alone: `look FILE [FAMILY …]`, `look FILE --chains`."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from pathlib import Path

from bot.clock import SystemClock
from bot.config.inventory import to_inventory
from bot.config.load import load
from bot.services.look import look, prepare
from checks.inventory import Inventory
from checks.net.live import LiveProbe
from checks.progress import Progress
from checks.registry import load as load_checks


async def audit(inventory: Inventory, only: list[str]) -> dict[str, object]:
    """The whole of `launch check`, but for start and printing."""
    began, spent = time.perf_counter(), time.process_time()
    waits = load_checks()["exp.files"].title.lower()
    prompt = [began]

    def told(progress: Progress) -> None:
        # What takes as long as the polite pace wants is seen apart from all other answers.
        if progress.now and waits not in progress.now.lower():
            prompt.append(time.perf_counter())

    report = await look(inventory, now=SystemClock().now(), only=only, on_progress=told)
    took = {"wall": time.perf_counter() - began, "cpu": time.process_time() - spent, "prompt": prompt[-1] - began}
    counts = Counter(each.status.value for each in report.findings)
    told_sent = sum(each.times for each in report.sent)
    checks = len({each.check for each in report.findings})
    return {**took, "findings": dict(counts), "checks": checks, "sent": told_sent}


async def chains(inventory: Inventory) -> dict[str, object]:
    """The longest chain of requests that depend on each other: each host's redirects from http, walked alone."""
    walls = {}
    for host in inventory.hosts:
        async with LiveProbe(inventory.network, SystemClock().now()) as probe:
            began = time.perf_counter()
            path = await probe.chain(f"http://{host.name}/")
            walls[host.name] = (time.perf_counter() - began, path.hops)
    longest, hops = max(walls.values())
    return {"wall": longest, "hops": hops}


def main(path: str, *words: str) -> None:
    """Read, prepare as the bot does, look."""
    inventory = to_inventory(load(Path(path)))
    prepare()
    work = chains(inventory) if words == ("--chains",) else audit(inventory, list(words))
    print(json.dumps(asyncio.run(work)))


if __name__ == "__main__":
    main(*sys.argv[1:])
