"""One short look of a monitor: a page by the shortest way, and anything else as in a long run."""

from __future__ import annotations

from datetime import datetime

from checks.inventory import Network
from checks.net.addresses import Addresses
from checks.net.facts import Chain, DnsAnswer, Exchange
from checks.net.limits import Limits
from checks.net.live import LiveProbe
from checks.net.requests import Asking
from checks.net.urls import Url
from checks.probe import MAX_HOPS, Headers


class Glimpse(LiveProbe):
    """A probe for one question. Its facts are those of `LiveProbe`; each page it is asked for is asked for anew.

    Nobody else asks it for the same, so that nothing is kept, and no task stands between who asks and the answer.

    Args:
        network: Resolvers, trust, ports, guard, limits.
        now: The moment of the look, UTC.
        limits: Shared with other looks.
        path: 0 for the usual look, which may use an address that is known already. Any other asks for it anew, and
            begins with another resolver.
        patience: Seconds that any one request may take.
        addresses: Those that are known.
    """

    def __init__(
        self, network: Network, now: datetime, *, limits: Limits, path: int, patience: float, addresses: Addresses
    ) -> None:
        super().__init__(network, now, limits=limits, path=path, patience=patience)
        self._addresses = addresses
        self._used: list[str] = []

    def doubt(self) -> None:
        """What was seen is not in order: the addresses that led there are not used again."""
        for name in self._used:
            self._addresses.forget(name)

    async def chain(
        self, url: str, *, keep_cookies: bool = False, max_hops: int = MAX_HOPS, headers: Headers = ()
    ) -> Chain:
        """Follow redirects from `url`, one `get` a hop."""
        return await self._walk(url, keep_cookies=keep_cookies, max_hops=max_hops, headers=headers)

    async def _fetch(self, url: Url, request: Asking) -> Exchange:
        return await self._send(url, request)

    async def _lookup(self, name: str, type: str) -> DnsAnswer:
        if self._path:
            return await self.dns(name, type)
        self._used.append(name)
        return await self._addresses.get(name, type, self._now, lambda: self.dns(name, type))
