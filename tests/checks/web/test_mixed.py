"""Finding what a browser would load or send over http from an https page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.insecure_parts import of_css, of_script, parts
from checks.net.facts import Reason
from checks.site_files import Served
from checks.web.mixed import OUTCOMES, Facts, judge
from tests.checks.planted import site, visited
from tests.checks.samples import HOST, chain, exchange, silent
from tests.growth import LARGE, slow_pieces

SCRIPT = '<script src="http://cdn.example.test/a.js"></script>'
UPGRADE = {"content_security_policy": "default-src 'self'; upgrade-insecure-requests"}
CSS = f"https://{HOST}/site.css"
CASES = {
    "ok": Facts(site("start()")),
    "ok_upgraded": Facts(site(page=SCRIPT, **UPGRADE)),
    "only_leads_on": Facts(Served(HOST, (chain(f"https://{HOST}/", "https://www.example.test/"),))),
    "form_not_safe": Facts(site(page='<form action="http://www.example.test/join"><input name=email></form>')),
    "blocked_part": Facts(site(page=SCRIPT)),
    "unsafe_pictures": Facts(site(page='<img src="http://www.example.test/a.png">')),
    "read_in_part": Facts(site(), (silent(CSS, Reason.TIMEOUT),)),
    "blocked_by_firewall": Facts(site(status=403, server="cloudflare")),
    "could_not_look": Facts(Served(HOST, (visited(fault=silent("", Reason.TIMEOUT).fault),))),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        (SCRIPT, "active"),
        ('<link rel="stylesheet" href="http://a.test/x.css">', "active"),
        ('<iframe src="http://a.test/">', "active"),
        ('<object data="http://a.test/x">', "active"),
        ("<style>@import 'http://a.test/x.css';</style>", "active"),
        ("<style>@font-face{src:url(http://a.test/x.woff2)}</style>", "active"),
        ('<script>fetch("http://a.test/x")</script>', "active"),
        ('<script>new WebSocket("ws://a.test/x")</script>', "active"),
        ('<script>x.open("POST","http://a.test/x")</script>', "active"),
        ('<base href="http://a.test/"><script src="x.js"></script>', "active"),
        ('<button formaction="http://a.test/x">', "form"),
        ('<FORM ACTION="HTTP://a.test/x">', "form"),
        ("<img src=http://a.test/x.png>", "passive"),
        ('<video src="http://a.test/x.mp4">', "passive"),
        ("<style>body{background:url('http://a.test/x.png')}</style>", "passive"),
        ('<a href="http://a.test/">x</a>', ""),
        ('<link rel="canonical" href="http://a.test/">', ""),
        ('<link rel="dns-prefetch" href="http://a.test/">', ""),
        ('<link rel="profile" href="http://gmpg.org/xfn/11">', ""),
        ('<svg xmlns="http://www.w3.org/2000/svg"></svg>', ""),
        ('<script type="application/ld+json">{"@context":"http://schema.org"}</script>', ""),
        ("<!-- " + SCRIPT + " -->", ""),
        ('<script src="http://localhost:3000/x.js"></script>', ""),
        ('<script src="//a.test/x.js"></script>', ""),
        ("<p>http://a.test/x.js</p>", ""),
    ],
)
def test_only_what_a_browser_fetches_or_sends_counts(html, kind):
    """Links for people, names of dialects, comments and one's own computer do not."""
    assert [part.kind for part in parts(exchange(body=html.encode()))] == ([kind] if kind else [])


def test_style_sheets_and_scripts_of_the_site_are_read_too():
    """The page itself may be clean."""
    sheet = exchange(CSS, body=b"@import url(http://a.test/x.css);")
    assert judge(Facts(site(), (sheet,))).code == "blocked_part"
    assert judge(Facts(site('fetch("http://a.test/x")'))).code == "blocked_part"
    assert judge(Facts(site('fetch("http://a.test/x")', **UPGRADE))).code == "ok_upgraded"


def test_a_page_may_carry_the_repair_in_its_head():
    """As a tag in place of the header."""
    tag = '<meta http-equiv="Content-Security-Policy" content="upgrade-insecure-requests">'
    assert judge(Facts(site(page=tag + SCRIPT))).code == "ok_upgraded"


@given(st.binary(max_size=3000))
def test_no_bytes_stop_the_readers(data):
    """Pages come from strangers."""
    text = data.decode("utf-8", "replace")
    assert isinstance(parts(exchange(body=data)), tuple)
    assert isinstance((of_css(text), of_script(text)), tuple)


@pytest.mark.parametrize(
    "piece", ["<script", "<style>", "url(", "@import ", "fetch(", "url(http://a", "<img src=http://a>", " "]
)
def test_a_megabyte_made_to_be_slow_is_not(piece):
    """Time in proportion to the text."""
    for read in (lambda text: parts(exchange(body=text.encode())), of_css, of_script):
        assert not slow_pieces(read, [piece], sizes=LARGE)
