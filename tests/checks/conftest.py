"""A small healthy product on loopback: a zone, a site with and without www, an app, an API, and a network to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace

import pytest

from bot.clock import SystemClock
from checks.finding import build, holes
from checks.inventory import Host, Inventory, Monitor, Network, expand
from checks.model import Finding, Purpose
from checks.net.live import LiveProbe
from checks.registry import load
from tests.checks.samples import page
from tests.servers.dns import DnsServer, Zone
from tests.servers.http import Answer, HttpServer, redirect
from tests.servers.tls import Authority

FAMILIES = ("dns", "tls", "redir", "up")
DOMAIN, WWW, APP, API = "shop.test", "www.shop.test", "app.shop.test", "api.shop.test"
HTML = ("content-type", "text/html; charset=utf-8")
HSTS = ("strict-transport-security", "max-age=31536000")


def html(body: bytes, *headers: tuple[str, str]) -> Answer:
    """A page with the safety header."""
    return Answer(body=body, headers=(HTML, HSTS, *headers))


def onward(to: str) -> Answer:
    """A redirect with the safety header."""
    return Answer(301, b"", (("location", to), HSTS))


@dataclass
class Shop:
    """The servers of the product, and what its founder wrote down."""

    dns: DnsServer
    web: HttpServer
    plain: HttpServer
    authority: Authority
    inventory: Inventory
    changes: dict[str, object] = field(default_factory=dict)
    """Fields of the network to change before the next look."""

    @property
    def zone(self) -> Zone:
        """The records."""
        return self.dns.zone

    def monitor(self, **expectations: object) -> None:
        """Let the log-in monitor expect more."""
        login, *rest = self.inventory.monitors
        self.inventory = replace(self.inventory, monitors=(replace(login, **expectations), *rest))  # type: ignore[arg-type]

    async def look(self, *ids: str) -> dict[str, Finding]:
        """Run the checks against every target that they have; findings by `check target`."""
        network = replace(self.inventory.network, **self.changes)  # type: ignore[arg-type]
        inventory = replace(self.inventory, network=network)
        checks = [check for check in load().values() if check.family in FAMILIES and (not ids or check.id in ids)]
        found: dict[str, Finding] = {}
        async with LiveProbe(network, SystemClock().now()) as probe:
            for check in checks:
                for target in expand(inventory):
                    if target.kind is not check.kind or not check.applies(target):
                        continue
                    verdict = await check.run(target, probe)
                    assert holes(check, target, verdict) == (), (check.id, verdict)
                    found[f"{check.id} {target.name}"] = build(check, target, verdict, at=probe.now())
        return found


@pytest.fixture
async def shop(authority: Authority, ca_file: str) -> AsyncIterator[Shop]:
    """Everything in order: http leads to https, the bare name to www, the page names itself."""
    names = (DOMAIN, WWW, APP, API)
    soa = f"ns1.{DOMAIN} root.{DOMAIN} 1 7200 3600 1209600 60"
    zone = {DOMAIN: {"SOA": soa, "NS": f"ns1.{DOMAIN}", "A": "127.0.0.1"}} | {
        name: {"A": "127.0.0.1"} for name in (*names[1:], f"ns1.{DOMAIN}")
    }
    below = authority.intermediate()
    async with AsyncExitStack() as stack:
        dns = await stack.enter_async_context(DnsServer(zone))
        web = await stack.enter_async_context(HttpServer(tls={name: below.issue(name) for name in names}))
        plain = await stack.enter_async_context(HttpServer())
        for name in names:
            plain.route(name, "*", lambda request: redirect(f"https://{request.host}{request.target}"))
        web.route(DOMAIN, "*", lambda request: onward(f"https://{WWW}{request.target}"))
        web.route(WWW, "/", html(page(f"https://{WWW}/")))
        web.route(APP, "/", html(page(text="Your orders of this week, and what to pack today")))
        web.route(APP, "/login", html(page(text="Sign in")))
        web.route(API, "/", Answer(body=b'{"status": "ok"}', headers=(("content-type", "application/json"), HSTS)))
        network = Network(
            resolvers=(dns.address,),
            ca_file=ca_file,
            ports={443: web.port, 80: plain.port},
            allow_private=True,
            rate=1000.0,
            burst=1000,
        )
        inventory = Inventory(
            product="shop",
            domain=DOMAIN,
            hosts=(
                Host(DOMAIN, Purpose.MARKETING),
                Host(WWW, Purpose.MARKETING),
                Host(APP, Purpose.APP),
                Host(API, Purpose.API),
            ),
            monitors=(Monitor("Login", f"https://{APP}/login", contains="Sign in"),),
            network=network,
        )
        yield Shop(dns, web, plain, authority, inventory)
