"""A product on loopback in which everything is in order: names, mail, certificates, pages, what is written down."""

from __future__ import annotations

import base64
import inspect
import json
import ssl
import warnings
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.clock import SystemClock
from checks.finding import build, holes
from checks.flow.model import Flow
from checks.flow.model import Request as Asking
from checks.flow.model import Step as Walking
from checks.inventory import Host, Inventory, Link, MailDomain, Monitor, Network, RedirectRule, expand
from checks.model import Finding, Purpose
from checks.net.live import LiveProbe
from checks.registry import load
from tests.checks.samples import page
from tests.outcomes.scenario import Step
from tests.servers.dns import DnsServer, Zone
from tests.servers.dnssec import ValidatingServer
from tests.servers.http import Answer, Handler, HttpServer, Request, redirect
from tests.servers.tls import Authority, Credential

DOMAIN = "shop.test"
WWW, APP, API = f"www.{DOMAIN}", f"app.{DOMAIN}", f"api.{DOMAIN}"
OLD, RDAP, POLICY = f"old.{DOMAIN}", f"rdap.{DOMAIN}", f"mta-sts.{DOMAIN}"
HOSTS = (DOMAIN, WWW, APP, API)
POLICY_PATH = "/.well-known/mta-sts.txt"
ORIGIN = "127.0.0.2"
"""Address of the server behind the edge."""
GOOGLE = "_spf.google.com"
SOA = f"ns1.{DOMAIN} root.{DOMAIN} 7 7200 3600 1209600 60"
SPF = f"v=spf1 include:{GOOGLE} ~all"
STS = f"version: STSv1\nmode: enforce\nmx: mx1.{DOMAIN}\nmx: mx2.{DOMAIN}\nmax_age: 604800\n"

HTML = ("content-type", "text/html; charset=utf-8")
JS = ("content-type", "text/javascript")
HSTS = ("strict-transport-security", "max-age=31536000")
FOREVER = ("cache-control", "public, max-age=31536000, immutable")
SAFE = (
    HTML,
    HSTS,
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("content-security-policy", "default-src 'self'; frame-ancestors 'none'"),
)
"""Headers of a page as they should be."""
MACHINE = (("content-type", "application/json"), ("x-content-type-options", "nosniff"), HSTS)
CLOUDFLARE = (("server", "cloudflare"), ("cf-ray", "8f00ba5e0000-FRA"))
CHALLENGE = Answer(403, b"Just a moment", (HTML, *CLOUDFLARE, ("cf-mitigated", "challenge")))
"""What a firewall in front says to a visitor that it takes for a robot."""
SCRIPT = "/assets/app.3f9c2a71.js"
SHOWN = page(f"https://{WWW}/").replace(b"</head>", f'<script src="{SCRIPT}"></script></head>'.encode())
"""The home page: it names itself and loads one script."""


def shown(body: bytes, *headers: tuple[str, str]) -> Answer:
    """A page with every safety header."""
    return Answer(body=body, headers=(*SAFE, *headers))


@cache
def dkim_key(bits: int) -> str:
    """An RSA key record; made once, since long keys take time."""
    public = rsa.generate_private_key(65537, bits).public_key()
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


@cache
def issued(authority: Authority, name: str) -> Credential:
    """A good certificate for a name, from an authority between it and the root; made once."""
    return _below(authority).issue(name)


@cache
def _below(authority: Authority) -> Authority:
    return authority.intermediate("Let's Encrypt R11")


def versions(oldest: ssl.TLSVersion, newest: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED) -> Step:
    """The web server speaks these versions of TLS."""

    def configure(context: ssl.SSLContext) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = oldest
            context.maximum_version = newest

    return lambda world: setattr(world.web, "configure", configure)


