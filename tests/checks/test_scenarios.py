"""The real probe against real servers on loopback: a healthy product, then one fault at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from checks.inventory import Host, Monitor
from checks.model import Purpose, Severity, Status
from tests.checks.conftest import API, APP, DOMAIN, HSTS, HTML, WWW, Shop, html
from tests.checks.samples import page
from tests.servers.dns import DnsServer, Fault
from tests.servers.http import Answer, ConnectionFault, Hostile, closed_port, redirect
from tests.servers.tls import self_signed

Break = Callable[[Shop], None]
DNS_ALONE = {"dns.caa", "dns.dangling", "dns.expected", "dns.ttl"}
"""Checks that can be in order although no host was contacted."""


async def test_a_healthy_product_gives_nothing_to_worry_about(shop):
    """Every check passes, and each names what it saw."""
    found = await shop.look()
    good = (Status.PASS, Status.NA)
    assert {key: finding.code for key, finding in found.items() if finding.status not in good} == {}
    assert len(found) > 3 + 4 * 6 + 1
    assert found[f"redir.hops {DOMAIN}"].seen["most"] == 2
    assert found[f"redir.canonical {DOMAIN}"].seen["end"] == f"https://{WWW}/"
    assert found["up.http Login"].seen["status"] == 200


def _route(name: str, path: str, answer: object, *, secure: bool = True) -> Break:
    def spoil(shop: Shop) -> None:
        server = shop.web if secure else shop.plain
        if path == "*":
            for key in [key for key in server.routes if key[0] == name]:
                del server.routes[key]
        server.route(name, path, answer)  # type: ignore[arg-type]

    return spoil


def _credential(name: str, make: Callable[[Shop], object]) -> Break:
    def spoil(shop: Shop) -> None:
        shop.web.credentials[name] = make(shop)  # type: ignore[assignment]

    return spoil


def _port(number: int) -> Break:
    def spoil(shop: Shop) -> None:
        shop.changes["ports"] = {**shop.inventory.network.ports, number: closed_port()[1]}

    return spoil


def _no_tls(shop: Shop) -> None:
    shop.web.connection_fault = ConnectionFault.PLAINTEXT


def _name_gone(shop: Shop) -> None:
    shop.zone.remove(APP)


def _alias_to_nothing(shop: Shop) -> None:
    shop.zone.remove(APP)
    shop.zone.set(APP, "CNAME", "gone.platform.test")


def _domain_gone(shop: Shop) -> None:
    for name in (DOMAIN, WWW, APP, API, f"ns1.{DOMAIN}"):
        shop.zone.remove(name)


def _resolvers_silent(shop: Shop) -> None:
    shop.zone.fault("*", Fault.SERVFAIL)


def _dead_ipv6(shop: Shop) -> None:
    shop.zone.set(APP, "AAAA", "::1")


def _catch_all(shop: Shop) -> None:
    shop.zone.set(f"*.{DOMAIN}", "A", "127.0.0.1")
    shop.web.credentials["*"] = shop.authority.issue(f"*.{DOMAIN}")
    shop.web.route("*", "*", html(page(text="Your orders of this week, and what to pack today")))


def _two_sites(shop: Shop) -> None:
    shop.web.route(DOMAIN, "*", html(page(text="An older page that somebody forgot to switch off in spring")))


def _same_site_twice(shop: Shop) -> None:
    shop.web.route(DOMAIN, "*", html(page()))


def _long_way(shop: Shop) -> None:
    shop.web.route(DOMAIN, "*", redirect(f"https://{DOMAIN}.go.{DOMAIN}/"))
    shop.zone.set(f"{DOMAIN}.go.{DOMAIN}", "A", "127.0.0.1")
    shop.web.credentials["*"] = shop.authority.issue(f"{DOMAIN}.go.{DOMAIN}")
    shop.web.route(f"{DOMAIN}.go.{DOMAIN}", "*", redirect(f"https://{WWW}/"))


def _flexible(request: object) -> Answer:
    return Answer(301, b"", (("location", f"https://{APP}/"), ("server", "cloudflare")))


def _challenge(request: object) -> Answer:
    return Answer(403, b"Just a moment", (HTML, ("server", "cloudflare"), ("cf-mitigated", "challenge")))


def _endless(request) -> Answer:  # type: ignore[no-untyped-def]
    return redirect(f"https://{APP}/{len(request.target)}{'x' * len(request.target)}")


def _slow(shop: Shop) -> None:
    # Far above the limit, so that a busy machine's own delay in connecting does not take it below.
    shop.web.route(APP, "/login", Answer(body=page(text="Sign in"), delay=0.25))
    shop.monitor(slow_after=0.02)


def _expect(**expectations: object) -> Break:
    return lambda shop: shop.monitor(**expectations)


SCENARIOS: Mapping[str, tuple[Break, Mapping[str, str], set[str]]] = {
    "a name is gone": (
        _name_gone,
        {f"dns.resolve {APP}": "absent", f"tls.valid {APP}": "not_reachable", f"redir.loop {APP}": "could_not_look"},
        {f"dns.resolve {APP}", "up.http Login"},
    ),
    "a name points at nothing": (
        _alias_to_nothing,
        {f"dns.resolve {APP}": "alias_to_nothing", "up.http Login": "dns"},
        {f"dns.resolve {APP}", "up.http Login"},
    ),
    "the domain does not exist": (
        _domain_gone,
        {f"dns.resolve {DOMAIN}": "no_such_domain", f"dns.apex_www {DOMAIN}": "both_missing"},
        {*(f"dns.resolve {name}" for name in (DOMAIN, WWW, APP, API)), "up.http Login"},
    ),
    "resolvers fail": (
        _resolvers_silent,
        {f"dns.resolve {APP}": "could_not_look", f"dns.apex_www {DOMAIN}": "could_not_look"},
        set(),
    ),
    "IPv6 is announced and dead": (_dead_ipv6, {f"dns.resolve {APP}": "ipv6_unreachable"}, set()),
    "a catch-all answers": (_catch_all, {f"dns.resolve {APP}": "only_wildcard", f"dns.resolve {WWW}": "ok"}, set()),
    "www is gone": (
        lambda shop: shop.zone.remove(WWW),
        {f"dns.apex_www {DOMAIN}": "www_missing", f"dns.resolve {WWW}": "absent"},
        {f"dns.resolve {WWW}"},
    ),
    "the bare name is gone": (
        lambda shop: shop.zone.set(DOMAIN, "A"),
        {f"dns.apex_www {DOMAIN}": "apex_missing"},
        {f"dns.resolve {DOMAIN}"},
    ),
    "the bare name is an alias": (
        lambda shop: shop.zone.set(DOMAIN, "CNAME", WWW),
        {f"dns.apex_www {DOMAIN}": "apex_is_alias"},
        set(),
    ),
    "www has no certificate": (
        _credential(WWW, lambda shop: shop.authority.issue(DOMAIN)),
        {f"dns.apex_www {DOMAIN}": "no_certificate", f"tls.valid {WWW}": "wrong_host"},
        {f"tls.valid {WWW}"},
    ),
    "port 443 speaks no TLS": (
        _no_tls,
        {f"tls.valid {APP}": "no_secure_connection", "up.http Login": "tls", f"redir.https {APP}": "ok"},
        {*(f"tls.valid {name}" for name in (DOMAIN, WWW, APP, API)), "up.http Login"},
    ),
    "the certificate has run out": (
        _credential(APP, lambda shop: shop.authority.expired(APP)),
        {f"tls.valid {APP}": "expired", f"tls.expiry {APP}": "expired", "up.http Login": "tls"},
        {f"tls.valid {APP}", f"tls.expiry {APP}", "up.http Login"},
    ),
    "the certificate is for later": (
        _credential(APP, lambda shop: shop.authority.not_yet_valid(APP)),
        {f"tls.valid {APP}": "not_yet_valid", f"tls.expiry {APP}": "ok"},
        {f"tls.valid {APP}", "up.http Login"},
    ),
    "the server made its own certificate": (
        _credential(APP, lambda shop: self_signed(APP)),
        {f"tls.valid {APP}": "self_signed"},
        {f"tls.valid {APP}", "up.http Login"},
    ),
    "the middle certificate is missing": (
        _credential(APP, lambda shop: shop.authority.missing_intermediate(APP)),
        {f"tls.valid {APP}": "incomplete_chain"},
        {"up.http Login"},
    ),
    "nobody knows the issuer": (
        _credential(APP, lambda shop: type(shop.authority).make("Stranger").intermediate().issue(APP)),
        {f"tls.valid {APP}": "unknown_issuer"},
        {f"tls.valid {APP}", "up.http Login"},
    ),
    "the key is small": (
        _credential(APP, lambda shop: shop.authority.issue(APP, key="rsa1024")),
        {f"tls.valid {APP}": "weak"},
        {f"tls.valid {APP}", "up.http Login"},
    ),
    "the renewal is overdue": (
        _credential(APP, lambda shop: shop.authority.issue(APP, days=(-69, 21))),
        {f"tls.expiry {APP}": "renewal_overdue", f"tls.valid {APP}": "ok"},
        set(),
    ),
    "a year's certificate ends soon": (
        _credential(APP, lambda shop: shop.authority.issue(APP, days=(-355, 10))),
        {f"tls.expiry {APP}": "very_soon"},
        set(),
    ),
    "two days are left": (
        _credential(APP, lambda shop: shop.authority.issue(APP, days=(-88, 2))),
        {f"tls.expiry {APP}": "last_days"},
        {f"tls.expiry {APP}"},
    ),
    "no HSTS": (_route(APP, "/", Answer(body=page())), {f"tls.hsts {APP}": "absent"}, set()),
    "broken HSTS": (
        _route(APP, "/", Answer(body=page(), headers=(HTML, (HSTS[0], "max-age: 1")))),
        {f"tls.hsts {APP}": "malformed"},
        set(),
    ),
    "no redirect to https": (
        _route(APP, "*", html(page()), secure=False),
        {f"redir.https {APP}": "stays_on_http"},
        {f"redir.https {APP}"},
    ),
    "port 80 is closed": (
        _port(80),
        {f"redir.https {APP}": "port_closed", f"redir.hops {DOMAIN}": "ok", f"redir.canonical {DOMAIN}": "ok"},
        set(),
    ),
    "port 80 refuses bots": (
        _route(APP, "*", Answer(405), secure=False),
        {f"redir.https {APP}": "turned_away"},
        set(),
    ),
    "http leads to another http first": (
        _route(DOMAIN, "*", redirect(f"http://{WWW}/"), secure=False),
        {f"redir.https {DOMAIN}": "http_detour", f"redir.hops {DOMAIN}": "extra_hop"},
        set(),
    ),
    "https falls back to http": (
        _route(APP, "/", redirect(f"http://{API}/")),
        {f"redir.https {APP}": "falls_back"},
        set(),
    ),
    "a long way": (
        _long_way,
        {f"redir.hops {DOMAIN}": "too_many_hops", f"redir.loop {DOMAIN}": "ok"},
        set(),
    ),
    "a circle": (
        _route(
            APP, "*", lambda request: redirect(f"https://{APP}/login" if request.path == "/" else f"https://{APP}/")
        ),
        {f"redir.loop {APP}": "loop", "up.http Login": "redirect_loop"},
        {f"redir.loop {APP}", "up.http Login"},
    ),
    "the edge mode is Flexible": (
        _route(APP, "/", _flexible),
        {f"redir.loop {APP}": "flexible_loop"},
        {f"redir.loop {APP}"},
    ),
    "redirects without an end": (
        _route(APP, "*", _endless),
        {f"redir.loop {APP}": "too_many_hops"},
        {f"redir.loop {APP}", "up.http Login"},
    ),
    "one cookie round": (
        _route(
            APP,
            "/",
            lambda request: html(page()) if request.cookies else redirect(f"https://{APP}/", 302, cookies=("seen=1",)),
        ),
        {f"redir.loop {APP}": "ok_with_cookie"},
        set(),
    ),
    "a redirect to nothing": (
        _route(APP, "/", Answer(302, b"", ())),
        {f"redir.loop {APP}": "bad_target"},
        {f"redir.loop {APP}"},
    ),
    "a redirect into the machine room": (
        _route(APP, "/", redirect("http://169.254.169.254/latest/meta-data/")),
        {f"redir.loop {APP}": "could_not_look"},
        set(),
    ),
    "two sites": (
        _two_sites,
        {f"redir.canonical {DOMAIN}": "two_endings", f"dns.apex_www {DOMAIN}": "two_endings"},
        set(),
    ),
    "one site under two names": (_same_site_twice, {f"redir.canonical {DOMAIN}": "duplicate"}, set()),
    "the page names another site": (
        _route(WWW, "/", html(page("https://staging.shop.test/"))),
        {f"redir.canonical {DOMAIN}": "tag_elsewhere"},
        set(),
    ),
    "the app answers with an error": (
        _route(APP, "/login", Answer(500, b"oops")),
        {"up.http Login": "http_5xx"},
        {"up.http Login"},
    ),
    "the page vanished": (_route(APP, "/login", Answer(404)), {"up.http Login": "http_4xx"}, {"up.http Login"}),
    "a wrong page": (_expect(contains="Welcome back"), {"up.http Login": "wrong_content"}, {"up.http Login"}),
    "a redirect away": (
        _route(APP, "/login", redirect(f"https://{WWW}/")),
        {"up.http Login": "wrong_content"},
        {"up.http Login"},
    ),
    "another host at the end": (_expect(final_host=WWW), {"up.http Login": "wrong_host"}, {"up.http Login"}),
    "the server is slow": (_slow, {"up.http Login": "slow"}, set()),
    "the server hangs up": (
        _route(APP, "/login", Answer(hostile=Hostile.RESET_EARLY)),
        {"up.http Login": "reset"},
        {"up.http Login"},
    ),
    "no HTTP": (
        _route(APP, "/login", Answer(raw=b"SSH-2.0-x\r\n\r\n")),
        {"up.http Login": "garbled"},
        {"up.http Login"},
    ),
    "nothing listens": (
        _port(443),
        {
            f"tls.valid {APP}": "not_reachable",
            f"redir.https {APP}": "ok",
            "up.http Login": "refused",
            f"dns.resolve {APP}": "ok",
            f"tls.expiry {APP}": "not_reachable",
        },
        {"up.http Login"},
    ),
    "the firewall challenges the bot": (
        _route(APP, "*", _challenge),
        {"up.http Login": "blocked_by_firewall", f"tls.hsts {APP}": "blocked_by_firewall"},
        set(),
    ),
}


@pytest.mark.parametrize("name", SCENARIOS)
async def test_each_fault_is_found_under_its_own_name(shop, name):
    """The seeded fault gives its code, and no blocker but those that belong to it."""
    spoil, expected, blockers = SCENARIOS[name]
    spoil(shop)
    found = await shop.look()
    assert {key: found[key].code for key in expected} == dict(expected)
    worst = {key for key, one in found.items() if one.status is Status.FAIL and one.severity is Severity.BLOCKER}
    assert worst == blockers


async def test_a_repair_is_seen(shop):
    """What was red is green again in the next look."""
    shop.zone.remove(APP)
    assert (await shop.look("dns.resolve"))[f"dns.resolve {APP}"].status is Status.FAIL
    shop.zone.set(APP, "A", "127.0.0.1")
    assert (await shop.look("dns.resolve"))[f"dns.resolve {APP}"].status is Status.PASS


async def test_resolvers_that_disagree_are_told(shop):
    """One of two directories does not know the new name."""
    async with DnsServer({DOMAIN: {"SOA": "ns1.shop.test. root.shop.test. 1 2 3 4 5", "A": "127.0.0.1"}}) as other:
        shop.changes["resolvers"] = (shop.dns.address, other.address)
        found = await shop.look("dns.resolve")
    assert found[f"dns.resolve {APP}"].code == "not_everywhere"
    assert found[f"dns.resolve {DOMAIN}"].code == "ok"


async def test_a_private_address_is_not_contacted(shop):
    """Without leave the guard refuses loopback: unknown, with the reason, and never a failure."""
    shop.changes["allow_private"] = False
    found = await shop.look()
    assert not [one.summary for one in found.values() if one.status.bad]
    # Only what DNS alone can tell may be in order.
    assert {one.status for one in found.values() if one.check not in DNS_ALONE} <= {Status.UNKNOWN, Status.NA}
    assert "private" in found[f"dns.resolve {APP}"].summary
    assert shop.web.requests == []


async def test_a_second_domain_must_lead_to_the_first(shop):
    """A brand domain with a page of its own splits the product in two."""
    brand = "brand.test"
    shop.zone.set(brand, "A", "127.0.0.1")
    shop.zone.set(f"www.{brand}", "A", "127.0.0.1")
    for name in (brand, f"www.{brand}"):
        shop.web.credentials[name] = shop.authority.issue(name)
        shop.web.route(name, "*", redirect(f"https://{WWW}/"))
        shop.plain.route(name, "*", redirect(f"https://{WWW}/"))
    shop.inventory = replace(shop.inventory, domains=(brand,))
    assert (await shop.look("redir.canonical"))[f"redir.canonical {brand}"].code == "ok"
    for name in (brand, f"www.{brand}"):
        shop.web.route(name, "*", redirect("https://brand.test/welcome"))
    shop.web.route(brand, "/welcome", html(page(text="Another shop altogether, about shoes")))
    shop.plain.route(brand, "*", redirect("https://brand.test/welcome"))
    shop.plain.route(f"www.{brand}", "*", redirect("https://brand.test/welcome"))
    assert (await shop.look("redir.canonical"))[f"redir.canonical {brand}"].code == "brand_goes_elsewhere"


async def test_a_network_that_opens_connections_is_not_the_sites_fault(shop):
    """A neutral site shows the same unknown issuer, so something stands in between."""
    proxy = type(shop.authority).make("Corp Inspection")
    shop.zone.set("neutral.test", "A", "127.0.0.1")
    shop.web.credentials[APP] = proxy.issue(APP)
    shop.web.credentials["neutral.test"] = proxy.issue("neutral.test")
    assert (await shop.look("tls.valid"))[f"tls.valid {APP}"].code == "unknown_issuer"
    shop.changes["canaries"] = ("https://neutral.test/",)
    assert (await shop.look("tls.valid"))[f"tls.valid {APP}"].code == "intercepted"


async def test_an_api_domain_needs_neither_www_nor_a_page(shop):
    """What nobody types is not asked for."""
    shop.zone.remove(WWW)
    shop.inventory = replace(shop.inventory, hosts=(Host(DOMAIN, Purpose.API),), monitors=())
    found = await shop.look("dns.apex_www", "redir.canonical")
    assert {one.status for one in found.values()} == {Status.NA}


async def test_a_reset_on_port_443_is_no_certificate_fault(shop):
    """The server is there and hangs up: reachability, told once."""
    shop.web.connection_fault = ConnectionFault.RESET
    found = await shop.look("tls.valid", "tls.expiry", "up.http")
    assert found["up.http Login"].code in ("reset", "tls")
    assert found[f"tls.expiry {APP}"].status is Status.UNKNOWN


async def test_only_a_slow_page_is_asked_more_than_once(shop):
    """One exchange where all is well; where it is slow, only until that is decided."""
    await shop.look("up.http")
    assert shop.web.asked("/login") == 1
    _slow(shop)
    await shop.look("up.http")
    assert shop.web.asked("/login") == 1 + 3


async def test_a_monitor_of_a_health_answer_reads_its_json(shop):
    """The value at a path decides."""
    health = Monitor("API", f"https://{API}/", json_path="status", json_equals="ok")
    shop.inventory = replace(shop.inventory, monitors=(health,))
    assert (await shop.look("up.http"))["up.http API"].code == "up"
    shop.web.route(API, "/", Answer(body=b'{"status": "degraded"}'))
    assert (await shop.look("up.http"))["up.http API"].code == "wrong_content"
