"""Following redirects to where a visitor ends, as a browser would."""

from __future__ import annotations

from checks.net.facts import Chain, ChainEnd
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
