"""What stands on the pages that visitors get: whose page it is, and what it loads and calls."""

from __future__ import annotations

from tests.checks.planted import PUBLIC, letters
from tests.checks.samples import page
from tests.outcomes.scenario import Scenario, Step
from tests.outcomes.steps import route, shut
from tests.outcomes.world import APP, CHALLENGE, DOMAIN, HTML, JS, WWW, World, shown
from tests.servers.http import Answer, Hostile

TEST_KEY = "pk_" + "test_" + letters(24)
LOADS = page(text="Your orders").replace(b"</body>", b'<script src="/app.js"></script></body>')


def script(code: str) -> Step:
    """The start page of the app loads one script."""

    def step(world: World) -> None:
        world.route(APP, "/", shown(LOADS))
        world.route(APP, "/app.js", Answer(body=code.encode(), headers=(JS,)))

    return step


def has(markup: str, *headers: tuple[str, str]) -> Step:
    """Something stands on the start page of the app."""
    body = page(text="Your orders").replace(b"</body>", f"{markup}</body>".encode())
    return route(APP, "/", shown(body, *headers))


def titled(title: str, text: str = "") -> Step:
    """The start page of the app is a small page of that title."""
    body = f"<!doctype html><html><head><title>{title}</title></head><body><p>{text}</p></body></html>"
    return route(APP, "/", shown(body.encode()))


def silent_script(world: World) -> None:
    """The start page of the app loads a script at which the server hangs up."""
    world.route(APP, "/", shown(LOADS))
    world.route(APP, "/app.js", Answer(hostile=Hostile.RESET_EARLY))


SCENARIOS = (
    Scenario(
        "The app shows pages of its own with safe parts, and the bare name only leads on",
        {
            f"web.placeholder {APP}": "ok",
            f"web.placeholder {DOMAIN}": "only_leads_on",
            f"web.mixed {APP}": "ok",
            f"web.mixed {DOMAIN}": "only_leads_on",
            f"web.dev_urls {APP}": "ok",
            f"web.dev_urls {DOMAIN}": "only_leads_on",
        },
    ),
    Scenario(
        "A picture is named over http, and the page tells browsers to fetch it over https",
        {f"web.mixed {APP}": "ok_upgraded"},
        has('<img src="http://img.shop.test/a.png">', ("content-security-policy", "upgrade-insecure-requests")),
    ),
    Scenario(
        "A form of the app is sent over http",
        {f"web.mixed {APP}": "form_not_safe"},
        has(f'<form action="http://{APP}/signup"><input name="email"></form>'),
    ),
    Scenario(
        "A script of the app calls an address over http",
        {f"web.mixed {APP}": "blocked_part"},
        script('fetch("http://api.shop.test/orders")'),
    ),
    Scenario(
        "A picture of the app is named over http",
        {f"web.mixed {APP}": "unsafe_pictures"},
        has('<img src="http://img.shop.test/a.png">'),
    ),
    Scenario(
        "The server hangs up when the script of the app is asked for",
        {f"web.mixed {APP}": "read_in_part", f"web.dev_urls {APP}": "read_in_part"},
        silent_script,
    ),
    Scenario(
        "The firewall challenges the bot at the start page",
        {
            f"web.placeholder {APP}": "blocked_by_firewall",
            f"web.mixed {APP}": "blocked_by_firewall",
            f"web.dev_urls {APP}": "blocked_by_firewall",
        },
        route(APP, "*", CHALLENGE),
    ),
    Scenario(
        "Nothing listens where the pages should come from",
        {
            f"web.placeholder {APP}": "could_not_look",
            f"web.mixed {APP}": "could_not_look",
            f"web.dev_urls {APP}": "could_not_look",
        },
        shut(443),
    ),
    Scenario(
        "A script of the app calls the developer's own computer",
        {f"web.dev_urls {APP}": "developers_machine"},
        script('fetch("http://localhost:3001/api/orders")'),
    ),
    Scenario(
        "A script of the app calls the test system",
        {f"web.dev_urls {APP}": "test_system"},
        script('const api="https://staging.shop.test/api"'),
    ),
    Scenario(
        "The app carries the test key of the payment company",
        {f"web.dev_urls {APP}": "test_payment_key"},
        script(f'Stripe("{TEST_KEY}")'),
    ),
    Scenario(
        "The app carries the test key and the live key of the payment company",
        {f"web.dev_urls {APP}": "both_payment_keys"},
        script(f'Stripe(live?"{PUBLIC["stripe-publishable"]}":"{TEST_KEY}")'),
    ),
    Scenario(
        "The development server was published",
        {f"web.dev_urls {APP}": "development_build"},
        has('<script type="module" src="/@vite/client"></script>'),
    ),
    Scenario(
        "Without one setting a script would call the developer's computer",
        {f"web.dev_urls {APP}": "fallback_only"},
        script('const api=settings.api||"http://localhost:3001/api"'),
    ),
    Scenario(
        "The home page is the registrar's parking page",
        {f"web.placeholder {WWW}": "parking_page"},
        route(WWW, "/", Answer(body=b"<title>shop.test</title><p>This domain is for sale", headers=(HTML,))),
    ),
    Scenario(
        "The app shows the first page of a fresh nginx",
        {f"web.placeholder {APP}": "first_page"},
        titled("Welcome to nginx!", "If you see this page, the web server is successfully installed."),
    ),
    Scenario(
        "The host of the app says that nothing was deployed",
        {f"web.placeholder {APP}": "not_published"},
        route(APP, "/", Answer(404, b"The deployment could not be found.\n\nDEPLOYMENT_NOT_FOUND")),
    ),
    Scenario(
        "The shop asks every visitor for its password",
        {f"web.placeholder {APP}": "locked_shop"},
        titled("Shop", "Enter using password"),
    ),
    Scenario(
        "The app shows a maintenance page with status 200",
        {f"web.placeholder {APP}": "maintenance"},
        titled("Down for maintenance", "We are back at nine."),
    ),
    Scenario(
        "The app says that it is coming soon",
        {f"web.placeholder {APP}": "coming_soon"},
        titled("Coming soon"),
    ),
)
