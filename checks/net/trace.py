"""What was asked and answered, in short lines: the evidence behind a finding."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from checks.model import Asked
from checks.net.facts import Chain, DnsAnswer, Exchange, Fault, Peer, Rdap
from checks.probe import BODY_CAP, MAX_HOPS, Headers, Probe

if TYPE_CHECKING:
    from checks.net.session import Session

T = TypeVar("T")
LONGEST = 500
SECRET = ("cookie", "authorization", "proxy-authorization", "x-api-key")
"""Request headers of which only the name is written down."""
SIGNED = ", with signatures"
UNCHECKED = ", signatures not checked"
_TELLING = ("location", "content-type", "server", "cf-mitigated", "strict-transport-security", "retry-after")


def of_dns(answer: DnsAnswer, how: str = "") -> Asked:
    """A DNS question as evidence; `how` is added to what was asked."""
    words = [answer.status.value]
    if answer.cnames:
        words.append("alias of " + " → ".join(answer.cnames))
    if answer.records:
        words.append("; ".join(answer.records))
    if answer.status.known:
        words.append(f"ttl {answer.ttl} s")
    if answer.authenticated:
        words.append("signatures checked")
    if answer.referral:
        words.append("points at " + ", ".join(answer.referral))
    if answer.signed_until is not None:
        words.append(f"signed until {answer.signed_until.isoformat()}")
    words += [f"{code}: {text}" if text else f"extended error {code}" for code, text in answer.extended]
    if answer.detail:
        words.append(answer.detail)
    return _asked(
        f"DNS {answer.type} {answer.name}{how}", answer.server or "resolver", ", ".join(words), answer.took_ms
    )


def of_exchange(exchange: Exchange, headers: Headers = (), address: str = "") -> Asked:
    """A request as evidence; `headers` and `address` are what it was told beyond its URL."""
    words = [f"HTTP {exchange.status}"] if exchange.status else []
    words += [f"{name}: {_cut(exchange.header(name), 160)}" for name in _TELLING if exchange.header(name)]
    if exchange.status:
        words.append(f"{len(exchange.body)} bytes" + (" and more" if exchange.truncated else ""))
    words += _fault(exchange.fault)
    what = f"{exchange.method} {exchange.url}" + (f" at {address}" if address else "")
    what += "".join(f", {name}: {'…' if name.lower() in SECRET else _cut(value, 80)}" for name, value in headers[:10])
    return _asked(what, exchange.address or "nobody", ", ".join(words), exchange.phases.total)


def of_peer(peer: Peer, newest: str = "") -> Asked:
    """A handshake as evidence; `newest` is the newest protocol that was offered."""
    words = [f"{peer.protocol or 'no connection'}, {'verified' if peer.verified else 'not verified'}"]
    words += _fault(peer.fault)
    for certificate in peer.chain[:3]:
        until = certificate.not_after.date().isoformat()
        words.append(f"{certificate.subject} from {certificate.issuer} until {until}")
    if peer.server_time_skew_s is not None:
        words.append(f"our clock is {peer.server_time_skew_s:+.0f} s from the server's")
    at_most = f" with {newest} at most" if newest else ""
    return _asked(f"TLS {peer.host}:{peer.port}{at_most}", peer.address or "nobody", ", ".join(words), peer.took_ms)


def of_tcp(address: str, port: int, fault: Fault | None) -> Asked:
    """A connection as evidence."""
    return _asked(f"TCP {address}:{port}", address, ", ".join(_fault(fault)) or "something listens", 0.0)


def of_rdap(answer: Rdap) -> Asked:
    """A question to a registry as evidence."""
    words = [] if not answer.known else ["registered" if answer.registered else "not registered"]
    if answer.expires is not None:
        words.append(f"until {answer.expires.isoformat()}")
    if answer.registrar:
        words.append(f"at {answer.registrar}")
    words += [*answer.statuses, *_fault(answer.fault)]
    return _asked(f"RDAP {answer.domain}", "registry" if answer.known else "nobody", ", ".join(words), answer.took_ms)


def _fault(fault: Fault | None) -> list[str]:
    if fault is None:
        return []
    code = f" (verify code {fault.verify_code})" if fault.verify_code else ""
    return [f"{fault.reason.value}: {fault.detail}{code}"]


def _asked(what: str, of: str, answer: str, took_ms: float) -> Asked:
    return Asked(_cut(what, LONGEST), _cut(of, LONGEST), _cut(answer, LONGEST), round(took_ms))


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    # Most texts are short, and the first questions go out before anything that can wait is imported.
    from checks.masking import cut

    return cut(text, longest)


class TracedProbe:
    """A probe that writes down what is asked through it; facts come from the probe behind it."""

    def __init__(self, probe: Probe, asked: list[Asked]) -> None:
        self._probe = probe
        self._asked = asked

    def _note(self, asked: Asked) -> None:
        if asked not in self._asked:
            self._asked.append(asked)

    def now(self) -> datetime:
        return self._probe.now()

    async def dns(self, name: str, type: str) -> DnsAnswer:
        answer = await self._probe.dns(name, type)
        self._note(of_dns(answer))
        return answer

    async def dns_everywhere(self, name: str, type: str) -> tuple[DnsAnswer, ...]:
        answers = await self._probe.dns_everywhere(name, type)
        for answer in answers:
            self._note(of_dns(answer))
        return answers

    async def dns_authoritative(self, name: str, type: str) -> tuple[DnsAnswer, ...]:
        answers = await self._probe.dns_authoritative(name, type)
        for answer in answers:
            self._note(of_dns(answer))
        return answers

    async def dns_delegation(self, name: str) -> tuple[DnsAnswer, ...]:
        answers = await self._probe.dns_delegation(name)
        for answer in answers:
            self._note(of_dns(answer))
        return answers

    async def dns_secure(self, name: str, type: str, *, checking: bool = True) -> DnsAnswer:
        answer = await self._probe.dns_secure(name, type, checking=checking)
        self._note(of_dns(answer, SIGNED if checking else UNCHECKED))
        return answer

    async def get(
        self, url: str, *, cap: int = BODY_CAP, timeout: float = 10.0, headers: Headers = (), address: str = ""
    ) -> Exchange:
        exchange = await self._probe.get(url, cap=cap, timeout=timeout, headers=headers, address=address)
        self._note(of_exchange(exchange, headers, address))
        return exchange

    async def post(self, url: str, *, body: bytes = b"", headers: Headers = (), timeout: float = 10.0) -> Exchange:
        exchange = await self._probe.post(url, body=body, headers=headers, timeout=timeout)
        self._note(of_exchange(exchange, headers))
        return exchange

    async def chain(
        self, url: str, *, keep_cookies: bool = False, max_hops: int = MAX_HOPS, headers: Headers = ()
    ) -> Chain:
        chain = await self._probe.chain(url, keep_cookies=keep_cookies, max_hops=max_hops, headers=headers)
        for exchange in chain.exchanges:
            self._note(of_exchange(exchange, headers))
        return chain

    async def tls(self, host: str, *, port: int = 443, family: int = 4, newest: str = "") -> Peer:
        peer = await self._probe.tls(host, port=port, family=family, newest=newest)
        self._note(of_peer(peer, newest))
        return peer

    async def tcp(self, address: str, port: int, *, timeout: float = 5.0) -> Fault | None:
        fault = await self._probe.tcp(address, port, timeout=timeout)
        self._note(of_tcp(address, port, fault))
        return fault

    async def rdap(self, domain: str) -> Rdap:
        answer = await self._probe.rdap(domain)
        self._note(of_rdap(answer))
        return answer

    def session(self, hosts: frozenset[str]) -> Session:
        """Not written down: a walk tells its steps itself, without the secrets that it sends."""
        return self._probe.session(hosts)

    async def shared(self, key: str, work: Callable[[], Coroutine[None, None, T]]) -> T:
        return await self._probe.shared(key, work)

    def fresh(self, n: int) -> Probe:
        return TracedProbe(self._probe.fresh(n), self._asked)

    async def online(self) -> bool:
        return await self._probe.online()


def traced(probe: Probe) -> tuple[Probe, list[Asked]]:
    """The probe, wrapped so that everything asked through it is written into the list, answers unmasked."""
    asked: list[Asked] = []
    return TracedProbe(probe, asked), asked
