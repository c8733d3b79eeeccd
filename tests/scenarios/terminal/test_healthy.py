"""A product in order is a go, however it is built: exit 0, nothing severe, nothing left unseen."""

from __future__ import annotations

import json
from collections.abc import Callable

import jsonschema
import pytest

from tests.scenarios.terminal import contract
from tests.scenarios.terminal.shop import (
    API,
    APP,
    DOMAIN,
    GOODS,
    HOSTS,
    HSTS,
    HTML,
    ORDERS,
    ROOT,
    WWW,
    Shop,
    onward,
    page,
)
from tests.servers.dns import Fault
from tests.servers.http import Answer, HttpServer, redirect

pytestmark = pytest.mark.slow
SCHEMA = json.loads((ROOT / "bot/formats/report.schema.json").read_text(encoding="utf-8"))


def in_order(ran, *, notes: tuple[str, ...] = ()) -> None:  # type: ignore[no-untyped-def]
    """A go without a finding of severity high or worse, and nothing unseen; `notes` may be warnings of low severity."""
    jsonschema.Draft202012Validator(SCHEMA).validate(ran.report)
    contract.kept(ran.report, ran.code)
    assert (ran.code, ran.report["verdict"]) == (0, "go"), ran.told("fail", "warn", "unknown")
    assert ran.told("unknown") == {}
    assert {key: ran.findings[key]["severity"] for key in ran.told("warn", "fail") if key not in notes} == {}
    assert ran.report["counts"]["blocker"] == ran.report["counts"]["high"] == 0
    assert ran.err == ""


async def test_a_healthy_product_is_a_go(anywhere: Shop) -> None:
    """Real ports or mapped ones: exit 0, all twelve checks say something, each target is looked at."""
    assert anywhere.write().read_text(encoding="utf-8").startswith("network: ")
    ran = await anywhere.check()
    in_order(ran)
    assert {one["check"] for one in ran.report["findings"]} >= contract.TWELVE
    assert set(HOSTS) <= set(ran.report["targets"])
    assert ran.told("n/a") == {}, "everything passes, nothing is left out"
    assert [request.host for request in anywhere.plain.requests if request.host not in HOSTS] == []


async def test_everything_that_is_looked_at_is_a_go(anywhere: Shop) -> None:
    """All checks that there are, not only the twelve: exit 0, nothing severe, nothing that decides left unseen."""
    ran = await anywhere.check("--only", DOMAIN, "--only", WWW, "--only", APP, "--only", API)
    contract.kept(ran.report, ran.code)
    assert (ran.code, ran.report["verdict"], ran.blockers) == (0, "go", set())
    assert ran.report["counts"]["high"] == 0
    assert {one["check"] for one in ran.report["findings"]} >= contract.TWELVE


async def test_the_real_ports_are_the_ones_that_are_asked(real_ports: Shop) -> None:
    """Without `network.ports` the packets go to 80 and 443 of the address in DNS."""
    assert "ports" not in real_ports.network
    assert (real_ports.plain.port, real_ports.web.port) == (80, 443)
    ran = await real_ports.check()
    assert real_ports.web.requests
    assert real_ports.plain.requests
    assert ran.findings[f"dns.resolve {DOMAIN}"]["seen"]["addresses"] == [real_ports.address]


def _www(shop: Shop) -> None:
    shop.canonical_www()


def _safe_order(shop: Shop) -> None:
    """http://h, https://h, then the canonical address: two steps, in the order that HSTS needs."""
    shop.canonical_www()


def _straight(shop: Shop) -> None:
    """Both http addresses lead to the canonical one in one step."""
    for name in (DOMAIN, WWW):
        shop.route(name, lambda request: redirect(f"https://{DOMAIN}{request.target}"), secure=False)


def _locale(shop: Shop) -> None:
    """The root leads to a language, from wherever visitors start; the deep paths stay."""

    def answer(request) -> Answer:  # type: ignore[no-untyped-def]
        return onward(f"https://{DOMAIN}/en", 302) if request.path == "/" else page()

    shop.route(DOMAIN, answer)
    shop.route(WWW, lambda request: onward(f"https://{DOMAIN}{request.target.removesuffix('/') or '/en'}"))
    shop.route(WWW, lambda request: redirect(f"https://{DOMAIN}{request.target}"), secure=False)


def _login(shop: Shop) -> None:
    """The app leads to its log-in page, sets a cookie on the way and forbids itself to be stored."""

    def answer(request) -> Answer:  # type: ignore[no-untyped-def]
        if request.path == "/":
            cookie = ("set-cookie", "sid=1; Secure; HttpOnly; Path=/")
            return Answer(302, b"", (("location", f"https://{APP}/login"), cookie, HSTS))
        return page("Sign in to your shop. ", headers=(HSTS, ("cache-control", "no-store")))

    shop.route(APP, answer)


