"""Judging how the files of a page are kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.assets import Asset
from checks.edge.static_cache import FEW, MANY, OUTCOMES, Facts, Fetched, choose, judge
from checks.inventory import Inventory, Network
from checks.net.facts import ChainEnd, Exchange, Reason
from tests.checks.samples import HOST, chain, exchange, silent

S = f"https://{HOST}/"
HASHED = Asset(f"{S}assets/app.3f9c2a71.js", "js")
PLAIN = Asset(f"{S}app.js", "js")
PICTURE = Asset(f"{S}logo.png", "img")
FOREVER = "public, max-age=31536000, immutable"
PAGE = chain(S)


def got(asset: Asset, control: str = "", *states: str, status: int = 200, **more: str) -> Fetched:
    """A file and its answers; `states` are what the edge says the first and the second time."""
    headers = {"cache_control": control} if control else {}
    answers: list[Exchange | None] = [
        exchange(asset.url, status, **headers, **more, **({"cf_cache_status": state} if state else {}))
        for state in (states or ("",))
    ]
    first, second = (*answers, None)[:2]
    assert first is not None
    return Fetched(asset, first, second)


CASES = {
    "ok": Facts(PAGE, (got(HASHED, FOREVER, "HIT"), got(PLAIN, "public, max-age=300"))),
    "no_files": Facts(PAGE),
    "all_bypass": Facts(PAGE, (got(HASHED, FOREVER, "DYNAMIC", "DYNAMIC"), got(PLAIN, "", "MISS", "MISS"))),
    "no_rules": Facts(PAGE, (got(HASHED, FOREVER), got(PICTURE))),
    "stale_after_release": Facts(PAGE, (got(PLAIN, "max-age=31536000"),)),
    "kept_too_short": Facts(PAGE, (got(HASHED, "max-age=600"),)),
    "blocked_by_firewall": Facts(chain(S, last=exchange(S, 403, server="cloudflare"))),
    "could_not_look": Facts(chain(S, last=silent(S, Reason.TIMEOUT), end=ChainEnd.FAULT)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_a_first_miss_is_how_every_cache_begins():
    """The second visitor is served from the edge."""
    assert judge(Facts(PAGE, (got(HASHED, FOREVER, "MISS", "HIT"),))).code == "ok"


def test_one_kept_file_among_others_is_not_everything():
    """The failure is that nothing at all is kept."""
    files = (got(HASHED, FOREVER, "BYPASS", "BYPASS"), got(PLAIN, "max-age=300", "MISS", "HIT"))
    assert judge(Facts(PAGE, files)).code == "ok"


def test_without_an_edge_nothing_goes_past_it():
    """Cache-Control alone decides then."""
    assert judge(Facts(PAGE, (got(HASHED, FOREVER),))).code == "ok"


def test_a_cookie_on_files_is_named_as_the_reason():
    """Answers with cookies are not kept."""
    files = (got(HASHED, FOREVER, "BYPASS", "BYPASS", set_cookie="sid=1"),)
    verdict = judge(Facts(PAGE, files))
    assert verdict.code == "all_bypass"
    assert "cookie" in str(verdict.seen["why"])


@pytest.mark.parametrize("status", [301, 304, 404, 500])
def test_what_is_no_file_has_no_rules(status):
    """Redirects and answers of workers show no cache state."""
    assert judge(Facts(PAGE, (got(PICTURE, "", status=status), got(HASHED, FOREVER)))).code == "ok"
    assert judge(Facts(PAGE, (got(PICTURE, "", status=status),))).code == "could_not_look"


@pytest.mark.parametrize("control", ["max-age=31536000, no-cache", "no-store, max-age=31536000", "max-age=3600"])
def test_a_file_that_is_asked_about_again_is_never_stale(control):
    """`no-cache` means: ask first."""
    assert judge(Facts(PAGE, (got(PLAIN, control),))).code == "ok"


def test_a_picture_without_fingerprint_may_be_kept_for_long():
    """An old logo breaks no page."""
    assert judge(Facts(PAGE, (got(PICTURE, "max-age=31536000"),))).code == "ok"


def test_expires_is_a_rule_too():
    """The header from before Cache-Control."""
    assert judge(Facts(PAGE, (got(PICTURE, expires="Thu, 31 Dec 2037 23:55:55 GMT"),))).code == "ok"


def test_a_page_that_is_down_says_nothing_about_files():
    """Its error page has files of its own."""
    assert judge(Facts(chain(S, last=exchange(S, 502)), (got(PICTURE),))).code == "could_not_look"


def test_a_few_files_of_each_kind_are_chosen():
    """One's own hosts only, what a page needs first; more where the owner lifted the limit."""
    found = [
        Asset(f"{S}{n}.{ending}", kind)
        for n in range(8)
        for ending, kind in (("png", "img"), ("js", "js"), ("css", "css"))
    ]
    found += [Asset("https://cdn.stranger.test/x.css", "css"), Asset("https://evilexample.test/x.css", "css")]
    inventory = Inventory(product="shop", domain="example.test")
    chosen = choose(found, inventory)
    assert [one.kind for one in chosen] == ["css", "js", "img", "css"]
    assert len(chosen) == FEW
    lifted = replace(inventory, network=Network(unlimited=frozenset({HOST})))
    assert len(choose(found, lifted)) == MANY
