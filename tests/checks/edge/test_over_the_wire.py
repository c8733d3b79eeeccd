"""Edge, headers, TLS versions, routes and redirects against real servers on loopback, together."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Callable
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
from tests.checks.conftest import API, APP, HSTS, HTML, WWW, Shop
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


class _Warming:
    """An edge that has not kept a file before the first visitor came, and keeps it for the second."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, request: Request) -> Answer:
        self.asked += 1
        state = ("cf-cache-status", "MISS" if self.asked == 1 else "HIT")
        return Answer(body="x", headers=(("content-type", "text/javascript"), FOREVER, state))


async def test_a_file_that_the_edge_keeps_from_the_second_visitor_on_is_kept(wired):
    """The first answer comes from the server, as it must; one look would call that a cache that keeps nothing."""
    wired.shop.web.route(WWW, SCRIPT, _Warming())
    found, _ = await wired.look("edge.static_cache")
    assert found[f"edge.static_cache {WWW}"].code == "ok"


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
