"""Our own light load at a rate of choice: the last line of its output is JSON with what was measured, and its cost."""

from __future__ import annotations

import asyncio
import json
import resource
import sys

from bot.clock import SystemClock
from checks.inventory import Network
from checks.load_model import Tally, due
from checks.net.rate import RateProbe, Sender
from checks.net.urls import parse
from checks.ranks import nearest_rank


async def measured(url: str, rate: float, seconds: float) -> dict[str, float]:
    """Send, and say what came of it."""
    steps = ((rate, seconds),)
    network = Network(allow_private=True, canaries=())
    async with RateProbe(network, SystemClock().now()) as probe:
        sender = Sender(url, lambda answer: answer.status == 200, Tally(steps))
        # The first one reads the trust store, which costs as much as a hundred others.
        await probe.shoot(parse(url), timeout=10)
        before = _spent()
        ended = await sender.send(probe, due(steps))
        spent = _spent() - before
    times = sorted(shot.took_ms for shot in sender.tally.shots)
    return {
        "sent": len(times),
        "bad": sum(not shot.good for shot in sender.tally.shots),
        "p95": nearest_rank(times),
        "p97_5": nearest_rank(times, 0.975),
        "connections": sender.connections,
        "cpu_ms": spent * 1000 / max(1, len(times)),
        "done": float(ended == "done"),
    }


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measured(sys.argv[1], float(sys.argv[2]), float(sys.argv[3])))))
