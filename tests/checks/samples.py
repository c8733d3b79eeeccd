"""Facts of a healthy product, to be spoiled one at a time: names under example.test, addresses of RFC 5737."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from checks.net.facts import (
    Certificate,
    Chain,
    ChainEnd,
    DnsAnswer,
    DnsStatus,
    Exchange,
    Fault,
    Peer,
    Phases,
    Reason,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOST = "app.example.test"
PUBLIC = ("192.0.2.1:53", "198.51.100.1:53", "203.0.113.1:53")
OWN = ("ns1.example.test", "ns2.example.test")


def answer(
    *records: str,
    name: str = HOST,
    type: str = "A",
    server: str = PUBLIC[0],
    status: DnsStatus | None = None,
    cnames: tuple[str, ...] = (),
    ttl: int = 300,
) -> DnsAnswer:
    """One DNS answer: records, or NODATA where there are none."""
    ending = status or (DnsStatus.OK if records else DnsStatus.NODATA)
    return DnsAnswer(name, type, server, ending, records, cnames=cnames, ttl=ttl)


def everywhere(
    *records: str, type: str = "A", status: DnsStatus | None = None, servers: Iterable[str] = PUBLIC, **more: object
) -> tuple[DnsAnswer, ...]:
    """The same answer from each server."""
    return tuple(answer(*records, type=type, status=status, server=server, **more) for server in servers)  # type: ignore[arg-type]


def certificate(
    *names: str,
    lifetime: float = 90,
    left: float = 60,
    issuer: str = "CN=Good Issuer R3",
    subject: str = "",
    key: str = "ec",
    bits: int = 256,
    hash: str = "sha256",
    self_issued: bool = False,
    issuer_urls: tuple[str, ...] = ("http://issuer.example.test/r3.crt",),
    more_names: int = 0,
) -> Certificate:
    """A certificate with `left` of `lifetime` days to go at NOW."""
    end = NOW + timedelta(days=left)
    return Certificate(
        subject=subject or f"CN={names[0] if names else 'Good Issuer R3'}",
        issuer=issuer,
        names=names,
        not_before=end - timedelta(days=lifetime),
        not_after=end,
        serial="01",
        key=key,
        key_bits=bits,
        signature_hash=hash,
        self_issued=self_issued,
        issuer_urls=issuer_urls,
        more_names=more_names,
    )


def middle(**more: object) -> Certificate:
    """An intermediate certificate with four of five years to go."""
    return certificate(**({"lifetime": 1825, "left": 1400, "issuer": "CN=Good Root"} | more))  # type: ignore[arg-type]


def peer(
    *chain: Certificate,
    host: str = HOST,
    address: str = "192.0.2.10",
    fault: Fault | None = None,
    skew: float | None = None,
) -> Peer:
    """A handshake; it is verified unless there is a fault."""
    shown = chain if chain or fault is not None else (certificate(host), middle())
    return Peer(
        host,
        address,
        443,
        verified=fault is None,
        fault=fault,
        protocol="TLSv1.3",
        chain=shown,
        server_time_skew_s=skew,
    )


def refused(code: int, detail: str = "certificate verify failed") -> Fault:
    """A certificate that OpenSSL refuses with that number."""
    return Fault(Reason.TLS, detail, code)


def page(canonical: str = "", text: str = "Ceramics made by hand, shipped in two days, from our small studio") -> bytes:
    """A page with or without a canonical tag."""
    tag = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    return f"<!doctype html><html><head><title>Shop</title>{tag}</head><body><p>{text}</p></body></html>".encode()


def exchange(
    url: str = f"https://{HOST}/",
    status: int = 200,
    *,
    to: str = "",
    body: bytes = b"",
    server_ms: float = 40.0,
    fault: Fault | None = None,
    truncated: bool = False,
    **headers: str,
) -> Exchange:
    """One answer; `to` makes it a redirect. Header names are written with underscores."""
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    if to:
        status = status if status != 200 else 301
        named.append(("location", to))
    return Exchange(
        url=url,
        address="192.0.2.10",
        port=443,
        status=0 if fault is not None else status,
        headers=tuple(named),
        body=body,
        truncated=truncated,
        phases=Phases(dns=5, tcp=20, tls=25, first_byte=server_ms + 20, body=2),
        fault=fault,
    )


def silent(url: str, reason: Reason, detail: str = "") -> Exchange:
    """A request without an answer."""
    return exchange(url, fault=Fault(reason, detail))


def chain(*urls: str, last: Exchange | None = None, end: ChainEnd = ChainEnd.FINAL, next_url: str = "") -> Chain:
    """Redirects along `urls`; the last of them answers 200 unless `last` is given."""
    hops = [exchange(url, to=to) for url, to in pairwise(urls)]
    ending = last or exchange(urls[-1], body=page(), to=next_url)
    return Chain(urls[0], (*hops, ending), end, next_url)
