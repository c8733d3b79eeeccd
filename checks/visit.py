"""Following redirects to where a visitor ends, as a browser would."""

from __future__ import annotations

import asyncio

from checks import trouble
from checks.net.facts import Chain, ChainEnd, DnsAnswer
from checks.probe import Probe

CIRCLING = (ChainEnd.LOOP, ChainEnd.TOO_MANY)


async def visit(probe: Probe, url: str) -> Chain:
    """The redirects from `url` without cookies; where they circle, once more with cookies kept.

    Some sites hand out a cookie and send the visitor to the same address again. Browsers get in, so nobody is locked
    out: only a circle that cookies do not end is one.
    """
    plain = await probe.chain(url)
    if plain.end not in CIRCLING:
        return plain
    return await probe.chain(url, keep_cookies=True)


def unfinished(chain: Chain) -> str:
    """Why nobody arrives at the end of a chain, as the end of a sentence; empty where somebody answers there."""
    if chain.end in CIRCLING:
        return "its redirects do not come to an end"
    if chain.end is ChainEnd.BAD_LOCATION:
        return "it is sent on to something that is not a web address"
    return trouble.words(chain.last.fault) if chain.end is ChainEnd.FAULT or not chain.last.status else ""


async def everywhere(probe: Probe, host: str) -> tuple[DnsAnswer, ...]:
    """What each resolver says about the addresses of a host, of both families."""
    a, aaaa = await asyncio.gather(probe.dns_everywhere(host, "A"), probe.dns_everywhere(host, "AAAA"))
    return (*a, *aaaa)
