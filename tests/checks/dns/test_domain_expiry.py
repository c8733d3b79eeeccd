"""Judging until when a domain is paid for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.dns.domain_expiry import OUTCOMES, Facts, judge, registrar
from checks.model import Severity, Status
from checks.net.facts import Fault, Rdap, Reason
from tests.checks.samples import NOW

D = "example.test"
PAID = Rdap(
    D, known=True, registered=True, expires=NOW + timedelta(days=200), statuses=("active",), registrar="Porkbun LLC"
)
OFF = Fault(Reason.BLOCKED, "switched off: with network.resolvers set, registries are asked only where …")


def left(days: float, **more: object) -> Facts:
    """A domain with this many days to go."""
    return Facts(D, replace(PAID, expires=NOW + timedelta(days=days), **more), NOW)  # type: ignore[arg-type]


CASES = {
    "ok": left(200),
    "soon": left(30),
    "very_soon": left(14),
    "expired": left(-1),
    "on_hold": left(200, statuses=("client hold", "client transfer prohibited")),
    "not_registered": Facts(D, Rdap(D, known=True, registered=False), NOW),
    "no_date": Facts(D, replace(PAID, expires=None), NOW),
    "not_own": Facts("shop.vercel.app", Rdap("shop.vercel.app", known=False), NOW, "vercel.app"),
    "switched_off": Facts(D, Rdap(D, known=False, fault=OFF), NOW),
    "could_not_look": Facts(D, Rdap(D, known=False, fault=Fault(Reason.TIMEOUT)), NOW),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    ("days", "code"),
    [(30.01, "ok"), (30, "soon"), (14.01, "soon"), (14, "very_soon"), (0, "very_soon"), (-0.01, "expired")],
)
def test_the_thresholds_are_thirty_and_fourteen_days(days, code):
    """Time enough for a bank transfer."""
    assert judge(left(days)).code == code


@pytest.mark.parametrize("status", ["client hold", "clientHold", "Server Hold", "redemption period", "pendingDelete"])
def test_a_name_that_is_switched_off_stops_a_launch(status):
    """Whatever the date says, and in both spellings."""
    verdict = judge(left(200, statuses=("active", status)))
    assert verdict.code == "on_hold"
    assert OUTCOMES[verdict.code].severity is Severity.BLOCKER


@pytest.mark.parametrize(
    "statuses",
    [
        ("client transfer prohibited", "server delete prohibited"),
        ("auto renew period",),
        ("add period", "ok"),
        ("pending transfer",),
        (),
    ],
)
def test_locks_and_grace_periods_are_no_trouble(statuses):
    """Most domains carry several."""
    assert judge(left(200, statuses=statuses)).code == "ok"


def test_a_country_domain_without_a_date_is_unknown_not_lapsed():
    """Many registries do not publish it."""
    verdict = judge(CASES["no_date"])
    assert OUTCOMES[verdict.code].status is Status.UNKNOWN
    assert judge(Facts(D, replace(PAID, expires=None, statuses=("server hold",)), NOW)).code == "on_hold"


@pytest.mark.parametrize("reason", [Reason.TIMEOUT, Reason.PROTOCOL, Reason.UNSUPPORTED, Reason.BUDGET, Reason.DNS])
def test_a_registry_that_does_not_answer_says_nothing(reason):
    """Not even about whether the domain is registered."""
    verdict = judge(Facts(D, Rdap(D, known=False, fault=Fault(reason)), NOW))
    assert verdict.code == "could_not_look"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Porkbun LLC", "Porkbun"),
        ("NAMECHEAP, INC.", "Namecheap"),
        ("Cloudflare, Inc.", "Cloudflare"),
        ("Nobody knows Ltd", "Nobody knows Ltd"),
        ("", "the company where you bought it"),
    ],
)
def test_the_company_is_named_as_its_customers_know_it(said, name):
    """With the page where they sign in, where it is known."""
    assert registrar(said)["registrar"] == name


@given(st.floats(-4000, 4000), st.lists(st.text(max_size=40), max_size=5), st.text(max_size=60))
def test_any_answer_of_a_registry_gets_one_of_ours(days, statuses, by):
    """Nothing crashes, and good answers need a date."""
    verdict = judge(left(days, statuses=tuple(statuses), registrar=by))
    assert verdict.code in OUTCOMES
    assert (verdict.code == "ok") <= (days > 30)
