"""Libraries that half of the web loads hold no secret and no developer's address; what is put into them is found."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from bot.clock import SystemClock
from checks.dev_addresses import Own
from checks.exp import bundle_secrets, sourcemap
from checks.finding import build
from checks.inventory import Inventory
from checks.model import Kind, Status, Target
from checks.net.live import LiveProbe
from checks.registry import load
from checks.runner import plan, run
from checks.secret_keys import secrets
from checks.web import dev_urls
from tests.checks.conftest import APP, Shop, html
from tests.checks.exp.bundles import files, largest, pinned
from tests.checks.planted import PUBLIC, SECRETS, letters, site
from tests.checks.samples import HOST, page
from tests.servers.http import Answer

PACKAGES = tuple(pinned())
OWN = Own(("shop.test",), frozenset({"preview.shop.test"}))
ADDRESSES = {
    'fetch("http://localhost:3001/api/orders")': "developers_machine",
    'const api={{baseURL:"http://127.0.0.1:8000/v1"}};': "developers_machine",
    'new WebSocket("ws://192.168.0.17:4000/live")': "developers_machine",
    'axios.get("https://staging.shop.test/api")': "test_system",
    'fetch("https://preview.shop.test/api")': "test_system",
    'fetch("https://shop-api.ngrok-free.app/orders")': "test_system",
    f'Stripe("pk_{"test"}_{letters(24)}")': "test_payment_key",
}
"""What a developer may have left in the code, and the answer to it."""
SAMPLE = ("@stripe/stripe-js", "@supabase/supabase-js", "react-dom", "socket.io-client", "axios", "@sentry/browser")
"""Loaded over the wire in one page."""


def put(text: str, *more: str, seed: str) -> str:
    """The text with something put between two of its statements, each at a place of its own."""
    source = random.Random(seed)
    for each in more:
        at = text.find(";", source.randrange(len(text) // 2)) + 1
        text = f"{text[:at]}{each};{text[at:]}"
    return text


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_no_file_of_a_stock_library_gives_a_finding(package):
    """Every script of it, as if a page loaded that one: no key, no developer's address, no source code inside."""
    wrong = {}
    read = 0
    for path, text in files(package):
        served = site(text)
        codes = (
            bundle_secrets.judge(served).code,
            dev_urls.judge(served, OWN).code,
            sourcemap.judge(sourcemap.Facts(served, (), False)).code,
        )
        read += 1
        if codes != ("ok", "ok", "ok"):
            wrong[path] = codes
    assert not wrong
    assert read


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_every_kind_of_secret_is_found_inside_a_stock_library(package):
    """All kinds at once in its largest script, with the keys that may stand there; none is shown whole."""
    text = put(largest(package), *(f'k("{key}")' for key in (*SECRETS.values(), *PUBLIC.values())), seed=package)
    found = {key.text for key in secrets(text)}
    missed = {form for form, key in SECRETS.items() if not any(one in key for one in found)}
    assert not missed
    verdict = bundle_secrets.judge(site(text))
    assert verdict.code == "secret_in_page"
    check = load()["exp.bundle_secrets"]
    target = Target(Kind.HOST, HOST, HOST, Inventory(product="p", domain=HOST))
    shown = str(build(check, target, verdict, at=SystemClock().now()))
    assert [form for form, key in SECRETS.items() if key.strip() in shown] == []


@pytest.mark.parametrize("form", SECRETS)
def test_a_secret_alone_is_found_in_whichever_library_it_stands(form):
    """Each kind in one of the libraries."""
    package = PACKAGES[list(SECRETS).index(form) % len(PACKAGES)]
    verdict = bundle_secrets.judge(site(put(largest(package), f'k("{SECRETS[form]}")', seed=form)))
    assert verdict.code == "secret_in_page"
    assert SECRETS[form].strip() not in str(verdict.seen)
    assert len(verdict.seen["found"]) == 1


@pytest.mark.parametrize("code", ADDRESSES)
@pytest.mark.parametrize("package", SAMPLE)
def test_a_developers_address_is_found_inside_a_stock_library(package, code):
    """Whatever library surrounds it."""
    (package,) = (name for name in PACKAGES if name.startswith(f"{package}@"))
    served = site(put(largest(package), code, seed=code))
    assert dev_urls.judge(served, OWN).code == ADDRESSES[code]


def loads(shop: Shop, scripts: list[str]) -> None:
    """Let the app load these scripts."""
    tags = "".join(f'<script src="/lib{number}.js"></script>' for number in range(len(scripts)))
    shop.web.route(APP, "/", html(page().replace(b"</body>", tags.encode() + b"</body>")))
    for number, text in enumerate(scripts):
        headers = (("content-type", "text/javascript"),)
        shop.web.route(APP, f"/lib{number}.js", Answer(body=text.encode(), headers=headers))


async def test_a_page_of_stock_libraries_passes_and_one_key_in_them_does_not(shop):
    """Over the wire, through the whole run of the checks."""
    scripts = [largest(name) for name in PACKAGES if name.rpartition("@")[0] in SAMPLE]
    ids = ("exp.bundle_secrets", "exp.sourcemap", "web.dev_urls")
    inventory = replace(shop.inventory, hosts=tuple(host for host in shop.inventory.hosts if host.name == APP))
    loads(shop, scripts)
    async with LiveProbe(inventory.network, SystemClock().now()) as probe:
        found = await run(plan(inventory, only=ids), probe, deadline=60, confirm=False)
    assert {one.check: (one.status, one.seen.get("count")) for one in found} == {
        "exp.bundle_secrets": (Status.PASS, len(scripts) + 2),
        "exp.sourcemap": (Status.PASS, None),
        "web.dev_urls": (Status.PASS, len(scripts) + 2),
    }
    secret = SECRETS["stripe-secret"]
    scripts[2] = put(scripts[2], f'pay("{secret}")', 'fetch("http://localhost:3001/api")', seed="wire")
    loads(shop, scripts)
    async with LiveProbe(inventory.network, SystemClock().now()) as probe:
        found = await run(plan(inventory, only=ids), probe, deadline=60, confirm=False)
    codes = {one.check: one.code for one in found}
    assert codes["exp.bundle_secrets"] == "secret_in_page"
    assert codes["web.dev_urls"] == "developers_machine"
    assert secret not in str(found)


def test_the_maps_of_stock_libraries_hold_no_secret_either():
    """Of those that ship some; the address of an error collector that is made for pages may stand in them."""
    maps = [
        text
        for name in SAMPLE
        for full in PACKAGES
        if full.startswith(f"{name}@")
        for _, text in files(full, (".map",))
    ]
    assert maps
    assert [found for text in maps if (found := secrets(text))] == []
