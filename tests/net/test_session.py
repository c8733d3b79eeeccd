"""A visitor's session: cookies go home only, redirects stay on hosts that are written down, secrets do not travel."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from checks.net.facts import ChainEnd, Exchange, Reason
from checks.net.jar import MAX_COOKIES, Jar
from checks.net.session import Sending, Session
from checks.net.urls import parse
from tests.net.conftest import Site
from tests.servers.http import Answer, Hostile, HttpServer, Request, redirect

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOSTS = frozenset({"a.test", "b.a.test"})


def visit(site: Site, hosts: frozenset[str] = HOSTS, **more: object) -> Session:
    """A session on these hosts."""
    return Session(site.network, NOW, hosts=hosts, **more)  # type: ignore[arg-type]


def jar(*lines: str, at: str = "https://a.test/in/page", now: datetime = NOW) -> Jar:
    """What is kept of these Set-Cookie lines."""
    kept = Jar(now)
    for line in lines:
        kept.keep(Exchange(at, headers=(("set-cookie", line),)), parse(at))
    return kept


@pytest.mark.parametrize(
    ("line", "url", "sent"),
    [
        ("s=1", "https://a.test/in/other", "s=1"),
        ("s=1", "https://a.test/out", ""),  # the default path is that of the page (RFC 6265 section 5.1.4)
        ("s=1", "https://b.a.test/in/x", ""),  # host-only
        ("s=1; Path=/; Domain=a.test", "https://b.a.test/", "s=1"),
        ("s=1; Path=/; Domain=.A.test", "https://b.a.test/", "s=1"),
        ("s=1; Path=/; Domain=b.a.test", "https://b.a.test/", ""),  # not above the host that sets it
        ("s=1; Path=/; Domain=test", "https://a.test/", ""),  # belongs to everybody
        ("s=1; Path=/; Domain=other.test", "https://other.test/", ""),
        ("s=1; Path=/; Secure", "http://a.test/", ""),
        ("s=1; Path=/", "http://a.test/", "s=1"),
        ("s=1; Path=/; Secure", "http://localhost:3000/", ""),
        ("s=1; Path=/inner", "https://a.test/innermost", ""),
        ("s=1; Path=/inner", "https://a.test/inner/x", "s=1"),
        ("s=1; Path=/; Max-Age=0", "https://a.test/", ""),
        ("s=1; Path=/; Max-Age=x; Expires=Sun, 22 Nov 2026 11:00:00 GMT", "https://a.test/", ""),
        ("s=1; Path=/; Max-Age=60; Expires=Sun, 22 Nov 2020 11:00:00 GMT", "https://a.test/", "s=1"),
        ("s=1; Path=/; Expires=nonsense", "https://a.test/", "s=1"),
        ("__Host-s=1; Path=/; Secure", "https://a.test/", "__Host-s=1"),
        ("__Host-s=1; Path=/; Secure; Domain=a.test", "https://a.test/", ""),
        ("__Host-s=1; Path=/in; Secure", "https://a.test/in/", ""),
        ("__Secure-s=1; Path=/", "https://a.test/", ""),
        ("=nameless; Path=/", "https://a.test/", ""),
        ("s=a\x01b; Path=/", "https://a.test/", ""),
        ("s=\xe9; Path=/", "https://a.test/", ""),
        ("s=" + "x" * 5000 + "; Path=/", "https://a.test/", ""),
    ],
)
def test_where_a_cookie_goes(line: str, url: str, sent: str) -> None:
    """Host, path, scheme and end, as RFC 6265 has them."""
    assert jar(line).header(parse(url)) == sent


def test_a_country_of_shops_is_nobodys_own() -> None:
    """A cookie for co.uk would go to every shop of the country."""
    at = "https://shop.co.uk/"
    assert jar("s=1; Path=/; Domain=co.uk", at=at).header(parse(at)) == ""
    assert jar("s=1; Path=/; Domain=shop.co.uk", at="https://www.shop.co.uk/").header(parse(at)) == "s=1"


def test_cookies_end_while_a_visit_lasts() -> None:
    """The clock of the visit goes on."""
    moment = [NOW]
    kept = Jar(lambda: moment[0])
    url = parse("https://a.test/")
    kept.keep(Exchange(str(url), headers=(("set-cookie", "s=1; Max-Age=60"),)), url)
    assert kept.value("s", url) == "1"
    moment[0] += timedelta(seconds=61)
    assert kept.value("s", url) is None


def test_order_and_number_are_bounded() -> None:
    """Longer paths first, then older ones; a flood of cookies fills the jar and no more."""
    kept = jar("a=1; Path=/", "b=2; Path=/in", "c=3; Path=/", "a=4; Path=/")
    assert kept.header(parse("https://a.test/in/x")) == "b=2; a=4; c=3"
    flood = jar(*(f"n{number}={number}; Path=/" for number in range(200)))
    assert len(flood.values()) == MAX_COOKIES


def test_what_anybody_on_the_way_can_write_does_not_replace_a_secure_cookie() -> None:
    """An answer in clear text leaves it as it is."""
    kept = jar("s=good; Path=/; Secure")
    kept.keep(Exchange("http://a.test/", headers=(("set-cookie", "s=evil; Path=/"),)), parse("http://a.test/"))
    assert kept.value("s", parse("https://a.test/")) == "good"


async def test_a_cookie_of_one_host_is_not_sent_to_another(site: Site) -> None:
    """Also not on the way of a redirect, and neither are the headers of the request."""
    site.name("b.a.test")
    site.web.route("a.test", "/", redirect("https://b.a.test/", 302, cookies=("s=1; Path=/",)))
    site.web.route("b.a.test", "/", Answer())
    async with visit(site) as session:
        chain = await session.send(Sending("https://a.test/", headers=(("Authorization", "Bearer x"),)), timeout=5)
    first, second = site.web.requests
    assert (chain.end, first.header("authorization")) == (ChainEnd.FINAL, "Bearer x")
    assert (second.header("cookie"), second.header("authorization")) == ("", "")


@pytest.mark.parametrize(
    ("status", "method", "then", "body"),
    [(301, "POST", "GET", b""), (302, "POST", "GET", b""), (303, "PUT", "GET", b""), (307, "POST", "POST", b"x=1"),
     (308, "PATCH", "PATCH", b"x=1"), (302, "DELETE", "DELETE", b""), (303, "HEAD", "HEAD", b"")],
)  # fmt: skip
async def test_what_becomes_of_a_request_that_is_sent_on(
    site: Site, status: int, method: str, then: str, body: bytes
) -> None:
    """As browsers do it: most become a GET, 307 and 308 stay as they are."""
    site.web.route("a.test", "/from", redirect("/to", status))
    site.web.route("a.test", "/to", Answer())
    sent = b"" if method in ("DELETE", "HEAD") else b"x=1"
    async with visit(site) as session:
        await session.send(Sending("https://a.test/from", method, body=sent), timeout=5)
    last = site.web.requests[-1]
    assert (last.path, last.method, last.body) == ("/to", then, body)


async def test_hosts_that_are_not_written_down_are_not_asked(site: Site) -> None:
    """Neither directly nor behind a redirect; no name is looked up either."""
    site.name("c.test")
    site.web.route("a.test", "/", redirect("https://c.test/x"))
    async with visit(site) as session:
        direct = await session.send(Sending("https://c.test/"), timeout=5)
        chain = await session.send(Sending("https://a.test/"), timeout=5)
    assert direct.last.fault is not None
    assert direct.last.fault.reason is Reason.BLOCKED
    assert (chain.end, chain.last.status, chain.next_url) == (ChainEnd.FINAL, 301, "https://c.test/x")
    assert {request.host for request in site.web.requests} == {"a.test"}
    assert not any(name.startswith("c.test") for name in map(str, getattr(site.dns, "questions", ())))


async def test_what_began_with_tls_does_not_go_on_in_clear_text(site: Site) -> None:
    """A body, or a header that lets tests in, is not sent where everybody can read it."""
    site.web.route("a.test", "/", redirect("http://a.test/plain", 307))
    site.plain.route("a.test", "/plain", Answer())
    async with visit(site) as session:
        chain = await session.send(Sending("https://a.test/", "POST", body=b"secret"), timeout=5)
        open_ = await session.send(Sending("https://a.test/"), timeout=5)
    async with visit(site, headers=(("X-Pass", "secret"),)) as session:
        passed = await session.send(Sending("https://a.test/"), timeout=5)
    assert (chain.hops, passed.hops, open_.hops) == (0, 0, 1)


async def test_the_guard_stands_at_every_hop(site: Site) -> None:
    """A host that is written down and leads into the bot's own network is not opened."""
    site.name("b.a.test", address="169.254.169.254")
    async with visit(site) as session:
        chain = await session.send(Sending("https://b.a.test/latest/meta-data/"), timeout=5)
    assert chain.last.fault is not None
    assert chain.last.fault.reason is Reason.BLOCKED


