"""Judging what stands in front of a host."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks import edges, providers
from checks.edge.fronted import OUTCOMES, Facts, judge
from checks.net.facts import DnsStatus
from tests.checks.samples import answer, exchange

CF, VPS, VERCEL_IP, FASTLY = "104.16.132.229", "93.184.216.34", "76.76.21.21", "151.101.1.1"
NOTHING = answer(type="AAAA")
PLAIN = exchange()
BY_CF = exchange(server="cloudflare", cf_ray="8f00-FRA")


def facts(*addresses: str, wanted: str = "", page=PLAIN, cnames: tuple[str, ...] = ()) -> Facts:
    """A host with these addresses."""
    return Facts(answer(*addresses, cnames=cnames), NOTHING, page, answer("ada.ns.cloudflare.com", type="NS"), wanted)


CASES = {
    "ok": facts(CF, page=BY_CF),
    "platform": facts(VERCEL_IP),
    "open_on_purpose": facts(VPS, wanted="none"),
    "private_address": facts("127.0.0.1"),
    "not_proxied": facts(VPS, wanted="cloudflare"),
    "partly": facts(CF, VPS, wanted="cloudflare", page=BY_CF),
    "other_edge": facts(FASTLY, wanted="cloudflare"),
    "bare": facts(VPS),
    "not_recognisable": facts(VPS, wanted="my own shield"),
    "could_not_look": replace(facts(), a=answer(status=DnsStatus.SERVFAIL)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    ("host", "edge"),
    [
        (facts(CF), "Cloudflare"),
        (facts("2606:4700::6810:84e5"), "Cloudflare"),
        (facts(VPS, page=BY_CF), "Cloudflare"),
        (facts(VPS, cnames=("d111.cloudfront.net",)), "Amazon CloudFront"),
        (facts(VPS, page=exchange(x_amz_cf_id="abc")), "Amazon CloudFront"),
        (facts(VPS, page=exchange(server="Netlify")), "Netlify"),
        (facts(VPS, page=exchange(fly_request_id="01")), "Fly.io"),
        (facts(VPS, page=exchange(server="BunnyCDN-DE1-723")), "bunny.net"),
        (facts(FASTLY), "Fastly"),
        (facts(VPS, cnames=("x.onrender.com",), page=BY_CF), "Render"),
    ],
)
def test_each_witness_alone_is_enough(host, edge):
    """Addresses, headers or the alias: any of them may be hidden."""
    verdict = judge(host)
    assert verdict.seen["edge"] == edge
    assert OUTCOMES[verdict.code].status.value == "pass"


def test_a_platform_that_itself_stands_behind_an_edge_is_named():
    """Its headers come along with those of the edge in front of it."""
    both = exchange(server="cloudflare", cf_ray="8f00-FRA", x_render_origin_server="Render")
    assert judge(facts(CF, page=both)).seen["edge"] == "Render"


def test_a_flattened_alias_at_the_edge_is_proxied_enough():
    """The addresses are the edge's although the record itself is not proxied: no missing alias is complained about."""
    assert judge(facts(CF, wanted="cloudflare")).code == "ok"


def test_an_edge_before_a_platform_is_as_written():
    """Cloudflare in front of Vercel, if somebody wrote it so; and nobody is told to do it."""
    double = exchange(server="cloudflare", cf_ray="8f00-FRA", x_vercel_id="fra1::x")
    assert judge(facts(CF, wanted="cloudflare", page=double)).code == "ok"
    assert judge(facts(VERCEL_IP)).code == "platform"
    assert judge(facts(VERCEL_IP, wanted="vercel")).code == "platform"


def test_one_forgotten_record_is_found():
    """Only where the list of the edge is complete; the address of an incomplete one accuses nobody."""
    verdict = judge(facts(CF, VPS))
    assert (verdict.code, verdict.seen["around"]) == ("partly", (VPS,))
    six = Facts(answer(CF), answer("2001:500:88:200::8", type="AAAA"), BY_CF)
    assert judge(six).code == "partly"
    assert judge(facts(VPS, "216.24.57.1")).code == "platform"


def test_headers_without_an_address_on_the_list_accuse_nobody():
    """The list may be old, or the address the customer's own."""
    assert judge(facts("93.184.216.34", "93.184.216.35", wanted="cloudflare", page=BY_CF)).code == "ok"


def test_what_cannot_be_recognised_is_not_called_bare():
    """But another edge in its place is named."""
    assert judge(facts(CF, wanted="my own shield")).code == "other_edge"


@pytest.mark.parametrize("address", ["10.0.0.5", "192.168.1.1", "::1", "fd00::1", "127.0.0.1"])
def test_private_networks_are_nobody_elses_business(address):
    """Nobody outside can reach them."""
    assert judge(facts(address)).code == "private_address"


@pytest.mark.parametrize("name", ["cloudflare", "Cloudflare", "CLOUD FLARE", "aws cloudfront", "bunnycdn"])
def test_edges_are_known_by_what_people_write(name):
    """Without case and spaces."""
    assert edges.named(name) is not None


@pytest.mark.parametrize("name", ["", "none", "acme", "cloud"])
def test_nothing_and_strangers_are_no_edges(name):
    """`none` is an answer of its own."""
    assert edges.named(name) is None


def test_each_edge_can_be_recognised_somehow():
    """An entry without addresses, headers and aliases would never be found."""
    for edge in providers.load("edges"):
        assert edge.ranges or edge.pairs("headers") or edge.texts("cname"), edge.id
        for name, text in edge.pairs("headers"):
            assert (name, text) == (name.lower(), text.lower())
        assert not edge.flag("complete") or edge.ranges


@pytest.mark.parametrize("text", ["", "x", "1.2.3", "999.1.1.1", "::g", "1.2.3.4/5"])
def test_what_is_no_address_is_nobodys(text):
    """Records come from strangers."""
    assert edges.of_address(text) is None
    assert not edges.private(text)
