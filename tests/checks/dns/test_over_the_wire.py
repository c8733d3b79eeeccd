"""The DNS checks against real servers on loopback: every answer that they can give, one fault at a time."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.clock import SystemClock
from checks.dns.ns_delegation import ns_delegation
from checks.finding import build, holes
from checks.inventory import Host, Inventory, Known, Network, Record, expand
from checks.model import Finding, Purpose
from checks.net.dns import Names
from checks.net.facts import DnsAnswer, Fault
from checks.net.guard import Guard
from checks.net.live import LiveProbe
from checks.registry import load
from tests.servers.dns import DnsServer, Zone
from tests.servers.dns import Fault as DnsFault
from tests.servers.dnssec import ValidatingServer
from tests.servers.http import Answer, HttpServer
from tests.servers.tls import Authority

D, APP, OLD, RDAP = "shop.test", "app.shop.test", "old.shop.test", "rdap.shop.test"
SOA = f"ns1.{D} root.{D} 7 7200 3600 1209600 60"
IDS = ("dns.ttl", "dns.caa", "dns.dnssec", "dns.domain_expiry", "dns.disagree", "dns.dangling", "dns.expected")
NOW = SystemClock().now()


@dataclass
class House:
    """A domain with its servers."""

    dns: ValidatingServer
    other: DnsServer
    web: HttpServer
    plain: HttpServer
    inventory: Inventory
    network: dict[str, object] = field(default_factory=dict)

    @property
    def zone(self) -> Zone:
        """The records."""
        return self.dns.zone

    def write(self, **more: object) -> None:
        """Write something else down."""
        self.inventory = replace(self.inventory, **more)  # type: ignore[arg-type]

    def two(self) -> None:
        """Ask two directories."""
        self.network["resolvers"] = (self.dns.address, self.other.address)

    def registered(self, domain: str, **data: object) -> None:
        """What the registry says about a domain."""
        body = json.dumps({"objectClassName": "domain", "ldhName": domain, **data}).encode()
        self.web.route(RDAP, f"/domain/{domain}", Answer(200, body, (("content-type", "application/rdap+json"),)))

    def paid(self, days: float, **more: object) -> None:
        """Until when the domain is paid for."""
        until = (NOW + timedelta(days=days)).isoformat()
        self.registered(D, events=[{"eventAction": "expiration", "eventDate": until}], **more)

    async def look(self, id: str) -> Finding:
        """The finding of one check about the domain, or about the app."""
        network = replace(self.inventory.network, **self.network)  # type: ignore[arg-type]
        inventory = replace(self.inventory, network=network)
        check = load()[id]
        target = next(one for one in expand(inventory) if one.kind is check.kind and one.name in (D, APP))
        async with LiveProbe(network, SystemClock().now()) as probe:
            verdict = await check.run(target, probe)
            assert holes(check, target, verdict) == (), verdict
            return build(check, target, verdict, at=probe.now())


@pytest.fixture
async def house(authority: Authority, ca_file: str) -> AsyncIterator[House]:
    """Everything in order; the registry is a service on loopback."""
    names = (D, APP, OLD, RDAP, f"ns1.{D}", f"ns2.{D}")
    records = {name: {"A": "127.0.0.1"} for name in names} | {
        D: {"A": "127.0.0.1", "SOA": SOA, "NS": [f"ns1.{D}", f"ns2.{D}"], "MX": f"10 mx.{D}"}
    }
    async with AsyncExitStack() as stack:
        dns = await stack.enter_async_context(ValidatingServer(Zone.of(records)))
        other = await stack.enter_async_context(DnsServer(Zone.of(records)))
        named = Authority.make("Let's Encrypt R11")
        credentials = {name: authority.issue(name) for name in (D, OLD, RDAP)} | {APP: named.issue(APP)}
        web = await stack.enter_async_context(HttpServer(tls=credentials))
        plain = await stack.enter_async_context(HttpServer())
        for server in (web, plain):
            server.route(OLD, "/", Answer(body=b"<p>A page</p>"))
        network = Network(
            resolvers=(dns.address,),
            ca_file=ca_file,
            ports={443: web.port, 80: plain.port},
            allow_private=True,
            rdap=f"https://{RDAP}/",
            rate=1000,
            burst=1000,
        )
        hosts = (Host(D, Purpose.MARKETING), Host(APP, Purpose.APP), Host(OLD))
        yield House(dns, other, web, plain, Inventory("shop", D, hosts=hosts[1:] + hosts[:1], network=network))


def ttl(seconds: int, name: str = APP, type: str = "A") -> Callable[[House], None]:
    """This record is remembered for so long."""

    def act(house: House) -> None:
        house.zone.ttls[name, type] = seconds

    return act


def caa(*records: str) -> Callable[[House], None]:
    """These rules about certificates."""
    return lambda house: house.zone.set(D, "CAA", *records)


def expecting(*records: Record) -> Callable[[House], None]:
    """These records are written down."""
    return lambda house: house.write(hosts=(*house.inventory.hosts[:2], Host(D, expect=records)))


def accepted(type: str, *values: str, name: str = D) -> Callable[[House], None]:
    """These values were accepted."""
    return lambda house: house.write(baseline=(Known(name, type, values, "ana", NOW),))


def alias(target: str, body: bytes = b"", status: int = 404) -> Callable[[House], None]:
    """`old` points at a platform, which shows this."""

    def act(house: House) -> None:
        house.zone.set(OLD, "A")
        house.zone.set(OLD, "CNAME", target)
        if body:
            house.zone.set(target, "A", "127.0.0.1")
            house.web.credentials.pop(OLD)
            house.plain.route(OLD, "/", Answer(status, body))

    return act


def fault(kind: DnsFault, name: str = "*") -> Callable[[House], None]:
    """The directory misbehaves."""
    return lambda house: house.zone.fault(name, kind)


def signed(*acts: Callable[[House], None], days: float = 20, ds: str = "") -> Callable[[House], None]:
    """The zone is signed, for so many days."""

    def act(house: House) -> None:
        house.dns.sign(D, until=SystemClock().now() + timedelta(days=days))
        if ds:
            house.zone.set(D, "DS", ds)
        for one in acts:
            one(house)

    return act


def other_says(type: str, *values: str, name: str = APP, since: float | None = None) -> Callable[[House], None]:
    """The second directory has something else, seen for so many hours."""

    def act(house: House) -> None:
        house.two()
        house.other.zone.set(name, type, *values)
        if since is not None:
            house.write(disagreement_since={name: NOW - timedelta(hours=since)})

    return act


def lost(registry: Answer | None) -> Callable[[House], None]:
    """`old` points into a domain that does not exist."""

    def act(house: House) -> None:
        alias("status.gone-startup.test")(house)
        if registry is not None:
            house.web.route(RDAP, "/domain/gone-startup.test", registry)
        else:
            house.network["rdap"] = ""

    return act


def act(*steps: Callable[[House], object]) -> Callable[[House], None]:
    """One after the other."""

    def all_of_them(house: House) -> None:
        for step in steps:
            step(house)

    return all_of_them


def nothing(_house: House) -> None:
    """In order."""


SCENARIOS: dict[str, Callable[[House], None]] = {
    "dns.ttl ok": nothing,
    "dns.ttl after_launch": act(ttl(7200), lambda house: house.write(stage="live")),
    "dns.ttl long": ttl(7200),
    "dns.ttl very_long": ttl(90_000),
    "dns.ttl short": ttl(5),
    "dns.ttl servers_long": ttl(200_000, D, "NS"),
    "dns.ttl could_not_look": lambda house: setattr(house.dns, "authoritative", False),
    "dns.caa ok": caa('0 issue "letsencrypt.org"'),
    "dns.caa no_rules": nothing,
    "dns.caa issuer_forbidden": caa('0 issue "digicert.com"'),
    "dns.caa nobody_allowed": caa('0 issue ";"'),
    "dns.caa strange_rule": caa('128 odd "x"'),
    "dns.caa issuer_unknown": act(
        caa('0 issue "letsencrypt.org"'),
        lambda house: house.web.credentials.update({APP: Authority.make("Nobody Knows").issue(APP)}),
    ),
    "dns.caa could_not_look": fault(DnsFault.SERVFAIL, D),
    "dns.dnssec ok": signed(),
    "dns.dnssec unsigned": nothing,
    "dns.dnssec bogus": act(signed(), lambda house: house.dns.signings[D].spoiled.add((D, "SOA"))),
    "dns.dnssec signature_ends": signed(days=2),
    "dns.dnssec could_not_look": fault(DnsFault.TIMEOUT),
    "dns.domain_expiry ok": lambda house: house.paid(200),
    "dns.domain_expiry soon": lambda house: house.paid(29),
    "dns.domain_expiry very_soon": lambda house: house.paid(5),
    "dns.domain_expiry expired": lambda house: house.paid(-2),
    "dns.domain_expiry on_hold": lambda house: house.paid(200, status=["client hold"]),
    "dns.domain_expiry not_registered": lambda house: house.web.route(RDAP, f"/domain/{D}", Answer(404, b"{}")),
    "dns.domain_expiry no_date": lambda house: house.registered(D),
    "dns.domain_expiry switched_off": lambda house: house.network.update(rdap=""),
    "dns.domain_expiry could_not_look": lambda house: house.web.route(RDAP, f"/domain/{D}", Answer(500)),
    "dns.disagree ok": lambda house: house.two(),
    "dns.disagree just_changed": other_says("A", "203.0.113.9"),
    "dns.disagree servers_differ": other_says("A", "203.0.113.9", since=9),
    "dns.disagree versions_differ": other_says("SOA", SOA.replace(" 7 ", " 8 "), name=D, since=9),
    "dns.disagree nothing_to_compare": nothing,
    "dns.disagree could_not_look": act(
        lambda house: house.two(), fault(DnsFault.SERVFAIL), lambda house: house.other.zone.fault("*", "servfail")
    ),
    "dns.dangling ok": nothing,
    "dns.dangling claimable": alias("shop.surge.sh", b"project not found"),
    "dns.dangling left_over": alias("cname.vercel-dns.com", b"DEPLOYMENT_NOT_FOUND"),
    "dns.dangling domain_for_sale": lost(Answer(404, b"{}")),
    "dns.dangling not_known": lost(None),
    "dns.dangling could_not_look": fault(DnsFault.REFUSED, OLD),
    "dns.expected ok": expecting(Record("MX", D, equals=(f"10 mx.{D}",)), Record("A", APP, any_in="127.0.0.0/8")),
    "dns.expected nothing_expected": nothing,
    "dns.expected servers_changed": accepted("NS", "ns1.other.test"),
    "dns.expected mail_changed": accepted("MX", "10 mail.before.test"),
    "dns.expected gone": expecting(Record("TXT", D, contains="some-token")),
    "dns.expected changed": accepted("A", "192.0.2.10", name=APP),
    "dns.expected extra": act(accepted("TXT", "one"), lambda house: house.zone.set(D, "TXT", "one", "two")),
    "dns.expected could_not_look": act(accepted("A", "192.0.2.10", name=APP), fault(DnsFault.TIMEOUT, APP)),
}
NOT_HERE = {
    "dns.domain_expiry not_own": "needs a platform's name, which asks nobody",
    "dns.disagree spreading": "configured resolvers stand for the zone's own servers as well",
    "dns.dnssec keys_differ": "a resolver that checks calls it bogus at once",
    "dns.dnssec not_checked": "this resolver checks",
}


@pytest.mark.parametrize("name", SCENARIOS)
async def test_each_answer_comes_over_the_wire(house, name):
    """Records, certificates, pages and the registry are asked for real; the words have no holes."""
    id, _, code = name.partition(" ")
    SCENARIOS[name](house)
    finding = await house.look(id)
    assert finding.code == code, finding.summary


def test_every_answer_has_a_scenario():
    """Or a reason why it cannot be had here."""
    wanted = {f"{id} {code}" for id in IDS for code in load()[id].outcomes}
    assert {*SCENARIOS, *NOT_HERE} == wanted


class RealServers:
    """A probe that asks a zone's own name servers and the zone above, as outside of a private network."""

    def __init__(self, names: Names) -> None:
        self.names = names

    async def dns(self, name: str, type: str) -> DnsAnswer:
        return await self.names.first(name, type)

    async def dns_authoritative(self, name: str, type: str) -> tuple[DnsAnswer, ...]:
        return await self.names.authoritative(name, type)

    async def dns_delegation(self, name: str) -> tuple[DnsAnswer, ...]:
        return await self.names.delegation(name)

    async def tcp(self, address: str, port: int, *, timeout: float = 5.0) -> Fault | None:
        from checks.net.connect import Way
        from checks.net.knock import knock
        from checks.net.trust import verifying

        way = Way(self.dns, Guard(True), {}, verifying(""))
        return await knock(address, port, way, timeout=timeout)


