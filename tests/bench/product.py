"""A product of six hosts on loopback, with the latency of a real network, and what its founder wrote down."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.servers.dns import DnsServer, Query
from tests.servers.http import Answer, HttpServer, Request
from tests.servers.tls import Authority

DER, SPKI = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
DOMAIN = "example.com"
"""A real top-level domain, so that the public suffix list is needed; only our own servers are asked about it."""
HOSTS = {"": "marketing", "www": "marketing", "app": "app", "api": "api", "admin": "admin", "help": "help"}
NAMES = tuple(f"{label}.{DOMAIN}".strip(".") for label in HOSTS)
HEADERS = (
    ("strict-transport-security", "max-age=31536000"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("content-security-policy", "default-src 'self'; frame-ancestors 'none'"),
)
HTML = ("content-type", "text/html; charset=utf-8")
SELECTORS = ("s1", "s2", "k1")
SOA = f"ns1.{DOMAIN}. root.{DOMAIN}. 1 7200 3600 1209600 60"


def zone() -> dict[str, dict[str, str | list[str]]]:
    """Six hosts, and mail: DMARC, and SPF with eight look-ups in three levels (domain, provider, provider's lists)."""
    records: dict[str, dict[str, str | list[str]]] = {name: {"A": "127.0.0.1"} for name in NAMES}
    records |= {f"{label}.{DOMAIN}": {"A": "127.0.0.1"} for label in ("ns1", "ns2", "mx1", "mx2")}
    records[DOMAIN] |= {
        "SOA": SOA,
        "NS": [f"ns1.{DOMAIN}.", f"ns2.{DOMAIN}."],
        "MX": [f"10 mx1.{DOMAIN}.", f"20 mx2.{DOMAIN}."],
        "TXT": "v=spf1 mx a:app.example.com include:_spf.mailer.net include:_spf.desk.net include:_spf.bills.net -all",
        "CAA": '0 issue "letsencrypt.org"',
    }
    key = b64encode(generate_private_key(65537, 2048).public_key().public_bytes(DER, SPKI)).decode()
    for selector in SELECTORS:
        records[f"{selector}._domainkey.{DOMAIN}"] = {"TXT": f"v=DKIM1; k=rsa; p={key}"}
    records["com"] = {"SOA": "ns.test. root.test. 1 7200 3600 1209600 60"}
    records["net"] = {"SOA": "ns.test. root.test. 1 7200 3600 1209600 60"}
    records["_spf.mailer.net"] = {"TXT": "v=spf1 include:_a.mailer.net include:_b.mailer.net ~all"}
    records["_a.mailer.net"] = {"TXT": "v=spf1 ip4:192.0.2.0/25 ~all"}
    records["_b.mailer.net"] = {"TXT": "v=spf1 ip4:198.51.100.0/24 ~all"}
    records["_spf.desk.net"] = {"TXT": "v=spf1 include:_a.desk.net ~all"}
    records["_a.desk.net"] = {"TXT": "v=spf1 ip4:192.0.2.128/25 ~all"}
    records["_spf.bills.net"] = {"TXT": "v=spf1 ip4:203.0.113.0/24 ~all"}
    records[f"_dmarc.{DOMAIN}"] = {"TXT": "v=DMARC1; p=reject; rua=mailto:dmarc@reports.net"}
    records["reports.net"] = {"A": "127.0.0.1", "MX": "10 mx.reports.net."}
    records["mx.reports.net"] = {"A": "127.0.0.1"}
    records[f"{DOMAIN}._report._dmarc.reports.net"] = {"TXT": "v=DMARC1"}
    return records


class QuickDns(DnsServer):
    """Answers a question that it has answered before from memory: the server must not be what takes the time."""

    def __init__(self, records: dict[str, dict[str, str | list[str]]], latency: float) -> None:
        super().__init__(records, latency=0.0)
        self._known: dict[tuple[bytes, str], tuple[bytes, Query]] = {}
        self._wait = latency

    async def answer(self, data: bytes, over: str) -> bytes | None:
        """The answer after the latency, with the question's id."""
        loop, key = asyncio.get_running_loop(), (data[2:], over)
        due = loop.time() + self._wait
        if key in self._known:
            answer, query = self._known[key]
            self.queries.append(query)
        else:
            found = await super().answer(data, over)
            if found is None:
                return None
            answer = found
            self._known[key] = (answer, self.queries[-1])
        await asyncio.sleep(max(0.0, due - loop.time()))  # noqa: TID251  (latency is what is measured)
        return data[:2] + answer[2:]


@dataclass(frozen=True, slots=True)
class Product:
    """Its servers; the configuration is a file."""

    dns: DnsServer
    web: HttpServer
    plain: HttpServer
    config: Path

    def asked(self) -> tuple[int, int, int]:
        """DNS questions, requests, and connections on which nothing was asked, until now."""
        web = (self.web, self.plain)
        silent = sum(one.connections - one.speaking for one in web)
        return len(self.dns.queries), sum(len(one.requests) for one in web), silent


def front(name: str, purpose: str, latency: float) -> Answer:
    """The page that visitors of a host see; administration shows strangers nothing."""
    if purpose == "admin":
        hidden = ("x-robots-tag", "noindex")
        return Answer(401, "<title>Log in</title>", (HTML, hidden, *HEADERS), delay=latency)
    words = "This is a page of its own, with words that no other page has. " * 8
    page = f"<!doctype html><title>{name}</title><h1>{name}</h1><p>{words}{name}</p>"
    return Answer(body=page, headers=(HTML, *HEADERS), delay=latency)


def _to_apex(request: Request, latency: float) -> Answer:
    return Answer(301, b"", (("location", f"https://{DOMAIN}{request.target}"), *HEADERS), delay=latency)


@asynccontextmanager
async def product(folder: Path, latency: float, *, unlimited: bool = False) -> AsyncIterator[Product]:
    """Everything in order.

    Args:
        folder: For the configuration.
        latency: A round trip in seconds: one per question, two or three per request.
        unlimited: Whether the owner lifts the polite pace for these hosts.
    """
    authority = Authority.make()
    authority.write(folder / "ca.pem")
    credential = authority.intermediate("Let's Encrypt R11").issue(DOMAIN, f"*.{DOMAIN}")

    def onward(request: Request) -> Answer:
        to = f"https://{request.host}{request.target}"
        return Answer(301, b"", (("location", to),), delay=latency)

    async with AsyncExitStack() as stack:
        dns = await stack.enter_async_context(QuickDns(zone(), latency))
        web = await stack.enter_async_context(HttpServer(tls=credential))
        plain = await stack.enter_async_context(HttpServer())
        # Loopback connects at once, so TCP's round trip is waited for before the first byte, and TLS's with it.
        web.accept_delay, plain.accept_delay = 2 * latency, latency
        plain.route("*", "*", onward)
        for name, purpose in zip(NAMES, HOSTS.values(), strict=True):
            web.route(name, "*", Answer(404, "<title>404</title>Not here", (HTML, *HEADERS), delay=latency))
            web.route(name, "/", front(name, purpose, latency))
        for path in ("/", "*"):
            web.route(NAMES[1], path, lambda request: _to_apex(request, latency))
        hosts = "".join(
            f"  - {{name: {name}, purpose: {each}}}\n" for name, each in zip(NAMES, HOSTS.values(), strict=True)
        )
        config = folder / "product.yml"
        config.write_text(
            f"product: {{name: Example, domain: {DOMAIN}, canonical: https://{DOMAIN}/}}\nhosts:\n{hosts}"
            f"mail: {{domains: [{{name: {DOMAIN}, aligned: true, selectors: [{', '.join(SELECTORS)}]}}]}}\n"
            f'network:\n  resolvers: ["127.0.0.1:{dns.port}"]\n  ca_file: ca.pem\n'
            f"  ports: {{443: {web.port}, 80: {plain.port}}}\n  allow_private: true\n"
            + (f"  unlimited: [{', '.join(NAMES)}]\n" if unlimited else "")
        )
        yield Product(dns, web, plain, config)
