"""Redirects followed by hand, every hop kept; cookies only where they are asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from checks.net.facts import Chain, ChainEnd, Exchange, Fault, Reason
from checks.net.jar import Jar
from checks.net.urls import Url, follow, parse

REDIRECTS = (301, 302, 303, 307, 308)
Fetch = Callable[[Url, str, bool], Awaitable[Exchange]]
"""One request with a Cookie header (empty for none), and whether it goes where the chain began: secrets stay there."""


async def walk(start: str, fetch: Fetch, *, now: datetime, keep_cookies: bool, max_hops: int) -> Chain:
    """Follow redirects from `start`; ends at an answer, a fault, a loop, a bad Location or after `max_hops`."""
    try:
        url = parse(start)
    except ValueError as error:
        exchange = Exchange(start[:2000], fault=Fault(Reason.PROTOCOL, str(error)[:300]))
        return Chain(start[:2000], (exchange,), ChainEnd.FAULT)
    first = url
    jar = Jar(now)
    cookie = ""
    seen: set[tuple[str, str]] = set()
    exchanges: list[Exchange] = []
    while True:
        seen.add((str(url), cookie))
        exchange = await fetch(url, cookie, url.host == first.host and url.scheme in (first.scheme, "https"))
        exchanges.append(exchange)
        if exchange.status not in REDIRECTS:
            end = ChainEnd.FINAL if exchange.fault is None else ChainEnd.FAULT
            return Chain(start, tuple(exchanges), end)
        try:
            following = follow(url, exchange.redirects_to)
        except ValueError:
            return Chain(start, tuple(exchanges), ChainEnd.BAD_LOCATION, exchange.redirects_to[:2000])
        if keep_cookies:
            jar.keep(exchange, url)
            cookie = jar.header(following)
        if (str(following), cookie) in seen:
            return Chain(start, tuple(exchanges), ChainEnd.LOOP, str(following))
        if len(exchanges) > max_hops:
            return Chain(start, tuple(exchanges), ChainEnd.TOO_MANY, str(following))
        url = following
