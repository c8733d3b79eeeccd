"""The door through which checks see the world. Each fact is fetched once per run; `checks/net` is behind it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

from checks.net.facts import Chain, DnsAnswer, Exchange, Fault, Peer, Rdap

if TYPE_CHECKING:
    from checks.net.session import Session

T = TypeVar("T")

BODY_CAP = 2 * 1024 * 1024
"""Bytes read of one body at most."""
MAX_HOPS = 10
Headers = tuple[tuple[str, str], ...]
"""Names and values of request headers, ASCII."""


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

    async def dns_delegation(self, name: str) -> tuple[DnsAnswer, ...]:
        """What servers of the zone above say about who serves `name`; none where resolvers are configured."""
        ...

    async def dns_secure(self, name: str, type: str, *, checking: bool = True) -> DnsAnswer:
        """What a validating resolver says with signatures asked for (DO); `checking=False`: without its check (CD)."""
        ...

    async def get(
        self,
        url: str,
        *,
        cap: int = BODY_CAP,
        timeout: float = 10.0,
        headers: Headers = (),
        address: str = "",
    ) -> Exchange:
        """One GET on a new connection, redirects not followed, certificate verified, address guarded and pinned.

        `headers` go along; they replace our own of the same name, but never Host and what frames the message.
        `address` is connected to instead of where the name leads; Host and SNI stay those of the URL.
        """
        ...

    async def post(self, url: str, *, body: bytes = b"", headers: Headers = (), timeout: float = 10.0) -> Exchange:
        """One POST on a new connection, redirects not followed; asked once per run like everything else."""
        ...

    async def chain(
        self, url: str, *, keep_cookies: bool = False, max_hops: int = MAX_HOPS, headers: Headers = ()
    ) -> Chain:
        """Follow redirects by hand from `url`, one `get` a hop; Cookie and Authorization stay with the first host."""
        ...

    async def tls(self, host: str, *, port: int = 443, family: int = 4, newest: str = "") -> Peer:
        """One verified handshake with `host` over IPv`family`, and an unverified one where it is refused.

        `newest` (`TLSv1`, `TLSv1.1`, `TLSv1.2`) is the newest protocol offered; fault UNSUPPORTED where OpenSSL here
        cannot offer it.
        """
        ...

    async def tcp(self, address: str, port: int, *, timeout: float = 5.0) -> Fault | None:
        """Why nothing can be reached at that address and port; None where something listens."""
        ...

    async def rdap(self, domain: str) -> Rdap:
        """What the registry says about a registered domain."""
        ...

    def fresh(self, n: int) -> Probe:
        """The same run, but GETs, POSTs and chains are asked anew: the n-th look; equal `n` share their facts."""
        ...

    async def online(self) -> bool:
        """Whether the bot itself can see out; True where canaries are switched off."""
        ...

    def session(self, hosts: frozenset[str]) -> Session:
        """One visitor who walks on these hosts: cookies, forms, methods that change something."""
        ...

    async def shared(self, key: str, work: Callable[[], Coroutine[None, None, T]]) -> T:
        """What several checks of a run need, done once; whoever stops waiting for it does not stop it."""
        ...