@dataclass
class World:
    """The servers, and what the founder wrote down. Everything may be changed before `look`."""

    dns: ValidatingServer
    other: DnsServer
    """A second directory with the same records, asked after `two()`."""
    web: HttpServer
    plain: HttpServer
    authority: Authority
    inventory: Inventory
    stack: AsyncExitStack
    opens: Callable[[Network, datetime], LiveProbe] = LiveProbe
    """Makes the probe that looks."""

    @property
    def zone(self) -> Zone:
        """The records."""
        return self.dns.zone

    def write(self, **more: object) -> None:
        """Write something else down."""
        self.inventory = replace(self.inventory, **more)  # type: ignore[arg-type]

    def network(self, **more: object) -> None:
        """Reach the world in another way."""
        self.write(network=replace(self.inventory.network, **more))  # type: ignore[arg-type]

    def host(self, name: str, **more: object) -> None:
        """Write something else down about one host; a new host is added."""
        known = {host.name: host for host in self.inventory.hosts}
        known[name] = replace(known.get(name, Host(name)), **more)  # type: ignore[arg-type]
        self.write(hosts=tuple(known.values()))

    def mail(self, **more: object) -> None:
        """Write something else down about the mail domain."""
        (own,) = self.inventory.mail
        self.write(mail=(replace(own, **more),))  # type: ignore[arg-type]

    def monitor(self, **expectations: object) -> None:
        """Let the log-in monitor expect something else."""
        login, *rest = self.inventory.monitors
        self.write(monitors=(replace(login, **expectations), *rest))  # type: ignore[arg-type]

    def two(self) -> None:
        """Ask both directories."""
        self.network(resolvers=(self.dns.address, self.other.address))

    def route(self, name: str, path: str, answer: Handler, *, secure: bool = True) -> None:
        """Answer a path; `*` is every path, those with an answer of their own included."""
        server = self.web if secure else self.plain
        if path == "*":
            for key in [key for key in server.routes if key[0] == name]:
                del server.routes[key]
        server.route(name, path, answer)

    def serve(self, name: str, answer: Handler) -> None:
        """A further host in order: a name, a certificate, one answer, and http that leads to https."""
        self.zone.set(name, "A", "127.0.0.1")
        self.web.credentials[name] = issued(self.authority, name)
        self.web.route(name, "*", answer)
        self.plain.route(name, "*", secured)

    def registered(self, domain: str, **data: object) -> None:
        """What the registry says about a domain."""
        body = json.dumps({"objectClassName": "domain", "ldhName": domain, **data}).encode()
        self.web.route(RDAP, f"/domain/{domain}", Answer(200, body, (("content-type", "application/rdap+json"),)))

    def paid(self, days: float, **more: object) -> None:
        """For how many days more the domain is paid for."""
        until = (SystemClock().now() + timedelta(days=days)).isoformat()
        self.registered(DOMAIN, events=[{"eventAction": "expiration", "eventDate": until}], **more)

    async def origin(self, *, secure: Answer | None = None, plain: Answer | None = None, shut: bool = False) -> None:
        """A server behind the app at an address of its own, written down; `shut` leaves out its port 443."""
        if not shut:
            tls = self.web.credentials.get(ORIGIN) or issued(self.authority, APP)
            answer = secure or Answer(403)
            behind = HttpServer({APP: {"*": answer}}, tls={APP: tls}, host=ORIGIN, port=self.web.port)
            await self.stack.enter_async_context(behind)
        if plain is not None:
            open_ = HttpServer({APP: {"*": plain}}, host=ORIGIN, port=self.plain.port)
            await self.stack.enter_async_context(open_)
        self.host(APP, origin=(ORIGIN,))

    async def after(self, steps: Iterable[Step]) -> None:
        """Take the steps."""
        for step in steps:
            done = step(self)
            if inspect.isawaitable(done):
                await done

    async def look(self, *wanted: str) -> dict[str, Finding]:
        """The findings of these checks, by `check target`; a bare check id stands for all of its targets.

        Raises:
            AssertionError: Where a check does not apply to its target, or leaves a gap in its words.
        """
        found: dict[str, Finding] = {}
        async with self.opens(self.inventory.network, SystemClock().now()) as probe:
            for key in wanted:
                id, _, name = key.partition(" ")
                check = load()[id]
                for target in expand(self.inventory):
                    if target.kind is not check.kind or name not in ("", target.name):
                        continue
                    if not check.applies(target):
                        assert not name, f"{id} does not look at {name} here"
                        continue
                    verdict = await check.run(target, probe)
                    assert holes(check, target, verdict) == (), (key, verdict)
                    found[f"{id} {target.name}"] = build(check, target, verdict, at=probe.now())
        return found


def secured(request: Request) -> Answer:
    """From http to the same address with https."""
    return redirect(f"https://{request.host}{request.target}")


