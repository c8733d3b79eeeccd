"""Judging whether the shield lets customers and machines through."""

from __future__ import annotations

import pytest

from checks.edge.not_blocking import MOST, OUTCOMES, Facts, Place, judge, places_of
from checks.inventory import Host, Inventory, Link, Monitor
from checks.model import Purpose
from checks.net.facts import Reason
from tests.checks.samples import exchange, silent

HOOK = Place("https://api.example.test/webhooks/payments", "webhook")
API = Place("https://api.example.test/health", "api")
LOGIN = Place("https://app.example.test/login", "login")
PAY = Place("https://app.example.test/checkout", "payment")
PUZZLE = {"server": "cloudflare", "cf_mitigated": "challenge"}


def facts(place: Place, status: int = 200, **headers: str) -> Facts:
    """One address and its answer, beside one that is fine."""
    return Facts(((API, exchange(API.url)), (place, exchange(place.url, status, **headers))))


CASES = {
    "ok": facts(HOOK, 400),
    "nothing_known": Facts(),
    "machine_challenged": facts(HOOK, 403, **PUZZLE),
    "machine_refused": facts(HOOK, 403, server="cloudflare"),
    "people_challenged": facts(LOGIN, 403, **PUZZLE),
    "takes_anything": facts(HOOK, 200),
    "nobody_there": facts(HOOK, 404),
    "could_not_look": Facts(((HOOK, silent(HOOK.url, Reason.TIMEOUT)),)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (HOOK, "machine_challenged"),
        (API, "machine_challenged"),
        (LOGIN, "people_challenged"),
        (PAY, "people_challenged"),
    ],
)
def test_machines_cannot_solve_puzzles_and_people_can(place, code):
    """So one is a failure and the other a warning."""
    assert judge(Facts(((place, exchange(place.url, 403, **PUZZLE)),))).code == code


@pytest.mark.parametrize(
    ("header", "value"),
    [("cf_mitigated", "challenge"), ("x_vercel_mitigated", "challenge"), ("x_amzn_waf_action", "captcha")],
)
def test_each_edge_says_it_in_its_own_header(header, value):
    """Cloudflare, Vercel and AWS document theirs."""
    assert judge(facts(HOOK, 403, **{header: value})).code == "machine_challenged"


@pytest.mark.parametrize("status", [400, 401, 403, 422, 500, 301])
def test_a_receiver_that_refuses_a_message_without_signature_is_right(status):
    """Whatever it says, it was the code that said it."""
    assert judge(facts(HOOK, status)).code == "ok"


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_message_that_nobody_signed_must_not_be_taken(status):
    """Otherwise anybody can say that an order was paid."""
    assert judge(facts(HOOK, status)).code == "takes_anything"


@pytest.mark.parametrize("place", [LOGIN, PAY, API])
def test_an_error_of_the_page_itself_is_left_to_its_monitor(place):
    """404, 401 or 500 are no shield."""
    for status in (401, 404, 405, 500):
        assert judge(facts(place, status)).code == "ok"


def test_a_page_that_turns_this_bot_away_may_let_people_in():
    """A plain refusal is not a puzzle, and people are not bots."""
    assert judge(facts(LOGIN, 403, server="cloudflare")).code == "ok"


def test_a_puzzle_is_said_before_anything_else():
    """The worst one speaks."""
    both = Facts(((HOOK, exchange(HOOK.url, 200)), (API, exchange(API.url, 403, **PUZZLE))))
    assert judge(both).code == "machine_challenged"


def test_places_are_those_that_are_written_down():
    """Links, monitors and API hosts, machines first, each once, and not without end."""
    inventory = Inventory(
        product="shop",
        domain="example.test",
        hosts=(Host("api.example.test", Purpose.API), Host("v2.example.test", Purpose.API)),
        links=(Link(HOOK.url, "webhook"), Link(LOGIN.url, "login"), Link("https://example.test/ig", "campaign")),
        monitors=(
            Monitor("Hook", HOOK.url, endpoint="webhook"),
            Monitor("API", API.url),
            Monitor("Checkout", PAY.url, flow="payment"),
            Monitor("Home", "https://example.test/"),
        ),
    )
    assert places_of(inventory) == (HOOK, API, Place("https://v2.example.test/", "api"), PAY, LOGIN)
    many = Inventory(
        product="shop",
        domain="example.test",
        links=tuple(Link(f"https://example.test/{n}", "webhook") for n in range(99)),
    )
    assert len(places_of(many)) == MOST
