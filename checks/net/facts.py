"""What the network said: frozen facts, JSON both ways, so that a fact is also a fixture.

A failure to connect is a fact like any other; nothing here is an opinion. Times are milliseconds.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_CHARSETS = re.compile(
    r"utf-(?:8|16(?:-[lb]e)?)|ascii|iso8859-\d{1,2}|cp(?:12\d\d|866|874|932|949)|koi8-[ru]|mac-(?:roman|cyrillic)"
    r"|shift_jis|euc_(?:jp|kr)|iso2022_jp|gb2312|gbk|gb18030|big5(?:hkscs)?|tis-620"
)
"""Names of Python's codecs for what browsers read (Encoding Standard, WHATWG). Its other codecs are for other things,
and one of them (punycode) takes hours for a page."""


class Reason(StrEnum):
    """Why a look failed."""

    DNS = "dns"
    """The name could not be resolved."""
    REFUSED = "refused"
    """The address answered that nothing listens there."""
    UNREACHABLE = "unreachable"
    """No route to the address."""
    TIMEOUT = "timeout"
    RESET = "reset"
    """The connection was cut in the middle."""
    TLS = "tls"
    """The handshake failed; `Fault.verify_code` says why when it was the certificate."""
    PROTOCOL = "protocol"
    """The answer was not what the protocol allows, or larger than its bounds."""
    BLOCKED = "blocked"
    """Our own guard refused the address (private, loopback, link-local, metadata)."""
    BUDGET = "budget"
    """The deadline of the run ended before this was looked at."""
    UNSUPPORTED = "unsupported"
    """Our own library, or what it knows, cannot ask that; it says nothing about the other side."""
    BUG = "bug"
    """Ours."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why there is no answer. `detail` is one line for a person, no secrets, at most 300 characters."""

    reason: Reason
    detail: str = ""
    verify_code: int = 0
    """OpenSSL's X509_V_ERR code where the certificate was refused, else 0."""


class DnsStatus(StrEnum):
    """How a DNS question ended. Absent (NXDOMAIN, NODATA) is an answer; the rest is not knowing (RFC 2308)."""

    OK = "ok"
    NXDOMAIN = "nxdomain"
    NODATA = "nodata"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    MALFORMED = "malformed"
    UNREACHABLE = "unreachable"

    @property
    def absent(self) -> bool:
        """The zone answered, and the record is not there."""
        return self in (DnsStatus.NXDOMAIN, DnsStatus.NODATA)

    @property
    def known(self) -> bool:
        """The zone answered at all."""
        return self is DnsStatus.OK or self.absent


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """One question to one server."""

    name: str
    type: str
    server: str
    """`address:port` or the name of the server that answered; empty where none did."""
    status: DnsStatus
    records: tuple[str, ...] = ()
    """Presentation form, lower-cased names without trailing dot; TXT strings joined; MX as `10 mail.example.com`."""
    strings: tuple[tuple[int, ...], ...] = ()
    """For TXT: the length in bytes of each character-string of each record, same order as `records`."""
    cnames: tuple[str, ...] = ()
    """The chain that was followed, first target first."""
    ttl: int = 0
    """Smallest TTL of the answer, seconds; for an absent name the negative TTL."""
    authoritative: bool = False
    """AA flag of the answer."""
    took_ms: float = 0.0
    detail: str = ""
    authenticated: bool = False
    """AD flag: the resolver says that it checked the signatures (RFC 4035 section 3.2.3); set by `dns_secure` only."""
    extended: tuple[tuple[int, str], ...] = ()
    """Extended errors with their texts (RFC 8914), at most 8; 6 to 10 say what is wrong with signatures."""
    signed_until: datetime | None = None
    """When the first signature over these records ends; None where none came along."""
    signed_since: datetime | None = None
    """When that signature began: some companies sign anew all the time, for two days each."""
    referral: tuple[str, ...] = ()
    """Name servers to which the server points for exactly this name, where it does not serve it itself."""


