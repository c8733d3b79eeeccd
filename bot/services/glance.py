"""One look of a monitor: its check is run on a fresh connection, and its answer becomes what detection reads."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.detection import Seen, Sight
from bot.domain.trouble import trouble_of
from checks.finding import build
from checks.inventory import Inventory
from checks.masking import mask
from checks.model import Status, Target
from checks.net.limits import Limits
from checks.net.live import LiveProbe
from checks.registry import load

log = logging.getLogger(__name__)

CHECK = "up.http"
NEVER_SLOW = 3600.0
"""Seconds. Whether it is slow is judged over a window of looks, not by asking a slow page five times."""
EVIDENCE = 300


@dataclass(frozen=True, slots=True)
class Glance:
    """What one look saw, and the server's time for the statistics."""

    seen: Seen
    server_ms: float | None
    summary: str
    """The answer as a sentence, masked."""


async def glance(
    target: Target, inventory: Inventory, now: datetime, *, timeout: float, path: int, limits: Limits
) -> Glance:
    """Look once. `path` other than 0 asks another resolver first; nothing is kept from one look to the next.

    It never raises for what the network does, nor for a mistake in the check: that is an answer that could not be had.
    """
    check = load()[CHECK]
    monitor = target.monitor
    if monitor is not None:
        target = replace(target, monitor=replace(monitor, slow_after=NEVER_SLOW))
    try:
        async with LiveProbe(inventory.network, now, limits=limits, path=path, patience=timeout) as probe:
            verdict = await check.run(target, probe)
    except Exception as error:
        log.exception("looking at %s", target.name)
        text = f"the bot's own check stopped ({type(error).__name__})"
        return Glance(Seen(now, Sight.UNKNOWN, code="bug", evidence=text), None, text)
    finding = build(check, target, verdict, at=now)
    summary = mask(finding.summary)[:EVIDENCE]
    if finding.status is Status.PASS:
        measured = verdict.seen.get("server_ms")
        server_ms = float(measured) if isinstance(measured, int | float) else None
        return Glance(Seen(now, Sight.GOOD, code=verdict.code, server_ms=server_ms), server_ms, summary)
    if finding.status in (Status.FAIL, Status.WARN):
        trouble = trouble_of(CHECK, verdict.code)
        return Glance(Seen(now, Sight.BAD, trouble, verdict.code, summary), None, summary)
    return Glance(Seen(now, Sight.UNKNOWN, code=verdict.code, evidence=summary), None, summary)