async def test_reading_keeps_its_connection_and_writing_opens_its_own(site: Site) -> None:
    """A POST on a connection that was just closed might be sent twice; a new one cannot."""
    site.web.route("a.test", "/", Answer())
    async with visit(site) as session:
        for _ in range(3):
            await session.send(Sending("https://a.test/"), timeout=5)
        assert site.web.connections == 1
        await session.send(Sending("https://a.test/", "POST", body=b"x"), timeout=5)
        assert site.web.connections == 2
        session.fresh_connections()
        await session.send(Sending("https://a.test/"), timeout=5)
        assert site.web.connections == 3


@pytest.mark.parametrize("how", [Hostile.DRIP, Hostile.DRIP_HEADERS, Hostile.HANG, Hostile.ENDLESS_BODY])
async def test_a_request_ends_at_its_limit_however_the_server_drags(site: Site, how: Hostile) -> None:
    """The limit is for all of it, redirects included."""
    site.web.route("a.test", "/slow", lambda _request: redirect("/there", delay=0.3))

    def there(_request: Request) -> Answer:
        return Answer(hostile=how)

    site.web.route("a.test", "/there", there)
    async with visit(site) as session:
        chain = await session.send(Sending("https://a.test/slow"), timeout=0.7)
    assert sum(one.phases.total for one in chain.exchanges) < 3000
    assert chain.last.fault is not None or chain.last.truncated


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "app.localhost"])
def test_a_server_on_this_machine_may_set_what_is_meant_for_tls(host: str) -> None:
    """As in browsers: production settings log in on http://localhost, too."""
    at = f"http://{host}:3000/"
    kept = jar("s=1; Path=/; Secure", "__Host-h=1; Path=/; Secure", at=at)
    assert kept.header(parse(at)) == "s=1; __Host-h=1"
    assert jar("s=1; Path=/; Secure", at="http://127.example.test/").values() == ()


async def test_localhost_is_this_machine_whatever_dns_says(site: Site) -> None:
    """The name is sent as it was typed; the name server of this test has never heard of it."""
    async with HttpServer() as here:
        here.route("localhost", "/", Answer(200, "here"))
        async with visit(site, frozenset({"localhost"})) as session:
            chain = await session.send(Sending(f"http://localhost:{here.port}/"), timeout=5)
    assert chain.last.text == "here"
