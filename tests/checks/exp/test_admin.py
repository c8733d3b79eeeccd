"""Telling an open administration from a log-in, an error and the shell of an app."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.exp.admin import OUTCOMES, Facts, judge
from checks.net.facts import Chain, ChainEnd, Reason
from tests.checks.samples import HOST, chain, exchange, silent

URL = f"https://{HOST}/admin"
WRITTEN = frozenset({URL})
NOT_THERE = exchange(f"https://{HOST}/launch-ready-1", 404)
SHELL = b"<!doctype html><title>Shop</title><div id=root></div><script src=/a.js></script>"
CATCH_ALL = exchange(f"https://{HOST}/launch-ready-1", body=SHELL)
OPEN = b"<title>Dashboard - Shop admin</title><h1>Orders</h1><a>All users</a> <a>Log out</a>"
LOGIN = b"<title>Admin</title><form><input name=email><input type=password></form>"
PLAIN = b"<title>Reports</title><p>" + b"Numbers of the last weeks by country and by product. " * 10


def door(body: bytes = b"", status: int = 200, **more: object) -> Chain:
    """A stranger at /admin."""
    answer = exchange(URL, status, body=body, **more)  # type: ignore[arg-type]
    return Chain(URL, (answer,), ChainEnd.FINAL if answer.fault is None else ChainEnd.FAULT)


def at(
    *doors: Chain, written: frozenset[str] = frozenset(), nowhere: object = NOT_THERE, start: Chain | None = None
) -> Facts:
    """A host with these doors."""
    return Facts(HOST, nowhere, doors, written, start)  # type: ignore[arg-type]


START = f"https://{HOST}/"
LINKING = chain(START, last=exchange(START, body=b'<a href="/admin">Staff</a>'))
CASES = {
    "ok": at(door(status=404)),
    "only_leads_on": at(nowhere=exchange(NOT_THERE.url, to="https://www.example.test/x")),
    "open_admin": at(door(OPEN)),
    "answers_strangers": at(door(PLAIN), written=WRITTEN),
    "shell_only": at(door(SHELL), written=WRITTEN, nowhere=CATCH_ALL),
    "linked": at(door(LOGIN), written=WRITTEN, start=LINKING),
    "blocked_by_firewall": at(nowhere=exchange(status=403, server="cloudflare")),
    "could_not_look": at(door(fault=silent(URL, Reason.TIMEOUT).fault)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize("written", [frozenset(), WRITTEN])
@pytest.mark.parametrize(
    "stranger",
    [
        door(status=401),
        door(status=403),
        door(b"nothing", 404),
        door(LOGIN),
        chain(URL, f"https://{HOST}/login?next=/admin"),
        chain(URL, "https://team.cloudflareaccess.com/x"),
        chain(URL, f"https://{HOST}/users/sign_in"),
    ],
)
def test_a_closed_door_is_in_order(stranger, written):
    """A refusal, a log-in form, a redirect to one, or nothing there."""
    assert judge(at(stranger, written=written)).code == "ok"


def test_an_app_that_answers_everything_proves_nothing():
    """A guessed address gives its shell like any other; only a written one is worth a question."""
    assert judge(at(door(SHELL), nowhere=CATCH_ALL)).code == "ok"


def test_a_public_page_under_a_usual_name_is_no_administration():
    """Some products have a page about their dashboard."""
    text = b"<title>Our dashboard, explained</title><p>See your orders at a glance, wherever you are."
    assert judge(at(door(text))).code == "ok"


@pytest.mark.parametrize(
    "tool",
    [
        b"<title>phpMyAdmin</title>x",
        b"<title>Login - Adminer</title>x",
        b"<title>Site administration | Django site admin</title>Log out",
    ],
)
def test_known_tools_are_recognised(tool):
    """Their names say what they are."""
    assert judge(at(door(tool))).code == "open_admin"


def test_a_link_to_an_address_that_does_not_exist_is_no_matter():
    """Nobody can try passwords there."""
    assert judge(at(door(status=404), written=WRITTEN, start=LINKING)).code == "ok"


@given(st.binary(max_size=2000))
def test_no_bytes_stop_the_judge(data):
    """Pages come from strangers."""
    assert judge(at(door(data), written=WRITTEN, nowhere=CATCH_ALL)).code in OUTCOMES


def test_a_door_that_leads_to_another_host_is_not_open_here():
    """A shop's administration lives at its platform; that this host gave no answer leaves nothing open here."""
    elsewhere = "https://admin.platform.test/store/a"
    leading = Chain(URL, (exchange(URL, to=elsewhere), silent(elsewhere, Reason.DNS)), ChainEnd.FAULT)
    assert judge(at(leading)).code == "ok"
    back = Chain(URL, (exchange(URL, to=URL + "/"), silent(URL + "/", Reason.TIMEOUT)), ChainEnd.FAULT)
    assert judge(at(back)).code == "could_not_look"
