"""Judging whether a cache keeps what belongs to one customer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.edge.private_not_cached import OUTCOMES, Facts, Twice, addresses, judge, personal
from checks.model import Severity
from checks.net.facts import Exchange, Reason
from tests.checks.samples import HOST, exchange, silent
from tests.growth import LARGE, slow_pieces

S = f"https://{HOST}/"
URL = f"{S}dashboard"
NO_STORE = {"cache_control": "private, no-store"}
HIT = {"cf_cache_status": "HIT"}
MEMBERS = b"<h1>Your members</h1><p>38 members, 3 new this week</p>"
SIGNED_IN = b"<p>Signed in as anna.larsen@mail.test</p>"
SHELL = b'<div id="root"></div><script src="/app.js"></script>'
PUBLIC = exchange(S, body=b"<p>Write to support@example.test</p>")


def page(status: int = 200, body: bytes = MEMBERS, **headers: str) -> Exchange:
    """One answer of the private page."""
    return exchange(URL, status, body=body, **headers)


def facts(first: Exchange, second: Exchange | None = None, public: Exchange = PUBLIC) -> Facts:
    """Two looks at it; the second is like the first unless given."""
    return Facts((Twice("/dashboard", first, second or first),), public)


CASES = {
    "ok": facts(page(**NO_STORE)),
    "turned_away": facts(page(401, b"Please log in")),
    "same_for_all": facts(page(body=SHELL, **HIT), public=exchange(S, body=SHELL)),
    "not_written_down": Facts(),
    "customer_shown": facts(page(body=SIGNED_IN, **HIT)),
    "kept": facts(page(**HIT)),
    "refusal_kept": facts(exchange(URL, 302, to="/login", **HIT)),
    "cookie_may_be_kept": facts(page(cache_control="public, max-age=60", set_cookie="session=1; Secure")),
    "not_forbidden": facts(page()),
    "blocked_by_firewall": facts(page(403, server="cloudflare")),
    "could_not_look": facts(silent(URL, Reason.TIMEOUT)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize("sign", [HIT, {"age": "7"}, {"x_cache": "Hit from cloudfront"}, {"x_vercel_cache": "STALE"}])
def test_an_answer_out_of_a_cache_is_a_failure(sign):
    """Whoever says so, and in whatever header."""
    assert judge(facts(page(**sign))).code == "kept"
    assert judge(facts(page(cf_cache_status="MISS"), page(**sign))).code == "kept"


def test_the_header_of_the_server_does_not_excuse_the_edge():
    """A rule to cache everything ignores `no-store`: the answer came out of a cache all the same."""
    assert judge(facts(page(**NO_STORE, **HIT))).code == "kept"


def test_a_strangers_address_on_the_page_is_the_worst_case():
    """A blocker, to be said at once."""
    assert OUTCOMES["customer_shown"].severity is Severity.BLOCKER
    assert judge(facts(page(body=SIGNED_IN, age="3"))).code == "customer_shown"


@pytest.mark.parametrize(
    "text",
    [b"support@example.test", b"you@example.com", b"no-reply@x.test", b"Hello+promo@x.test", b"not an @ddress", b"a@b"],
)
def test_boxes_of_the_company_are_no_customers(text):
    """Every footer has one, and empty forms show an example."""
    assert judge(facts(page(body=text, **HIT))).code == "kept"


def test_what_the_public_page_shows_is_no_secret():
    """The founder's own address is on the home page too."""
    public = exchange(S, body=b"<p>mia.larsen@example.test</p>")
    assert not personal(page(body=b"mia.larsen@example.test"), public)
    assert personal(page(body=b"mia.larsen@example.test"), None)


def test_the_empty_shell_of_an_app_may_be_kept():
    """The HTML is the same for everybody; the data comes later. A page that only looks alike is none."""
    start = exchange(S, body=SHELL)
    assert judge(facts(page(body=SHELL), public=start)).code == "same_for_all"
    assert judge(facts(page(body=SHELL + b"<p>Anna</p>", **HIT), public=start)).code == "kept"
    changing = facts(page(body=SHELL, **HIT), page(body=b"<p>Anna</p>", **HIT), public=start)
    assert judge(changing).code == "kept"


@pytest.mark.parametrize(("status", "to"), [(401, ""), (403, ""), (404, ""), (302, "/login")])
def test_a_stranger_who_is_turned_away_sees_nothing(status, to):
    """Without a lifetime of its own no cache keeps such an answer."""
    assert judge(facts(exchange(URL, status, to=to, server="nginx"))).code == "turned_away"
    assert judge(facts(exchange(URL, status, to=to, cache_control="max-age=60"))).code == "not_forbidden"


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_server_in_trouble_proves_nothing(status):
    """Neither green nor red."""
    assert judge(facts(page(status))).code == "could_not_look"


def test_the_worst_of_several_pages_speaks():
    """One leak is enough."""
    pages = (Twice("/a", page(**NO_STORE), page(**NO_STORE)), Twice("/b", page(**HIT), page(**HIT)))
    verdict = judge(Facts(pages, PUBLIC))
    assert (verdict.code, verdict.seen["path"]) == ("kept", "/b")


def test_a_cookie_that_is_taken_back_is_nobodys():
    """Logging out hands nothing out."""
    assert (
        judge(facts(page(cache_control="public, max-age=60", set_cookie="session=; Max-Age=0"))).code == "not_forbidden"
    )


@given(st.binary(max_size=400))
def test_no_page_stops_the_search_for_addresses(data):
    """Pages come from strangers."""
    assert all("@" in one for one in addresses(data.decode("latin-1")))


@pytest.mark.parametrize("piece", ["a@", "a", "a.", "@", "a@b.", "a@b-", "%+@a.b"])
def test_long_pages_are_searched_in_time(piece):
    """Whatever is repeated for ever: time grows with the length alone."""
    assert not slow_pieces(addresses, [piece], sizes=LARGE)
