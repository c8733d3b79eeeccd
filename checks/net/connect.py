"""The way to a server: resolve, let the guard judge, connect to exactly that address, and say what went wrong."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from checks.net.facts import DnsAnswer, DnsStatus, Fault, Phases, Reason
from checks.net.guard import Guard
from checks.net.line import connected
from checks.net.names import address_of

Lookup = Callable[[str, str], Awaitable[DnsAnswer]]
MAX_ADDRESSES = 3
"""Addresses of each family that are tried."""
FIRST_TRIES = 3.0
"""Seconds that one address gets while there are others left to try."""
_NO_ROUTE = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.ENETDOWN, errno.EHOSTDOWN, errno.EAFNOSUPPORT}
)


class Failed(Exception):
    """There is no connection; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail)
        self.fault = fault


@dataclass(slots=True)
class Stopwatch:
    """The phases of one request while it runs; the phase under way counts up to now."""

    spent: dict[str, float] = field(default_factory=dict)
    phase: str = "dns"
    began: float = field(default_factory=time.perf_counter)

    def enter(self, phase: str) -> None:
        """End the phase under way and begin another."""
        now = time.perf_counter()
        self.spent[self.phase] = self.spent.get(self.phase, 0.0) + (now - self.began) * 1000
        self.phase, self.began = phase, now

    def phases(self) -> Phases:
        """What was spent until now."""
        self.enter(self.phase)
        return Phases(**{name: spent for name, spent in self.spent.items() if name != "done"})


@dataclass(frozen=True, slots=True)
class Way:
    """How servers are reached in one run."""

    lookup: Lookup
    guard: Guard
    ports: Mapping[int, int]
    trust: ssl.SSLContext

    async def connect(self, host: str, port: int, watch: Stopwatch, family: int = 0) -> socket.socket:
        """A connected socket. IPv4 is tried before IPv6, unless `family` (4 or 6) names one.

        Raises:
            Failed: With the fault of the first address that was tried.
        """
        first: Failed | None = None
        for version in (family,) if family else (4, 6):
            try:
                addresses = await self._addresses(host, version)
                watch.enter("tcp")
                return await self._first_of(addresses, self.ports.get(port, port))
            except Failed as failure:
                # The first family's failure is the one to tell, unless it only was that there is no such address.
                if first is None or first.fault.reason is Reason.DNS:
                    first = failure if first is None or failure.fault.reason is not Reason.DNS else first
                watch.enter("dns")
        try:
            raise first or Failed(Fault(Reason.DNS, f"{host} has no address"))
        finally:
            del first  # its traceback leads back to this frame

    async def _addresses(self, host: str, version: int) -> list[str]:
        literal = address_of(host)
        if literal is not None:
            found = [str(literal)] if literal.version == version else []
            if not found:
                raise Failed(Fault(Reason.DNS, f"{host} is no IPv{version} address"))
        else:
            answer = await self.lookup(host, "A" if version == 4 else "AAAA")
            if answer.status is not DnsStatus.OK or not answer.records:
                raise Failed(Fault(Reason.DNS, no_address(host, version, answer)))
            found = list(answer.records)
        refusals = {address: self.guard.refusal(address) for address in found}
        allowed = [address for address in found if not refusals[address]]
        if not allowed:
            raise Failed(Fault(Reason.BLOCKED, one_line(refusals[found[0]])))
        return allowed[:MAX_ADDRESSES]

    async def _first_of(self, addresses: list[str], port: int) -> socket.socket:
        first: Failed | None = None
        for place, address in enumerate(addresses):
            try:
                if place + 1 == len(addresses):
                    return await connected(address, port)
                async with asyncio.timeout(FIRST_TRIES):
                    return await connected(address, port)
            except OSError as error:
                first = first or Failed(fault_of(error, f"connecting to {address}"))
        try:
            raise first or Failed(Fault(Reason.DNS, "there is no address to connect to"))
        finally:
            del first  # as above


def no_address(host: str, version: int, answer: DnsAnswer) -> str:
    """Why a name has no address, as one line."""
    words = {
        DnsStatus.NXDOMAIN: f"{host} does not exist",
        DnsStatus.NODATA: f"{host} has no IPv{version} address",
        DnsStatus.TIMEOUT: f"no DNS server answered in time for {host}",
        DnsStatus.UNREACHABLE: "no DNS server could be reached",
        DnsStatus.REFUSED: f"the DNS server refused to answer for {host}",
        DnsStatus.SERVFAIL: f"the DNS server reports a failure for {host}",
        DnsStatus.MALFORMED: f"the DNS answer for {host} is not usable: {answer.detail}",
    }
    return one_line(words.get(answer.status, f"{host} has no IPv{version} address"))


def one_line(text: str) -> str:
    """A text from anywhere as one printable line of at most 300 characters."""
    line = " ".join(text[:2000].split())
    return "".join(character if character.isprintable() else "?" for character in line)[:300]


def fault_of(error: BaseException, doing: str) -> Fault:
    """The fault behind an error of socket, TLS or time; `doing` ends the sentence "… while"."""
    if isinstance(error, Failed):
        return error.fault
    if isinstance(error, ssl.SSLCertVerificationError):
        detail = one_line(f"the certificate was refused: {error.verify_message}")
        return Fault(Reason.TLS, detail, error.verify_code)
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return Fault(Reason.RESET, f"the server closed the connection while {doing}")
    if isinstance(error, ssl.SSLError):
        return Fault(Reason.TLS, one_line(f"{tls_words(error)} while {doing}"))
    if isinstance(error, TimeoutError):
        return Fault(Reason.TIMEOUT, one_line(f"time ran out while {doing}"))
    if isinstance(error, ConnectionRefusedError):
        return Fault(Reason.REFUSED, one_line(f"the connection was refused while {doing}"))
    if isinstance(error, ConnectionError):
        return Fault(Reason.RESET, one_line(f"the connection was cut while {doing}"))
    if isinstance(error, OSError):
        if error.errno in _NO_ROUTE:
            return Fault(Reason.UNREACHABLE, one_line(f"there is no route while {doing}"))
        return Fault(Reason.UNREACHABLE, one_line(f"{error.strerror or error} while {doing}"))
    return Fault(Reason.PROTOCOL, one_line(f"{error} while {doing}"))


def tls_words(error: ssl.SSLError) -> str:
    """OpenSSL's reason in small letters: `WRONG_VERSION_NUMBER` becomes "wrong version number"."""
    reason = getattr(error, "reason", None) or str(error)
    return f"TLS failed ({str(reason).replace('_', ' ').lower()})"
