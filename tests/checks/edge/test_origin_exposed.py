"""Judging whether a server can be reached around its edge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.edge.origin_exposed import OUTCOMES, Facts, Knock, judge
from checks.net.facts import Exchange, Fault, Reason
from tests.checks.samples import HOST, answer, exchange, page, silent

ORIGIN = "93.184.216.34"
S, H = f"https://{HOST}/", f"http://{HOST}/"
PUBLIC = exchange(S, body=page())
CLOSED = silent(S, Reason.TIMEOUT)
CLOSED_PLAIN = silent(H, Reason.REFUSED)


def facts(secure: Exchange = CLOSED, plain: Exchange = CLOSED_PLAIN, *, address: str = ORIGIN, **more) -> Facts:
    """One address of the server, and what it says."""
    return Facts(PUBLIC, (Knock(address, secure, plain),), **more)


def refused_certificate(code: int) -> Exchange:
    """A handshake that shows a certificate which does not fit."""
    return exchange(S, fault=Fault(Reason.TLS, "certificate verify failed", code))


CASES = {
    "ok": facts(),
    "other_content": facts(exchange(S, body=b"<title>Welcome to nginx!</title>It works")),
    "not_written_down": Facts(PUBLIC),
    "no_edge": Facts(PUBLIC, fronted=False),
    "front_door": facts(exchange(S, body=page()), address="76.76.21.21"),
    "same_content": facts(exchange(S, body=page())),
    "answers_directly": facts(refused_certificate(20)),
    "could_not_look": facts(silent(S, Reason.BLOCKED)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_the_same_page_without_tls_is_a_way_around_too():
    """Port 80 is as open as 443."""
    assert judge(facts(plain=exchange(H, body=page()))).code == "same_content"


@pytest.mark.parametrize("status", [403, 401, 400, 421, 503])
def test_a_refusal_closes_the_way(status):
    """The server answers, but shows nothing."""
    assert judge(facts(exchange(S, status), exchange(H, status))).code == "ok"


@pytest.mark.parametrize(
    ("status", "direct", "public", "code"),
    [
        (404, b'{"error": "not found"}', b'{"error": "not found"}', "same_content"),
        (401, b'{"error": "unauthorized"}', b'{"error": "unauthorized"}', "same_content"),
        (404, b"<h1>404</h1>", b'{"error": "not found"}', "ok"),
        (404, b"", b"", "ok"),
        (403, b"Forbidden", b"Forbidden", "ok"),
    ],
)
def test_an_api_without_a_start_page_shows_itself_by_its_own_words(status, direct, public, code):
    """The same words around the edge as through it; a door closed to strangers may say the same to everybody."""
    shown = replace(facts(exchange(S, status, body=direct)), public=exchange(S, status, body=public))
    assert judge(shown).code == code


def test_an_edge_that_signs_its_questions_closes_the_way():
    """Without the edge's own certificate the handshake ends with an alert."""
    alert = exchange(S, fault=Fault(Reason.TLS, "alert certificate required"))
    assert judge(facts(alert)).code == "ok"


def test_a_page_that_differs_a_little_is_the_same_page():
    """A token or a date in it changes with every look."""
    words = "Ceramics made by hand, shipped in two days, from our small studio by the sea, since a long time ago. " * 8
    facts_ = Facts(
        exchange(S, body=page(text=words + "token a1")),
        (Knock(ORIGIN, exchange(S, body=page(text=words + "token b2")), CLOSED_PLAIN),),
    )
    assert judge(facts_).code == "same_content"


def test_the_same_redirect_is_the_same_page():
    """An app that sends everybody to its log-in."""
    to_login = exchange(S, 302, to="/login")
    assert judge(replace(facts(to_login), public=to_login)).code == "same_content"
    assert judge(replace(facts(exchange(S, 302, to="/other")), public=to_login)).code == "other_content"


def test_http_that_only_leads_to_https_shows_nothing():
    """Everybody is sent to the edge again."""
    leads = exchange(H, 301, to=S)
    assert judge(facts(plain=leads)).code == "other_content"
    assert OUTCOMES["other_content"].status.value == "pass"


def test_names_that_give_the_address_away_are_told():
    """An old FTP name that points at the server."""
    facts_ = facts(
        exchange(S, body=page()), siblings=(answer(ORIGIN, name="ftp.example.test"), answer(name="mail.example.test"))
    )
    assert judge(facts_).seen["shown_by"] == "ftp.example.test"


def test_one_open_address_among_closed_ones_is_enough():
    """The worst one speaks."""
    two = Facts(
        PUBLIC, (Knock("93.184.216.35", CLOSED, CLOSED_PLAIN), Knock(ORIGIN, exchange(S, body=page()), CLOSED_PLAIN))
    )
    verdict = judge(two)
    assert (verdict.code, verdict.seen["address"]) == ("same_content", ORIGIN)


def test_an_empty_answer_proves_nothing():
    """Two empty bodies are not one page."""
    assert judge(replace(facts(exchange(S)), public=exchange(S))).code == "other_content"
