"""The probe that really looks: DNS, HTTP and TLS over the network, each fact fetched once per run."""

from __future__ import annotations

import copy
import importlib
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from checks.inventory import Network
from checks.model import Asked
from checks.net import trace, vantage
from checks.net.dns import Names, Once
from checks.net.facts import Chain, DnsAnswer, DnsStatus, Exchange, Fault, Peer, Rdap, Reason
from checks.net.guard import Guard
from checks.net.kept import Kept
from checks.net.ledger import Ledger
from checks.net.limits import BudgetSpent, Limits
from checks.net.names import address_of, to_ascii
from checks.net.requests import Asking, Pages
from checks.net.trace import traced
from checks.net.urls import Url, parse
from checks.probe import BODY_CAP, MAX_HOPS, Headers

if TYPE_CHECKING:
    from checks.net.connect import Way
    from checks.net.session import Session

T = TypeVar("T")

__all__ = ["LiveProbe", "Tracer", "prepare", "traced"]

Tracer = Callable[[Asked], None]
"""Is told every fact when it has been fetched (not when it is asked for again)."""
_SPENT = "the time for this run was used up before this was looked at"


def prepare() -> None:
    """Do now what only the first look would wait for; otherwise it does, so that questions to DNS go out sooner.

    Imports what HTTP, TLS and DNS need, and reads the trust store, for old protocols too.
    """
    for name in ("http", "redirects", "tls", "trust", "rdap"):
        importlib.import_module(f"checks.net.{name}")
    from checks.net import message, trust

    message.prepare()
    trust.verifying()
    trust.capped("", "TLSv1.1")
    trust.unverifying()


