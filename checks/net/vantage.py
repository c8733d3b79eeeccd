"""Whether the bot itself can see out: when it cannot, nothing it fails to see says anything about a site."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from checks.net.facts import DnsAnswer, Exchange


def out_of_sight(failed: int, asked: int) -> bool:
    """At least two thirds of the canaries are silent (two of three; the only one of one)."""
    return asked > 0 and failed * 3 >= asked * 2


async def sees_out(
    canaries: tuple[str, ...] | None,
    *,
    replaced: bool,
    root: Callable[[], Awaitable[tuple[DnsAnswer, ...]]],
    get: Callable[[str], Awaitable[Exchange]],
) -> bool:
    """Ask the canaries at the same time.

    Args:
        canaries: URLs, of which any answer counts; None for the built-in ones.
        replaced: The resolvers are the owner's: the built-in canaries would not be reached by them, so they are off.
        root: The name servers of the DNS root, asked of independent public resolvers: the built-in canaries.
        get: One request.
    """
    if canaries is None:
        if replaced:
            return True
        answers = await root()
        return not out_of_sight(sum(1 for answer in answers if not answer.status.known), len(answers))
    exchanges = await asyncio.gather(*(get(url) for url in canaries))
    return not out_of_sight(sum(1 for exchange in exchanges if not exchange.status), len(exchanges))
