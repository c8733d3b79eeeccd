"""Edge, headers, TLS versions, routes and redirects against real servers on loopback, one fault at a time."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import pytest

from bot.clock import SystemClock
from checks.finding import build, holes
from checks.inventory import Inventory, Link, Monitor, RedirectRule, expand
from checks.model import Finding, Status
from checks.net.live import LiveProbe
from checks.registry import load
from checks.runner import plan, run
from tests.checks.conftest import API, APP, DOMAIN, HSTS, HTML, WWW, Shop
from tests.checks.samples import page
from tests.servers.http import Answer, HttpServer, Request, redirect
from tests.servers.tls import self_signed

IDS = frozenset(
    {
        *("tls.protocol", "tls.every_route", "redir.permanent", "redir.map", "redir.keeps_path", "hdr.basics"),
        *("edge.fronted", "edge.ssl_mode", "edge.origin_exposed", "edge.static_cache"),
        *("edge.private_not_cached", "edge.rate_limit", "edge.not_blocking"),
    }
)
SAFE = (
    HTML,
    HSTS,
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("content-security-policy", "default-src 'self'; frame-ancestors 'none'"),
)
CLOUDFLARE = (("server", "cloudflare"), ("cf-ray", "8f00ba5e0000-FRA"))
SCRIPT = "/assets/app.3f9c2a71.js"
FOREVER = ("cache-control", "public, max-age=31536000, immutable")
ORIGIN = "127.0.0.2"
SHOWN = page(f"https://{WWW}/").replace(b"</head>", f'<script src="{SCRIPT}"></script></head>'.encode())


@dataclass
class Wired:
    """The shop with everything written down, in order, and what to look through."""

    shop: Shop
    stack: AsyncExitStack

    def write(self, **more: object) -> None:
        """Write something else down."""
        self.shop.inventory = replace(self.shop.inventory, **more)  # type: ignore[arg-type]

    def host(self, name: str, **more: object) -> None:
        """Write something else down about one host."""
        hosts = tuple(replace(h, **more) if h.name == name else h for h in self.shop.inventory.hosts)  # type: ignore[arg-type]
        self.write(hosts=hosts)

    async def origin(self, *, secure: object = None, plain: object = None, credential: object = None) -> None:
        """A server behind the app, with an address of its own."""
        web = self.shop.web
        tls = {APP: credential or self.shop.authority.intermediate().issue(APP)}
        behind = HttpServer({APP: {"*": secure or Answer(403)}}, tls=tls, host=ORIGIN, port=web.port)  # type: ignore[arg-type, dict-item]
        await self.stack.enter_async_context(behind)
        if plain is not None:
            open_ = HttpServer({APP: {"*": plain}}, host=ORIGIN, port=self.shop.plain.port)  # type: ignore[dict-item]
            await self.stack.enter_async_context(open_)
        self.host(APP, origin=(ORIGIN,))

    async def look(self, *ids: str) -> tuple[dict[str, Finding], dict[str, dict[str, int]]]:
        """The findings by `check target`, and how much was asked of whom."""
        inventory: Inventory = self.shop.inventory
        found: dict[str, Finding] = {}
        async with LiveProbe(inventory.network, SystemClock().now()) as probe:
            for check in load().values():
                if check.id not in (ids or IDS):
                    continue
                for target in expand(inventory):
                    if target.kind is not check.kind or not check.applies(target):
                        continue
                    verdict = await check.run(target, probe)
                    assert holes(check, target, verdict) == (), (check.id, verdict)
                    found[f"{check.id} {target.name}"] = build(check, target, verdict, at=probe.now())
            return found, probe.stats()


@pytest.fixture
async def wired(shop):
    """Everything in order: safe headers, kept files, refused strangers, TLS 1.2 at least."""
    web = shop.web
    web.configure = lambda context: _versions(context, ssl.TLSVersion.TLSv1_2)
    web.route(WWW, "/", Answer(body=SHOWN, headers=SAFE))
    web.route(WWW, SCRIPT, Answer(body="x", headers=(("content-type", "text/javascript"), FOREVER)))
    web.route(WWW, "/new", Answer(body=page(), headers=SAFE))
    web.route(WWW, "/old", redirect(f"https://{WWW}/new"))
    web.route(WWW, "/ig", lambda request: redirect(f"https://{WWW}/new{request.target.removeprefix('/ig')}"))
    cookie = ("set-cookie", "session=1; Secure; HttpOnly; SameSite=Lax")
    for name, path in ((WWW, "/ig"), (APP, "/login")):
        web.route(name, path + "/", lambda request: redirect(f"https://{request.host}{request.path[:-1]}"))
    web.route(APP, "/", Answer(body=page(text="Your orders"), headers=SAFE))
    web.route(APP, "/login", Answer(body=page(text="Sign in"), headers=(*SAFE, cookie)))
    web.route(APP, "/account", Answer(401, b"log in", (*SAFE, ("cache-control", "private, no-store"))))
    machine = (("content-type", "application/json"), ("x-content-type-options", "nosniff"), HSTS)
    web.route(API, "/", Answer(body=b'{"status": "ok"}', headers=machine))
    web.route(API, "/hook", Answer(400, b'{"error": "signature"}', machine))
    async with AsyncExitStack() as stack:
        wired = Wired(shop, stack)
        wired.write(
            canonical=f"https://{WWW}/",
            links=(
                Link(f"https://{APP}/login", "login"),
                Link(f"https://{API}/hook", "webhook"),
                Link(f"https://{WWW}/ig?utm_source=ig", "campaign", f"https://{WWW}/new"),
            ),
            redirects=(RedirectRule("/old", "/new"),),
        )
        wired.host(APP, private_paths=("/account",))
        yield wired


def _versions(context: ssl.SSLContext, oldest: ssl.TLSVersion, newest: ssl.TLSVersion | None = None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = oldest
        context.maximum_version = newest or ssl.TLSVersion.MAXIMUM_SUPPORTED


async def test_a_product_in_order_gives_nothing_to_worry_about(wired):
    """Every check answers, and all of them pass or do not apply."""
    found, _ = await wired.look()
    assert {key.partition(" ")[0] for key in found} == IDS
    assert {key: one.code for key, one in found.items() if one.status not in (Status.PASS, Status.NA)} == {}
    notes = {one.code for one in found.values() if one.status is Status.NA}
    assert notes == {"private_address", "no_edge", "not_tried", "no_files"}


async def test_no_host_is_asked_much(wired):
    """All of these checks and those of the first release together leave room in the burst of thirty."""
    wired.write(monitors=(Monitor("Login", f"https://{APP}/login"), Monitor("API", f"https://{API}/")))
    _, asked = await wired.look(
        *(check.id for check in load().values() if check.family in ("tls", "redir", "up", "edge", "hdr", "dns"))
    )
    hosts = {host: asked["http"].get(host, 0) + asked["tls"].get(host, 0) for host in asked["http"]}
    assert max(hosts.values()) <= 25, hosts


def _app(path: str, *headers: tuple[str, str], status: int = 200, body: bytes = b"") -> Callable[[Wired], None]:
    def spoil(wired: Wired) -> None:
        wired.shop.web.route(APP, path, Answer(status, body or page(text=f"This is {path}"), (*SAFE, *headers)))

    return spoil


def _www(path: str, answer: object) -> Callable[[Wired], None]:
    return lambda wired: wired.shop.web.route(WWW, path, answer)


def _link(host: str, **records: str) -> Callable[[Wired], None]:
    def spoil(wired: Wired) -> None:
        for kind, value in records.items():
            wired.shop.zone.set(host, kind, value)
        if records:
            wired.shop.web.credentials[host] = wired.shop.authority.issue("other.test")
        body = page(f"https://{WWW}/").replace(b"</p>", f'<a href="https://{host}/">more</a></p>'.encode())
        wired.shop.web.route(WWW, "/", Answer(body=body, headers=SAFE))

    return spoil


def _reflects(request: Request) -> Answer:
    origin = request.header("origin")
    allowed = (("access-control-allow-origin", origin), ("access-control-allow-credentials", "true")) if origin else ()
    return Answer(body=page(text="Sign in"), headers=(*SAFE, *allowed))


def _apex(status: int = 301, *, to: str = "") -> Callable[[Wired], None]:
    def answer(request: Request) -> Answer:
        return redirect(f"https://{WWW}{to or request.target}", status)

    def spoil(wired: Wired) -> None:
        for server in (wired.shop.web, wired.shop.plain):
            server.route(DOMAIN, "*", answer)

    return spoil


def _pathless(wired: Wired) -> None:
    wired.shop.web.route(DOMAIN, "*", lambda request: redirect(f"https://{WWW}{request.path}"))


def _old_tls(wired: Wired) -> None:
    wired.shop.web.configure = lambda context: _versions(context, ssl.TLSVersion.TLSv1)


def _only_old_tls(wired: Wired) -> None:
    wired.shop.web.configure = lambda context: _versions(context, ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)


def _only_tls_1_2(wired: Wired) -> None:
    wired.shop.web.configure = lambda context: _versions(context, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)


def _bypass(wired: Wired) -> None:
    headers = (("content-type", "text/javascript"), ("cf-cache-status", "BYPASS"), ("set-cookie", "v=1"))
    wired.shop.web.route(WWW, SCRIPT, Answer(body="x", headers=headers))


class _Warming:
    """An edge that has not kept a file before the first visitor came, and keeps it for the second."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, request: Request) -> Answer:
        self.asked += 1
        state = ("cf-cache-status", "MISS" if self.asked == 1 else "HIT")
        return Answer(body="x", headers=(("content-type", "text/javascript"), FOREVER, state))


