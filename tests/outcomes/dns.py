"""The domain and its names: records, name servers, signatures, rules about certificates, the registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.clock import SystemClock
from checks.inventory import Known, Record
from checks.model import Purpose
from tests.checks.samples import page
from tests.outcomes.outside import NS1, NS2, outside
from tests.outcomes.scenario import Scenario, Step
from tests.outcomes.steps import fails, gone, host, network, records, route, shows, writes
from tests.outcomes.world import APP, DOMAIN, HOSTS, OLD, RDAP, SOA, WWW, World, shown
from tests.servers.dns import Fault
from tests.servers.http import Answer
from tests.servers.tls import Authority

NOW = SystemClock().now()
SHARED = "shop.vercel.app"
"""A name that a platform lends."""


def dns(code: str, *checks: str, name: str = DOMAIN) -> Mapping[str, str]:
    """These checks say the same about the domain."""
    return {f"dns.{check} {name}": code for check in checks}


def remembered(seconds: int, name: str = APP, type: str = "A") -> Step:
    """This record is remembered for so long."""
    return lambda world: world.zone.ttls.update({(name, type): seconds})


def accepted(type: str, *values: str, name: str = DOMAIN) -> Step:
    """These values were accepted once."""
    return writes(baseline=(Known(name, type, values, "ana", NOW),))


def signed(days: float = 20, *, spoiled: bool = False) -> Step:
    """The zone is signed, for so many days."""

    def step(world: World) -> None:
        signing = world.dns.sign(DOMAIN, until=SystemClock().now() + timedelta(days=days))
        if spoiled:
            signing.spoiled.add((DOMAIN, "SOA"))

    return step


def unchecked(*, other_key: bool = False) -> Step:
    """The zone is signed, and the one who is asked hands keys out without checking them."""

    def step(world: World) -> None:
        signing = world.dns.sign(DOMAIN)
        if other_key:
            signing = replace(signing)
        world.network(resolvers=(world.other.address,))
        world.other.zone.set(DOMAIN, "DNSKEY", signing.public.to_text())
        world.other.zone.set(DOMAIN, "DS", *[str(value) for value in world.zone.records[DOMAIN]["DS"]])

    return step


def paid(days: float, **more: object) -> Step:
    """The domain is paid for so many days more."""
    return lambda world: world.paid(days, **more)


def both(world: World) -> None:
    """Two directories are asked."""
    world.two()


def other_says(type: str, *values: str, name: str = APP, hours: float | None = None) -> Step:
    """The second directory has something else, and has had it for so many hours."""

    def step(world: World) -> None:
        world.two()
        world.other.zone.set(name, type, *values)
        if hours is not None:
            world.write(disagreement_since={name: NOW - timedelta(hours=hours)})

    return step


def alias(target: str, body: bytes = b"", status: int = 404) -> Step:
    """`old` points at a platform, which shows this over http and has no certificate for it."""

    def step(world: World) -> None:
        world.host(OLD)
        world.zone.set(OLD, "A")
        world.zone.set(OLD, "CNAME", target)
        if body:
            world.zone.set(target, "A", "127.0.0.1")
            world.web.credentials.pop(OLD)
            world.plain.route(OLD, "/", Answer(status, body))

    return step


def catch_all(world: World) -> None:
    """Every name leads to one server, which shows one page."""
    world.zone.set(f"*.{DOMAIN}", "A", "127.0.0.1")
    world.web.credentials["*"] = world.authority.issue(f"*.{DOMAIN}")
    for name in (APP, "*"):
        world.route(name, "*", shown(page(text="Your orders of this week, and what to pack today")))


LETS_ENCRYPT = '0 issue "letsencrypt.org"'
DIRECTORY = (
    Scenario(
        "The domain is in order: paid, signed, records as written down, a rule about certificates",
        dns("ok", "apex_www", "dangling", "domain_expiry", "dnssec", "ttl", "expected")
        | dns("ok", "caa", "resolve", name=APP),
        records(DOMAIN, "CAA", LETS_ENCRYPT),
        signed(),
        host(DOMAIN, expect=(Record("MX", DOMAIN, contains=f"mx1.{DOMAIN}"), Record("A", APP, any_in="127.0.0.0/8"))),
    ),
    Scenario(
        "Nothing is signed, ruled or written down beyond the names, and one directory is asked",
        dns("unsigned", "dnssec")
        | dns("nothing_expected", "expected")
        | dns("nothing_to_compare", "disagree")
        | dns("replaced", "ns_delegation")
        | dns("no_rules", "caa", name=APP),
    ),
    Scenario(
        "The directory answers every question with a failure",
        dns("could_not_look", "apex_www", "disagree", "dnssec", "dangling", "ttl")
        | dns("could_not_look", "caa", "resolve", name=APP),
        both,
        fails(),
        lambda world: world.other.zone.fault("*", Fault.SERVFAIL),
    ),
    Scenario(
        "The registry answers with an error, and the directory is silent about a name that was accepted",
        dns("could_not_look", "domain_expiry", "expected"),
        route(RDAP, f"/domain/{DOMAIN}", Answer(500)),
        accepted("A", "192.0.2.10", name=APP),
        fails(APP),
    ),
    Scenario("The www name does not exist", dns("www_missing", "apex_www"), gone(WWW)),
    Scenario(
        "The bare name has no address",
        dns("apex_missing", "apex_www") | {f"dns.resolve {DOMAIN}": "absent"},
        records(DOMAIN, "A"),
    ),
    Scenario(
        "The domain does not exist",
        dns("both_missing", "apex_www") | {f"dns.resolve {APP}": "no_such_domain"},
        gone(*HOSTS, OLD, RDAP, *(f"{label}.{DOMAIN}" for label in ("ns1", "ns2", "mx1", "mx2", "mta-sts"))),
        gone(*(f"{label}.{DOMAIN}" for label in ("pm._domainkey", "_dmarc", "_mta-sts", "_smtp._tls"))),
    ),
    Scenario("The bare name is an alias of www", dns("apex_is_alias", "apex_www"), records(DOMAIN, "CNAME", WWW)),
    Scenario(
        "The certificate of www is for the bare name alone",
        dns("no_certificate", "apex_www"),
        shows(WWW, lambda world: world.authority.issue(DOMAIN)),
    ),
    Scenario(
        "The www name leads to an address where nobody listens",
        dns("one_unreachable", "apex_www"),
        records(WWW, "A", "127.0.0.9"),
    ),
    Scenario(
        "The bare name still shows the old site",
        dns("two_endings", "apex_www"),
        route(DOMAIN, "*", shown(page(text="An older page that somebody forgot to switch off in spring"))),
    ),
    Scenario(
        "The domain is written down as an API, which needs no www",
        dns("not_needed", "apex_www"),
        host(DOMAIN, purpose=Purpose.API),
    ),
)
HOST = (
    Scenario("The app's name is gone", dns("absent", "resolve", name=APP), gone(APP)),
    Scenario(
        "The app is an alias of a name that no longer exists",
        dns("alias_to_nothing", "resolve", name=APP),
        gone(APP),
        records(APP, "CNAME", "gone.platform.test"),
    ),
    Scenario(
        "The domain's own name servers know the app, the public directories do not yet",
        dns("not_spread", "resolve", name=APP),
        outside(),
        gone(APP),
    ),
    Scenario(
        "One of two directories does not know the app",
        dns("not_everywhere", "resolve", name=APP),
        both,
        lambda world: world.other.zone.remove(APP),
    ),
    Scenario(
        "The app announces an IPv6 address at which nobody listens",
        dns("ipv6_unreachable", "resolve", name=APP),
        records(APP, "AAAA", "::1"),
    ),
    Scenario("A catch-all answers for every name", dns("only_wildcard", "resolve", name=APP), catch_all),
    Scenario(
        "The rules about certificates name another company",
        dns("issuer_forbidden", "caa", name=APP),
        records(DOMAIN, "CAA", '0 issue "digicert.com"'),
    ),
    Scenario(
        "The rules about certificates allow nobody",
        dns("nobody_allowed", "caa", name=APP),
        records(DOMAIN, "CAA", '0 issue ";"'),
    ),
    Scenario(
        "A rule about certificates is critical and known to nobody",
        dns("strange_rule", "caa", name=APP),
        records(DOMAIN, "CAA", '128 odd "x"'),
    ),
    Scenario(
        "There are rules about certificates, and nobody knows the issuer's name in them",
        dns("issuer_unknown", "caa", name=APP),
        records(DOMAIN, "CAA", LETS_ENCRYPT),
        shows(APP, lambda world: Authority.make("Nobody Knows").issue(APP)),
    ),
)
SIGNATURE = (
    Scenario("A signature is not that of the record", dns("bogus", "dnssec"), signed(spoiled=True)),
    Scenario("The signatures end in two days", dns("signature_ends", "dnssec"), signed(days=2)),
    Scenario(
        "The fingerprint at the registry is that of another key",
        dns("keys_differ", "dnssec"),
        unchecked(other_key=True),
    ),
    Scenario("The directory does not check signatures", dns("not_checked", "dnssec"), unchecked()),
)
REGISTRY = (
    Scenario("The domain is paid for 29 days more", dns("soon", "domain_expiry"), paid(29)),
    Scenario("The domain is paid for 5 days more", dns("very_soon", "domain_expiry"), paid(5)),
    Scenario("The domain ran out two days ago", dns("expired", "domain_expiry"), paid(-2)),
    Scenario(
        "The registrar has put the domain on hold",
        dns("on_hold", "domain_expiry"),
        paid(200, status=["client hold"]),
    ),
    Scenario(
        "The registry does not know the domain",
        dns("not_registered", "domain_expiry"),
        route(RDAP, f"/domain/{DOMAIN}", Answer(404, b"{}")),
    ),
    Scenario(
        "The registry tells no end date",
        dns("no_date", "domain_expiry"),
        lambda world: world.registered(DOMAIN),
    ),
    Scenario(
        "The product lives under a name that a platform lends",
        {f"dns.domain_expiry {SHARED}": "not_own"},
        writes(domain=SHARED),
    ),
    Scenario("Registries are not asked in this network", dns("switched_off", "domain_expiry"), network(rdap="")),
)
TIME = (
    Scenario("The app's record is kept for two hours", dns("long", "ttl"), remembered(7200)),
    Scenario(
        "The app's record is kept for two hours, after the launch",
        dns("after_launch", "ttl"),
        remembered(7200),
        writes(stage="live"),
    ),
    Scenario("The app's record is kept for more than a day", dns("very_long", "ttl"), remembered(90_000)),
    Scenario("The app's record is kept for five seconds", dns("short", "ttl"), remembered(5)),
    Scenario(
        "The name servers are kept for more than two days",
        dns("servers_long", "ttl"),
        remembered(200_000, DOMAIN, "NS"),
    ),
)
SERVERS = (
    Scenario("Two directories and the name servers say the same", dns("ok", "disagree"), both),
    Scenario(
        "Both name servers have the new address, a public directory still has the old one",
        dns("spreading", "disagree"),
        outside(
            lambda servers: servers.one.zone.set(APP, "A", "203.0.113.9"),
            lambda servers: servers.two.zone.set(APP, "A", "203.0.113.9"),
            directories=2,
        ),
    ),
    Scenario(
        "The name servers differ about the app since a moment ago",
        dns("just_changed", "disagree"),
        other_says("A", "203.0.113.9"),
    ),
    Scenario(
        "The name servers have differed about the app for nine hours",
        dns("servers_differ", "disagree"),
        other_says("A", "203.0.113.9", hours=9),
    ),
    Scenario(
        "The name servers have held different versions of the domain for nine hours",
        dns("versions_differ", "disagree"),
        other_says("SOA", SOA.replace(" 7 ", " 8 "), name=DOMAIN, hours=9),
    ),
    Scenario("Both name servers answer, and the registry lists them", dns("ok", "ns_delegation"), outside()),
    Scenario(
        "The domain has one name server",
        dns("one_server", "ns_delegation"),
        outside(lambda servers: servers.listed(NS1), lambda servers: servers.registered(NS1)),
    ),
    Scenario(
        "One of two name servers says that the domain is not its business",
        dns("lame", "ns_delegation"),
        outside(lambda servers: setattr(servers.two, "lame", True)),
    ),
    Scenario(
        "One of two name servers keeps silent",
        dns("lame", "ns_delegation"),
        outside(lambda servers: servers.two.zone.fault("*", Fault.TIMEOUT), patience=0.3),
    ),
    Scenario(
        "One of two name servers has a name without an address",
        dns("lame", "ns_delegation"),
        outside(lambda servers: servers.world.zone.set(NS2, "A")),
    ),
    Scenario(
        "The registry lists a name server that the domain does not list",
        dns("parent_differs", "ns_delegation"),
        outside(lambda servers: servers.registered(NS1, "ns9.shop.test")),
    ),
    Scenario(
        "One of two name servers refuses TCP",
        dns("no_tcp", "ns_delegation"),
        outside(lambda servers: servers.two.close_tcp()),
    ),
    Scenario(
        "The name has no name servers of its own",
        dns("not_a_zone", "ns_delegation"),
        outside(lambda servers: servers.listed()),
    ),
    Scenario(
        "None of the name servers answers",
        dns("could_not_look", "ns_delegation"),
        outside(
            lambda servers: servers.one.zone.fault("*", Fault.REFUSED),
            lambda servers: servers.two.zone.fault("*", Fault.REFUSED),
        ),
    ),
)
POINTERS = (
    Scenario(
        "An old name points at a platform where anybody may take it",
        dns("claimable", "dangling"),
        alias("shop.surge.sh", b"project not found"),
    ),
    Scenario(
        "An old name points at a platform that asks its owner for proof",
        dns("left_over", "dangling"),
        alias("cname.vercel-dns.com", b"DEPLOYMENT_NOT_FOUND"),
    ),
    Scenario(
        "An old name points into a domain that nobody holds",
        dns("domain_for_sale", "dangling"),
        alias("status.gone-startup.test"),
        route(RDAP, "/domain/gone-startup.test", Answer(404, b"{}")),
    ),
    Scenario(
        "An old name points into a domain that does not exist, and registries are not asked",
        dns("not_known", "dangling"),
        alias("status.gone-startup.test"),
        network(rdap=""),
    ),
)
DECIDED = (
    Scenario(
        "Other name servers than those that were accepted",
        dns("servers_changed", "expected"),
        accepted("NS", "ns1.other.test"),
    ),
    Scenario(
        "Another mail server than the one that was accepted",
        dns("mail_changed", "expected"),
        accepted("MX", "10 mail.before.test"),
    ),
    Scenario(
        "A record that must be there is gone",
        dns("gone", "expected"),
        host(DOMAIN, expect=(Record("TXT", f"_owner.{DOMAIN}", contains="some-token"),)),
    ),
    Scenario(
        "The app has another address than the one that was accepted",
        dns("changed", "expected"),
        accepted("A", "192.0.2.10", name=APP),
    ),
    Scenario(
        "A record stands beside the one that was accepted",
        dns("extra", "expected"),
        accepted("TXT", "one"),
        records(DOMAIN, "TXT", "one", "two"),
    ),
)
SCENARIOS = (*DIRECTORY, *HOST, *SIGNATURE, *REGISTRY, *TIME, *SERVERS, *POINTERS, *DECIDED)