def records() -> dict[str, dict[str, object]]:
    """The zone in order."""
    hosts = (*HOSTS, OLD, RDAP, POLICY, *(f"{label}.{DOMAIN}" for label in ("ns1", "ns2", "mx1", "mx2")))
    return {name: {"A": "127.0.0.1"} for name in hosts} | {
        DOMAIN: {
            "A": "127.0.0.1",
            "SOA": SOA,
            "NS": [f"ns1.{DOMAIN}", f"ns2.{DOMAIN}"],
            "MX": [f"10 mx1.{DOMAIN}", f"20 mx2.{DOMAIN}"],
            "TXT": SPF,
        },
        f"pm._domainkey.{DOMAIN}": {"TXT": dkim_key(2048)},
        f"_dmarc.{DOMAIN}": {"TXT": f"v=DMARC1; p=none; rua=mailto:dmarc@{DOMAIN}"},
        f"_mta-sts.{DOMAIN}": {"TXT": "v=STSv1; id=20261101;"},
        f"_smtp._tls.{DOMAIN}": {"TXT": f"v=TLSRPTv1; rua=mailto:tls@{DOMAIN}"},
        GOOGLE: {"TXT": "v=spf1 ip4:192.0.2.0/24 ~all"},
        "_spf.mlsend.com": {"TXT": "v=spf1 ip4:192.0.2.0/24 ~all"},
    }


def furnish(web: HttpServer, plain: HttpServer) -> None:
    """Every page in order: safe headers, kept files, refused strangers, one address for each page."""
    plain.route("*", "*", secured)
    web.route(DOMAIN, "*", lambda request: Answer(301, b"", (("location", f"https://{WWW}{request.target}"), HSTS)))
    web.route(WWW, "/", shown(SHOWN))
    web.route(WWW, SCRIPT, Answer(body="x", headers=(JS, FOREVER)))
    web.route(WWW, "/new", shown(page()))
    web.route(WWW, "/old", redirect(f"https://{WWW}/new"))
    web.route(WWW, "/ig", lambda request: redirect(f"https://{WWW}/new{request.target.removeprefix('/ig')}"))
    for name, path in ((WWW, "/ig"), (APP, "/login")):
        web.route(name, path + "/", lambda request: redirect(f"https://{request.host}{request.path[:-1]}"))
    cookie = ("set-cookie", "session=1; Secure; HttpOnly; SameSite=Lax")
    web.route(APP, "/", shown(page(text="Your orders of this week, and what to pack today")))
    web.route(APP, "/login", shown(page(text="Sign in"), cookie))
    web.route(APP, "/account", Answer(401, b"log in", (*SAFE, ("cache-control", "private, no-store"))))
    web.route(API, "/", Answer(body=b'{"status": "ok"}', headers=MACHINE))
    web.route(API, "/hook", Answer(400, b'{"error": "signature"}', MACHINE))
    web.route(OLD, "/", Answer(body=b"<p>A page"))
    web.route(POLICY, POLICY_PATH, Answer(body=STS.encode(), headers=(("content-type", "text/plain"),)))


def inventory(network: Network) -> Inventory:
    """What the founder wrote down."""
    return Inventory(
        product="shop",
        domain=DOMAIN,
        canonical=f"https://{WWW}/",
        hosts=(
            Host(DOMAIN, Purpose.MARKETING),
            Host(WWW, Purpose.MARKETING),
            Host(APP, Purpose.APP, private_paths=("/account",)),
            Host(API, Purpose.API),
        ),
        mail=(MailDomain(DOMAIN, aligned=True, senders=("Google Workspace",), selectors=("pm",), per_day=9000),),
        monitors=(Monitor("Login", f"https://{APP}/login", contains="Sign in"),),
        links=(
            Link(f"https://{APP}/login", "login"),
            Link(f"https://{API}/hook", "webhook"),
            Link(f"https://{WWW}/ig?utm_source=ig", "campaign", f"https://{WWW}/new"),
        ),
        redirects=(RedirectRule("/old", "/new"),),
        flows=(Flow("walk", f"https://{APP}/", frozenset({APP}), (Walking("Open", Asking("/login")),), name="Walk"),),
        network=network,
    )


@asynccontextmanager
async def a_world(authority: Authority, ca_file: str) -> AsyncIterator[World]:
    """A new world on free ports; `ca_file` holds the authority's certificate."""
    async with AsyncExitStack() as stack:
        dns = await stack.enter_async_context(ValidatingServer(Zone.of(records())))  # type: ignore[arg-type]
        other = await stack.enter_async_context(DnsServer(Zone.of(records())))  # type: ignore[arg-type]
        tls = {name: issued(authority, name) for name in (*HOSTS, OLD, RDAP, POLICY)}
        web = await stack.enter_async_context(HttpServer(tls=tls))
        plain = await stack.enter_async_context(HttpServer())
        furnish(web, plain)
        network = Network(
            resolvers=(dns.address,),
            ca_file=ca_file,
            ports={443: web.port, 80: plain.port},
            allow_private=True,
            rdap=f"https://{RDAP}/",
            rate=1000.0,
            burst=1000,
        )
        world = World(dns, other, web, plain, authority, inventory(network), stack)
        versions(ssl.TLSVersion.TLSv1_2)(world)
        world.paid(200)
        yield world
