"""One look of a monitor: it is made over fresh connections, and its answer becomes what detection reads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.detection import Seen, Sight
from bot.domain.severity import Trouble
from bot.domain.trouble import trouble_of
from checks.finding import build
from checks.inventory import Network
from checks.masking import mask
from checks.model import Finding, Status, Target
from checks.net.addresses import Addresses
from checks.net.glimpse import Glimpse
from checks.net.limits import Limits
from checks.net.live import LiveProbe
from checks.registry import one as check_of

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


Look = Callable[[LiveProbe], Awaitable[Glance]]


async def glance(
    look: Look,
    name: str,
    network: Network,
    now: datetime,
    *,
    timeout: float,
    path: int,
    limits: Limits,
    addresses: Addresses | None = None,
) -> Glance:
    """Look once. `path` other than 0 asks another resolver first.

    From one look to the next only `addresses` are kept, where there are any, and none that led to what is not in order.

    It never raises for what the network does, nor for a mistake in the check: that is an answer that could not be had.
    It ends within `MOST` times `timeout`, whatever hangs, and a few seconds for the question whether we are online.
    """
    try:
        known = addresses or Addresses()
        async with Glimpse(network, now, limits=limits, path=path, patience=timeout, addresses=known) as probe:
            seen = await _bounded(look, name, probe, timeout, limits)
            if seen.seen.sight is not Sight.GOOD:
                probe.doubt()
            return seen
    except Exception as error:
        log.exception("looking at %s", name)
        return unknown(now, "bug", f"the bot's own check stopped ({type(error).__name__})")


async def _bounded(look: Look, name: str, probe: LiveProbe, timeout: float, limits: Limits) -> Glance:
    """Each request has its own limit; many of them in a row have one together."""
    try:
        async with asyncio.timeout(MOST * timeout):
            return await look(probe)
    except TimeoutError:
        if limits.crowded:
            return unknown(probe.now(), "could_not_look", "this bot had too many looks under way")
        if not await online(probe):
            return unknown(probe.now(), "could_not_look", "this bot's own connection to the internet is down")
        said = f"{name} is down: it did not answer within {MOST * timeout:g} s"
        return bad(probe.now(), trouble_of(CHECK, "timeout"), "timeout", said)


async def online(probe: LiveProbe) -> bool:
    """Whether we can see out ourselves; a question that hangs says nothing."""
    try:
        async with asyncio.timeout(ONLINE):
            return await probe.online()
    except TimeoutError:
        return True


def page(target: Target) -> Look:
    """A look at a page."""
    check = check_of(CHECK)
    if target.monitor is not None:
        target = replace(target, monitor=replace(target.monitor, slow_after=NEVER_SLOW))

    async def look(probe: LiveProbe) -> Glance:
        verdict = await check.run(target, probe)
        if check.outcomes[verdict.code].status is Status.PASS:
            # Nearly every look; the words and the evidence of a finding would cost more than the rest of judging.
            measured = verdict.seen.get("server_ms")
            server_ms = float(measured) if isinstance(measured, int | float) else None
            return Glance(Seen(probe.now(), Sight.GOOD, code=verdict.code, server_ms=server_ms), server_ms, "")
        return of(build(check, target, verdict, at=probe.now()))

    return look


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


def good(at: datetime, summary: str) -> Glance:
    """It is as it should be."""
    return Glance(Seen(at, Sight.GOOD), None, summary)


def bad(at: datetime, trouble: Trouble, code: str, summary: str) -> Glance:
    """It fails."""
    return Glance(Seen(at, Sight.BAD, trouble, code, summary), None, summary)


def unknown(at: datetime, code: str, summary: str) -> Glance:
    """Nothing could be seen."""
    return Glance(Seen(at, Sight.UNKNOWN, code=code, evidence=summary), None, summary)
