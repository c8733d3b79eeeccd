"""Judging headers and cookies that protect visitors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.hdr.basics import OUTCOMES, STRANGER, Facts, judge, policy, policy_trouble
from checks.model import Severity
from checks.net.facts import Chain, ChainEnd, Exchange, Reason
from tests.checks.samples import HOST, exchange, silent

S = f"https://{HOST}/"
SAFE = {
    "content_type": "text/html",
    "x_content_type_options": "nosniff",
    "referrer_policy": "strict-origin-when-cross-origin",
    "content_security_policy": "default-src 'self'; frame-ancestors 'none'",
}
GOOD_COOKIE = "session=1; Secure; HttpOnly; SameSite=Lax"


def without(*names: str, **more: str) -> dict[str, str]:
    """The safe headers without some of them."""
    return {name: value for name, value in SAFE.items() if name not in names} | more


def facts(*exchanges: Exchange, strangers: tuple[Exchange, ...] = (), end: ChainEnd = ChainEnd.FINAL) -> Facts:
    """One chain of answers."""
    return Facts((Chain(exchanges[0].url, exchanges, end),), strangers, HOST)


def cookie(header: str) -> Facts:
    """A safe page that hands out a cookie."""
    return facts(exchange(S, **SAFE, set_cookie=header))


def reflecting(origin: str = STRANGER, credentials: str = "true") -> Facts:
    """A safe page that answers a stranger's page."""
    answer = exchange(S, **SAFE, access_control_allow_origin=origin, access_control_allow_credentials=credentials)
    return facts(exchange(S, **SAFE), strangers=(answer,))


CASES = {
    "ok": facts(exchange(S, **SAFE)),
    "ok_with_note": facts(exchange(S, **without("content_security_policy", x_frame_options="DENY"))),
    "only_leads_on": facts(exchange(S, to="https://www.example.test/"), exchange("https://www.example.test/")),
    "any_site_may_read": reflecting(),
    "cookie_not_secure": cookie("session=1; HttpOnly; SameSite=Lax"),
    "cookie_open_to_scripts": cookie("session=1; Secure; SameSite=Lax"),
    "cookie_without_same_site": cookie("session=1; Secure; HttpOnly"),
    "policy_not_readable": facts(exchange(S, **without(content_security_policy="default-src: 'self'"))),
    "switches_off": facts(exchange(S, **without("x_content_type_options"))),
    "blocked_by_firewall": facts(exchange(S, 403, server="cloudflare")),
    "could_not_look": facts(silent(S, Reason.TIMEOUT), end=ChainEnd.FAULT),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    ("origin", "credentials", "code"),
    [
        (STRANGER, "true", "any_site_may_read"),
        ("*", "true", "ok"),
        (STRANGER, "", "ok"),
        (STRANGER, "True", "ok"),
        ("https://www.example.test", "true", "ok"),
        ("null", "true", "ok"),
    ],
)
def test_only_a_reflected_origin_with_log_in_is_dangerous(origin, credentials, code):
    """Browsers refuse `*` with a log-in, and "true" is written in small letters (Fetch standard)."""
    assert judge(reflecting(origin, credentials)).code == code


def test_letting_strangers_read_is_the_only_serious_answer():
    """The rest stops no launch."""
    worst = [code for code, outcome in OUTCOMES.items() if outcome.severity is Severity.HIGH]
    assert worst == ["any_site_may_read"]


def test_a_missing_policy_is_no_failure():
    """It is named in a note, together with the referrer."""
    verdict = judge(facts(exchange(S, **without("content_security_policy", "referrer_policy", x_frame_options="DENY"))))
    assert verdict.code == "ok_with_note"
    assert verdict.seen["missing"] == "Referrer-Policy, Content-Security-Policy"


def test_a_policy_in_the_page_is_a_policy():
    """Frameworks put it into the head."""
    body = b'<meta http-equiv="Content-Security-Policy" content="default-src \'self\'">'
    page = exchange(S, body=body, **without("content_security_policy", x_frame_options="DENY"))
    assert judge(facts(page)).code == "ok"


@pytest.mark.parametrize("name", ["csrftoken=1", "XSRF-TOKEN=1; Secure", "theme=dark", "_ga=1"])
def test_cookies_that_hold_no_log_in_are_left_alone(name):
    """Tokens against forgery must be readable by scripts."""
    assert judge(cookie(name)).code == "ok"


def test_a_cookie_on_the_way_counts_and_one_of_another_host_does_not():
    """Log-ins are often set on the redirect."""
    page = exchange(f"{S}login", **SAFE)
    assert judge(facts(exchange(S, 302, to="/login", set_cookie="sid=1"), page)).code == "cookie_not_secure"
    away = exchange("https://login.other.test/", **SAFE, set_cookie="sid=1")
    assert judge(facts(exchange(S, to=away.url), away)).code == "only_leads_on"


def test_a_cookie_that_is_taken_back_is_none():
    """Logging out needs no marks."""
    assert judge(cookie("session=; Max-Age=0; Path=/")).code == "ok"


def test_an_answer_for_machines_needs_no_frame_protection():
    """JSON is shown in no frame."""
    machine = exchange(S, content_type="application/json", x_content_type_options="nosniff")
    assert judge(facts(machine)).code == "ok"
    assert judge(facts(exchange(S, content_type="application/json"))).code == "switches_off"


@pytest.mark.parametrize(
    "headers", [{"x_frame_options": "DENY"}, {"content_security_policy": "frame-ancestors 'self'"}]
)
def test_either_header_protects_from_frames(headers):
    """The old one and the new one."""
    verdict = judge(facts(exchange(S, **without("content_security_policy", **headers))))
    assert "frame" not in str(verdict.seen["missing"])


@pytest.mark.parametrize(
    ("header", "fine"),
    [
        ("default-src 'self'; script-src https://a.test 'unsafe-inline'", True),
        ("upgrade-insecure-requests", True),
        ("DEFAULT-SRC 'self'", True),
        ("", False),
        (";;", False),
        ("default-src: 'self'", False),
        ("“default-src” 'self'", False),
        ("default-src 'self', script-src x", True),
    ],
)
def test_a_policy_is_readable_or_not(header, fine):
    """A colon behind the name switches it off."""
    assert (policy_trouble(exchange(S, content_security_policy=header)) == "") is fine


@given(st.binary(max_size=500))
def test_no_header_stops_the_reader(data):
    """Headers come from strangers."""
    answer = exchange(S, content_security_policy=data.decode("latin-1"), set_cookie=data.decode("latin-1"))
    assert isinstance(policy(answer), dict)
    assert isinstance(policy_trouble(answer), str)
    assert judge(facts(answer)).code in OUTCOMES
