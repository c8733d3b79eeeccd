"""What stands in front of a server: whether it protects, keeps what it may, and lets the right ones through.

A host on this machine has an address of this machine, about which nobody outside knows anything. Where a public
address is needed, it is the host's IPv6 record: visitors come by IPv4, and no packet is sent there.
"""

from __future__ import annotations

from checks.inventory import Host
from checks.model import Purpose
from checks.net.live import LiveProbe
from tests.checks.samples import page
from tests.outcomes.scenario import Scenario, Step
from tests.outcomes.steps import fails, host, records, route, shows, shut, writes
from tests.outcomes.world import (
    API,
    APP,
    CHALLENGE,
    CLOUDFLARE,
    DOMAIN,
    FOREVER,
    HTML,
    JS,
    ORIGIN,
    SAFE,
    SCRIPT,
    SHOWN,
    WWW,
    World,
    shown,
)
from tests.servers.http import Answer, Request, redirect
from tests.servers.tls import Authority, Credential, self_signed

SERVER, AT_CLOUDFLARE = "2001:500:88:200::8", "2606:4700::6810:84e5"
FRONT_DOOR = "104.16.132.229"
START = page(text="Your orders of this week, and what to pack today")


def at(address: str) -> Step:
    """The app has this public address too."""
    return records(APP, "AAAA", address)


def behind(*headers: tuple[str, str]) -> Step:
    """The start page of the app comes with the headers of an edge."""
    return route(APP, "/", shown(START, *headers))


def origin(*, secure: Answer | None = None, plain: Answer | None = None, shut: bool = False) -> Step:
    """The server behind the app has an address of its own, which is written down."""
    return lambda world: world.origin(secure=secure, plain=plain, shut=shut)


def strange(world: World) -> Credential:
    """A certificate of an authority that nobody knows, as edges issue them to servers behind them."""
    return Authority.make("Origin Authority").issue(APP)


def account(*headers: tuple[str, str], status: int = 200, body: bytes = b"") -> Step:
    """What a stranger gets at the private page of the app."""
    return route(APP, "/account", Answer(status, body or page(text="Your account"), (*SAFE, *headers)))


def script(*headers: tuple[str, str]) -> Step:
    """The script of the home page comes with these headers."""
    return route(WWW, SCRIPT, Answer(body="x", headers=(JS, *headers)))


def unnamed_script(world: World) -> None:
    """The home page loads a script without a fingerprint in its name, kept for a year."""
    world.route(WWW, "/", shown(SHOWN.replace(SCRIPT.encode(), b"/app.js")))
    world.route(WWW, "/app.js", Answer(body="x", headers=(JS, FOREVER)))


def tries(after: int, status: int = 429) -> Step:
    """Wrong log-ins may be tried out; so many of them are let through."""

    def step(world: World) -> None:
        seen: list[Request] = []

        def answer(request: Request) -> Answer:
            if request.method != "POST":
                return shown(page(text="Sign in"))
            seen.append(request)
            return Answer(status if len(seen) > after else 401, b"no", SAFE)

        world.route(APP, "/login", answer)
        world.write(opt_in=frozenset({APP}))

    return step


def soon_over(world: World) -> None:
    """The run may send ten requests, and has no time for more."""
    world.network(rate=0.01, burst=10)
    world.opens = lambda network, now: LiveProbe(network, now, deadline=20)


