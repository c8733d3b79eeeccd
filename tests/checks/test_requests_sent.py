"""What a run sends: nothing twice, and what it says it has sent is what the servers have received."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from bot.clock import SystemClock
from bot.render.text import text
from bot.services.look import look
from bot.views.report import report as view
from checks.inventory import MailDomain
from checks.net.live import LiveProbe
from checks.runner import plan, run
from tests.checks.conftest import APP, DOMAIN, HSTS, WWW, Shop, html
from tests.servers.dns import DnsServer
from tests.servers.http import Answer, ConnectionFault, HttpServer
from tests.servers.tls import self_signed

TEXT = "Your orders of this week, and what to pack today. " * 4
PAGE = (
    "<!doctype html><html lang=en><title>{name}</title><link rel=stylesheet href=/a.css><script src=/a.js></script>"
    f"<img src=/a.png alt=''><h1>{{name}}</h1><p>{TEXT}<a href=/about>About</a><a href=/admin>Staff</a>"
)
JS = "function go(){return 1}" * 9000 + "\n//# sourceMappingURL=a.js.map\n"
"""Longer than a reader needs who only wants its headers."""
MAP = b'{"version":3,"sources":["../src/a.ts"],"sourcesContent":["export function go() {}"],"mappings":""}'


@pytest.fixture
async def rich(shop: Shop):
    """The shop with what makes checks look further: files of a page, mail, two resolvers; and how both are asked."""
    shop.zone.add(DOMAIN, "MX", f"10 mx.{DOMAIN}")
    shop.zone.add(DOMAIN, "TXT", "v=spf1 mx include:_spf.mailer.test -all")
    shop.zone.set("_spf.mailer.test", "TXT", "v=spf1 ip4:192.0.2.0/24 -all")
    shop.zone.set(f"_dmarc.{DOMAIN}", "TXT", f"v=DMARC1; p=reject; rua=mailto:dmarc@{DOMAIN}")
    shop.zone.set(f"mx.{DOMAIN}", "A", "127.0.0.1")
    kinds = {"/a.css": "text/css", "/a.js": "text/javascript", "/a.png": "image/png"}
    for name in (WWW, APP):
        shop.web.route(name, "/", html(PAGE.format(name=name).encode()))
        for path, kind in kinds.items():
            body = JS if path == "/a.js" else "a{color:red}" * 6000
            shop.web.route(name, path, Answer(body=body, headers=(("content-type", kind), HSTS)))
        shop.web.route(name, "/a.js.map", Answer(body=MAP))
        shop.web.route(name, "/admin", html(b"<title>Shop admin</title><h1>All customers</h1><a>Log out</a>"))
    async with DnsServer(shop.zone) as other:
        network = replace(shop.inventory.network, resolvers=(shop.dns.address, other.address))
        shop.inventory = replace(shop.inventory, network=network, mail=(MailDomain(DOMAIN),))
        yield shop, (shop.dns, other)


async def sent(shop: Shop, *, confirm: bool) -> dict[str, dict[str, int]]:
    """Look with every check there is, and say what the probe says it sent."""
    async with LiveProbe(shop.inventory.network, SystemClock().now()) as probe:
        found = await run(plan(shop.inventory), probe, deadline=60, confirm=confirm)
        assert not [one for one in found if one.code in {"bug", "budget"}]
        assert any(one.status.bad for one in found), "nothing was looked at a second time"
        return probe.stats()


def packets(servers: tuple[DnsServer, ...]) -> Counter[tuple[object, ...]]:
    """Questions by the server that received them."""
    return Counter((server.port, query) for server in servers for query in server.queries)


def requests(*servers: HttpServer) -> Counter[tuple[object, ...]]:
    """Requests by the server that received them, with all that makes two of them differ."""
    return Counter(
        (server.port, one.method, one.host, one.target, one.headers, one.body)
        for server in servers
        for one in server.requests
    )


def received(servers: tuple[DnsServer, ...], *web: HttpServer) -> dict[str, dict[str, int]]:
    """What the servers have counted: questions by server, requests by host, and connections without a request."""
    http = Counter(one.host for server in web for one in server.requests)
    quiet = sum(server.connections - server.speaking for server in web)
    return {
        "dns": {f"127.0.0.1:{server.port}": len(server.queries) for server in servers},
        "http": dict(http),
        "quiet": {"": quiet},
    }


def said(stats: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """The same in the probe's words; a handshake has no Host, so those are one number."""
    quiet = sum(sum(stats.get(kind, {}).values()) for kind in ("tls", "tcp"))
    return {"dns": stats["dns"], "http": stats["http"], "quiet": {"": quiet}}


async def test_no_question_is_asked_twice(rich):
    """The whole catalogue, one look: no server hears the same question or the same request a second time."""
    shop, names = rich
    stats = await sent(shop, confirm=False)
    assert {key: times for key, times in packets(names).items() if times > 1} == {}
    assert {key: times for key, times in requests(shop.web, shop.plain).items() if times > 1} == {}
    assert shop.web.asked("/a.js", APP) == 1
    assert said(stats) == received(names, shop.web, shop.plain)
    assert stats["http"][APP] > 30
    assert sum(stats["tls"].values()) > 4


async def test_a_second_path_asks_once_more_and_no_oftener(rich):
    """What came out bad is looked at again: each question at most twice, and all of it is counted."""
    shop, names = rich
    stats = await sent(shop, confirm=True)
    assert set(packets(names).values()) == {1, 2}
    assert set(requests(shop.web, shop.plain).values()) == {1, 2}
    assert said(stats) == received(names, shop.web, shop.plain)


async def test_the_report_tells_what_the_servers_received(rich):
    """In its JSON for programs, and in one line for people."""
    shop, names = rich
    report = await look(shop.inventory, now=SystemClock().now())
    counted = received(names, shop.web, shop.plain)
    told = report.to_json()["sent"]
    assert isinstance(told, dict)
    assert said(told) == counted
    everything = sum(sum(counts.values()) for counts in counted.values())
    line = text(view(report), width=10_000)
    assert f" {everything} questions: " in line
    assert f"{sum(counted['dns'].values())} to name servers." in line


def _refused(shop: Shop) -> None:
    shop.web.credentials[APP] = self_signed(APP)


def _old(shop: Shop) -> None:
    shop.web.connection_fault = ConnectionFault.OLD_TLS


@pytest.mark.parametrize("spoil", [_refused, _old])
async def test_what_fails_half_way_is_counted_as_what_it_was(rich, spoil):
    """A handshake that comes to nothing is one; the request for a distrusted server's time is a request."""
    shop, names = rich
    spoil(shop)
    stats = await sent(shop, confirm=False)
    assert said(stats) == received(names, shop.web, shop.plain)
    assert stats["tls"][APP] > 3
