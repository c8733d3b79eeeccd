"""Redirects: where each way to write an address leads, and what is lost on the way."""

from __future__ import annotations

from checks.inventory import Link, RedirectRule
from checks.model import Purpose
from tests.checks.samples import page
from tests.outcomes.scenario import Scenario, Step
from tests.outcomes.steps import fails, host, route, shut, writes
from tests.outcomes.world import API, APP, CHALLENGE, CLOUDFLARE, DOMAIN, HTML, SHOWN, WWW, World, shown
from tests.servers.http import Answer, Request, redirect

BRAND = "brand.test"
"""A second domain of the product."""
HOME = f"https://{WWW}/"
OTHER_TEXT = "An older page that somebody forgot to switch off in spring"
REFRESH = f'<meta http-equiv="refresh" content="0; url={HOME}">'.encode()


def apex(answer: object) -> Step:
    """The bare name answers this, with and without https."""

    def step(world: World) -> None:
        world.route(DOMAIN, "*", answer, secure=True)  # type: ignore[arg-type]
        world.route(DOMAIN, "*", answer, secure=False)  # type: ignore[arg-type]

    return step


def brand(answer: object) -> Step:
    """The product has a second domain, which answers this."""

    def step(world: World) -> None:
        world.serve(BRAND, answer)  # type: ignore[arg-type]
        world.write(domains=(BRAND,))

    return step


def home(body: bytes) -> Step:
    """Another home page."""
    return route(WWW, "/", shown(body))


def moved(status: int = 301, *, to: str = "") -> object:
    """Everything is moved to www, to the same path or to one path."""
    return lambda request: redirect(f"https://{WWW}{to or request.target}", status)


def long_way(world: World) -> None:
    """From the bare name by way of a third one to www."""
    world.serve(f"go.{DOMAIN}", moved())  # type: ignore[arg-type]
    world.route(DOMAIN, "*", lambda request: redirect(f"https://go.{DOMAIN}{request.target}"))


def alone(world: World) -> None:
    """One name, one address: no www, and nothing listens without https."""
    world.zone.remove(WWW)
    shut(80)(world)
    world.route(DOMAIN, "*", shown(page()))


def many_lines(world: World) -> None:
    """More old addresses than are followed in one run, each in order."""
    world.write(redirects=tuple(RedirectRule(f"/old-{number}", "/new") for number in range(12)))
    for number in range(12):
        world.route(WWW, f"/old-{number}", redirect(f"https://{WWW}/new"))


def wanderer(request: Request) -> Answer:
    """Redirects that never come to an end and never to the same address."""
    return redirect(f"https://{APP}/{len(request.target)}{'x' * len(request.target)}")


def circle(request: Request) -> Answer:
    """From the start page to the log-in and back."""
    return redirect(f"https://{APP}/login" if request.path == "/" else f"https://{APP}/")


def cookie_round(request: Request) -> Answer:
    """Once round to hand out a cookie."""
    return shown(page()) if request.cookies else redirect(f"https://{APP}/", 302, cookies=("seen=1",))


FLEXIBLE = Answer(301, b"", (("location", f"https://{APP}/"), *CLOUDFLARE))

