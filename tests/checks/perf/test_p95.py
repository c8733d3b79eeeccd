"""Judging the usual speed from what was seen, without asking anybody."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.finding import build
from checks.inventory import History, Host, Inventory, Monitor, expand
from checks.model import Kind, Purpose
from checks.perf.p95 import (
    MODEL,
    OUTCOMES,
    PRESETS,
    STRICT,
    WORDS,
    Facts,
    endpoint_of,
    judge,
    p95,
    target_of,
)
from checks.ranks import nearest_rank
from checks.registry import load
from tests.checks.samples import NOW
from tests.engine.probes import TableProbe


def history(*milliseconds: float, failures: int = 0, **more) -> History:
    """Looks that took so long, and failed ones beside them."""
    return History(milliseconds, failures, len(milliseconds) + failures, NOW, **more)


def looks(p95_ms: float, count: int = 100) -> History:
    """So many answers, of which 95 in 100 took at most `p95_ms`, and the others much longer."""
    late = count - math.ceil(count * 0.95)
    return history(*[p95_ms] * (count - late), *[9000.0] * late)


CASES = {
    "ok": Facts(looks(300), "cached_read", 300),
    "near": Facts(looks(375), "cached_read", 300),
    "slow": Facts(looks(376), "cached_read", 300),
    "not_watched": Facts(None, "page", 800),
    "no_class": Facts(looks(300)),
    "too_few": Facts(history(*[100.0] * 19), "page", 800),
    "no_answers": Facts(history(failures=40), "page", 800),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (Facts(looks(500, 20), "auth", 500), "ok"),
        (Facts(looks(640), "dashboard", 500), "slow"),
        (Facts(looks(1000), "admin", 500), "near"),
        (Facts(looks(1001), "admin", 500), "slow"),
        (Facts(looks(5000), "webhook", 1000), "near"),
        (Facts(looks(5001), "webhook", 1000), "slow"),
        (Facts(History(), "page", 800), "not_watched"),
        (Facts(History((math.nan, math.inf, -1.0), 0, 3), "page", 800), "no_answers"),
        (Facts(replace(looks(300), since=None), "cached_read", 300), "ok"),
    ],
)
def test_the_line_between_quick_and_slow(facts, code):
    """Admin pages and messages have a second number; what is no time is no look."""
    assert judge(facts).code == code


def test_two_slow_answers_in_twenty_are_slow_and_one_is_not():
    """19 of 20 is meant as it is said."""
    quick = [100.0] * 18
    assert judge(Facts(history(*quick, 100.0, 9000.0), "page", 800)).code == "ok"
    assert judge(Facts(history(*quick, 9000.0, 9000.0), "page", 800)).code == "slow"


def test_the_words_are_numbers_that_a_founder_can_read():
    """No percentile, no percentage; too few looks are said with the number of them."""
    monitor = Monitor("Dashboard", "https://app.example.test/home", endpoint="dashboard")
    inventory = Inventory("shop", "example.test", monitors=(monitor,), history={"Dashboard": looks(640.4)})
    target = next(one for one in expand(inventory) if one.kind is Kind.MONITOR)
    verdict = judge(Facts(inventory.history["Dashboard"], "dashboard", 500))
    said = build(load()["perf.p95"], target, verdict, at=NOW).summary
    assert said == (
        "Dashboard is slow: 19 of 20 answers came within 640 ms, the target for a dashboard is 500 ms (100 looks)"
    )
    early = build(load()["perf.p95"], target, judge(Facts(history(80.0, 95.0), "dashboard", 500)), at=NOW).summary
    assert early == (
        "Too early to say how quick Dashboard is: 2 answers since 20 November 2026, 12:00 UTC, the slowest took 95 ms"
    )


def test_what_a_monitor_is_comes_from_the_nearest_word():
    """Its own word, then that of the history, then its flow, then its host; else nothing is guessed."""
    shop = Inventory(
        "shop", "a.test", hosts=(Host("a.test", Purpose.MARKETING), Host("admin.a.test", Purpose.ADMIN), Host("x.test"))
    )

    def guessed(url: str, written: str = "", kept: str = "", flow: str = "") -> str:
        return endpoint_of(Monitor("M", url, endpoint=written, flow=flow), History(endpoint=kept), shop)

    assert guessed("https://a.test/", written="billing", kept="page", flow="login") == "billing"
    assert guessed("https://a.test/", kept="cached_read", flow="login") == "cached_read"
    assert guessed("https://a.test/", flow="signup") == "auth"
    assert guessed("https://a.test/", flow="payment") == "billing"
    assert guessed("https://A.test:443/about") == "page"
    assert guessed("https://admin.a.test/") == "admin"
    assert guessed("https://x.test/") == guessed("https://other.test/") == guessed("", written="strange") == ""


def test_the_strictest_target_wins_where_the_kind_is_not_known():
    """No preset is stricter than that, and none relaxes log-in, payment or messages."""
    unset = Inventory("shop", "a.test")
    assert {endpoint: target_of(endpoint, unset) for endpoint in WORDS} == dict(STRICT)
    assert target_of("", unset) == target_of("strange", unset) == 0
    for kind in ("creator", "ecommerce", "coach", "community", "marketplace"):
        product = replace(unset, kind=kind)
        assert kind in PRESETS
        assert all(target_of(endpoint, product) >= target for endpoint, target in STRICT.items())
        assert [target_of(endpoint, product) for endpoint in ("auth", "billing", "webhook")] == [500, 500, 1000]
    with_ai = replace(unset, has_ai=True)
    assert {endpoint for endpoint in WORDS if target_of(endpoint, with_ai) > STRICT[endpoint]} == MODEL


async def test_it_asks_nobody():
    """What was seen is handed over; the world is not looked at again."""
    monitor = Monitor("Login", "https://app.example.test/login", flow="login")
    inventory = Inventory("shop", "example.test", monitors=(monitor,), history={"Login": looks(501)})
    target = next(one for one in expand(inventory) if one.kind is Kind.MONITOR)
    assert (await p95(target, TableProbe())).code == "near"
    forgotten = replace(target, inventory=replace(inventory, history={}))
    assert (await p95(forgotten, TableProbe())).code == "not_watched"


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=300).map(lambda values: tuple(sorted(values))))
def test_the_nearest_rank_is_a_value_that_was_seen(values):
    """At least 95 in 100 do not exceed it, and no smaller value that was seen does that."""
    value = nearest_rank(values)
    assert value in values
    assert sum(one <= value for one in values) * 100 >= 95 * len(values)
    assert sum(one < value for one in values) * 100 < 95 * len(values)


@given(
    st.builds(
        History,
        st.lists(st.floats(), max_size=60).map(tuple),
        st.integers(-5, 500),
        st.integers(-5, 500),
        st.sampled_from([None, NOW]),
    ),
    st.sampled_from(["", *WORDS]),
)
def test_whatever_was_kept_is_judged(kept, endpoint):
    """No number crashes it."""
    facts = Facts(kept, endpoint, target_of(endpoint, Inventory("shop", "a.test")))
    assert judge(facts).code in OUTCOMES
