"""What a host says about a path that nobody has: the measure for every "is this file there?".

Many sites answer every path with their one page and status 200, so a 200 alone proves nothing.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from checks.net.facts import Exchange
from checks.probe import Probe
from checks.urls import host_of, next_of

CAP = 64 * 1024
"""Bytes read of the answer; one size for all who ask, so that they share one request."""
COMPARED = 400
"""Bytes from the beginning that two answers of one page have in common."""


def path_of(host: str, now: datetime) -> str:
    """A path that cannot exist, the same for the whole run."""
    return "/launch-ready-" + hashlib.sha256(f"{host} {now.isoformat()}".encode()).hexdigest()[:20]


async def nowhere(host: str, probe: Probe) -> Exchange:
    """The answer to a path that cannot exist; asked once per run."""
    return await probe.get(f"https://{host}{path_of(host, probe.now())}", cap=CAP)


def catches_all(exchange: Exchange) -> bool:
    """Whether the host answers paths that do not exist as if they did."""
    return 200 <= exchange.status < 300


def leads_away(exchange: Exchange, host: str) -> str:
    """The other host to which it sends such a path; empty where it answers by itself."""
    to = host_of(next_of(exchange))
    return to if to != host else ""


def same_answer(one: Exchange, other: Exchange) -> bool:
    """Whether two answers are one page: equal status and equal beginning, the addresses in it aside."""
    if one.status != other.status:
        return False
    mine, theirs = (_beginning(each) for each in (one, other))
    return mine == theirs and bool(mine)


def _beginning(exchange: Exchange) -> bytes:
    path = exchange.url.partition("://")[2].partition("/")[2].encode()
    body = exchange.body[: 4 * COMPARED]
    return (body.replace(path, b"") if path else body)[:COMPARED]
