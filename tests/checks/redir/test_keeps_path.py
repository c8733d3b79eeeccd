"""Judging what becomes of path and tags on the way."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.inventory import Link
from checks.net.facts import Chain, ChainEnd, Reason
from checks.redir.keeps_path import OUTCOMES, Facts, Slashes, Tagged, _lost, judge, with_tags
from tests.checks.samples import exchange, page, silent

DEEP = "launch-ready-check?x=1"
S, W, H = "https://example.test/", "https://www.example.test/", "http://example.test/"


def to(*urls: str, end: int = 404, body: bytes = b"", status: int = 301, **headers: str) -> Chain:
    """Redirects along `urls`, and how the last one answers."""
    hops = [exchange(url, status, to=target) for url, target in pairwise(urls)]
    return Chain(urls[0], (*hops, exchange(urls[-1], end, body=body, **headers)), ChainEnd.FINAL)


KEPT = (to(S + DEEP, W + DEEP), to(H + DEEP, S + DEEP, W + DEEP), to(W + DEEP))
IG = "https://example.test/ig?utm_source=ig"
PRICING = Slashes(to(W + "pricing", end=200), to(W + "pricing/", W + "pricing", end=200))

CASES = {
    "ok": Facts(KEPT),
    "ok_catch_all": Facts((to(S + DEEP, W + DEEP, end=200),)),
    "not_needed": Facts(not_needed="it is an API"),
    "query_lost": Facts((to(S + DEEP, W + "launch-ready-check"),)),
    "link_loses_tags": Facts(KEPT, (Tagged("campaign", to(IG, W + "ig", end=200)),)),
    "path_lost": Facts((to(S + DEEP, W),)),
    "path_lost_second": Facts((to(S + DEEP, W),), second=True),
    "lost_pages_go_home": Facts((to(W + DEEP, W, end=200),)),
    "slash_differs": Facts(KEPT, slashes=(Slashes(to(W + "a", end=200), to(W + "a/", end=404)),)),
    "blocked_by_firewall": Facts((to(S + DEEP, end=403, server="cloudflare"),)),
    "could_not_look": Facts((Chain(S + DEEP, (silent(S + DEEP, Reason.TIMEOUT),), ChainEnd.FAULT),)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_a_step_on_the_same_host_may_drop_a_tag_of_ours():
    """A language or a slash is added; only steps between addresses must carry everything."""
    assert judge(Facts((to(W + DEEP, W + "en/launch-ready-check", end=404),))).code == "ok"


def test_a_variant_that_is_gone_is_left_to_other_checks():
    """A missing www loses no path."""
    gone = Chain(H + DEEP, (silent(H + DEEP, Reason.DNS),), ChainEnd.FAULT)
    assert judge(Facts((*KEPT, gone))).code == "ok"


def test_a_return_address_may_use_its_code_up():
    """The page takes the code and sends the visitor on; the step to www before it must carry it."""
    start = "https://example.test/auth?code=launch-ready&state=x1"
    used = to(start, W + "auth?code=launch-ready&state=x1", W + "dashboard", end=200)
    assert judge(Facts(KEPT, (Tagged("callback", used),))).code == "ok"
    dropped = to(start, W + "auth", end=200)
    verdict = judge(Facts(KEPT, (Tagged("callback", dropped),)))
    assert (verdict.code, verdict.seen["lost"]) == ("link_loses_tags", ("code", "state"))


def test_a_campaign_link_may_add_tags_and_change_its_path():
    """What it had is still there."""
    longer = to(IG, W + "spring?utm_medium=social&utm_source=ig", end=200)
    assert judge(Facts(KEPT, (Tagged("campaign", longer),))).code == "ok"


def test_a_link_that_did_not_answer_is_open():
    """Whether it keeps its tags is not known."""
    late = Chain(IG, (silent(IG, Reason.TIMEOUT),), ChainEnd.FAULT)
    assert judge(Facts(KEPT, (Tagged("campaign", late),))).code == "could_not_look"


@pytest.mark.parametrize(
    ("pair", "code"),
    [
        (PRICING, "ok"),
        (Slashes(to(W + "a", W + "a/", end=200), to(W + "a/", end=200)), "ok"),
        (Slashes(to(W + "a", end=200), to(W + "a/", end=200)), "slash_differs"),
        (Slashes(to(W + "a", end=200, body=page(W + "a")), to(W + "a/", end=200, body=page(W + "a"))), "ok"),
        (Slashes(to(W + "login", end=200), to(W + "login/", end=200), searched=False), "ok"),
        (Slashes(to(W + "login", end=200), to(W + "login/", end=404), searched=False), "slash_differs"),
        (Slashes(to(W + "a", end=404), to(W + "a/", end=404)), "ok"),
        (Slashes(to(W + "a", end=401), to(W + "a/", end=401)), "ok"),
    ],
)
def test_both_ways_to_write_a_page_lead_to_one(pair, code):
    """By a redirect, or by the address that both pages name."""
    assert judge(Facts(KEPT, slashes=(pair,))).code == code


def test_links_get_tags_where_they_have_none():
    """Their own tags are left alone; a link to a page gets none."""
    assert with_tags(Link("https://example.test/ig", "campaign")) == "https://example.test/ig?utm_source=launch-ready"
    assert with_tags(Link(IG, "campaign")) == IG
    assert with_tags(Link("https://example.test/cb", "callback")).endswith("?code=launch-ready&state=x1")


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_two_addresses_can_be_compared(one, other):
    """Locations come from strangers; what is the same loses nothing."""
    assert isinstance(_lost(one, other), tuple)
    assert _lost(one, one) == ()
