"""Addresses of names that are looked at again and again: kept as long as the zone allows, and never for long.

Asking a name server costs a look as much as its whole TLS handshake. Who looks because something failed asks anew: a
kept address may be what is wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from checks.net.facts import DnsAnswer, DnsStatus

LONGEST = 30.0
"""Seconds. Half the usual interval of a monitor: a name that is gone is noticed within that interval all the same."""
MOST = 2000
"""Names that are kept."""

Ask = Callable[[], Awaitable[DnsAnswer]]
Key = tuple[str, str]
"""Name and type."""


@dataclass(frozen=True, slots=True)
class _Kept:
    answer: DnsAnswer
    since: datetime
    until: datetime


class Addresses:
    """What name servers said lately. Only what is there is kept, never that something is not."""

    def __init__(self) -> None:
        self._kept: dict[Key, _Kept] = {}
        self._asking: dict[Key, asyncio.Future[DnsAnswer | None]] = {}

    async def get(self, name: str, type: str, now: datetime, ask: Ask) -> DnsAnswer:
        """What is known, or what `ask` finds out; who comes while somebody asks waits for the same answer."""
        key = (name.lower().rstrip("."), type)
        kept = self._kept.get(key)
        if kept is not None and kept.since <= now < kept.until:
            return kept.answer
        asking = self._asking.get(key)
        if asking is not None:
            return await asyncio.shield(asking) or await ask()
        return await self._ask(key, now, ask)

    async def _ask(self, key: Key, now: datetime, ask: Ask) -> DnsAnswer:
        asking = self._asking[key] = asyncio.get_running_loop().create_future()
        answer: DnsAnswer | None = None
        try:
            answer = await ask()
        finally:
            # Who waited for somebody that gave up asks for himself.
            del self._asking[key]
            asking.set_result(answer)
        seconds = min(LONGEST, answer.ttl)
        if answer.status is DnsStatus.OK and answer.records and seconds > 0:
            if len(self._kept) >= MOST:
                self._make_room(now)
            self._kept[key] = _Kept(answer, now, now + timedelta(seconds=seconds))
        return answer

    def forget(self, name: str) -> None:
        """It is in doubt."""
        for type in ("A", "AAAA"):
            self._kept.pop((name.lower().rstrip("."), type), None)

    def _make_room(self, now: datetime) -> None:
        for key, kept in list(self._kept.items()):
            if not kept.since <= now < kept.until:
                del self._kept[key]
        while len(self._kept) >= MOST:
            del self._kept[next(iter(self._kept))]
