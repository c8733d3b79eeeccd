"""What a page makes a visitor download: itself, and the scripts, styles, pictures and fonts that its HTML names."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence

from checks import firewall
from checks.assets import Asset, assets
from checks.measured import Weight
from checks.net.facts import Chain, Exchange
from checks.probe import BODY_CAP, Probe
from checks.visit import unfinished, visit

FILES = 60
"""Files of one page that are asked for."""
PEEK = 64 * 1024
"""Bytes that are read of a file which says how long it is."""
KINDS = ("js", "css", "img", "font")


async def weigh(probe: Probe, url: str) -> Weight:
    """Weigh the page at which `url` ends. What scripts load later only a browser sees, so it is not in it."""
    chain = await visit(probe, url)
    last = chain.last
    reason, blocked = unfinished(chain), firewall.blocked(last)
    if not reason and not 200 <= last.status < 300:
        reason = f"it answers with status {last.status}"
    if reason or blocked:
        return Weight(last.url, requests=len(chain.exchanges), reason=reason or blocked, blocked=blocked)
    kind = last.header("content-type").lower()
    if "html" not in kind:
        return Weight(last.url, page=size_of(last)[0], status=last.status, html=False, requests=len(chain.exchanges))
    named = assets(last.text, last.url)
    answers = await asyncio.gather(*(_file(probe, asset.url) for asset in named[:FILES]))
    return weight_of(chain, list(zip(named, answers, strict=False)), more=len(named) - FILES)


async def _file(probe: Probe, url: str) -> Exchange:
    """Most files say how long they are, so their beginning is enough."""
    first = await probe.get(url, cap=PEEK)
    if first.truncated and not first.header("content-length").isdigit():
        return await probe.get(url, cap=BODY_CAP)
    return first


def weight_of(chain: Chain, files: Sequence[tuple[Asset, Exchange]], *, more: int = 0) -> Weight:
    """Add up what came; `more` files were not asked for."""
    page, whole = size_of(chain.last)
    sums = dict.fromkeys(KINDS, 0)
    missing, at_least, sizes = 0, more > 0 or not whole, []
    for asset, answer in files:
        if not 200 <= answer.status < 300:
            missing += 1
            continue
        size, exact = size_of(answer)
        sums[asset.kind] += size
        sizes.append((asset.url, size))
        at_least = at_least or not exact
    return Weight(
        url=chain.last.url,
        page=page,
        scripts=sums["js"],
        styles=sums["css"],
        pictures=sums["img"],
        fonts=sums["font"],
        requests=len(chain.exchanges) + len(files) + max(0, more),
        missing=missing,
        heaviest=tuple(sorted(sizes, key=lambda one: -one[1])[:3]),
        at_least=at_least,
        server_ms=chain.last.phases.server,
        status=chain.last.status,
    )


def size_of(answer: Exchange) -> tuple[int, bool]:
    """Bytes of a body as transferred, and whether that is all of it.

    A compressed body without a length is compressed again to know about what it weighed on the way.
    """
    said = answer.header("content-length").strip()
    if said.isdigit() and len(said) < 12:
        return int(said), True
    if answer.header("content-encoding").strip():
        return len(zlib.compress(answer.body, 6)), not answer.truncated
    return len(answer.body), not answer.truncated
