"""Following the redirect map and the links of a product."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from checks.inventory import Inventory, Link, Network, RedirectRule
from checks.link_map import MOST_PER_HOST, Line, affordable, lines_of
from checks.model import Severity, Status
from checks.net.facts import Chain, ChainEnd, Reason
from checks.redir.map import OUTCOMES, Facts, judge
from tests.checks.samples import exchange, silent

HOME = "https://www.example.test/"
OLD, NEW = HOME + "old", HOME + "new"
RULE = Line(OLD, NEW, permanent=True, home=HOME)
LOGIN = Line(HOME + "login", kind="login", home=HOME)
BACK = Line(HOME + "auth/callback", kind="callback", home=HOME)
PROMO = Line(HOME + "ig", kind="campaign", home=HOME)


def to(*urls: str, status: int = 301, end: int = 200, ended: ChainEnd = ChainEnd.FINAL, **headers: str) -> Chain:
    """Redirects along `urls`, and how the last one answers."""
    hops = [exchange(url, status, to=target) for url, target in pairwise(urls)]
    return Chain(urls[0], (*hops, exchange(urls[-1], end, **headers)), ended)


def facts(line: Line, *urls: str, **how) -> Facts:
    """One line, and where it leads."""
    return Facts((line,), {line.source: to(line.source, *urls, **how)}, HOME)


CASES = {
    "ok": facts(RULE, NEW),
    "not_written_down": Facts((), home=HOME),
    "login_dead": facts(LOGIN, end=404),
    "dead": facts(RULE, NEW, end=500),
    "elsewhere": facts(RULE, HOME + "pricing"),
    "to_home": facts(RULE, HOME),
    "temporary": facts(RULE, NEW, status=302),
    "in_part": Facts((RULE, PROMO), {OLD: to(OLD, NEW)}, HOME),
    "blocked_by_firewall": facts(RULE, end=403, server="cloudflare"),
    "could_not_look": Facts((RULE,), {OLD: Chain(OLD, (silent(OLD, Reason.TIMEOUT),), ChainEnd.FAULT)}, HOME),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize("status", [404, 410, 500, 503])
def test_an_error_at_the_end_is_a_dead_link(status):
    """For log-in links that is a blocker: the requirement says so."""
    assert judge(facts(RULE, NEW, end=status)).code == "dead"
    verdict = judge(facts(LOGIN, end=status))
    assert (verdict.code, OUTCOMES[verdict.code].severity) == ("login_dead", Severity.BLOCKER)


@pytest.mark.parametrize("status", [400, 401, 403, 422])
def test_a_return_address_may_refuse_a_visit_without_its_code(status):
    """It waits for what the log-in service sends along."""
    assert judge(facts(BACK, end=status)).code == "ok"


def test_a_return_address_may_send_strangers_home():
    """Nobody comes there without a code."""
    assert judge(facts(BACK, HOME, status=302)).code == "ok"


def test_a_page_behind_a_log_in_arrives():
    """401 is somebody who answers."""
    assert judge(facts(Line(HOME + "account", kind="mail", home=HOME), end=401)).code == "ok"


@pytest.mark.parametrize("end", [ChainEnd.LOOP, ChainEnd.TOO_MANY, ChainEnd.BAD_LOCATION])
def test_a_circle_leads_nowhere(end):
    """The link never ends at a page."""
    assert judge(facts(LOGIN, ended=end, end=301)).code == "login_dead"


def test_a_link_to_a_name_that_visitors_cannot_find_is_dead():
    """Wherever on the way it is met; where only we cannot find it, nothing is proven."""
    gone = silent("https://gone.test/new", Reason.DNS)
    for line, code in ((RULE, "dead"), (LOGIN, "login_dead")):
        chain = Chain(line.source, (exchange(line.source, 301, to=gone.url), gone), ChainEnd.FAULT)
        alone = Facts((line,), {line.source: chain}, HOME)
        assert judge(alone).code == "could_not_look"
        verdict = judge(replace(alone, absent=frozenset({"gone.test"})))
        assert (verdict.code, verdict.seen["broken"]) == (code, "gone.test")
        assert "gone.test cannot be found" in str(verdict.seen["reason"])
    # A name that exists, at which a connection failed, is no missing name.
    refused = Chain(OLD, (silent("https://gone.test/new", Reason.REFUSED),), ChainEnd.FAULT)
    assert judge(Facts((RULE,), {OLD: refused}, HOME, frozenset({"gone.test"}))).code == "could_not_look"


@pytest.mark.parametrize("end", [NEW + "/", "https://WWW.example.test:443/new", NEW + "?utm_source=x"])
def test_an_address_may_be_spelled_in_any_way(end):
    """A slash, capitals or a tag do not make it another page."""
    assert judge(facts(RULE, end)).code == "ok"


def test_a_campaign_link_to_the_home_page_is_named():
    """Unless the home page is what was written down."""
    assert judge(facts(PROMO, HOME + "?utm_source=ig")).code == "to_home"
    assert judge(facts(replace(PROMO, wanted=HOME), HOME + "?utm_source=ig")).code == "ok"


def test_a_link_to_the_home_page_itself_arrives():
    """With or without www."""
    home = Line("https://example.test/", kind="campaign", home=HOME)
    assert judge(facts(home, HOME)).code == "ok"


def test_a_rule_that_is_temporary_on_purpose_is_fine():
    """`permanent: false` is written beside it; links are no rules at all."""
    assert judge(facts(replace(RULE, permanent=False), NEW, status=302)).code == "ok"
    assert judge(facts(PROMO, NEW, status=302)).code == "ok"


def test_the_worst_line_speaks_and_all_bad_ones_are_named():
    """A dead log-in before a detour."""
    both = Facts((RULE, LOGIN), {OLD: to(OLD, HOME + "pricing"), LOGIN.source: to(LOGIN.source, end=404)}, HOME)
    verdict = judge(both)
    assert verdict.code == "login_dead"
    assert verdict.seen["wrong"] == (LOGIN.source, OLD)


def test_lines_come_from_the_map_and_the_links():
    """Paths are relative to the canonical address; webhooks take no visitors; log-ins come first."""
    inventory = Inventory(
        product="shop",
        domain="example.test",
        canonical=HOME,
        redirects=(RedirectRule("/old", "/new"), RedirectRule("https://old.test/", "/", permanent=False)),
        links=(
            Link("https://example.test/ig", "campaign"),
            Link("https://api.example.test/hook", "webhook"),
            Link("https://app.example.test/login", "login"),
            Link("mailto:x@example.test", "mail"),
        ),
    )
    lines = lines_of(inventory)
    assert [line.source for line in lines] == [
        "https://app.example.test/login",
        "https://example.test/ig",
        OLD,
        "https://old.test/",
    ]
    assert [line.permanent for line in lines] == [False, False, True, False]


def test_a_long_map_goes_easy_on_the_host():
    """Some lines a run, unless the owner lifts the limit; what is left open is said, and not in green."""
    rules = tuple(RedirectRule(f"/old-{n}", "/new") for n in range(50))
    inventory = Inventory(product="shop", domain="example.test", canonical=HOME, redirects=rules)
    lines = lines_of(inventory)
    followed = affordable(lines, inventory)
    assert len(followed) == MOST_PER_HOST
    verdict = judge(Facts(lines, {line.source: to(line.source, NEW) for line in followed}, HOME))
    assert (verdict.code, verdict.seen["left"]) == ("in_part", 40)
    assert OUTCOMES[verdict.code].status is Status.UNKNOWN
    lifted = replace(inventory, network=Network(unlimited=frozenset({"www.example.test"})))
    assert len(affordable(lines, lifted)) == 50