class LiveProbe:
    """Looks at the world under one `Network`, for one run that began at `now`.

    Use it as an async context manager. Facts are kept until it ends; whoever asks for one that is being fetched waits
    for the same answer. No method raises for what the network does.

    Args:
        network: Resolvers, trust, ports, guard, limits.
        now: Start of the run, UTC.
        tracer: Is told each fact that was fetched.
        limits: Shared with other runs, so that together they stay polite; else one of its own.
        deadline: Seconds after which nothing new is fetched: the fault is then BUDGET.
        patience: Seconds that any one request may take, whatever its own time limit.
    """

    def __init__(
        self,
        network: Network,
        now: datetime,
        *,
        tracer: Tracer | None = None,
        limits: Limits | None = None,
        deadline: float | None = None,
        path: int = 0,
        ledger: Ledger | None = None,
        patience: float | None = None,
    ) -> None:
        self._network = network
        self._now = now
        self._began = time.perf_counter()
        self._tracer = tracer
        self._limits = limits or Limits(network.rate, network.burst, network.unlimited)
        self._deadline = deadline
        self._path = path
        self._once = Once()
        self._ledger = ledger or Ledger()
        self._pages = Pages()
        self._look = 0
        self._patience = patience
        self._patient = False
        self._kept: Kept[Any] = Kept()
        guard = Guard(network.allow_private)
        self._names = Names(network.resolvers, guard=guard, first=path)
        self._ledger.names.append(self._names)
        self._guard = guard
        self._way: Way | None = None

    async def __aenter__(self) -> Self:
        """Begin the run.

        Raises:
            ValueError: Where `network.ca_file` cannot be used.
        """
        if self._network.ca_file:
            self._enter()
        if self._deadline is not None:
            self._limits.end_in(self._deadline)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._once.close()
        self._kept.close()
        await self._names.close()
        # It leads back to this probe; of a thousand looks a minute none is to be left to the garbage collection.
        self._way = None

    def _enter(self) -> Way:
        if self._way is None:
            from checks.net import trust
            from checks.net.connect import Way

            context = trust.verifying(self._network.ca_file)
            self._way = Way(self._lookup, self._guard, self._network.ports, context)
        return self._way

    def second_path(self) -> LiveProbe:
        """A probe for a second look: another resolver first, new sockets, nothing remembered.

        The limits are shared, and so is the count of what was sent.
        """
        return LiveProbe(
            self._network,
            self._now,
            tracer=self._tracer,
            limits=self._limits,
            path=self._path + 1,
            ledger=self._ledger,
        )

    def stats(self) -> dict[str, dict[str, int]]:
        """How much was sent to whom, a second path included: `{"dns": {"127.0.0.1:53": 4}, "http": {…}, "tls": {}}`.

        `dns` are questions by server, each try counted; `http` requests by host; `tls` handshakes without a request;
        `tcp` connections that were tried and nothing else. What failed before it could be sent is not in it.
        """
        return self._ledger.told()

    def now(self) -> datetime:
        """Start of the run, UTC."""
        return self._now

    def _clock(self) -> datetime:
        return self._now + timedelta(seconds=time.perf_counter() - self._began)

    def _spent(self) -> bool:
        remaining = self._limits.remaining()
        return remaining is not None and remaining <= 0

    def _tell(self, asked: Asked) -> None:
        if self._tracer is not None:
            self._tracer(asked)

    async def dns(self, name: str, type: str) -> DnsAnswer:
        """The answer of the first resolver that knows."""
        return (await self._asked("dns", name, type))[0]

    async def _lookup(self, name: str, type: str) -> DnsAnswer:
        """Where a connection leads."""
        return await self.dns(name, type)

    async def dns_everywhere(self, name: str, type: str) -> tuple[DnsAnswer, ...]:
        """One answer per resolver."""
        return await self._asked("everywhere", name, type)

    async def dns_authoritative(self, name: str, type: str) -> tuple[DnsAnswer, ...]:
        """One answer per name server of the zone, or per configured resolver."""
        return await self._asked("authoritative", name, type)

    async def dns_delegation(self, name: str) -> tuple[DnsAnswer, ...]:
        """What servers of the zone above say about who serves `name`."""
        return await self._asked("delegation", name, "NS")

    async def _asked(self, how: str, name: str, type: str) -> tuple[DnsAnswer, ...]:
        plain = name.strip().rstrip(".").lower() or "."

        async def work() -> tuple[DnsAnswer, ...]:
            if self._spent():
                return (DnsAnswer(plain, type, "", DnsStatus.TIMEOUT, detail=_SPENT),)
            if how == "dns":
                answers: tuple[DnsAnswer, ...] = (await self._names.first(plain, type),)
            elif how == "everywhere":
                answers = await self._names.everywhere(plain, type)
            elif how == "delegation":
                answers = await self._names.delegation(plain)
            else:
                answers = await self._names.authoritative(plain, type)
            for answer in answers:
                self._tell(trace.of_dns(answer))
            return answers

        return await self._once.get((how, plain, type), work)

    async def dns_secure(self, name: str, type: str, *, checking: bool = True) -> DnsAnswer:
        """What a validating resolver says with signatures asked for; `checking=False`: without its check."""
        plain = name.strip().rstrip(".").lower() or "."

        async def work() -> DnsAnswer:
            if self._spent():
                return DnsAnswer(plain, type, "", DnsStatus.TIMEOUT, detail=_SPENT)
            answer = await self._names.secure(plain, type, checking=checking)
            self._tell(trace.of_dns(answer, trace.SIGNED if checking else trace.UNCHECKED))
            return answer

        return await self._once.get(("secure", plain, type, checking), work)

    async def get(
        self, url: str, *, cap: int = BODY_CAP, timeout: float = 10.0, headers: Headers = (), address: str = ""
    ) -> Exchange:
        """One GET on a new connection."""
        return await self._request(Asking("GET", url, cap, timeout, headers, address))

    async def post(self, url: str, *, body: bytes = b"", headers: Headers = (), timeout: float = 10.0) -> Exchange:
        """One POST on a new connection."""
        return await self._request(Asking("POST", url, BODY_CAP, timeout, headers, body=body))

    async def _request(self, request: Asking) -> Exchange:
        try:
            url = parse(request.url)
        except ValueError as error:
            return Exchange(request.url[:2000], request.method, fault=Fault(Reason.PROTOCOL, str(error)[:300]))
        return await self._fetch(url, replace(request, url=str(url)))

    async def _fetch(self, url: Url, request: Asking) -> Exchange:
        async def send(asking: Asking) -> Exchange:
            return await self._once.get((asking, self._look), lambda: self._send(url, asking))

        return await self._pages.get(request, self._look, send)

    async def _send(self, url: Url, request: Asking) -> Exchange:
        from checks.net import http

        try:
            async with self._limits.turn(url.host, patient=self._patient):
                exchange = await http.fetch(
                    url,
                    self._enter(),
                    told=self._ledger.of(url.host),
                    method=request.method,
                    cap=request.cap,
                    timeout=request.timeout if self._patience is None else min(request.timeout, self._patience),
                    user_agent=self._network.user_agent,
                    cookie=request.cookie,
                    extra=request.headers,
                    body=request.body,
                    address=request.address,
                    kept=self._kept if self._patient and request.method == "GET" else None,
                )
        except BudgetSpent:
            exchange = Exchange(str(url), request.method, port=url.port, fault=Fault(Reason.BUDGET, _SPENT))
        if self._tracer is not None:
            self._tracer(trace.of_exchange(exchange, request.headers, request.address))
        return exchange

    async def chain(
        self, url: str, *, keep_cookies: bool = False, max_hops: int = MAX_HOPS, headers: Headers = ()
    ) -> Chain:
        """Follow redirects from `url`, one `get` a hop."""
        return await self._once.get(
            ("chain", url, keep_cookies, max_hops, headers, self._look),
            lambda: self._walk(url, keep_cookies=keep_cookies, max_hops=max_hops, headers=headers),
        )

    async def _walk(self, url: str, *, keep_cookies: bool, max_hops: int, headers: Headers) -> Chain:
        from checks.net import redirects

        async def hop(at: Url, cookie: str, home: bool) -> Exchange:
            sent = headers if home else tuple(one for one in headers if one[0].lower() not in trace.SECRET)
            return await self._fetch(at, Asking("GET", str(at), headers=sent, cookie=cookie))

        return await redirects.walk(url, hop, now=self._now, keep_cookies=keep_cookies, max_hops=max_hops)

    async def tls(self, host: str, *, port: int = 443, family: int = 4, newest: str = "") -> Peer:
        """One verified handshake, and an unverified one where it is refused."""
        try:
            address = address_of(host)
            name = to_ascii(host) if address is None else str(address)
        except ValueError as error:
            return Peer(host[:300], "", port, verified=False, fault=Fault(Reason.DNS, str(error)[:300]))

        async def work() -> Peer:
            from checks.net import tls, trust

            if newest and not trust.offers(newest):
                cannot = Fault(Reason.UNSUPPORTED, f"OpenSSL here cannot offer {newest[:20]!r}")
                return Peer(name, "", port, verified=False, fault=cannot)
            try:
                async with self._limits.turn(name):
                    way = self._enter()
                    peer = await tls.look(
                        name,
                        replace(way, trust=trust.capped(self._network.ca_file, newest)) if newest else way,
                        self._clock,
                        told=self._ledger.of(name),
                        port=port,
                        family=family,
                        user_agent=self._network.user_agent,
                        newest=newest,
                    )
            except BudgetSpent:
                peer = Peer(name, "", port, verified=False, fault=Fault(Reason.BUDGET, _SPENT))
            self._tell(trace.of_peer(peer, newest))
            return peer

        return await self._once.get(("tls", name, port, family, newest), work)

    async def tcp(self, address: str, port: int, *, timeout: float = 5.0) -> Fault | None:
        """Why nothing can be reached there; None where something listens."""

        async def work() -> Fault | None:
            from checks.net import knock

            try:
                async with self._limits.turn(address):
                    self._ledger.of(address)("tcp")
                    fault = await knock.knock(address, port, self._enter(), timeout=timeout)
            except BudgetSpent:
                fault = Fault(Reason.BUDGET, _SPENT)
            self._tell(trace.of_tcp(address, port, fault))
            return fault

        return await self._once.get(("tcp", address, port, timeout), work)

    async def rdap(self, domain: str) -> Rdap:
        """What the registry says about a registered domain."""

        async def work() -> Rdap:
            from checks.net import rdap

            answer = await rdap.look(
                domain, self.chain, base=self._network.rdap, replaced=bool(self._network.resolvers)
            )
            self._tell(trace.of_rdap(answer))
            return answer

        return await self._once.get(("rdap", domain), work)

    def fresh(self, n: int) -> LiveProbe:
        """The same run with an n-th look of its own at pages: limits, names, handshakes and counts are shared."""
        other = copy.copy(self)
        other._look = n  # noqa: SLF001  (the same class)
        return other

    def patient(self) -> LiveProbe:
        """The same run for whoever asks a host for much: requests wait as long as others want to ask that host.

        They share connections too, so that a search costs the host and us few handshakes.
        """
        other = copy.copy(self)
        other._patient = True  # noqa: SLF001  (the same class)
        return other

    def session(self, hosts: frozenset[str]) -> Session:
        """A visitor on these hosts; limits, look-ups and counts are those of this run, and nothing of it is traced."""
        from checks.net.session import Session

        return Session(
            self._network, self._clock(), hosts=hosts, limits=self._limits, ledger=self._ledger, resolve=self
        )

    async def shared(self, key: str, work: Callable[[], Coroutine[None, None, T]]) -> T:
        """What several checks of this run need, done once."""
        return await self._once.get(("shared", key), work)

    async def online(self) -> bool:
        """Whether the bot itself can see out; asked once per run."""

        async def work() -> bool:
            return await vantage.sees_out(
                self._network.canaries,
                replaced=bool(self._network.resolvers),
                root=lambda: self.dns_everywhere(".", "NS"),
                get=lambda url: self.get(url, timeout=5.0),
            )

        return await self._once.get("online", work)
