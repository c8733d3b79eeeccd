"""What a host hands to strangers: its administration, keys, forgotten files and source code."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

from checks.inventory import Link
from tests.checks.planted import PUBLIC, SECRETS
from tests.checks.samples import page
from tests.outcomes.scenario import Scenario, Step
from tests.outcomes.steps import host, route, shut
from tests.outcomes.world import APP, CHALLENGE, DOMAIN, HTML, JS, SAFE, World, shown
from tests.servers.http import Answer, Handler, Hostile, Request, redirect

TEXT = (("content-type", "text/plain"),)
LOADS = page(text="Your orders").replace(b"</body>", b'<script src="/app.js"></script></body>')
SHELL = shown(b"<!doctype html><title>Shop</title><div id=root></div><script>start()</script>")
LOGIN = shown(b"<title>Admin</title><form><input name=email><input type=password></form>")
OPEN = b"<title>Shop admin</title><h1>Orders</h1><a>All users</a> <a>Log out</a>"
REPORTS = b"<title>Reports</title><p>" + b"Numbers of the last weeks by country and by product. " * 10
WRITTEN = host(APP, admin_paths=("/admin",))
"""The administration of the app is written down."""
HANGS_UP = Answer(hostile=Hostile.RESET_EARLY)

BEGIN = f"https://{APP}/authorize?client_id=1&redirect_uri=https%3A%2F%2F{APP}%2Fback"
RETURN = f"exp.login_return {DOMAIN}"


def begins(answer: Handler, *, allowed: bool = True) -> Step:
    """A log-in for other apps is written down, with or without leave to try it; so it answers."""

    def step(world: World) -> None:
        world.write(links=(*world.inventory.links, Link(BEGIN, "login")), opt_in=frozenset({APP} if allowed else ()))
        world.route(APP, "/authorize", answer)

    return step


def careless(request: Request) -> Answer:
    """It sends people wherever they ask to be sent."""
    return redirect(dict(parse_qsl(request.target.partition("?")[2]))["redirect_uri"] + "?code=1", 302)


def careful(request: Request) -> Answer:
    """It knows one return address."""
    return careless(request) if f"{APP}%2Fback" in request.target else Answer(400, b"unknown redirect_uri", SAFE)


def file(path: str, body: bytes) -> Step:
    """A file lies open, on a host that answers everything else with one page."""

    def step(world: World) -> None:
        world.route(APP, "*", SHELL)
        world.route(APP, path, Answer(body=body, headers=TEXT))

    return step


def script(code: str, *, map: str = "") -> Step:
    """The start page of the app loads one script, with or without its map beside it."""

    def step(world: World) -> None:
        world.route(APP, "/", shown(LOADS))
        world.route(APP, "/app.js", Answer(body=code, headers=(JS,)))
        if map:
            world.route(APP, "/app.js.map", Answer(body=map, headers=(("content-type", "application/json"),)))

    return step


def source(code: str) -> str:
    """A source map of one file of one's own."""
    return json.dumps({"version": 3, "sources": ["src/checkout.ts"], "sourcesContent": [code], "mappings": "A"})


def silent_script(world: World) -> None:
    """The start page of the app loads a script at which the server hangs up."""
    world.route(APP, "/", shown(LOADS))
    world.route(APP, "/app.js", HANGS_UP)


LINKS = route(APP, "/", shown(page(text="Your orders").replace(b"</body>", b'<a href="/admin">Staff</a></body>')))

