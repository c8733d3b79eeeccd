"""Finding the names that visitors can meet, and judging their certificates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.inventory import Host, Inventory, Link, Monitor, RedirectRule
from checks.model import Purpose
from checks.net.facts import ChainEnd, Fault, Reason
from checks.tls.every_route import MOST, OUTCOMES, Facts, Found, judge, names
from tests.checks.samples import certificate, chain, exchange, peer, refused, silent

S = "https://example.test/"
NO_MAP = exchange("https://example.test/sitemap.xml", 404)
BLOG, LINKS = Found("blog.example.test", "the page https://example.test/"), Found("links.example.test", "a link")
RULE = Found("cdn.example.test", "the security header of https://example.test/", clicked=False)
GOOD, BAD = peer(), peer(certificate("other.test"), fault=refused(62))
GONE = peer(fault=Fault(Reason.DNS))
LATE = peer(fault=Fault(Reason.TIMEOUT))

CASES = {
    "ok": Facts((BLOG, LINKS), {BLOG.host: GOOD, LINKS.host: GOOD}, name="example.test"),
    "nothing_further": Facts((), name="example.test"),
    "bad_certificate": Facts((BLOG, LINKS), {BLOG.host: GOOD, LINKS.host: BAD}, name="example.test"),
    "not_there": Facts((BLOG,), {BLOG.host: GONE}, name="example.test"),
    "could_not_look": Facts((BLOG,), {BLOG.host: LATE}, name="example.test"),
}


def inventory(**more):
    """A small product."""
    hosts = (Host("example.test", Purpose.MARKETING), Host("app.example.test", Purpose.APP))
    return Inventory(product="shop", domain="example.test", hosts=hosts, **more)


def page(html: str, **headers: str):
    """A start page with that in it."""
    return (chain(S, last=exchange(S, body=html.encode(), content_type="text/html", **headers)),)


def hosts(found) -> list[str]:
    return [one.host for one in found]


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_names_come_from_everything_that_visitors_meet():
    """Pages, redirects, site map, launch.yml and the security header, each with where it was met."""
    html = (
        '<a href="https://blog.example.test/x">b</a><a href="/here">h</a><img src="//img.example.test/a.png">'
        '<form action="https://forms.example.test/"></form><a href="https://stranger.test/">s</a>'
    )
    site_map = exchange(
        "https://example.test/sitemap.xml", body=b"<urlset><url><loc>https://shop.example.test/a</loc></url></urlset>"
    )
    written = inventory(
        links=(Link("https://links.example.test/ig", "campaign", "https://deep.example.test/"),),
        redirects=(RedirectRule("https://old.example.test/", "/new"),),
        monitors=(Monitor("Status", "https://status.example.test/"),),
    )
    chains = page(html, content_security_policy="script-src https://js.example.test 'self' *.example.test")
    chains += (chain("https://app.example.test/", "https://auth.example.test/login"),)
    found = names(written, chains, site_map)
    assert set(hosts(found)) == {
        f"{label}.example.test"
        for label in ("blog", "img", "forms", "shop", "links", "deep", "old", "status", "js", "auth")
    }
    assert {one.host for one in found if not one.clicked} == {"js.example.test"}


def test_what_other_checks_look_at_and_strangers_are_left_out():
    """Hosts of the list, the domain and its www have their own certificate check; strangers' hosts are theirs."""
    html = "".join(
        f'<a href="https://{name}/">x</a>'
        for name in (
            "example.test",
            "www.example.test",
            "APP.example.test",
            "evilexample.test",
            "example.test.evil.test",
        )
    )
    assert names(inventory(), page(html), NO_MAP) == ()


@pytest.mark.parametrize(
    "html", ["<!-- <a href='https://a.example.test/'> -->", "<script>'<a href=\"//b.example.test\">'</script>"]
)
def test_comments_and_scripts_lead_nowhere(html):
    """Nobody can click on them."""
    assert names(inventory(), page(html), NO_MAP) == ()


def test_a_rule_for_browsers_may_name_what_does_not_exist():
    """Only what people click on must be there; a bad certificate is one anywhere."""
    assert judge(Facts((RULE,), {RULE.host: GONE})).code == "ok"
    assert judge(Facts((RULE,), {RULE.host: BAD})).code == "bad_certificate"


def test_a_wildcard_covers_one_label_only():
    """OpenSSL's verdict decides; two levels below are another name."""
    deep = Found("a.b.example.test", "the page")
    wildcard = peer(certificate("*.example.test"), fault=refused(62))
    verdict = judge(Facts((deep,), {deep.host: wildcard}))
    assert (verdict.code, verdict.seen["bad"]) == ("bad_certificate", "a.b.example.test")


def test_pages_that_cannot_be_read_are_unknown():
    """Nothing found on a page that never came is not an all-clear."""
    assert judge(Facts((), unread="no answer came")).code == "could_not_look"
    late = chain(S, last=silent(S, Reason.TIMEOUT), end=ChainEnd.FAULT)
    assert names(inventory(), (late,), NO_MAP) == ()


def test_a_page_with_hundreds_of_names_is_bounded():
    """The first ones are tried, and the rest is named."""
    html = "".join(f'<a href="https://h{n}.example.test/">x</a>' for n in range(400))
    assert len(names(inventory(), page(html), NO_MAP)) == 400
    assert MOST <= 20


@given(st.text(alphabet="<>a href='\"=https://.example.test&#;lo\n", max_size=400))
def test_no_page_stops_the_collector(html):
    """Pages come from strangers."""
    site_map = exchange("https://example.test/sitemap.xml", body=html.encode())
    for one in names(inventory(), page(html, content_security_policy=html), site_map):
        assert one.host.endswith(".example.test")
