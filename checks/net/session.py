"""One visitor's session: cookies, connections that are kept, and only hosts that are written down.

Every request is asked for anew: nothing that an earlier one saw is taken for its answer. Names are looked up once and
the addresses pinned, each through the guard, as everywhere.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from checks.inventory import Network
from checks.net.facts import Chain, ChainEnd, DnsAnswer, DnsStatus, Exchange, Fault, Phases, Reason
from checks.net.jar import Jar, local
from checks.net.ledger import Ledger
from checks.net.limits import BudgetSpent, Limits
from checks.net.live import LiveProbe
from checks.net.redirects import REDIRECTS
from checks.net.urls import Url, follow, parse
from checks.probe import BODY_CAP, MAX_HOPS, Headers

READS = frozenset({"GET", "HEAD"})
"""Methods that change nothing (RFC 9110 section 9.2.1)."""
LOOPBACK = {"A": "127.0.0.1", "AAAA": "::1"}
"""What `localhost` is, by type of record."""
GRACE = 0.2
"""Seconds that a request may take over its time, for what ends it."""
_ABOUT_BODY = frozenset({"content-type", "content-length", "content-encoding"})


@dataclass(frozen=True, slots=True)
class Sending:
    """One request of a visit."""

    url: str
    method: str = "GET"
    headers: Headers = ()
    """Those of this request; they stay with its host."""
    body: bytes = b""
    follow: bool = True


class Session(LiveProbe):
    """A visit, as an async context manager. No method raises for what the network does.

    Args:
        network: Resolvers, trust, ports, guard, limits.
        now: Begin of the visit, UTC.
        hosts: ASCII names that may be asked.
        headers: Go along with every request, to these hosts only, and never in clear text where it began with TLS.
        limits: Shared with other visits; else one of its own.
        resolve: Look-ups that others have made already; else this visit makes its own.
    """

    def __init__(
        self,
        network: Network,
        now: datetime,
        *,
        hosts: frozenset[str],
        headers: Headers = (),
        limits: Limits | None = None,
        ledger: Ledger | None = None,
        resolve: LiveProbe | None = None,
    ) -> None:
        super().__init__(network, now, limits=limits, ledger=ledger)
        self.hosts = hosts
        self.jar = Jar(self.clock)
        self.always: Headers = headers
        """As `headers`; may be set until the first request."""
        self._resolve = resolve

    @property
    def agent(self) -> str:
        """How the bot names itself, where the owner has said so."""
        return self._network.user_agent

    @property
    def place(self) -> str:
        """Through which resolvers and ports it looks: the same words for the same view of the world."""
        return f"{self._network.resolvers} {sorted(self._network.ports.items())}"

    def clock(self) -> datetime:
        """What time it is in this visit, UTC."""
        return self._clock()

    def allows(self, url: Url) -> bool:
        """Whether that host is written down."""
        return url.host in self.hosts

    def fresh_connections(self) -> None:
        """Let the next request open a connection of its own."""
        self._kept.close()

    async def _lookup(self, name: str, type: str) -> DnsAnswer:
        if local(name) and type in LOOPBACK:
            # Not every resolver knows that name, and none may say that it is somewhere else.
            return DnsAnswer(name, type, "", DnsStatus.OK, (LOOPBACK[type],))
        return await (self._resolve or self).dns(name, type)

    async def send(self, sending: Sending, *, timeout: float, cap: int = BODY_CAP, max_hops: int = MAX_HOPS) -> Chain:
        """Send one request and follow where it leads, all within `timeout` seconds of asking and waiting.

        Time spent on our own politeness does not count. A redirect to a host that is not written down is not followed
        (`FAULT` is not said: the chain ends FINAL, at the redirect, with `next_url`), nor one that would carry a
        body or a secret from TLS into clear text.
        """
        try:
            url = parse(sending.url)
        except ValueError as error:
            return _nothing(sending, Fault(Reason.PROTOCOL, str(error)[:300]))
        if not self.allows(url):
            return _nothing(sending, Fault(Reason.BLOCKED, f"{url.host} is not among the hosts that are written down"))
        trip = _Trip(self, sending, url, timeout, cap)
        return await trip.go(max_hops)

    async def once(
        self,
        url: Url,
        method: str,
        headers: Headers,
        body: bytes,
        *,
        timeout: float,
        cap: int = BODY_CAP,
        limits: Limits | None = None,
    ) -> Exchange:
        """One request with this visit's cookies, redirects left alone; what the answer sets is kept.

        The host must be one that is written down; `limits` stand in place of the visit's own.
        """
        from checks.net import http

        cookie = self.jar.header(url)
        # A connection that the server has just closed is tried anew: for what changes something that may be twice.
        kept = self._kept if method in READS else None
        try:
            async with (limits or self._limits).turn(url.host):
                # A kept connection that turns out to be closed is followed by a new one, with a time limit of its own.
                async with asyncio.timeout(timeout + GRACE):
                    exchange = await http.fetch(
                        url,
                        self._enter(),
                        told=self._ledger.of(url.host),
                        method=method,
                        cap=cap,
                        timeout=timeout,
                        user_agent=self._network.user_agent,
                        cookie=cookie,
                        extra=(*self.always, *headers),
                        body=body,
                        kept=kept,
                    )
        except TimeoutError:
            slow = Fault(Reason.TIMEOUT, f"no answer within {timeout:g} s")
            exchange = Exchange(str(url), method, port=url.port, phases=Phases(first_byte=timeout * 1000), fault=slow)
        except BudgetSpent:
            exchange = Exchange(str(url), method, port=url.port, fault=Fault(Reason.BUDGET, "the time was used up"))
        self.jar.keep(exchange, url)
        return exchange


@dataclass(slots=True)
class _Trip:
    """One request and where it leads."""

    session: Session
    sending: Sending
    url: Url
    left: float
    cap: int

    async def go(self, max_hops: int) -> Chain:
        start, first = str(self.url), self.url
        method, headers, body = self.sending.method, self.sending.headers, self.sending.body
        seen: set[tuple[str, str, str]] = set()
        exchanges: list[Exchange] = []
        while True:
            seen.add((method, str(self.url), self.session.jar.header(self.url)))
            exchange = await self._hop(method, headers, body)
            exchanges.append(exchange)
            if exchange.fault is not None or exchange.status not in REDIRECTS or not self.sending.follow:
                end = ChainEnd.FINAL if exchange.fault is None else ChainEnd.FAULT
                return Chain(start, tuple(exchanges), end, self._leads(exchange))
            try:
                following = follow(self.url, exchange.redirects_to)
            except ValueError:
                return Chain(start, tuple(exchanges), ChainEnd.BAD_LOCATION, exchange.redirects_to[:2000])
            method, headers, body = _onward(exchange.status, method, headers, body)
            if not self.session.allows(following) or _downgrades(self.url, following, body, self.session.always):
                return Chain(start, tuple(exchanges), ChainEnd.FINAL, str(following))
            if following.host != first.host:
                headers = ()
            if (method, str(following), self.session.jar.header(following)) in seen:
                return Chain(start, tuple(exchanges), ChainEnd.LOOP, str(following))
            if len(exchanges) > max_hops:
                return Chain(start, tuple(exchanges), ChainEnd.TOO_MANY, str(following))
            self.url = following

    async def _hop(self, method: str, headers: Headers, body: bytes) -> Exchange:
        if self.left <= 0:
            return Exchange(str(self.url), method, port=self.url.port, fault=Fault(Reason.TIMEOUT, "time ran out"))
        exchange = await self.session.once(self.url, method, headers, body, timeout=self.left, cap=self.cap)
        self.left -= exchange.phases.total / 1000
        return exchange

    def _leads(self, exchange: Exchange) -> str:
        with suppress(ValueError):
            return str(follow(self.url, exchange.redirects_to)) if exchange.redirects_to else ""
        return exchange.redirects_to[:2000]


def _onward(status: int, method: str, headers: Headers, body: bytes) -> tuple[str, Headers, bytes]:
    """What the next request is, as browsers do it (Fetch, "HTTP-redirect fetch")."""
    turned = (status == 303 and method not in READS) or (status in (301, 302) and method == "POST")
    if not turned:
        return method, headers, body
    return "GET", tuple(one for one in headers if one[0].lower() not in _ABOUT_BODY), b""


def _downgrades(before: Url, after: Url, body: bytes, always: Headers) -> bool:
    return before.scheme == "https" and after.scheme == "http" and bool(body or always)


def _nothing(sending: Sending, fault: Fault) -> Chain:
    return Chain(sending.url[:2000], (Exchange(sending.url[:2000], sending.method, fault=fault),), ChainEnd.FAULT)
