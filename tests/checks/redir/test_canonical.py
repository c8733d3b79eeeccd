"""Judging whether a product has one address, and reading what pages call their own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.net.facts import Chain, ChainEnd, Reason
from checks.page import Page, likeness, linked, read
from checks.redir.canonical import OUTCOMES, Facts, judge
from checks.urls import same_place
from tests.checks.samples import chain, exchange, page, silent
from tests.growth import LARGE, slow_pieces

W, S = "https://www.example.test/", "https://example.test/"
H, HW = "http://example.test/", "http://www.example.test/"
BRAND = "https://brand.test/"
OTHER_TEXT = "We are hiring: come and work with us in Lisbon, four days a week, from January on, no experience needed"


def ending(url: str, body: bytes, *before: str, status: int = 200, **headers: str) -> Chain:
    """A chain that ends at this page."""
    return chain(*before, url, last=exchange(url, status, body=body, **headers))


def all_end_at(url: str, body: bytes = page(), **more) -> tuple[Chain, ...]:
    """The four usual ways, all ending at one page."""
    starts = (S, H, W, HW)
    return tuple(ending(url, body, *(() if start == url else (start,)), **more) for start in starts)


CASES = {
    "ok": Facts(all_end_at(W, page(W))),
    "not_needed": Facts((), not_needed="example.test is written down as api"),
    "two_endings": Facts((ending(S, page()), chain(H, S), ending(W, page(text=OTHER_TEXT)))),
    "duplicate": Facts((ending(S, page()), ending(W, page()))),
    "other_than_agreed": Facts(all_end_at(W), agreed=S),
    "brand_goes_elsewhere": Facts((ending(BRAND, page(text=OTHER_TEXT)),), agreed=W, second=True),
    "tag_elsewhere": Facts(all_end_at(W, page("https://staging.example.test/"))),
    "tag_not_secure": Facts(all_end_at(W, page(HW))),
    "tag_relative": Facts(all_end_at(W, page("/"))),
    "tag_twice": Facts(all_end_at(W, page(W).replace(b"</head>", b'<link rel="canonical" href="/en"></head>'))),
    "blocked_by_firewall": Facts(all_end_at(W, status=403, server="cloudflare")),
    "could_not_look": Facts((chain(S, last=silent(S, Reason.TIMEOUT), end=ChainEnd.FAULT),)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_a_page_without_a_tag_is_fine():
    """The address is clear without it."""
    assert judge(Facts(all_end_at(W, page()))).code == "ok"


@pytest.mark.parametrize("agreed", ["https://www.example.test", W, "https://WWW.example.test:443/"])
def test_the_agreed_address_may_be_spelled_in_any_way(agreed):
    """And a page below it, such as a language, is still it."""
    assert judge(Facts(all_end_at(W), agreed=agreed)).code == "ok"
    assert judge(Facts(all_end_at(W + "en"), agreed=agreed)).code == "ok"


def test_a_missing_www_or_closed_port_is_left_to_other_checks():
    """What is there ends at one address."""
    gone = tuple(chain(url, last=silent(url, Reason.DNS), end=ChainEnd.FAULT) for url in (W, HW))
    closed = chain(H, last=silent(H, Reason.REFUSED), end=ChainEnd.FAULT)
    assert judge(Facts((ending(S, page(S)), closed, *gone))).code == "ok"


def test_a_variant_that_did_not_answer_leaves_it_open():
    """It may end anywhere."""
    late = chain(S, last=silent(S, Reason.TIMEOUT), end=ChainEnd.FAULT)
    assert judge(Facts((*all_end_at(W)[1:], late))).code == "could_not_look"


def test_another_marketing_host_with_the_same_page_is_a_duplicate():
    """Two addresses for one text, although the four ways agree."""
    facts = Facts(all_end_at(W), others=(ending("https://shop.example.test/", page()),))
    verdict = judge(facts)
    assert (verdict.code, verdict.seen["likeness"]) == ("duplicate", 1.0)
    different = replace(facts, others=(ending("https://shop.example.test/", page(text=OTHER_TEXT)),))
    assert judge(different).code == "ok"


def test_empty_pages_are_not_called_duplicates():
    """Two pages drawn by a script show no text of their own."""
    empty = b"<!doctype html><script>start()</script>"
    facts = Facts(all_end_at(W, empty), others=(ending("https://shop.example.test/", empty),))
    assert judge(facts).code == "ok"


def test_a_second_domain_is_unknown_while_the_first_one_cannot_be_opened():
    """There is nothing to compare it with."""
    assert judge(Facts((ending(BRAND, page()),), second=True)).code == "could_not_look"


def test_an_error_page_at_the_end_is_unknown():
    """Nobody knows what the page would say about itself."""
    assert judge(Facts(all_end_at(W, status=500))).code == "could_not_look"


@pytest.mark.parametrize(
    ("html", "tags"),
    [
        ('<link rel=canonical href="https://a.test/">', ("https://a.test/",)),
        ("<LINK REL='Alternate CANONICAL' HREF=' https://a.test/ '>", ("https://a.test/",)),
        ('<link href="https://a.test/?a=1&amp;b=2" rel="canonical"/>', ("https://a.test/?a=1&b=2",)),
        ('<script>var x = \'<link rel="canonical" href="https://b.test/">\'</script>', ()),
        ('<!-- <link rel="canonical" href="https://b.test/"> -->', ()),
        ('<head></head><body><link rel="canonical" href="https://b.test/"></body>', ()),
        ('<link rel="stylesheet" href="a.css">', ()),
        ('<link rel="canonical">', ("",)),
    ],
)
def test_the_canonical_tag_is_read_as_browsers_do(html, tags):
    """In the head only, in any spelling, never out of scripts or comments."""
    assert read(html).canonicals == tags


@given(st.text(alphabet="<>/=\"'! -[]abclinkrel canonical&#x;\x00", max_size=400))
def test_no_page_stops_the_reader(html):
    """Pages come from strangers."""
    assert isinstance(read(html), Page)


def test_a_huge_page_is_read_in_part():
    """Tags and words are bounded."""
    found = read('<link rel="canonical" href="https://a.test/">' * 50_000 + "word " * 100_000)
    assert len(found.canonicals) == 10
    assert len(found.words) <= 5000


@given(st.lists(st.sampled_from("abcdefgh"), max_size=60), st.lists(st.sampled_from("abcdefgh"), max_size=60))
def test_likeness_is_a_measure(one, other):
    """Between 0 and 1, the same both ways, and 1 for the same text."""
    mine, theirs = (Page((), "", "", tuple(words)) for words in (one, other))
    assert 0.0 <= likeness(mine, theirs) == likeness(theirs, mine) <= 1.0
    assert likeness(mine, mine) == (1.0 if one else 0.0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://A.test", "https://a.test:443/"),
        ("http://a.test:80/x#part", "http://a.test/x"),
        ("https://a.test/%7euser", "https://a.test/~user"),
        ("https://a.test./?utm=1", "https://a.test/"),
        ("https://b\u00fccher.test/", "https://XN--BCHER-KVA.test"),
    ],
)
def test_one_place_has_one_spelling(one, other):
    """What only differs in writing is the same."""
    assert same_place(one) == same_place(other)


@given(st.text(max_size=80))
def test_any_text_has_a_place(text):
    """An unreadable URL is compared as it stands, and a place is its own place."""
    for url in (text, "https://" + text):
        assert same_place(same_place(url)) == same_place(url)


@pytest.mark.parametrize(
    ("header", "addresses"),
    [
        ('<https://a.test/>; rel="canonical"', ("https://a.test/",)),
        ("<https://a.test/>;rel=canonical", ("https://a.test/",)),
        ('</style.css>; rel="preload"; as=style, <https://a.test/?a=1,2>; rel="Canonical"', ("https://a.test/?a=1,2",)),
        ('<https://a.test/>; rel="next"', ()),
        ("https://a.test/; rel=canonical", ()),
        ("<<<<>>>>;;;;rel=,,,", ()),
    ],
)
def test_a_header_can_name_the_address_too(header, addresses):
    """Pages without HTML of their own use `Link`."""
    assert linked((header,)) == addresses


@given(st.text(alphabet='<>;,= "relcanoi', max_size=300))
def test_no_link_header_stops_the_reader(header):
    """Headers come from strangers."""
    assert len(linked((header,) * 20)) <= 10


def test_a_header_that_names_another_site_counts_like_a_tag():
    """Search engines treat both alike."""
    ends = all_end_at(W, page(), link='<https://other.test/>; rel="canonical"')
    assert judge(Facts(ends)).code == "tag_elsewhere"


@pytest.mark.parametrize(
    "piece",
    ["<!--", "<!", "<a ", "<", "</", "<script>", "<title>", "<svg>", "&#", "<link rel=canonical href=", "<a b='"],
)
def test_a_page_made_to_be_slow_is_read_at_once(piece):
    """A quarter of a megabyte of unfinished markup must not hold everything else up."""
    assert not slow_pieces(read, [piece], sizes=LARGE)


@pytest.mark.parametrize("digits", ["9" * 5000, "0" * 5000 + "65", "x" + "f" * 5000, "1" * 20])
def test_a_reference_to_no_character_is_text(digits):
    """Numbers that Python refuses to read stop neither title nor words."""
    page = read(f"<title>A &#{digits}; b</title><body>one &#{digits}; two &amp; three")
    assert page.title.startswith("A \ufffd")
    assert {"one", "two", "three"} <= set(page.words)