HOOK_PUZZLE = Answer(403, b"Just a moment", (HTML, *CLOUDFLARE, ("cf-mitigated", "challenge")))
REFRESH = f'<meta http-equiv="refresh" content="0; url=https://{WWW}/">'.encode()
SCENARIOS: Mapping[str, tuple[Callable[[Wired], None], Mapping[str, str]]] = {
    "old TLS is accepted": (_old_tls, {f"tls.protocol {APP}": "old_accepted"}),
    "only old TLS": (_only_old_tls, {f"tls.protocol {APP}": "only_old"}),
    "no TLS 1.3": (_only_tls_1_2, {f"tls.protocol {APP}": "no_newest"}),
    "a link to a host without a certificate": (
        _link("links.shop.test", A="127.0.0.1"),
        {f"tls.every_route {DOMAIN}": "bad_certificate"},
    ),
    "a link to a name that is gone": (_link("gone.shop.test"), {f"tls.every_route {DOMAIN}": "not_there"}),
    "a move for now": (_apex(302), {f"redir.permanent {DOMAIN}": "temporary"}),
    "a page in place of a redirect": (
        lambda wired: wired.shop.web.route(DOMAIN, "*", Answer(body=REFRESH, headers=(HTML,))),
        {f"redir.permanent {DOMAIN}": "page_sends_on"},
    ),
    "everything leads to the home page": (_apex(to="/"), {f"redir.keeps_path {DOMAIN}": "path_lost"}),
    "tags are lost": (_pathless, {f"redir.keeps_path {DOMAIN}": "query_lost"}),
    "a campaign link loses its tag": (
        _www("/ig", redirect(f"https://{WWW}/new")),
        {f"redir.keeps_path {DOMAIN}": "link_loses_tags", f"redir.map {DOMAIN}": "ok"},
    ),
    "lost pages go home": (
        lambda wired: wired.shop.web.route(WWW, "*", redirect(f"https://{WWW}/", 302)),
        {f"redir.keeps_path {DOMAIN}": "lost_pages_go_home"},
    ),
    "a catch-all": (
        lambda wired: wired.shop.web.route(WWW, "*", Answer(body=SHOWN, headers=SAFE)),
        {f"redir.keeps_path {DOMAIN}": "ok_catch_all"},
    ),
    "an old page is gone": (_www("/old", Answer(404)), {f"redir.map {DOMAIN}": "dead"}),
    "an old page leads elsewhere": (
        _www("/old", redirect(f"https://{APP}/login")),
        {f"redir.map {DOMAIN}": "elsewhere"},
    ),
    "both ways to write a page are two pages": (
        _app("/login/", status=404),
        {f"redir.keeps_path {DOMAIN}": "slash_differs"},
    ),
    "an old page leads home": (_www("/old", redirect(f"https://{WWW}/")), {f"redir.map {DOMAIN}": "to_home"}),
    "an old page moved for now": (
        _www("/old", redirect(f"https://{WWW}/new", 307)),
        {f"redir.map {DOMAIN}": "temporary"},
    ),
    "the log-in link is dead": (_app("/login", status=404), {f"redir.map {DOMAIN}": "login_dead"}),
    "any site may read": (
        lambda wired: wired.shop.web.route(APP, "/login", _reflects),
        {f"hdr.basics {APP}": "any_site_may_read"},
    ),
    "a cookie without Secure": (
        _app("/login", ("set-cookie", "session=1; HttpOnly; SameSite=Lax")),
        {f"hdr.basics {APP}": "cookie_not_secure"},
    ),
    "no safety headers": (
        lambda wired: wired.shop.web.route(APP, "/", Answer(body=page(), headers=(HTML, HSTS))),
        {f"hdr.basics {APP}": "switches_off", f"hdr.basics {API}": "ok"},
    ),
    "the edge keeps nothing": (_bypass, {f"edge.static_cache {WWW}": "all_bypass"}),
    "the edge keeps it from the second visitor on": (
        lambda wired: wired.shop.web.route(WWW, SCRIPT, _Warming()),
        {f"edge.static_cache {WWW}": "ok"},
    ),
    "files without rules": (
        _www(SCRIPT, Answer(body="x", headers=(("content-type", "text/javascript"),))),
        {f"edge.static_cache {WWW}": "no_rules"},
    ),
    "a private page out of a cache": (
        _app("/account", ("cf-cache-status", "HIT"), ("age", "12")),
        {f"edge.private_not_cached {APP}": "kept"},
    ),
    "a customer is shown": (
        _app("/account", ("age", "12"), body=b"Signed in as lena.fischer@post.test"),
        {f"edge.private_not_cached {APP}": "customer_shown"},
    ),
    "a private page may be kept": (_app("/account"), {f"edge.private_not_cached {APP}": "not_forbidden"}),
    "a puzzle for the payment company": (
        lambda wired: wired.shop.web.route(API, "/hook", HOOK_PUZZLE),
        {f"edge.not_blocking {DOMAIN}": "machine_challenged"},
    ),
    "a webhook that takes anything": (
        lambda wired: wired.shop.web.route(API, "/hook", Answer(200, b"{}")),
        {f"edge.not_blocking {DOMAIN}": "takes_anything"},
    ),
    "a strict edge meets a bad certificate": (
        _app("/", *CLOUDFLARE, status=526),
        {f"edge.ssl_mode {APP}": "origin_refused"},
    ),
    "mode Flexible": (
        lambda wired: wired.shop.web.route(APP, "/", Answer(301, b"", (("location", f"https://{APP}/"), *CLOUDFLARE))),
        {f"edge.ssl_mode {APP}": "flexible_loop"},
    ),
    "a log-in that tells its limit": (
        _app("/login", ("ratelimit-policy", "10;w=60")),
        {f"edge.rate_limit {APP}": "ok"},
    ),
}