@dataclass(frozen=True, slots=True)
class Rdap:
    """What the registry says about a registered domain (RFC 9083)."""

    domain: str
    known: bool
    """The registry answered at all; False: `fault` says why not."""
    registered: bool = False
    """False and `known`: the registry has no such domain."""
    expires: datetime | None = None
    """The event `expiration`, UTC; None where the registry does not publish it."""
    statuses: tuple[str, ...] = ()
    """Lower case as in RFC 8056 (`client hold`, `redemption period`), at most 30."""
    registrar: str = ""
    fault: Fault | None = None
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Certificate:
    """One X.509 certificate as parsed; bounded (at most 100 names, 300 characters each)."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    """subjectAltName entries: DNS names lower case, IP addresses as text."""
    not_before: datetime
    not_after: datetime
    serial: str
    key: str
    """`rsa`, `ec`, `ed25519`, `ed448`, `dsa` or `other`."""
    key_bits: int
    signature_hash: str
    """`sha256`, `sha1`, `md5` …; empty for EdDSA."""
    self_issued: bool
    issuer_urls: tuple[str, ...] = ()
    """caIssuers URLs of the Authority Information Access extension (RFC 5280 4.2.2.1)."""
    more_names: int = 0
    """How many names were left out."""


@dataclass(frozen=True, slots=True)
class Peer:
    """What a TLS server showed. The certificates are there also when verification failed."""

    host: str
    address: str
    port: int
    verified: bool
    """The handshake succeeded with the trust store and the host name checked."""
    fault: Fault | None = None
    """Why not, where it did not."""
    protocol: str = ""
    """`TLSv1.3`, …"""
    chain: tuple[Certificate, ...] = ()
    """As sent by the server, leaf first."""
    took_ms: float = 0.0
    server_time_skew_s: float | None = None
    """Our clock minus the server's Date header, where one was seen."""


@dataclass(frozen=True, slots=True)
class Phases:
    """Where the time went, milliseconds; a phase that did not happen is 0."""

    dns: float = 0.0
    tcp: float = 0.0
    tls: float = 0.0
    first_byte: float = 0.0
    """From the request being sent to the first byte of the answer."""
    body: float = 0.0

    @property
    def total(self) -> float:
        """All of it."""
        return self.dns + self.tcp + self.tls + self.first_byte + self.body

    @property
    def server(self) -> float:
        """Time spent by the server: first byte without one round trip (the TCP handshake's)."""
        return max(0.0, self.first_byte - self.tcp)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, or the fault in its place. Redirects are not followed here."""

    url: str
    method: str = "GET"
    address: str = ""
    port: int = 0
    status: int = 0
    """0 where no answer came."""
    headers: tuple[tuple[str, str], ...] = ()
    """Names lower case, in order, at most 200, values at most 8 KiB; bytes outside ASCII as latin-1."""
    body: bytes = b""
    """Decoded (gzip, deflate), at most the cap of the request."""
    truncated: bool = False
    phases: Phases = Phases()
    http_version: str = ""
    fault: Fault | None = None

    def header(self, name: str) -> str:
        """The first header of that name, or ""."""
        return next((value for key, value in self.headers if key == name.lower()), "")

    def all_headers(self, name: str) -> tuple[str, ...]:
        """Every header of that name."""
        return tuple(value for key, value in self.headers if key == name.lower())

    @property
    def text(self) -> str:
        """The body as text: charset of Content-Type if known, else UTF-8 with replacement."""
        charset = "utf-8"
        for part in self.header("content-type").split(";")[1:]:
            key, _, value = part.strip().partition("=")
            if key.lower() == "charset":
                charset = value.strip("\"' ")
        return self.body.decode(_codec(charset), "replace")

    @property
    def redirects_to(self) -> str:
        """The raw Location of a 301, 302, 303, 307 or 308; else ""."""
        return self.header("location") if self.status in (301, 302, 303, 307, 308) else ""


def _codec(charset: str) -> str:
    """The codec of a charset that browsers know, else UTF-8."""
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return "utf-8"
    return name if _CHARSETS.fullmatch(name) else "utf-8"


class ChainEnd(StrEnum):
    """How following redirects ended."""

    FINAL = "final"
    LOOP = "loop"
    """The same URL with the same cookies came again."""
    TOO_MANY = "too_many"
    """More hops than allowed (10)."""
    FAULT = "fault"
    """A hop could not be fetched; the last exchange has the fault."""
    BAD_LOCATION = "bad_location"
    """Location missing, unreadable or not http(s)."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A redirect chain, every hop kept as evidence."""

    start: str
    exchanges: tuple[Exchange, ...]
    """At least one; the last is where it ended."""
    end: ChainEnd
    next_url: str = ""
    """Where it would have gone on (loop, too many, bad location)."""

    @property
    def hops(self) -> int:
        """Redirects followed."""
        return len(self.exchanges) - 1

    @property
    def last(self) -> Exchange:
        """The final exchange."""
        return self.exchanges[-1]

    @property
    def urls(self) -> tuple[str, ...]:
        """Every URL asked for, in order."""
        return tuple(exchange.url for exchange in self.exchanges)
