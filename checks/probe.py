"""The door through which checks see the world. Each fact is fetched once per run; `checks/net` is behind it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from checks.net.facts import Chain, DnsAnswer, Exchange, Peer

BODY_CAP = 2 * 1024 * 1024
"""Bytes read of one body at most."""
MAX_HOPS = 10


class Probe(Protocol):
    """What a check may ask. No method raises for what the network does: faults are part of the facts."""

    def now(self) -> datetime:
        """Start of the run, UTC: the same for every check of it."""
        ...

    async def dns(self, name: str, type: str) -> DnsAnswer:
        """The answer of the first resolver that knows (RFC 2308: absent is knowing)."""
        ...

    async def dns_everywhere(self, name: str, type: str) -> tuple[DnsAnswer, ...]:
        """One answer per public resolver (three operators), or per configured resolver."""
        ...

    async def dns_authoritative(self, name: str, type: str) -> tuple[DnsAnswer, ...]:
        """One answer per name server of the zone, asked without recursion; with configured resolvers, theirs."""
        ...

    async def get(self, url: str, *, cap: int = BODY_CAP, timeout: float = 10.0) -> Exchange:
        """One GET on a new connection, redirects not followed, certificate verified, address guarded and pinned."""
        ...

    async def chain(self, url: str, *, keep_cookies: bool = False, max_hops: int = MAX_HOPS) -> Chain:
        """Follow redirects by hand from `url`, one `get` a hop."""
        ...

    async def tls(self, host: str, *, port: int = 443, family: int = 4) -> Peer:
        """One verified handshake with `host` over IPv`family`, and an unverified one where it is refused."""
        ...

    async def online(self) -> bool:
        """Whether the bot itself can see out; True where canaries are switched off."""
        ...
