"""What lies open on real servers: a healthy product first, then one thing at a time, asked through the real probe."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.clock import SystemClock
from checks.inventory import Host
from checks.leaked_files import PLACES
from checks.model import Finding, Purpose, Status
from checks.net.live import LiveProbe
from checks.runner import plan, run
from tests.checks.conftest import APP, DOMAIN, WWW, Shop, html
from tests.checks.planted import SECRETS, letters
from tests.checks.samples import page
from tests.servers.http import Answer

IDS = (
    "exp.admin", "exp.bundle_secrets", "exp.files", "exp.sourcemap", "seo.indexing", "web.dev_urls", "web.mixed",
    "web.placeholder",
)  # fmt: skip
SHELL = html(page(text="One page for everything, drawn by its script when it has loaded"))
JS = ("content-type", "text/javascript")


async def look(shop: Shop) -> dict[str, Finding]:
    """The findings of these checks, by `check target`."""
    async with LiveProbe(shop.inventory.network, SystemClock().now()) as probe:
        found = await run(plan(shop.inventory, only=IDS), probe, deadline=60, confirm=False)
    return {f"{one.check} {one.target}": one for one in found}


async def test_a_healthy_product_gives_nothing_to_worry_about(shop):
    """Every check passes on every host, and the path that cannot exist is asked once for all of them."""
    found = await look(shop)
    assert {key: one.code for key, one in found.items() if one.status is not Status.PASS} == {}
    assert len(found) == 4 * 6 + 2 + 3
    strange = [request.target for request in shop.web.requests if request.target.startswith("/launch-ready-")]
    assert len(strange) == 4


def script(shop: Shop, code: str) -> None:
    """Let the app load one script of this code."""
    shop.web.route(APP, "/", html(page().replace(b"</body>", b'<script src="/app.js"></script></body>')))
    shop.web.route(APP, "/app.js", Answer(body=code.encode(), headers=(JS,)))


def catch_all(shop: Shop) -> None:
    """Let the app answer every path with one page."""
    shop.web.route(APP, "*", SHELL)


def file(path: str, body: bytes):
    """A file that lies open, on a host that answers everything else with its one page."""

    def spoil(shop: Shop) -> None:
        catch_all(shop)
        shop.web.route(APP, path, Answer(body=body, headers=(("content-type", "text/plain"),)))

    return spoil


FAULTS = {
    "a catch-all": (catch_all, {}),
    ".env": (file("/.env", b"A_KEY=one\nDB_PASSWORD=two\n"), {f"exp.files {APP}": "secret_file"}),
    "a secret": (
        lambda shop: script(shop, f'pay("{SECRETS["stripe-secret"]}")'),
        {f"exp.bundle_secrets {APP}": "secret_in_page"},
    ),
    "a test key": (
        lambda shop: script(shop, f'Stripe("{"pk_" + "test_" + letters(24)}")'),
        {f"web.dev_urls {APP}": "test_payment_key"},
    ),
    "noindex": (
        lambda shop: shop.web.route(WWW, "/", html(page(), ("x-robots-tag", "noindex"))),
        {f"seo.indexing {WWW}": "hidden_page"},
    ),
    "parking": (
        lambda shop: shop.web.route(WWW, "/", html(b"<title>shop.test</title><p>This domain is for sale")),
        {f"web.placeholder {WWW}": "parking_page", f"web.placeholder {DOMAIN}": "only_leads_on"},
    ),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_each_fault_is_found_and_nothing_else(shop, name):
    """Its own check speaks; all others stay green."""
    spoil, expected = FAULTS[name]
    spoil(shop)
    found = await look(shop)
    assert {key: found[key].code for key in expected} == expected
    bad = {key for key, one in found.items() if one.status is not Status.PASS}
    assert bad <= set(expected)


async def test_a_test_site_in_the_open_is_told(shop):
    """Written down as staging, and anybody can open it."""
    hosts = tuple(replace(host, purpose=Purpose.STAGING) if host.name == APP else host for host in shop.inventory.hosts)
    shop.inventory = replace(shop.inventory, hosts=hosts)
    assert (await look(shop))[f"seo.indexing {APP}"].code == "in_the_open"


async def test_a_slow_pace_is_kept_and_everything_is_still_seen(shop):
    """At the usual burst and a small rate the places fit into the check's time."""
    network = replace(shop.inventory.network, rate=20.0, burst=10)
    shop.inventory = replace(shop.inventory, hosts=(Host(APP, Purpose.APP),), network=network)
    found = await look(shop)
    assert found[f"exp.files {APP}"].seen["looked"] == len(PLACES)