def _cookie_round(shop: Shop) -> None:
    """Whoever comes without the cookie gets it and is sent to the same address once more, as browsers manage."""

    def answer(request) -> Answer:  # type: ignore[no-untyped-def]
        if request.cookies:
            return page(ORDERS)
        return Answer(
            302, b"", (("location", f"https://{APP}{request.target}"), ("set-cookie", "seen=1; Path=/"), HSTS)
        )

    shop.route(APP, answer)


def _cdn(shop: Shop) -> None:
    """The app behind an edge: an alias into another zone, two rotating addresses, the edge's headers."""
    edge = "shop-test.edge.test"
    shop.zone.set("edge.test", "SOA", "ns.edge.test. root.edge.test. 1 7200 3600 1209600 60")
    shop.zone.set(edge, "A", shop.address, ttl=20)
    shop.zone.set(APP, "A")
    shop.zone.set(APP, "CNAME", f"{edge}.")
    seen = (("server", "cloudflare"), ("cf-ray", "8f00ba5e0000-FRA"), ("cf-cache-status", "DYNAMIC"))
    shop.route(APP, page(ORDERS, headers=(HSTS, *seen)))


def _api_refuses(shop: Shop) -> None:
    """An API whose root wants a key, says so in JSON, and has no plain http at all beyond a refusal."""
    shop.route(API, Answer(401, b'{"error": "key missing"}', (("content-type", "application/json"), HSTS)))


def _wildcard(shop: Shop) -> None:
    """Every name below the domain answers with the landing page's redirect."""
    shop.zone.set(f"*.{DOMAIN}", "A", shop.address)
    shop.zone.set(APP, "A", shop.address)
    shop.web.credentials["*"] = shop.authority.issue(f"*.{DOMAIN}")
    shop.web.route("*", "*", lambda request: onward(f"https://{DOMAIN}/"))


def _nodata(shop: Shop) -> None:
    """A signed zone that answers "no such record" for names that do not exist."""
    for label in ("shop", "blog", "store", "login", "admin", "help", "docs", "status"):
        shop.zone.fault(f"{label}.{DOMAIN}", Fault.NODATA)


def _compressed(shop: Shop) -> None:
    """Pages in gzip, in chunks, and one with a header that the founder's framework adds twice."""
    answer = page(canonical=f"https://{DOMAIN}/")
    shop.route(DOMAIN, Answer(body=answer.body, headers=(*answer.headers, HSTS), encoding="gzip", chunked=True))


def _port_80_closed(shop: Shop) -> None:
    """Nothing listens without https: modern browsers come over https by themselves."""
    ports = dict(shop.network["ports"])  # type: ignore[call-overload]
    shop.write(ports=ports | {"80": 9})


def _short_lived(shop: Shop) -> None:
    """Certificates of six days, renewed every third: four days left are fine."""
    for name in HOSTS:
        shop.web.credentials[name] = shop.authority.issue(name, days=(-2, 4))


def _one_certificate(shop: Shop) -> None:
    """One certificate with all names, from an RSA key, sent with its root."""
    credential = shop.authority.issue(DOMAIN, f"*.{DOMAIN}", key="rsa2048")
    credential = credential.with_chain(*credential.chain, shop.authority.certificate)
    for name in HOSTS:
        shop.web.credentials[name] = credential


def _parked_mail(shop: Shop) -> None:
    """A domain that never mails and says so."""
    shop.zone.set(DOMAIN, "MX", "0 .")
    shop.zone.set(DOMAIN, "TXT", "v=spf1 -all")
    shop.zone.set(f"_dmarc.{DOMAIN}", "TXT", "v=DMARC1; p=reject")


def _strict_mail(shop: Shop) -> None:
    """A policy of reject, reports to somebody else's address, a record in capitals and pieces."""
    shop.zone.set(f"_dmarc.{DOMAIN}", "TXT", (f"v=DMARC1; p=reject; rua=mailto:a@{DOMAIN},", "mailto:b@reports.test"))
    shop.zone.set(DOMAIN, "TXT", ("V=SPF1 ip4:127.0.0.1 ", "include:_spf.mail.test -ALL"))


def _slow_beside(shop: Shop) -> None:
    """A page that takes its time, but not too much."""
    shop.route(DOMAIN, Answer(body=page(canonical=f"https://{DOMAIN}/").body, headers=(HTML, HSTS), delay=0.5))


