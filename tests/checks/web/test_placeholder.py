"""Recognising pages that stand in for the product, and leaving articles about them alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import providers
from checks.net.facts import Chain, ChainEnd, Reason
from checks.stand_in import recognise
from checks.web.placeholder import OUTCOMES, judge
from tests.checks.planted import visited
from tests.checks.samples import HOST, chain, exchange, page, silent
from tests.growth import LARGE, slow_pieces

NGINX = "<!DOCTYPE html><title>Welcome to nginx!</title><h1>Welcome to nginx!</h1><p>It is installed.</p>"


def titled(title: str, text: str = "", **more: object) -> Chain:
    """A visit to a small page."""
    return visited(f"<!doctype html><html><head><title>{title}</title></head><body>{text}</body></html>", **more)


CASES = {
    "ok": visited(page().decode()),
    "only_leads_on": (chain(f"https://{HOST}/", "https://www.example.test/"), frozenset({"www.example.test"})),
    "parking_page": visited("<title>example.test</title><script src='https://img.sedoparking.com/x.js'></script>"),
    "first_page": visited(NGINX),
    "not_published": visited("The deployment could not be found.\n\nDEPLOYMENT_NOT_FOUND", status=404),
    "locked_shop": titled("Shop", "<p>Enter using password</p>"),
    "maintenance": titled("Down for maintenance", "<p>We are back at nine.</p>"),
    "coming_soon": titled("Coming soon"),
    "blocked_by_firewall": visited(status=403, server="cloudflare"),
    "could_not_look": Chain(f"https://{HOST}/", (silent(f"https://{HOST}/", Reason.TIMEOUT),), ChainEnd.FAULT),
}
ARTICLE = "<p>" + "We moved our shop from another company last year and this is what we have learned. " * 60 + "</p>"


def judged(facts: object, others: frozenset[str] = frozenset()) -> object:
    """A visit, or a visit and the other hosts."""
    return judge(facts, others)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    case = CASES[code]
    assert (judge(*case) if isinstance(case, tuple) else judge(case)).code == code


KNOWN = [
    (entry.name, phrase)
    for kind, key in (
        ("registrars", "parking"),
        ("hosts", "gone"),
        ("platforms", "closed"),
        ("platforms", "placeholder"),
    )
    for entry in providers.load(kind)
    for phrase in entry.texts(key)
    if len(phrase) >= 10
]


@pytest.mark.parametrize(("company", "phrase"), KNOWN)
def test_what_each_company_shows_is_recognised_on_a_short_page_only(company, phrase):
    """An article that quotes it is an article."""
    assert recognise(visited(f"<h1>{phrase}</h1>", status=404).last) is not None
    assert recognise(visited(f"<title>Our blog</title>{ARTICLE}<p>{phrase}</p>").last) is None


@pytest.mark.parametrize("words", ["Coming soon", "It works!", "maintenance", "This domain is for sale", "no such app"])
def test_the_same_words_in_an_article_prove_nothing(words):
    """Blog posts speak of such pages."""
    assert judge(titled("How we launched", ARTICLE + words)).code == "ok"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Planly: maintenance plans for boilers", ""),
        ("Ceramics", "<p>A new glaze is coming soon.</p>" + "<p>Bowls, cups and plates, made by hand.</p>" * 20),
        ("Shop", "<p>Log in with your password</p>"),
        ("Site for people who write", "<p>Start for free</p>"),
    ],
)
def test_a_product_that_uses_such_words_is_a_product(title, text):
    """Only what says that nothing is there counts."""
    assert judge(titled(title, text)).code == "ok"


def test_an_error_page_is_left_to_the_checks_of_errors():
    """Nobody knows what would stand there."""
    assert judge(visited("oops", status=502)).code == "could_not_look"
    assert judge(visited("not here", status=404)).code == "could_not_look"
    assert judge(visited('{"error":"not found"}', status=404), for_people=False).code == "ok"


def test_a_redirect_to_a_seller_of_domains_is_recognised_where_it_ends():
    """The chain leaves the host."""
    sold = exchange(
        "https://www.hugedomains.com/x", body=b"<title>Buy</title><a href='https://www.hugedomains.com/'>x</a>"
    )
    assert judge(chain(f"https://{HOST}/", sold.url, last=sold)).code == "parking_page"


@given(st.binary(max_size=3000))
def test_no_bytes_stop_the_recognition(data):
    """Pages come from strangers."""
    recognise(exchange(body=data))


@pytest.mark.parametrize(
    "piece", ["<", "<script", "<script>", "<!--", "</script>", "domain is ", "courtesy of ", "\x01", "<a "]
)
def test_a_megabyte_made_to_be_slow_is_not(piece):
    """Time in proportion to the text."""
    assert not slow_pieces(lambda text: recognise(exchange(body=text.encode())), [piece], sizes=LARGE)
