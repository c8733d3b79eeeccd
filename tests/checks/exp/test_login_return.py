"""Judging whether a log-in sends people to strangers, and trying it only with leave."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.exp.login_return import OUTCOMES, STRANGER, Facts, Tried, astray, judge, login_return, logins
from checks.inventory import Inventory, Link
from checks.model import Kind, Target
from checks.net.facts import Exchange, Reason
from tests.checks.samples import exchange, silent
from tests.engine.probes import TableProbe

HOST = "auth.example.test"
BEGIN = f"https://{HOST}/authorize?client_id=1&redirect_uri=https%3A%2F%2Fapp.example.test%2Fback&state=x"
WRONG = astray(BEGIN)
HOME = "https://app.example.test/back?code=1"
FORM = b"<form>Log in: <input type=password></form>"


def tried(wrong: Exchange, right: Exchange | None = None) -> Facts:
    """The answer to a stranger's address beside the one to the registered address."""
    return Facts((Tried(BEGIN, right or exchange(BEGIN, to=HOME, status=302), wrong),))


CASES = {
    "ok": tried(exchange(WRONG, 400)),
    "not_written_down": Facts(),
    "not_tried": Facts((Tried(BEGIN),)),
    "stranger_allowed": tried(exchange(WRONG, 302, to=f"https://{STRANGER}/callback?code=1")),
    "asks_first": tried(exchange(WRONG, body=FORM), exchange(BEGIN, body=FORM)),
    "could_not_look": tried(silent(WRONG, Reason.TIMEOUT)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (tried(exchange(WRONG, 302, to=f"//{STRANGER}/callback?error=access_denied")), "stranger_allowed"),
        (tried(exchange(WRONG, 302, to=f"https://{HOST}/error?reason=redirect")), "ok"),
        (tried(exchange(WRONG, 302, to=f"https://{HOST}/login?next={WRONG}")), "asks_first"),
        (
            tried(exchange(WRONG, 302, to="/login?flow=2"), exchange(BEGIN, 302, to=f"https://{HOST}/login?flow=1")),
            "asks_first",
        ),
        (tried(exchange(WRONG, body=b"Error: redirect_uri mismatch"), exchange(BEGIN, body=FORM)), "ok"),
        (tried(exchange(WRONG, body=b"Invalid redirect URI"), exchange(BEGIN, body=b"redirect uri")), "asks_first"),
        (tried(exchange(WRONG, body=f"redirect_uri {STRANGER}".encode())), "asks_first"),
        (tried(exchange(WRONG, 400), exchange(BEGIN, 400)), "could_not_look"),
        (tried(exchange(WRONG, 500)), "could_not_look"),
        (tried(exchange(WRONG, 403, cf_mitigated="challenge")), "could_not_look"),
        (tried(exchange(WRONG, 302, to="https://[bad")), "asks_first"),
        (Facts((*CASES["ok"].tried, *CASES["stranger_allowed"].tried)), "stranger_allowed"),
    ],
)
def test_only_a_real_refusal_is_one(facts, code):
    """A page for everybody says nothing; an error page beside a working log-in does; a stranger's host is enough."""
    assert judge(facts).code == code


def test_only_the_return_address_is_changed():
    """Everything else stays as it is written down."""
    wanted = f"https://{HOST}/authorize?client_id=1&redirect_uri=https%3A%2F%2F{STRANGER}%2Fcallback&state=x"
    assert astray(BEGIN) == wanted


async def test_nothing_is_asked_without_leave():
    """No leave for this host, no request; links without a return address are not log-ins of this kind."""
    links = (Link(BEGIN, "login"), Link("https://app.example.test/login", "login"), Link("https://[bad?redirect_uri=1"))
    inventory = Inventory("shop", "example.test", links=links, opt_in=frozenset({"app.example.test"}))
    assert logins(inventory)[0] == BEGIN
    target = Target(Kind.DOMAIN, "example.test", "example.test", inventory)
    assert (await login_return(target, TableProbe())).code == "not_tried"


@given(st.text(max_size=300))
def test_whatever_is_written_down_is_read(url):
    """No address crashes it."""
    found = logins(Inventory("shop", "example.test", links=(Link(url), Link("https://a.test/?redirect_uri=" + url))))
    for one in found:
        assert STRANGER in astray(one)