SHAPES: dict[str, Callable[[Shop], None]] = {
    "www is the canonical address": _www,
    "http, https, canonical": _safe_order,
    "straight from http": _straight,
    "a language at the root": _locale,
    "an app that leads to its log-in": _login,
    "an app that wants one cookie round": _cookie_round,
    "an app behind an edge": _cdn,
    "an API that wants a key": _api_refuses,
    "a wildcard zone": _wildcard,
    "a zone without NXDOMAIN": _nodata,
    "compressed pages": _compressed,
    "port 80 closed": _port_80_closed,
    "short-lived certificates": _short_lived,
    "one certificate for all": _one_certificate,
    "no mail at all": _parked_mail,
    "strict mail": _strict_mail,
    "half a second": _slow_beside,
}


NOTED = {"a language at the root": (f"redir.hops {DOMAIN}",)}
"""Where one more step is really taken, a warning of severity medium says so."""


@pytest.mark.parametrize("shape", SHAPES)
async def test_each_healthy_shape_is_a_go(shop: Shop, shape: str) -> None:
    """No false alarm for a product that is built in another way."""
    SHAPES[shape](shop)
    in_order(await shop.check(), notes=NOTED.get(shape, ()))


async def test_a_dead_ipv6_address_is_a_note(shop: Shop) -> None:
    """IPv4 works and IPv6 does not answer: never more than a low warning, since it may be our own connection."""
    shop.zone.set(APP, "AAAA", "::1")
    ran = await shop.check()
    in_order(ran, notes=(f"dns.resolve {APP}",))
    assert ran.findings[f"dns.resolve {APP}"]["code"] == "ipv6_unreachable"


async def test_both_families_are_looked_at(real_ports: Shop) -> None:
    """With a server on ::1 as well, IPv6 is part of what passes."""
    second = HttpServer(tls=real_ports.web.credentials, host="::1", port=443)
    second.routes = real_ports.web.routes
    try:
        await real_ports.stack.enter_async_context(second)
    except OSError:
        pytest.skip("port 443 of ::1 is taken or this machine has no IPv6")
    real_ports.zone.set(APP, "AAAA", "::1")
    ran = await real_ports.check()
    in_order(ran)
    assert second.connections > 0
    assert "::1" in ran.findings[f"dns.resolve {APP}"]["seen"]["addresses"]


async def test_the_bare_name_as_an_api_alone(shop: Shop) -> None:
    """A domain that is only an API, written down as such: it needs no www and no page."""
    shop.zone.remove(WWW)
    shop.route(DOMAIN, Answer(200, b'{"ok": true}', (("content-type", "application/json"), HSTS)))
    path = shop.write()
    path.write_text(
        path.read_text(encoding="utf-8")
        + f"product: {{domain: {DOMAIN}}}\nhosts: [{{name: {DOMAIN}, purpose: api}}]\n",
        encoding="utf-8",
    )
    ran = await shop.check()
    in_order(ran)
    assert ran.findings[f"dns.apex_www {DOMAIN}"]["status"] == "n/a"
    assert ran.findings[f"redir.canonical {DOMAIN}"]["status"] == "n/a"


async def test_a_unicode_domain_is_served_and_named(shop: Shop) -> None:
    """`bücher.test` has an address, a certificate and pages; both spellings give the same go."""
    name = "xn--bcher-kva.test"
    _second(shop, name)
    for written in ("bücher.test", name, "https://BÜCHER.test/regal?x=1"):
        ran = await shop.check(target=written)
        in_order(ran)
        assert {name, f"www.{name}"} <= set(ran.report["targets"])
    assert {request.host for request in shop.web.requests} == {name, f"www.{name}"}


async def test_two_products_at_once(shop: Shop) -> None:
    """Two targets make one report; two processes at the same time do not disturb each other."""
    _second(shop, "books.test", GOODS.upper())
    ran = await shop.check("books.test")
    in_order(ran)
    assert {DOMAIN, "books.test"} <= set(ran.report["targets"])


def _second(shop: Shop, name: str, text: str = GOODS) -> None:
    """Another product in order, beside the first."""
    shop.zone.set(name, "SOA", f"ns1.{name}. root.{name}. 1 7200 3600 1209600 60")
    shop.zone.set(name, "NS", f"ns1.{name}.")
    shop.zone.set(f"ns1.{name}", "A", "127.0.0.1")
    shop.host(name, page(text, canonical=f"https://{name}/"))
    shop.host(f"www.{name}", lambda request: onward(f"https://{name}{request.target}"))
    shop.zone.set(name, "MX", f"10 mail.{DOMAIN}.")
    shop.zone.set(name, "TXT", "v=spf1 include:_spf.mail.test ~all")
    shop.zone.set(f"_dmarc.{name}", "TXT", f"v=DMARC1; p=none; rua=mailto:dmarc@{DOMAIN}")