SCENARIOS = (
    Scenario(
        "The answers of the app carry the headers of Cloudflare",
        {f"edge.fronted {APP}": "ok"},
        at(SERVER),
        behind(*CLOUDFLARE),
    ),
    Scenario(
        "The answers of the app carry the headers of Vercel",
        {f"edge.fronted {APP}": "platform"},
        at(SERVER),
        behind(("server", "Vercel"), ("x-vercel-id", "fra1::x")),
    ),
    Scenario(
        "A server stands open, and launch.yml says that it should",
        {f"edge.fronted {APP}": "open_on_purpose"},
        at(SERVER),
        host(APP, edge="none"),
    ),
    Scenario(
        "A product in order on one machine, with nothing in front",
        {
            f"edge.fronted {APP}": "private_address",
            f"edge.ssl_mode {APP}": "no_edge",
            f"edge.origin_exposed {APP}": "no_edge",
            f"edge.static_cache {WWW}": "ok",
            f"edge.static_cache {APP}": "no_files",
            f"edge.private_not_cached {APP}": "turned_away",
            f"edge.rate_limit {APP}": "not_tried",
            f"edge.not_blocking {DOMAIN}": "ok",
        },
    ),
    Scenario(
        "Cloudflare should stand in front, and the record leads to the server itself",
        {f"edge.fronted {APP}": "not_proxied"},
        at(SERVER),
        host(APP, edge="cloudflare"),
    ),
    Scenario(
        "One record of the host leads to Cloudflare, another one around it",
        {f"edge.fronted {APP}": "partly"},
        at(AT_CLOUDFLARE),
        behind(*CLOUDFLARE),
    ),
    Scenario(
        "Cloudflare is written down, and Fastly answers",
        {f"edge.fronted {APP}": "other_edge"},
        at(SERVER),
        host(APP, edge="cloudflare"),
        behind(("x-fastly-request-id", "0a1b2c")),
    ),
    Scenario(
        "A server stands open, and nobody said that it should",
        {f"edge.fronted {APP}": "bare"},
        at(SERVER),
    ),
    Scenario(
        "A shield that the bot does not know is written down",
        {f"edge.fronted {APP}": "not_recognisable"},
        at(SERVER),
        host(APP, edge="my own shield"),
    ),
    Scenario(
        "The resolvers fail for the host",
        {f"edge.fronted {APP}": "could_not_look"},
        fails(APP),
    ),
    Scenario(
        "The server behind Cloudflare has a public certificate and refuses strangers",
        {f"edge.ssl_mode {APP}": "ok", f"edge.origin_exposed {APP}": "ok"},
        behind(*CLOUDFLARE),
        origin(),
    ),
    Scenario(
        "Cloudflare stands in front, and the address of the server is not written down",
        {f"edge.ssl_mode {APP}": "not_written_down", f"edge.origin_exposed {APP}": "not_written_down"},
        behind(*CLOUDFLARE),
    ),
    Scenario(
        "Nothing listens at the address of the server behind Cloudflare",
        {f"edge.ssl_mode {APP}": "closed", f"edge.origin_exposed {APP}": "ok"},
        behind(*CLOUDFLARE),
        origin(shut=True),
    ),
    Scenario(
        "The address of the server is one of Cloudflare itself",
        {f"edge.ssl_mode {APP}": "not_written_down", f"edge.origin_exposed {APP}": "front_door"},
        behind(*CLOUDFLARE),
        host(APP, origin=(FRONT_DOOR,)),
    ),
    Scenario(
        "Cloudflare sends visitors to the address that they came from",
        {f"edge.ssl_mode {APP}": "flexible_loop"},
        route(APP, "/", Answer(301, b"", (("location", f"https://{APP}/"), *CLOUDFLARE))),
    ),
    Scenario(
        "Cloudflare does not accept the certificate of the server (526)",
        {f"edge.ssl_mode {APP}": "origin_refused"},
        route(APP, "/", Answer(526, b"Invalid SSL certificate", (HTML, *CLOUDFLARE))),
    ),
    Scenario(
        "The server behind Cloudflare answers without https alone, and to everybody",
        {f"edge.ssl_mode {APP}": "flexible", f"edge.origin_exposed {APP}": "same_content"},
        behind(*CLOUDFLARE),
        origin(plain=shown(START), shut=True),
    ),
    Scenario(
        "The server behind Cloudflare made its certificate itself",
        {f"edge.ssl_mode {APP}": "not_strict", f"edge.origin_exposed {APP}": "answers_directly"},
        behind(*CLOUDFLARE),
        shows(ORIGIN, lambda world: self_signed(APP)),
        origin(),
    ),
    Scenario(
        "The server behind Cloudflare has a certificate of an authority that is not public",
        {f"edge.ssl_mode {APP}": "own_issuer"},
        behind(*CLOUDFLARE),
        shows(ORIGIN, strange),
        origin(),
    ),
    Scenario(
        "The server behind Cloudflare shows strangers another page",
        {f"edge.origin_exposed {APP}": "other_content"},
        behind(*CLOUDFLARE),
        origin(secure=shown(page(text="Welcome to this server"))),
    ),
    Scenario(
        "Nothing listens at the public address",
        {
            f"edge.ssl_mode {APP}": "could_not_look",
            f"edge.origin_exposed {WWW}": "could_not_look",
            f"edge.static_cache {WWW}": "could_not_look",
            f"edge.private_not_cached {APP}": "could_not_look",
            f"edge.rate_limit {APP}": "could_not_look",
            f"edge.not_blocking {DOMAIN}": "could_not_look",
        },
        host(APP, edge="cloudflare"),
        host(WWW, origin=(ORIGIN,)),
        shut(443),
    ),
    Scenario(
        "The edge never keeps the script of the home page",
        {f"edge.static_cache {WWW}": "all_bypass"},
        script(("cf-cache-status", "BYPASS"), ("set-cookie", "visitor=1")),
    ),
    Scenario(
        "The script of the home page comes without a word on how long it may be kept",
        {f"edge.static_cache {WWW}": "no_rules"},
        script(),
    ),
    Scenario(
        "A script that keeps its name is kept for a year",
        {f"edge.static_cache {WWW}": "stale_after_release"},
        unnamed_script,
    ),
    Scenario(
        "A script with a fingerprint in its name is kept for a minute",
        {f"edge.static_cache {WWW}": "kept_too_short"},
        script(("cache-control", "public, max-age=60")),
    ),
    Scenario(
        "The firewall in front challenges the bot",
        {
            f"edge.static_cache {WWW}": "blocked_by_firewall",
            f"edge.private_not_cached {APP}": "blocked_by_firewall",
        },
        route(WWW, "*", CHALLENGE),
        route(APP, "*", CHALLENGE),
    ),
    Scenario(
        "The private page forbids caches to keep it",
        {f"edge.private_not_cached {APP}": "ok"},
        account(("cache-control", "private, no-store")),
    ),
    Scenario(
        "The private page is the same empty shell as the start page",
        {f"edge.private_not_cached {APP}": "same_for_all"},
        route(APP, "/account", shown(START)),
    ),
    Scenario(
        "Nobody has written down a private page",
        {f"edge.private_not_cached {APP}": "not_written_down"},
        host(APP, private_paths=()),
    ),
    Scenario(
        "The private page comes out of a cache with a customer's e-mail address in it",
        {f"edge.private_not_cached {APP}": "customer_shown"},
        account(("age", "12"), body=b"Signed in as lena.fischer@post.test"),
    ),
    Scenario(
        "The private page comes out of a cache",
        {f"edge.private_not_cached {APP}": "kept"},
        account(("cf-cache-status", "HIT"), ("age", "12")),
    ),
    Scenario(
        "The request to log in comes out of a cache",
        {f"edge.private_not_cached {APP}": "refusal_kept"},
        account(("cf-cache-status", "HIT"), status=401),
    ),
    Scenario(
        "The private page hands out a cookie, and every cache may keep the answer",
        {f"edge.private_not_cached {APP}": "cookie_may_be_kept"},
        account(("cache-control", "public, max-age=600"), ("set-cookie", "session=1; Secure; HttpOnly")),
    ),
    Scenario(
        "The private page says nothing about caches",
        {f"edge.private_not_cached {APP}": "not_forbidden"},
        account(),
    ),
    Scenario(
        "The log-in page tells its limit",
        {f"edge.rate_limit {APP}": "ok"},
        route(APP, "/login", shown(page(text="Sign in"), ("ratelimit-policy", "10;w=60"))),
    ),
    Scenario(
        "The twenty-first wrong log-in is refused",
        {f"edge.rate_limit {APP}": "stopped"},
        tries(20),
    ),
    Scenario(
        "The run has time for nine wrong log-ins, and none of them is refused",
        {f"edge.rate_limit {APP}": "tried_in_part"},
        tries(10**6),
        soon_over,
    ),
    Scenario(
        "No log-in page is written down",
        {f"edge.rate_limit {APP}": "no_login_known"},
        writes(links=()),
    ),
    Scenario(
        "No wrong log-in is refused",
        {f"edge.rate_limit {APP}": "no_limit"},
        tries(10**6),
    ),
    Scenario(
        "The log-in page sends visitors round in circles, and wrong log-ins as well",
        {f"edge.rate_limit {APP}": "takes_no_logins"},
        tries(10**6),
        route(APP, "/login", redirect(f"https://{APP}/login")),
    ),
    Scenario(
        "The address of the log-in page takes no log-ins",
        {f"edge.rate_limit {APP}": "takes_no_logins"},
        tries(0, 405),
    ),
    Scenario(
        "No log-in, API or address for payment messages is written down",
        {f"edge.not_blocking {DOMAIN}": "nothing_known"},
        writes(links=(), monitors=(), hosts=(Host(WWW, Purpose.MARKETING),)),
    ),
    Scenario(
        "The firewall sets the payment company a puzzle",
        {f"edge.not_blocking {DOMAIN}": "machine_challenged"},
        route(API, "/hook", CHALLENGE),
    ),
    Scenario(
        "The firewall refuses a plain call of the address for payment messages",
        {f"edge.not_blocking {DOMAIN}": "machine_refused"},
        route(API, "/hook", Answer(403, b"Sorry, you have been blocked", (HTML, *CLOUDFLARE))),
    ),
    Scenario(
        "The firewall sets everybody a puzzle before the log-in",
        {f"edge.not_blocking {DOMAIN}": "people_challenged"},
        route(APP, "/login", CHALLENGE),
    ),
    Scenario(
        "The address for payment messages takes a message that nobody signed",
        {f"edge.not_blocking {DOMAIN}": "takes_anything"},
        route(API, "/hook", Answer(200, b"{}")),
    ),
    Scenario(
        "Nobody is at the address for payment messages",
        {f"edge.not_blocking {DOMAIN}": "nobody_there"},
        route(API, "/hook", Answer(404)),
    ),
)
