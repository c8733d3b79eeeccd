"""Judging whether moves are said to be for good."""

from __future__ import annotations

from itertools import pairwise

import pytest

from checks.net.facts import Chain, ChainEnd, Reason
from checks.redir.permanent import OUTCOMES, Facts, judge
from tests.checks.samples import exchange, silent

S, W, H = "https://example.test/", "https://www.example.test/", "http://example.test/"
OLD = "https://old.test/"
HTML = {"content_type": "text/html"}


def moved(*urls: str, status: int = 301, body: bytes = b"<main>Shop</main>", end: int = 200) -> Chain:
    """Redirects of that status along `urls`."""
    hops = [exchange(url, status, to=to) for url, to in pairwise(urls)]
    return Chain(urls[0], (*hops, exchange(urls[-1], end, body=body, **HTML)), ChainEnd.FINAL)


REFRESH = f'<meta http-equiv="refresh" content="0; url={W}">'.encode()
CASES = {
    "ok": Facts((moved(S, W), moved(H, S, W))),
    "no_redirects": Facts((moved(S),)),
    "not_needed": Facts((), not_needed="it is an API"),
    "temporary": Facts((moved(S, W, status=307),)),
    "old_domain_temporary": Facts((moved(OLD, W, status=302),), second=True),
    "page_sends_on": Facts((moved(S, body=REFRESH),)),
    "blocked_by_firewall": Facts((Chain(S, (exchange(S, 403, server="cloudflare"),), ChainEnd.FINAL),)),
    "could_not_look": Facts((Chain(S, (silent(S, Reason.TIMEOUT),), ChainEnd.FAULT),)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    ("status", "code"), [(301, "ok"), (308, "ok"), (302, "temporary"), (303, "temporary"), (307, "temporary")]
)
def test_the_status_says_for_how_long(status, code):
    """301 and 308 are for good (RFC 9110)."""
    assert judge(Facts((moved(S, W, status=status),))).code == code
    assert judge(Facts((moved(H, S, status=status),))).code == code


@pytest.mark.parametrize("path", ["login", "en", "dashboard?from=home"])
def test_a_step_on_the_same_host_may_be_temporary(path):
    """`/` to `/login` or to a language depends on who comes."""
    assert judge(Facts((moved(W, W + path, status=302),))).code == "no_redirects"
    assert judge(Facts((moved(W, W + path, status=307),))).code == "no_redirects"


def test_a_visitor_may_be_sent_to_the_app_for_now():
    """The start page leads to the app's log-in: that is the app's business."""
    to_app = moved(S, "https://app.example.test/login", status=302)
    assert judge(Facts((to_app,), apps=frozenset({"app.example.test"}))).code == "ok"
    assert judge(Facts((to_app,))).code == "temporary"


def test_what_is_written_down_as_temporary_is_on_purpose():
    """A campaign domain that will move again."""
    assert judge(Facts((moved(OLD, W, status=302),), second=True, on_purpose=frozenset({OLD}))).code == "ok"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (REFRESH, "page_sends_on"),
        (f"<META HTTP-EQUIV=Refresh CONTENT=\"5;URL='{W}'\">".encode(), "page_sends_on"),
        (f'<html><body><script>window.location.replace("{W}")</script></body></html>'.encode(), "page_sends_on"),
        (f"<script>location.href = '{W}';</script>".encode(), "page_sends_on"),
        (f"<script>if (location.href == '{W}') go()</script>".encode(), "no_redirects"),
        (b'<meta http-equiv="refresh" content="300">', "no_redirects"),
        (b'<meta http-equiv="refresh" content="0; url=/en">', "no_redirects"),
        (f'<p>a</p><p>b</p><p>c</p><script>b.onclick=()=>{{location.href="{W}"}}</script>'.encode(), "no_redirects"),
        (f'<!-- <meta http-equiv="refresh" content="0; url={W}"> -->'.encode(), "no_redirects"),
    ],
)
def test_a_page_in_place_of_a_redirect_is_told_from_a_page(body, code):
    """By its refresh tag, or by a script that is all there is."""
    assert judge(Facts((moved(S, body=body),))).code == code


def test_variants_that_are_not_there_are_left_to_other_checks():
    """What answered is judged."""
    gone = Chain(H, (silent(H, Reason.REFUSED),), ChainEnd.FAULT)
    assert judge(Facts((moved(S, W), gone))).code == "ok"
