"""Reading what an answer says about being kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.cache_headers import age, control, edge_said, kept, parse
from checks.net.facts import Exchange
from tests.growth import LARGE, slow_pieces


def answer(*headers: tuple[str, str]) -> Exchange:
    """An answer with these headers."""
    return Exchange("https://a.test/", status=200, headers=headers)


@pytest.mark.parametrize(
    ("header", "max_age", "shared", "forbids", "invites"),
    [
        ("", None, None, False, False),
        ("max-age=60", 60, 60, False, False),
        ("public, max-age=31536000, immutable", 31536000, 31536000, False, True),
        ("PUBLIC,MAX-AGE=60", 60, 60, False, True),
        ("max-age=0, s-maxage=600", 0, 600, False, True),
        ("private, no-store", None, None, True, False),
        ("no-store", None, None, True, False),
        ('private="set-cookie", max-age=60', 60, 60, False, False),
        ('max-age="60"', 60, 60, False, False),
        ("max-age=-1", None, None, False, False),
        ("max-age=99999999999999999999", 315360000, 315360000, False, False),
        ("public, no-cache", None, None, False, False),
        ("max-age=60, max-age=9", 60, 60, False, False),
        ("???, public", None, None, False, True),
        ('x="a, public', None, None, False, True),
    ],
)
def test_directives_mean_what_the_standard_says(header, max_age, shared, forbids, invites):
    """RFC 9111 section 5.2; what cannot be read is left out."""
    found = parse(header)
    assert (found.max_age, found.shared_age, found.forbids_sharing, found.invites_sharing) == (
        max_age,
        shared,
        forbids,
        invites,
    )


def test_header_lines_are_one_list():
    """Two lines say as much as one."""
    both = control(answer(("cache-control", "public"), ("cache-control", "max-age=5")))
    assert (both.invites_sharing, both.max_age, both.said) == (True, 5, True)


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("cf-cache-status", "HIT", "hit"),
        ("cf-cache-status", "REVALIDATED", "hit"),
        ("cf-cache-status", "MISS", "miss"),
        ("cf-cache-status", "EXPIRED", "miss"),
        ("cf-cache-status", "DYNAMIC", "bypass"),
        ("cf-cache-status", "BYPASS", "bypass"),
        ("x-cache", "Hit from cloudfront", "hit"),
        ("x-cache", "Miss from cloudfront", "miss"),
        ("x-cache", "MISS, HIT", "hit"),
        ("x-cache", "TCP_MEM_HIT from a23", "hit"),
        ("x-vercel-cache", "PRERENDER", "hit"),
        ("cdn-cache", "BYPASS", "bypass"),
        ("cache-status", '"Netlify Edge"; hit', "hit"),
        ("cache-status", '"Netlify Edge"; fwd=miss', "miss"),
        ("cache-status", "Origin; hit, Edge; fwd=uri-miss", "miss"),
        ("x-cache", "configured", ""),
        ("server", "hit", ""),
    ],
)
def test_edges_are_understood_in_their_own_words(name, value, word):
    """Cloudflare, CloudFront, Fastly, Akamai, Vercel, bunny and RFC 9211."""
    assert edge_said(answer((name, value)))[0] == word


def test_age_says_that_an_answer_was_kept():
    """Also where no edge says so."""
    assert kept(answer(("age", "12"))) == "age: 12"
    assert kept(answer(("age", "0"))) == kept(answer(("age", "old"))) == kept(answer()) == ""
    assert kept(answer(("cf-cache-status", "HIT"))) == "cf-cache-status: HIT"
    assert kept(answer(("cf-cache-status", "MISS"))) == ""


@given(st.binary(max_size=600))
def test_no_header_stops_the_reader(data):
    """Headers come from strangers."""
    text = data.decode("latin-1")
    for name in ("cache-control", "cf-cache-status", "x-cache", "cache-status", "age"):
        one = answer((name, text))
        assert age(one) >= 0
        assert edge_said(one)[0] in ("", "hit", "miss", "bypass")
        found = control(one)
        assert found.max_age is None or found.max_age >= 0


@pytest.mark.parametrize("piece", ["a=", '="', ",", "a ", '"', "x=y,", " "])
def test_long_headers_are_read_in_time(piece):
    """Thousands of half directives take as long as they are many."""
    assert not slow_pieces(parse, [piece], sizes=LARGE)