@pytest.mark.parametrize("name", SCENARIOS)
async def test_each_fault_is_found_under_its_own_name(wired, name):
    """The seeded fault gives its code."""
    spoil, expected = SCENARIOS[name]
    spoil(wired)
    found, _ = await wired.look(*{key.partition(" ")[0] for key in expected})
    assert {key: found[key].code for key in expected} == dict(expected)


ORIGINS = {
    "the server shows the same page": (
        {"secure": Answer(body=page(text="This is /"), headers=SAFE)},
        "same_content",
        "ok",
    ),
    "the server refuses strangers": ({}, "ok", "ok"),
    "the server has a certificate of its own": ({"credential": self_signed(APP)}, "answers_directly", "not_strict"),
}


@pytest.mark.parametrize("name", ORIGINS)
async def test_the_server_behind_the_edge_is_asked_at_its_own_address(wired, name):
    """Same name in TLS and Host, another address."""
    how, exposed, mode = ORIGINS[name]
    _app("/", *CLOUDFLARE)(wired)
    await wired.origin(**how)
    found, _ = await wired.look("edge.origin_exposed", "edge.ssl_mode")
    assert (found[f"edge.origin_exposed {APP}"].code, found[f"edge.ssl_mode {APP}"].code) == (exposed, mode)


async def test_a_server_without_tls_shows_mode_flexible(wired):
    """Port 443 is closed, and port 80 shows the shop."""
    _app("/", *CLOUDFLARE)(wired)
    shown = HttpServer({APP: {"*": Answer(body=page(text="This is /"))}}, host=ORIGIN, port=wired.shop.plain.port)
    await wired.stack.enter_async_context(shown)
    wired.host(APP, origin=(ORIGIN,))
    found, _ = await wired.look("edge.origin_exposed", "edge.ssl_mode")
    assert (found[f"edge.origin_exposed {APP}"].code, found[f"edge.ssl_mode {APP}"].code) == (
        "same_content",
        "flexible",
    )


