"""Requests that ask for the same are one request: who needs less of an answer gets it from who asked for more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from checks.net.facts import Exchange, Reason
from checks.probe import BODY_CAP, Headers


@dataclass(frozen=True, slots=True)
class Asking:
    """One request, how much of its answer is wanted, and how long it may take."""

    method: str
    url: str
    cap: int = BODY_CAP
    timeout: float = 10.0
    headers: Headers = ()
    address: str = ""
    body: bytes = b""
    cookie: str = ""

    @property
    def wire(self) -> Asking:
        """What the server sees of it: how much of the answer is read, and how patiently, is no part of that."""
        return replace(self, cap=0, timeout=0.0)


Send = Callable[[Asking], Awaitable[Exchange]]
"""Sends a request, or gives the answer of the very same one that was sent already."""


class Pages:
    """Answers of one run by what was asked; a request goes out again only where the earlier answer is too short."""

    def __init__(self) -> None:
        self._asked: dict[tuple[Asking, int], list[Asking]] = {}

    async def get(self, asking: Asking, look: int, send: Send) -> Exchange:
        """The answer, cut to what was asked for; equal `look` numbers share their answers."""
        asked = self._asked.setdefault((asking.wire, look), [])
        # Others may join the list while this one waits, and what they ask for may be enough.
        for earlier in asked:
            exchange = await send(earlier)
            if _enough(exchange, earlier, asking):
                return _cut(exchange, asking.cap)
        asked.append(asking)
        return await send(asking)


def _enough(exchange: Exchange, earlier: Asking, wanted: Asking) -> bool:
    if exchange.fault is not None:
        return exchange.fault.reason is not Reason.TIMEOUT or wanted.timeout <= earlier.timeout
    return not exchange.truncated or len(exchange.body) >= wanted.cap


def _cut(exchange: Exchange, cap: int) -> Exchange:
    if len(exchange.body) <= cap:
        return exchange
    return replace(exchange, body=exchange.body[:cap], truncated=True)