SCENARIOS = (
    Scenario(
        "Every address leads to the page in one or two steps",
        {
            f"redir.https {APP}": "ok",
            f"redir.loop {APP}": "ok",
            f"redir.canonical {DOMAIN}": "ok",
            f"redir.hops {DOMAIN}": "ok_with_upgrade",
            f"redir.permanent {DOMAIN}": "ok",
            f"redir.map {DOMAIN}": "ok",
            f"redir.keeps_path {DOMAIN}": "ok",
        },
    ),
    Scenario(
        "Nothing listens at the address without https",
        {f"redir.https {APP}": "port_closed"},
        shut(80),
    ),
    Scenario(
        "Without https the server asks for an upgrade (426)",
        {f"redir.https {APP}": "refuses_http"},
        route(APP, "*", Answer(426, b"", (("upgrade", "TLS/1.2"),)), secure=False),
    ),
    Scenario(
        "The app shows its page without https",
        {f"redir.https {APP}": "stays_on_http"},
        route(APP, "*", shown(page(text="Sign in")), secure=False),
    ),
    Scenario(
        "The bare name without https leads to www without https first",
        {f"redir.https {DOMAIN}": "http_detour", f"redir.hops {DOMAIN}": "extra_hop"},
        route(DOMAIN, "*", lambda request: redirect(f"http://{WWW}{request.target}"), secure=False),
    ),
    Scenario(
        "The secure app sends visitors to an address without https",
        {f"redir.https {APP}": "falls_back"},
        route(APP, "/", redirect(f"http://{API}/")),
    ),
    Scenario(
        "Without https the server refuses robots (405)",
        {f"redir.https {APP}": "turned_away"},
        route(APP, "*", Answer(405), secure=False),
    ),
    Scenario(
        "The firewall challenges the bot before every redirect",
        {
            f"redir.https {APP}": "blocked_by_firewall",
            f"redir.canonical {DOMAIN}": "blocked_by_firewall",
            f"redir.permanent {DOMAIN}": "blocked_by_firewall",
            f"redir.map {DOMAIN}": "blocked_by_firewall",
            f"redir.keeps_path {DOMAIN}": "blocked_by_firewall",
        },
        route(APP, "*", CHALLENGE, secure=False),
        route(WWW, "*", CHALLENGE),
    ),
    Scenario(
        "Without https the server answers with an error",
        {f"redir.https {APP}": "could_not_look"},
        route(APP, "*", Answer(500), secure=False),
    ),
    Scenario(
        "No resolver can answer, so no redirect can be followed",
        {
            f"redir.loop {APP}": "could_not_look",
            f"redir.canonical {DOMAIN}": "could_not_look",
            f"redir.hops {DOMAIN}": "could_not_look",
            f"redir.permanent {DOMAIN}": "could_not_look",
            f"redir.map {DOMAIN}": "could_not_look",
            f"redir.keeps_path {DOMAIN}": "could_not_look",
        },
        fails(),
    ),
    Scenario(
        "The app sends a visitor round once to hand out a cookie",
        {f"redir.loop {APP}": "ok_with_cookie"},
        route(APP, "/", cookie_round),
    ),
    Scenario(
        "The start page leads to the log-in, and the log-in back to the start page",
        {f"redir.loop {APP}": "loop"},
        route(APP, "*", circle),
    ),
    Scenario(
        "Cloudflare asks the server without https, and the server insists on https",
        {f"redir.loop {APP}": "flexible_loop"},
        route(APP, "/", FLEXIBLE),
    ),
    Scenario(
        "Each redirect leads to a longer address",
        {f"redir.loop {APP}": "too_many_hops"},
        route(APP, "*", wanderer),
    ),
    Scenario(
        "A redirect without a target",
        {f"redir.loop {APP}": "bad_target"},
        route(APP, "/", Answer(302, b"", ())),
    ),
    Scenario(
        "The bare name is written down as an API",
        {
            f"redir.canonical {DOMAIN}": "not_needed",
            f"redir.permanent {DOMAIN}": "not_needed",
            f"redir.keeps_path {DOMAIN}": "not_needed",
        },
        host(DOMAIN, purpose=Purpose.API),
    ),
    Scenario(
        "The bare name shows another page than www",
        {f"redir.canonical {DOMAIN}": "two_endings"},
        route(DOMAIN, "*", shown(page(text=OTHER_TEXT))),
    ),
    Scenario(
        "The bare name shows the same page as www",
        {f"redir.canonical {DOMAIN}": "duplicate"},
        route(DOMAIN, "*", shown(SHOWN)),
    ),
    Scenario(
        "The bare name is written down as the one address, and leads to www",
        {f"redir.canonical {DOMAIN}": "other_than_agreed"},
        writes(canonical=f"https://{DOMAIN}/"),
    ),
    Scenario(
        "The second domain shows a page of its own",
        {f"redir.canonical {BRAND}": "brand_goes_elsewhere"},
        brand(shown(page(text=OTHER_TEXT))),
    ),
    Scenario(
        "The page names an address of the test site as its own",
        {f"redir.canonical {DOMAIN}": "tag_elsewhere"},
        home(page(f"https://staging.{DOMAIN}/")),
    ),
    Scenario(
        "The page names its own address without https",
        {f"redir.canonical {DOMAIN}": "tag_not_secure"},
        home(page(f"http://{WWW}/")),
    ),
    Scenario(
        "The page names its own address without the host",
        {f"redir.canonical {DOMAIN}": "tag_relative"},
        home(page("/")),
    ),
    Scenario(
        "The page names two addresses as its own",
        {f"redir.canonical {DOMAIN}": "tag_twice"},
        home(page(HOME).replace(b"</head>", f'<link rel="canonical" href="{HOME}shop"></head>'.encode())),
    ),
    Scenario(
        "The bare name without https leads straight to the final address",
        {f"redir.hops {DOMAIN}": "ok"},
        apex(moved()),
    ),
    Scenario(
        "The bare name leads by way of a third name to www",
        {f"redir.hops {DOMAIN}": "too_many_hops"},
        long_way,
    ),
    Scenario(
        "One name without www, served with https alone",
        {f"redir.permanent {DOMAIN}": "no_redirects"},
        alone,
    ),
    Scenario(
        "The bare name leads to www for now (302)",
        {f"redir.permanent {DOMAIN}": "temporary"},
        apex(moved(302)),
    ),
    Scenario(
        "The second domain leads to the product for now (302)",
        {f"redir.permanent {BRAND}": "old_domain_temporary"},
        brand(moved(302)),
    ),
    Scenario(
        "The bare name shows an empty page that sends visitors on",
        {f"redir.permanent {DOMAIN}": "page_sends_on"},
        route(DOMAIN, "*", Answer(body=REFRESH, headers=(HTML,))),
    ),
    Scenario(
        "Nobody has written down old addresses or links",
        {f"redir.map {DOMAIN}": "not_written_down"},
        writes(links=(), redirects=()),
    ),
    Scenario(
        "The log-in link leads to a page that is gone",
        {f"redir.map {DOMAIN}": "login_dead"},
        route(APP, "/login", Answer(404)),
    ),
    Scenario(
        "The log-in link leads to a name that does not exist",
        {f"redir.map {DOMAIN}": "login_dead"},
        writes(links=(Link(f"https://login.{DOMAIN}/", "login"),)),
    ),
    Scenario(
        "An old address is sent on to a name that does not exist",
        {f"redir.map {DOMAIN}": "dead"},
        route(WWW, "/old", redirect("https://gone.test/new")),
    ),
    Scenario(
        "An old address leads nowhere",
        {f"redir.map {DOMAIN}": "dead"},
        route(WWW, "/old", Answer(404)),
    ),
    Scenario(
        "An old address leads to the log-in of the app",
        {f"redir.map {DOMAIN}": "elsewhere"},
        route(WWW, "/old", redirect(f"https://{APP}/login")),
    ),
    Scenario(
        "An old address leads to the home page",
        {f"redir.map {DOMAIN}": "to_home"},
        route(WWW, "/old", redirect(HOME)),
    ),
    Scenario(
        "An old address leads to its new one for now (307)",
        {f"redir.map {DOMAIN}": "temporary"},
        route(WWW, "/old", redirect(f"https://{WWW}/new", 307)),
    ),
    Scenario(
        "More old addresses are written down than are followed in one run",
        {f"redir.map {DOMAIN}": "in_part"},
        many_lines,
    ),
    Scenario(
        "Every path of www answers with the home page",
        {f"redir.keeps_path {DOMAIN}": "ok_catch_all"},
        route(WWW, "*", shown(SHOWN)),
    ),
    Scenario(
        "The bare name keeps the page and drops what stands after the question mark",
        {f"redir.keeps_path {DOMAIN}": "query_lost"},
        route(DOMAIN, "*", lambda request: redirect(f"https://{WWW}{request.path}")),
    ),
    Scenario(
        "The short link for a campaign drops its tag",
        {f"redir.keeps_path {DOMAIN}": "link_loses_tags"},
        route(WWW, "/ig", redirect(f"https://{WWW}/new")),
    ),
    Scenario(
        "Every page of the bare name leads to the home page of www",
        {f"redir.keeps_path {DOMAIN}": "path_lost"},
        apex(moved(to="/")),
    ),
    Scenario(
        "Every page of the second domain leads to the home page",
        {f"redir.keeps_path {BRAND}": "path_lost_second"},
        brand(moved(to="/")),
    ),
    Scenario(
        "Pages of www that do not exist lead to the home page",
        {f"redir.keeps_path {DOMAIN}": "lost_pages_go_home", f"redir.hops {DOMAIN}": "ok_with_upgrade"},
        lambda world: world.web.route(WWW, "*", redirect(HOME, 302)),
    ),
    Scenario(
        "The log-in page with a slash at its end does not exist",
        {f"redir.keeps_path {DOMAIN}": "slash_differs"},
        route(APP, "/login/", Answer(404)),
    ),
)