async def test_the_edge_that_is_written_down_counts_in_front_of_a_platform(wired):
    """Rails at Heroku behind one's own Cloudflare: how Cloudflare speaks to Heroku is the founder's business."""
    _app("/", *CLOUDFLARE, ("via", "1.1 heroku-router"))(wired)
    assert (await wired.look("edge.ssl_mode"))[0][f"edge.ssl_mode {APP}"].code == "no_edge"
    wired.host(APP, edge="cloudflare")
    assert (await wired.look("edge.ssl_mode"))[0][f"edge.ssl_mode {APP}"].code == "not_written_down"
    await wired.origin()
    wired.host(APP, edge="cloudflare")
    assert (await wired.look("edge.ssl_mode"))[0][f"edge.ssl_mode {APP}"].code == "ok"


async def test_no_log_in_is_tried_without_leave(wired):
    """An ordinary run sends one message to the webhook, and not one wrong log-in."""
    await wired.look()
    posts = [(request.host, request.path) for request in wired.shop.web.requests if request.method == "POST"]
    assert posts == [(API, "/hook")]


async def test_with_leave_the_first_refusal_ends_it(wired):
    """Nine wrong log-ins are let through, the tenth is stopped, and there is no eleventh."""
    tried: list[Request] = []

    def answer(request: Request) -> Answer:
        if request.method == "POST":
            tried.append(request)
        return Answer(429 if len(tried) >= 10 else 401, b"no", SAFE)

    wired.shop.web.route(APP, "/login", answer)
    wired.write(opt_in=frozenset({APP}))
    found, _ = await wired.look("edge.rate_limit")
    assert found[f"edge.rate_limit {APP}"].code == "stopped"
    assert len(tried) == 10
    assert all(request.header("user-agent").startswith("LaunchReady") for request in tried)


async def test_without_a_limit_the_tries_end_by_themselves(wired):
    """Thirty in a whole run, which looks at every other bad answer twice."""
    wired.shop.web.route(APP, "/login", Answer(401, b"no", SAFE))
    wired.write(opt_in=frozenset({APP}))
    async with LiveProbe(wired.shop.inventory.network, SystemClock().now()) as probe:
        found = await run(plan(wired.shop.inventory, only=("edge.rate_limit",)), probe, deadline=30)
    assert [one.code for one in found if one.target == APP] == ["no_limit"]
    assert sum(request.method == "POST" for request in wired.shop.web.requests) == 30
