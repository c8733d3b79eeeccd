"""One look of a monitor: its check is run on a fresh connection, and its answer becomes what detection reads."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.detection import Seen, Sight
from bot.domain.severity import Trouble
from bot.domain.trouble import trouble_of
from checks.finding import build
from checks.inventory import Inventory
from checks.masking import mask
from checks.model import Finding, Status, Target
from checks.net.limits import Limits
from checks.net.live import LiveProbe
from checks.registry import load

log = logging.getLogger(__name__)

CHECK = "up.http"
NEVER_SLOW = 3600.0
"""Seconds. Whether it is slow is judged over a window of looks, not by asking a slow page five times."""
EVIDENCE = 300
"""Characters of what was seen that are kept."""
MOST = 3
"""So many times the time of one request a whole look may take."""
ONLINE = 5.0
"""Seconds for the question whether we are online ourselves."""


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
    It ends within `MOST` times `timeout`, whatever hangs, and a few seconds for the question whether we are online.
    """
    monitor = target.monitor
    if monitor is not None:
        target = replace(target, monitor=replace(monitor, slow_after=NEVER_SLOW))
    try:
        async with LiveProbe(inventory.network, now, limits=limits, path=path, patience=timeout) as probe:
            return await _bounded(target, probe, now, timeout)
    except Exception as error:
        log.exception("looking at %s", target.name)
        return unknown(now, "bug", f"the bot's own check stopped ({type(error).__name__})")


async def _bounded(target: Target, probe: LiveProbe, now: datetime, timeout: float) -> Glance:
    """Each request has its own limit; many of them in a row have one together."""
    check = load()[CHECK]
    try:
        async with asyncio.timeout(MOST * timeout):
            verdict = await check.run(target, probe)
    except TimeoutError:
        seconds = f"{MOST * timeout:g} s"
        try:
            async with asyncio.timeout(ONLINE):
                online = await probe.online()
        except TimeoutError:
            online = True
        if not online:
            return unknown(now, "could_not_look", "this bot's own connection to the internet is down")
        return bad(now, trouble_of(CHECK, "timeout"), "timeout", f"{target.name} did not answer within {seconds}")
    return of(build(check, target, verdict, at=now))


def of(finding: Finding) -> Glance:
    """What a finding means to detection."""
    at = finding.at
    assert at is not None  # noqa: S101  (it was built with the moment of the look)
    summary = mask(finding.summary)[:EVIDENCE]
    if finding.status is Status.PASS:
        measured = finding.seen.get("server_ms")
        server_ms = float(measured) if isinstance(measured, int | float) else None
        return Glance(Seen(at, Sight.GOOD, code=finding.code, server_ms=server_ms), server_ms, summary)
    if finding.status.bad:
        return bad(at, trouble_of(finding.check, finding.code), finding.code, summary)
    return unknown(at, finding.code, summary)


def bad(at: datetime, trouble: Trouble, code: str, summary: str) -> Glance:
    """It fails."""
    return Glance(Seen(at, Sight.BAD, trouble, code, summary), None, summary)


def unknown(at: datetime, code: str, summary: str) -> Glance:
    """Nothing could be seen."""
    return Glance(Seen(at, Sight.UNKNOWN, code=code, evidence=summary), None, summary)