SCENARIOS = (
    Scenario(
        "The app hands out nothing that is not for strangers, and the bare name only leads on",
        {
            f"exp.admin {APP}": "ok",
            f"exp.admin {DOMAIN}": "only_leads_on",
            f"exp.bundle_secrets {APP}": "ok",
            f"exp.bundle_secrets {DOMAIN}": "only_leads_on",
            f"exp.files {APP}": "ok",
            f"exp.files {DOMAIN}": "only_leads_on",
            f"exp.sourcemap {APP}": "ok",
            f"exp.sourcemap {DOMAIN}": "only_leads_on",
        },
    ),
    Scenario(
        "The administration shows itself to strangers",
        {f"exp.admin {APP}": "open_admin"},
        route(APP, "/admin", Answer(body=OPEN, headers=(HTML,))),
    ),
    Scenario(
        "A page that is written down as administration answers strangers",
        {f"exp.admin {APP}": "answers_strangers"},
        WRITTEN,
        route(APP, "/admin", Answer(body=REPORTS, headers=(HTML,))),
    ),
    Scenario(
        "The administration is the same empty shell as every other page",
        {f"exp.admin {APP}": "shell_only"},
        WRITTEN,
        route(APP, "*", SHELL),
    ),
    Scenario(
        "The start page links to the administration, which asks for a log-in",
        {f"exp.admin {APP}": "linked"},
        WRITTEN,
        route(APP, "/admin", LOGIN),
        LINKS,
    ),
    Scenario(
        "The firewall challenges the bot at every address of the app",
        {
            f"exp.admin {APP}": "blocked_by_firewall",
            f"exp.bundle_secrets {APP}": "blocked_by_firewall",
            f"exp.files {APP}": "blocked_by_firewall",
            f"exp.sourcemap {APP}": "blocked_by_firewall",
        },
        route(APP, "*", CHALLENGE),
    ),
    Scenario(
        "Nothing listens where the app should be",
        {
            f"exp.admin {APP}": "could_not_look",
            f"exp.bundle_secrets {APP}": "could_not_look",
            f"exp.files {APP}": "could_not_look",
            f"exp.sourcemap {APP}": "could_not_look",
        },
        shut(443),
    ),
    Scenario(
        "A script of the app holds a secret key of the payment company",
        {f"exp.bundle_secrets {APP}": "secret_in_page"},
        script(f'pay("{SECRETS["stripe-secret"]}")'),
    ),
    Scenario(
        "A script of the app holds a key that is made for the page",
        {f"exp.bundle_secrets {APP}": "ok_with_public_keys"},
        script(f'Stripe("{PUBLIC["stripe-publishable"]}")'),
    ),
    Scenario(
        "The server hangs up when a script is asked for, so its keys and its source are unseen",
        {f"exp.bundle_secrets {APP}": "read_in_part", f"exp.sourcemap {APP}": "read_in_part"},
        silent_script,
    ),
    Scenario(
        "The file .env can be downloaded",
        {f"exp.files {APP}": "secret_file"},
        file("/.env", b"A_KEY=one\nDB_PASSWORD=two\n"),
    ),
    Scenario(
        "The folder .git can be downloaded",
        {f"exp.files {APP}": "code_history"},
        file("/.git/HEAD", b"ref: refs/heads/main\n"),
    ),
    Scenario(
        "A backup of the database can be downloaded",
        {f"exp.files {APP}": "backup"},
        file("/backup.sql", b"-- MySQL dump 10.13\n"),
    ),
    Scenario(
        "The page phpinfo.php is public",
        {f"exp.files {APP}": "server_internals"},
        file("/phpinfo.php", b"<title>PHP 8.3 - phpinfo()</title>"),
    ),
    Scenario(
        "The list .DS_Store of the files in the folder can be downloaded",
        {f"exp.files {APP}": "file_list"},
        file("/.DS_Store", b"\x00\x00\x00\x01Bud1\x00"),
    ),
    Scenario(
        "The API describes itself to everybody",
        {f"exp.files {APP}": "ok_with_note"},
        file("/graphql", b'{"data":{"__schema":{"queryType":{"name":"Query"}}}}'),
    ),
    Scenario(
        "The server hangs up at one of the usual places of forgotten files",
        {f"exp.files {APP}": "looked_in_part"},
        route(APP, "/backup.zip", HANGS_UP),
    ),
    Scenario(
        "The source map of a script can be downloaded",
        {f"exp.sourcemap {APP}": "source_readable"},
        script("start()", map=source("export const a = 1")),
    ),
    Scenario(
        "The source map of a script can be downloaded, and the source is open on purpose",
        {f"exp.sourcemap {APP}": "public_on_purpose"},
        host(APP, source_public=True),
        script("start()", map=source("export const a = 1")),
    ),
    Scenario(
        "A secret key stands in the source map of a script",
        {f"exp.sourcemap {APP}": "secret_in_source"},
        script("start()", map=source(f'const key = "{SECRETS["stripe-secret"]}"')),
    ),
    Scenario("A log-in for other apps refuses the address of a stranger", {RETURN: "ok"}, begins(careful)),
    Scenario("A log-in for other apps sends people to a stranger", {RETURN: "stranger_allowed"}, begins(careless)),
    Scenario(
        "A log-in for other apps is written down, and nobody allowed to try it",
        {RETURN: "not_tried"},
        begins(careless, allowed=False),
    ),
    Scenario("Nobody wrote down a log-in for other apps", {RETURN: "not_written_down"}),
    Scenario(
        "A log-in for other apps asks for the password before anything else", {RETURN: "asks_first"}, begins(LOGIN)
    ),
    Scenario("A log-in for other apps hangs up", {RETURN: "could_not_look"}, begins(HANGS_UP)),
)
