"""What a start page weighs and how it does on a phone, and what one run of a browser does not prove."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.assets import Asset
from checks.finding import build
from checks.inventory import Host, Inventory, expand
from checks.measured import Budget, Lighthouse, Weight
from checks.model import Kind, Purpose
from checks.net.facts import Chain, ChainEnd, Exchange
from checks.page_weight import size_of, weight_of
from checks.perf.page import OUTCOMES, Facts, judge, page
from checks.registry import load
from tests.checks.samples import NOW
from tests.engine.probes import TableProbe

URL = "https://app.example.test/"
LIGHT = Weight(URL, 20_000, 180_000, 30_000, 90_000, 0, requests=14, heaviest=((URL + "app.js", 150_000),), status=200)
BUDGET = Budget(300_000, 1_500_000, 40)
PHONE = Lighthouse(URL, 3, 91, 1900.0, 80.0, ("Chatty",))
CASES = {
    "ok": Facts(LIGHT, BUDGET),
    "quick": Facts(LIGHT, BUDGET, lighthouse=PHONE),
    "slow_on_phones": Facts(lighthouse=replace(PHONE, lcp_ms=3400.0, score=61)),
    "low_score": Facts(lighthouse=replace(PHONE, score=80)),
    "too_heavy": Facts(replace(LIGHT, scripts=420_000), BUDGET),
    "scripts_grew": Facts(replace(LIGHT, scripts=200_000), BUDGET, before=180_000),
    "asks_again": Facts(lighthouse=replace(PHONE, storms=((URL + "api/me", 7),))),
    "held_up_by_others": Facts(lighthouse=replace(PHONE, third_party_ms=410.0)),
    "too_few_runs": Facts(lighthouse=replace(PHONE, lcp_ms=3400.0, runs=1)),
    "no_budget": Facts(),
    "no_page": Facts(Weight(URL, 900, status=200, html=False), BUDGET),
    "blocked_by_firewall": Facts(Weight(URL, reason="a challenge page", blocked="a challenge page"), BUDGET),
    "could_not_look": Facts(Weight(URL, reason="the server did not answer in time"), BUDGET),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (Facts(replace(LIGHT, scripts=300_000), BUDGET), "ok"),
        (Facts(replace(LIGHT, scripts=300_001), BUDGET), "too_heavy"),
        (Facts(replace(LIGHT, requests=41), BUDGET), "too_heavy"),
        (Facts(replace(LIGHT, pictures=1_400_000), BUDGET), "too_heavy"),
        (Facts(replace(LIGHT, scripts=198_000), BUDGET, before=180_000), "ok"),
        (Facts(LIGHT, Budget(), before=100_000), "scripts_grew"),
        (Facts(lighthouse=replace(PHONE, lcp_ms=2500.0, score=81)), "quick"),
        (Facts(lighthouse=Lighthouse(URL, 3)), "no_budget"),
        (Facts(Weight(URL, reason="gone"), BUDGET, lighthouse=replace(PHONE, score=40)), "low_score"),
    ],
)
def test_where_the_lines_are(facts, code):
    """Budgets are what may be, not what must not be reached; 10 % more script; 2.5 s; more than 80."""
    assert judge(facts).code == code


def test_the_founder_reads_what_is_over_and_the_largest_file():
    """Numbers in kilobytes, and where to look first."""
    facts = Facts(replace(LIGHT, scripts=420_400, requests=52, at_least=True), BUDGET)
    target = next(
        one
        for one in expand(Inventory("shop", "example.test", hosts=(Host("app.example.test", Purpose.APP),)))
        if one.kind is Kind.HOST
    )
    finding = build(load()["perf.page"], target, judge(facts), at=NOW)
    assert finding.summary == (
        "The start page of app.example.test is over your budget:"
        " at least 420 kB of script instead of 300 kB; 52 requests instead of 40"
    )
    assert finding.fix[0] == "Look at the largest files first: https://app.example.test/app.js (150 kB)."


async def test_without_a_budget_nothing_is_fetched():
    """Nobody asked for it."""
    inventory = Inventory("shop", "example.test", hosts=(Host("app.example.test", Purpose.APP),))
    target = next(one for one in expand(inventory) if one.kind is Kind.HOST)
    probe = TableProbe()
    assert (await page(target, probe)).code == "no_budget"
    assert not probe.asked


def answer(url: str, body: bytes = b"", status: int = 200, *headers: tuple[str, str], truncated: bool = False):
    """One answer."""
    return Exchange(url, status=status, headers=headers, body=body, truncated=truncated)


def test_bytes_are_counted_as_they_came_over_the_wire():
    """By the length that was said; what was unpacked is packed again; what was cut off is at least that."""
    assert size_of(answer(URL, b"x" * 10, 200, ("content-length", "120000"), truncated=True)) == (120_000, True)
    assert size_of(answer(URL, b"x" * 500)) == (500, True)
    assert size_of(answer(URL, b"x" * 500, truncated=True)) == (500, False)
    packed, whole = size_of(answer(URL, b"abcdefgh" * 5000, 200, ("content-encoding", "gzip")))
    assert whole
    assert 50 < packed < 400
    assert size_of(answer(URL, b"x", 200, ("content-length", "9" * 30)))[0] == 1


def test_what_is_missing_weighs_nothing_and_is_counted():
    """A script that is gone is a request all the same."""
    chain = Chain(URL, (answer(URL, b"<!doctype html>", 200),), ChainEnd.FINAL)
    files = [
        (Asset(URL + "a.js", "js"), answer(URL + "a.js", b"x" * 40_000)),
        (Asset(URL + "b.js", "js"), answer(URL + "b.js", b"not found", 404)),
        (Asset(URL + "c.css", "css"), answer(URL + "c.css", b"y" * 9_000)),
    ]
    weight = weight_of(chain, files, more=2)
    assert (weight.scripts, weight.styles, weight.page, weight.total) == (40_000, 9_000, 15, 49_015)
    assert (weight.requests, weight.missing, weight.at_least) == (6, 1, True)
    assert weight.heaviest == ((URL + "a.js", 40_000), (URL + "c.css", 9_000))