ABOVE, ONE, TWO = "127.0.55.1", "127.0.55.2", "127.0.55.3"


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("in order", "ok"),
        ("one of two is lame", "lame"),
        ("one of two is silent", "lame"),
        ("one of two has no address", "lame"),
        ("the registry lists another", "parent_differs"),
        ("only one is listed", "one_server"),
        ("nobody answers", "could_not_look"),
    ],
)
async def test_name_servers_on_real_ports_are_judged(state, code):
    """The zone above points at two servers, each asked by itself over UDP and TCP."""
    from tests.net.test_delegation import referral

    listed = ["ns1.a.test", "ns2.a.test"]
    zone = {
        "test": {"NS": "ns.test", "SOA": SOA},
        "ns.test": {"A": ABOVE},
        "a.test": {"NS": listed[:1] if state == "only one is listed" else listed, "SOA": SOA},
        "ns1.a.test": {"A": ONE},
        "ns2.a.test": {} if state == "one of two has no address" else {"A": TWO},
    }
    async with AsyncExitStack() as stack:
        resolver = await stack.enter_async_context(DnsServer(Zone.of(zone), authoritative=False))
        above = await stack.enter_async_context(DnsServer(Zone.of(zone), host=ABOVE, port=53))
        one = await stack.enter_async_context(DnsServer(Zone.of(zone), host=ONE, port=53))
        two = await stack.enter_async_context(DnsServer(Zone.of(zone), host=TWO, port=53))
        names = Names((resolver.address,), replaced=False, guard=Guard(True), patience=0.1)
        stack.push_async_callback(names.close)
        pointed = ["ns1.a.test.", "ns9.a.test." if state == "the registry lists another" else "ns2.a.test."]
        above.zone.send_raw("a.test", referral(*pointed[: 1 if state == "only one is listed" else 2]))
        two.lame = state == "one of two is lame"
        for server in (one, two):
            if state == "nobody answers" or (state == "one of two is silent" and server is two):
                server.zone.fault("*", DnsFault.TIMEOUT)
        target = expand(Inventory("a", "a.test"))[0]
        verdict = await ns_delegation(target, RealServers(names))
        assert verdict.code == code, verdict
