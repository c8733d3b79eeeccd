"""Everything that the panel breaks can be put right by a person in a provider's console."""

from __future__ import annotations

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from bot.demo.company import Company, faults
from bot.demo.company.state import API, APP, DMARC, DOMAIN, SPF, WWW

REPAIRS: dict[str, tuple[str, dict[str, str]]] = {
    "site_down": ("host", {"do": "start"}),
    "slow": ("host", {"do": "scale"}),
    "checkout_500": ("host", {"do": "promote", "index": "1"}),
    "certificate_expired": ("edge", {"do": "renew"}),
    "certificate_soon": ("edge", {"do": "renew"}),
    "redirect_loop": ("edge", {"do": "mode", "mode": "strict"}),
    "https_not_forced": ("edge", {"do": "switch", "rule": "always_https"}),
    "redirect_detour": ("edge", {"do": "switch", "rule": "redirect_detour"}),
    "two_homes": ("edge", {"do": "switch", "rule": "www_redirect"}),
    "assets_not_cached": ("edge", {"do": "switch", "rule": "assets_cached"}),
    "private_page_cached": ("edge", {"do": "switch", "rule": "private_cached"}),
    "old_domain_temporary": ("edge", {"do": "switch", "rule": "old_permanent"}),
    "cookies_not_secure": ("host", {"do": "cookies"}),
    "noindex_left_on": ("host", {"do": "setting", "setting": "hidden_from_search"}),
    "env_downloadable": ("host", {"do": "setting", "setting": "settings_public"}),
    "test_payment_key": ("host", {"do": "setting", "setting": "test_payments"}),
    "staging_address": ("host", {"do": "setting", "setting": "staging_signup"}),
    "hsts_off": ("edge", {"do": "switch", "rule": "hsts"}),
    "www_gone": ("dns", {"do": "add", "name": "www", "type": "CNAME", "value": DOMAIN}),
    "api_gone": ("dns", {"do": "add", "name": API, "type": "A", "value": "127.0.0.1"}),
    "spf_two": ("dns", {"do": "delete", "record": f"TXT {DOMAIN} {faults.SECOND_SPF}"}),
    "spf_gone": ("dns", {"do": "add", "name": "@", "type": "TXT", "value": f'"{SPF}"'}),
    "dmarc_gone": ("dns", {"do": "add", "name": "_dmarc", "type": "TXT", "value": DMARC}),
}


@pytest.fixture
async def served(tmp_path):
    """The company with its pages, and a browser's worth of HTTP client."""
    async with Company(tmp_path / "company") as company:
        app = web.Application()
        company.add_routes(app)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with aiohttp.ClientSession(base) as client:
            yield company, client
        await runner.cleanup()


async def test_every_fault_can_be_repaired_in_a_console(served):
    """A person who puts the setting right sees the fault gone from the panel."""
    company, client = served
    assert set(REPAIRS) == set(faults.BY_ID)
    for fault_id, (console, form) in REPAIRS.items():
        async with client.post("/_company/fault", json={"id": fault_id, "on": True}) as answer:
            broken = {f["id"] for f in (await answer.json())["faults"] if f["on"]}
        assert fault_id in broken
        async with client.post(f"/_company/console/{console}", data=form) as answer:
            assert 'role="status"' in await answer.text()
        async with client.get("/_company/state") as answer:
            assert not [f["id"] for f in (await answer.json())["faults"] if f["on"]], fault_id
    assert not any(fault.is_on(company.state) for fault in faults.FAULTS)


async def test_the_panel_switches_each_fault_off_again(served):
    """Switching off puts the company back exactly as customers knew it."""
    company, _ = served
    for fault in faults.FAULTS:
        assert company.switch(fault.id, on=True)
        assert fault.is_on(company.state)
        assert company.switch(fault.id, on=True), "twice is harmless"
        assert company.switch(fault.id, on=False)
        assert not fault.is_on(company.state)


@pytest.mark.parametrize(
    "form",
    [
        {"do": "add", "name": "www", "type": "CNAME", "value": "elsewhere.test"},
        {"do": "add", "name": "www", "type": "A", "value": "127.0.0.1"},
        {"do": "add", "name": "x", "type": "A", "value": "not an address"},
        {"do": "add", "name": "x" * 300, "type": "TXT", "value": "v"},
        {"do": "add", "name": "x", "type": "NAPTR", "value": "v"},
        {"do": "add", "name": "a..b", "type": "A", "value": "127.0.0.1"},
        {"do": "delete", "record": "A nothing.test 127.0.0.1"},
        {"do": "explode"},
        {},
    ],
)
async def test_a_console_refuses_nonsense_and_says_why(served, form):
    """Wrong input changes nothing and gets one sentence."""
    company, client = served
    before = list(company.state.records)
    async with client.post("/_company/console/dns", data=form) as answer:
        assert answer.status == 200
        assert 'role="status"' in await answer.text()
    assert company.state.records == before


async def test_what_a_person_types_is_shown_as_text(served):
    """A record's value is never taken for HTML."""
    _, client = served
    form = {"do": "add", "name": "note", "type": "TXT", "value": "<script>alert(1)</script>"}
    async with client.post("/_company/console/dns", data=form) as answer:
        page = await answer.text()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


async def test_the_preview_shows_what_visitors_see(served):
    """The site can be looked at without knowing the demo's names."""
    company, client = served
    async with client.get(f"/_company/site/{WWW}/pricing") as answer:
        assert str(answer.url.path) == f"/_company/site/{DOMAIN}/pricing"
        assert "Two plans" in await answer.text()
    company.switch("site_down", on=True)
    async with client.get(f"/_company/site/{DOMAIN}/") as answer:
        assert answer.status == 502
    async with client.get("/_company/site/evil.test/") as answer:
        assert answer.status == 404


@pytest.mark.parametrize("body", [b"", b"[]", b'{"id": 3}', b'{"id": "x", "on": "yes"}', b"\xff\xfe"])
async def test_the_panel_refuses_malformed_requests(served, body):
    """A malformed request is answered with the right form."""
    _, client = served
    async with client.post("/_company/fault", data=body) as answer:
        assert answer.status == 400


@pytest.mark.parametrize(
    "path",
    [
        "site/%3Cscript%3Ealert(1)%3C%2Fscript%3E/",
        'site/x"%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E/',
        f"site/{DOMAIN}/%3Cscript%3Ealert(1)%3C%2Fscript%3E?q=%3Cscript%3Ealert(1)",
        f"site/{APP}/login?next=%22%3E%3Cscript%3Ealert(1)",
        "console/dns?said=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    ],
)
async def test_no_address_puts_a_script_beside_the_workspace(served, path):
    """These pages share the workspace's origin: what an address says is text, and no script runs in any of them."""
    _, client = served
    async with client.get(URL(f"/_company/{path}", encoded=True)) as answer:
        text = await answer.text()
        assert "<script" not in text
        if answer.content_type == "text/html":
            assert "script-src 'none'" in answer.headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


async def test_nonsense_sent_to_the_panel_is_refused(served):
    """Also what makes a JSON reader stumble."""
    _, client = served
    for body in (b"", b"{", b"[" * 300_000, b"\xff", b'{"id": [], "on": true}', b"3"):
        async with client.post("/_company/fault", data=body, headers={"Content-Type": "application/json"}) as answer:
            assert answer.status in (400, 404), body[:20]
