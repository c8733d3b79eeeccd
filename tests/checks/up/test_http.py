"""Judging whether a page is up, and in which way it is not."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.inventory import Monitor
from checks.model import Status
from checks.net.facts import ChainEnd, DnsStatus, Exchange, Fault, Reason
from checks.up.http import CLASS, OUTCOMES, Facts, judge
from tests.checks.samples import HOST, answer, chain, everywhere, exchange, silent

URL = f"https://{HOST}/login"
PLAIN = Monitor("Login", URL)


def seen_by(monitor: Monitor, last: Exchange, *before: str, **more) -> Facts:
    """What a monitor saw at the end of a chain."""
    return Facts(monitor, chain(*before, last.url, last=last), **more)


def answers(status: int = 200, body: bytes = b"Sign in", **more) -> Exchange:
    """The page's own answer."""
    return exchange(URL, status, body=body, **more)


def failing(reason: Reason, **more) -> Facts:
    """No answer."""
    return Facts(PLAIN, chain(URL, last=silent(URL, reason), end=ChainEnd.FAULT), **more)


SLOW = answers(server_ms=3000)
CASES = {
    "up": seen_by(PLAIN, answers()),
    "slow": seen_by(PLAIN, SLOW, more=(SLOW, SLOW, answers(), answers())),
    "dns": failing(Reason.DNS),
    "tls": failing(Reason.TLS),
    "refused": failing(Reason.REFUSED),
    "unreachable": failing(Reason.UNREACHABLE),
    "timeout": failing(Reason.TIMEOUT),
    "reset": failing(Reason.RESET),
    "garbled": failing(Reason.PROTOCOL),
    "http_5xx": seen_by(PLAIN, answers(502)),
    "http_4xx": seen_by(PLAIN, answers(404)),
    "wrong_status": seen_by(replace(PLAIN, status=(204,)), answers()),
    "too_late": seen_by(replace(PLAIN, first_byte=2.5), SLOW),
    "redirect_loop": Facts(PLAIN, chain(URL, end=ChainEnd.LOOP, next_url=URL)),
    "wrong_host": seen_by(replace(PLAIN, final_host="app.other.test"), answers()),
    "wrong_content": seen_by(replace(PLAIN, contains="Welcome"), answers()),
    "blocked_by_firewall": seen_by(PLAIN, answers(403, cf_mitigated="challenge")),
    "could_not_look": failing(Reason.BLOCKED),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_every_fault_of_the_network_has_a_class():
    """What is not the bot's own fault says the page is down."""
    own = {Reason.BLOCKED, Reason.BUDGET, Reason.UNSUPPORTED, Reason.BUG}
    assert set(CLASS) | own == set(Reason)


@pytest.mark.parametrize("reason", list(CLASS))
def test_our_own_broken_network_is_unknown(reason):
    """Nothing is down only because this machine is."""
    assert judge(failing(reason, online=False)).code == "could_not_look"


@pytest.mark.parametrize(
    ("status", "headers", "code"),
    [
        (403, {"server": "cloudflare"}, "blocked_by_firewall"),
        (429, {"server": "cloudflare"}, "blocked_by_firewall"),
        (503, {"server": "Cloudflare"}, "blocked_by_firewall"),
        (200, {"cf_mitigated": "challenge"}, "blocked_by_firewall"),
        (503, {"server": "cloudflare", "cf_cache_status": "DYNAMIC"}, "http_5xx"),
        (502, {"server": "cloudflare"}, "http_5xx"),
        (403, {"server": "nginx"}, "http_4xx"),
        (503, {}, "http_5xx"),
    ],
)
def test_a_firewall_is_told_from_an_outage(status, headers, code):
    """A challenge proves nothing; an error that came from the site itself is one."""
    assert judge(seen_by(PLAIN, answers(status, **headers))).code == code


def test_the_allow_rule_names_the_bot():
    """The owner can paste it."""
    verdict = judge(CASES["blocked_by_firewall"], agent="Watcher")
    step = OUTCOMES[verdict.code].fix[1]
    filled = step.replace("{host}", str(verdict.seen["host"])).replace("{agent}", str(verdict.seen["agent"]))
    assert filled.endswith(f'(http.host eq "{HOST}" and http.user_agent contains "Watcher")')


@pytest.mark.parametrize(("slow", "code"), [(0, "up"), (1, "up"), (2, "up"), (3, "slow"), (5, "slow")])
def test_slow_needs_three_of_five(slow, code):
    """One slow moment is nothing."""
    tries = [SLOW] * slow + [answers()] * (5 - slow)
    assert judge(seen_by(PLAIN, tries[0], more=tuple(tries[1:]))).code == code


def test_a_slow_network_is_not_a_slow_server():
    """DNS, connecting and the way there are taken out."""
    far = answers()
    far = replace(far, phases=replace(far.phases, dns=4000, tcp=2500, tls=2500, first_byte=2600))
    assert judge(seen_by(PLAIN, far, more=(far,) * 4)).code == "up"


def test_a_redirect_to_the_page_is_followed():
    """The page at the end counts, not the redirect."""
    assert judge(seen_by(PLAIN, answers(), f"http://{HOST}/login")).code == "up"
    assert judge(seen_by(PLAIN, answers(500), f"http://{HOST}/login")).code == "http_5xx"


def test_a_monitor_may_expect_the_redirect_itself():
    """Then the page behind it is not looked at."""
    monitor = replace(PLAIN, status=(301,))
    assert judge(seen_by(monitor, answers(500), f"http://{HOST}/login")).code == "up"


def test_a_redirect_that_ends_in_nothing_is_not_up():
    """A 302 without a target is no page."""
    nowhere = chain(URL, last=exchange(URL, 302), end=ChainEnd.BAD_LOCATION)
    assert judge(Facts(PLAIN, nowhere)).code == "wrong_status"


@pytest.mark.parametrize(
    ("expectation", "code"),
    [
        ({"contains": "Sign in"}, "up"),
        ({"contains": "sign out"}, "wrong_content"),
        ({"absent": "Exception"}, "up"),
        ({"absent": "Sign"}, "wrong_content"),
        ({"header": "X-App: blue"}, "up"),
        ({"header": "x-app: BLUE"}, "up"),
        ({"header": "X-App: red"}, "wrong_content"),
        ({"final_host": HOST.upper()}, "up"),
        ({"json_path": "status"}, "wrong_content"),
    ],
)
def test_expectations_are_compared_with_the_answer(expectation, code):
    """Text exactly, header values without case."""
    monitor = replace(PLAIN, **expectation)
    assert judge(seen_by(monitor, answers(x_app="Blue"))).code == code


@pytest.mark.parametrize(
    ("path", "equals", "code"),
    [
        ("status", "ok", "up"),
        ("status", "", "up"),
        ("status", "down", "wrong_content"),
        ("checks.0.ok", "true", "up"),
        ("checks.1.ok", "true", "wrong_content"),
        ("checks.x", "", "wrong_content"),
        ("count", "3", "up"),
        ("nothing", "null", "up"),
    ],
)
def test_a_value_in_json_is_found_by_its_path(path, equals, code):
    """Names and positions, divided by dots."""
    body = json.dumps({"status": "ok", "checks": [{"ok": True}], "count": 3, "nothing": None}).encode()
    monitor = replace(PLAIN, json_path=path, json_equals=equals)
    assert judge(seen_by(monitor, answers(body=body))).code == code


def test_what_stands_behind_the_part_that_was_read_is_unknown():
    """A page of more than the limit is only read at its beginning."""
    missing = replace(PLAIN, contains="footer")
    assert judge(seen_by(missing, answers(truncated=True))).code == "could_not_look"
    forbidden = replace(PLAIN, absent="Sign in")
    assert judge(seen_by(forbidden, answers(truncated=True))).code == "wrong_content"


@given(st.integers(min_value=100, max_value=599), st.binary(max_size=200), st.text(max_size=20), st.text(max_size=20))
def test_whatever_comes_back_is_judged(status, body, path, text):
    """Answers come from strangers; only an accepted status is ever a pass."""
    monitor = replace(PLAIN, contains=text, json_path=path)
    verdict = judge(seen_by(monitor, answers(status, body)))
    if OUTCOMES[verdict.code].status is Status.PASS:
        assert 200 <= status < 300


def test_a_guarded_address_is_unknown_with_its_reason():
    """The bot refuses to contact private addresses."""
    facts = Facts(PLAIN, chain(URL, last=exchange(URL, fault=Fault(Reason.BLOCKED, "10.0.0.5")), end=ChainEnd.FAULT))
    assert "private" in str(judge(facts).seen["reason"])


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (DnsStatus.NXDOMAIN, "dns"),
        (DnsStatus.NODATA, "dns"),
        (DnsStatus.SERVFAIL, "could_not_look"),
        (DnsStatus.TIMEOUT, "could_not_look"),
        (DnsStatus.UNREACHABLE, "could_not_look"),
    ],
)
def test_one_resolver_that_does_not_know_is_ours(status, code):
    """What a single resolver cannot say may be its own fault; that there is no such name is an answer."""
    name = (answer(status=status), answer(type="AAAA", status=status))
    assert judge(failing(Reason.DNS, name=name)).code == code


def test_a_zone_that_fails_at_several_resolvers_fails_for_visitors_too():
    """They get the same failure from theirs; resolvers that say nothing are still ours."""
    broken = everywhere(status=DnsStatus.SERVFAIL)
    assert judge(failing(Reason.DNS, name=broken)).code == "dns"
    silent = everywhere(status=DnsStatus.TIMEOUT)
    assert judge(failing(Reason.DNS, name=(broken[0], *silent[1:]))).code == "could_not_look"
