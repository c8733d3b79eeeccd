"""Counting the steps to a page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.model import Severity, Status
from checks.net.facts import Chain, ChainEnd, Reason
from checks.redir.hops import OUTCOMES, judge
from tests.checks.samples import chain, exchange, silent

H, W, DEEP = "http://example.test/", "https://www.example.test/", "launch-ready-check?x=1"
S, HW = "https://example.test/", "http://www.example.test/"
STRAIGHT = (chain(S, W), chain(H, W), chain(W), chain(HW, W))
UPGRADE = (chain(S, W), chain(H, S, W), chain(W), chain(HW, W))


def gone(url: str, reason: Reason = Reason.DNS) -> Chain:
    """A variant that is not there."""
    return chain(url, last=silent(url, reason), end=ChainEnd.FAULT)


CASES = {
    "ok": (STRAIGHT,),
    "ok_with_upgrade": (UPGRADE,),
    "extra_hop": ((chain(S, "https://example.test/start", W), *STRAIGHT[1:]),),
    "too_many_hops": ((chain(H, S, W, W + "en"), *STRAIGHT[:1]),),
    "could_not_look": ((gone(S, Reason.TIMEOUT), gone(W, Reason.TIMEOUT)),),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(*CASES[code]).code == code


@pytest.mark.parametrize(
    ("urls", "hops", "code"),
    [
        ((H + DEEP, S + DEEP, W + DEEP, W), 2, "ok_with_upgrade"),
        ((S + DEEP, W + DEEP, W + "404", W + "en/404"), 1, "ok"),
        ((W + DEEP, W + "login?next=x"), 0, "ok"),
        ((S + DEEP, W, W + "en"), 2, "extra_hop"),
        ((H + DEEP, HW + DEEP, W + DEEP, W), 2, "extra_hop"),
        ((S + DEEP, W + DEEP.replace("?", "/?")), 1, "ok"),
        ((W + DEEP, W + DEEP.replace("?", "/?"), W), 1, "ok"),
        ((S, W, W + "en"), 2, "extra_hop"),
    ],
)
def test_where_a_site_sends_visitors_of_a_lost_page_is_no_step_of_the_way(urls, hops, code):
    """Many sites lead to the home page or a log-in then; a detour on the way there still counts."""
    verdict = judge((chain(*urls),))
    assert (verdict.code, verdict.seen["most"]) == (code, hops)


@pytest.mark.parametrize(
    ("urls", "code"),
    [
        ((S,), "ok"),
        ((S, W), "ok"),
        ((S, S + "a", W), "extra_hop"),
        ((H, S), "ok"),
        ((H, W), "ok"),
        ((H, S, W), "ok_with_upgrade"),
        ((H + DEEP, S + DEEP, W + DEEP), "ok_with_upgrade"),
        ((H, S, S + "en"), "ok_with_upgrade"),
        ((H, HW, W), "extra_hop"),
        ((H, W, W + "en"), "extra_hop"),
        ((H, S + "en", W + "en"), "extra_hop"),
        ((H, S, W, W + "en"), "too_many_hops"),
        ((S, S + "a", S + "b", W), "too_many_hops"),
    ],
)
def test_only_the_safe_order_may_take_two_steps(urls, code):
    """First to https on the same name, then on to the final address; anything else with two steps is one too many."""
    assert judge((chain(*urls),)).code == code


def test_the_number_of_steps_is_always_shown():
    """Also where all is well, and whether the stricter requirement of one step holds."""
    seen = judge(UPGRADE).seen
    assert seen["hops"] == {S: 1, H: 2, W: 0, HW: 1}
    assert seen["one_hop_or_fewer"] is False
    assert judge(STRAIGHT).seen["one_hop_or_fewer"] is True


@pytest.mark.parametrize("missing", [gone(HW), gone(W), gone(H, Reason.REFUSED)])
def test_variants_that_are_not_there_are_left_to_other_checks(missing):
    """A missing www or a closed port 80 is no chain."""
    verdict = judge((chain(S), missing))
    assert verdict.code == "ok"
    assert verdict.seen["not_measured"] == (missing.start,)


def test_a_deep_page_that_is_not_found_still_counts_its_steps():
    """Only the way there matters."""
    lost = chain(S + DEEP, W + DEEP, last=exchange(W + DEEP, 404))
    assert judge((lost,)).code == "ok"


def test_a_circle_is_left_to_its_own_check():
    """It has no number of steps."""
    circle = chain(S, W, end=ChainEnd.LOOP, next_url=S)
    assert judge((circle, chain(W))).code == "could_not_look"


def test_a_bad_variant_is_told_even_if_another_could_not_be_measured():
    """What was seen was seen."""
    assert judge((gone(W, Reason.TIMEOUT), chain(H, HW, W))).code == "extra_hop"


@given(st.integers(min_value=0, max_value=9), st.integers(min_value=0, max_value=9))
def test_more_steps_are_never_better(one, other):
    """The status only gets worse with the number of steps."""
    order = [Status.PASS, Status.WARN, Status.FAIL]

    def rank(count: int) -> int:
        urls = [S, *(f"{S}{n}" for n in range(count))]
        return order.index(OUTCOMES[judge((chain(*urls),)).code].status)

    assert (rank(one) <= rank(other)) == (one <= other) or rank(one) == rank(other)


def test_a_warning_is_not_of_severity_high():
    """One step too many stops no launch."""
    assert OUTCOMES["extra_hop"].severity is Severity.MEDIUM
