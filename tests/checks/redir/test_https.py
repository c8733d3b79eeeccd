"""Judging where the unsafe version leads."""

from __future__ import annotations

import pytest

from checks.model import Status
from checks.net.facts import ChainEnd, Fault, Reason
from checks.redir.https import OUTCOMES, Facts, judge
from tests.checks.samples import HOST, chain, exchange, peer, silent

HTTP, HTTPS = f"http://{HOST}/", f"https://{HOST}/"


def plain(status: int, **headers: str) -> Facts:
    """The unsafe version answers by itself."""
    return Facts(chain(HTTP, last=exchange(HTTP, status, **headers)), peer())


CASES = {
    "ok": Facts(chain(HTTP, HTTPS), peer()),
    "port_closed": Facts(chain(HTTP, last=silent(HTTP, Reason.REFUSED), end=ChainEnd.FAULT), peer()),
    "refuses_http": plain(426),
    "stays_on_http": plain(200),
    "http_detour": Facts(chain(HTTP, "http://www.example.test/", "https://www.example.test/"), peer()),
    "falls_back": Facts(chain(HTTP, HTTPS, f"http://{HOST}/home"), peer()),
    "turned_away": plain(403),
    "blocked_by_firewall": plain(403, cf_mitigated="challenge"),
    "could_not_look": Facts(chain(HTTP, last=silent(HTTP, Reason.DNS), end=ChainEnd.FAULT), peer()),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize("status", [401, 403, 405, 429])
def test_rules_against_bots_are_not_read_as_no_redirect(status):
    """Such an answer says nothing about what a person gets."""
    assert OUTCOMES[judge(plain(status)).code].status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("server", "secure", "code"),
    [
        ("CloudFront", exchange(HTTPS, 404), "refuses_http"),
        ("CloudFront", exchange(HTTPS, 200), "refuses_http"),
        ("CloudFront", exchange(HTTPS, 403), "turned_away"),
        ("CloudFront", silent(HTTPS, Reason.TIMEOUT), "turned_away"),
        ("CloudFront", exchange(HTTPS, 502), "turned_away"),
        ("nginx", exchange(HTTPS, 200), "turned_away"),
    ],
)
def test_cloudfront_that_only_takes_https_refuses_everybody(server, secure, code):
    """It says 403 instead of leading on; whether it means http or this bot shows with https."""
    verdict = judge(Facts(plain(403, server=server).chain, peer(), secure))
    assert (verdict.code, verdict.seen["status"]) == (code, 403)


@pytest.mark.parametrize("status", [200, 204, 400, 404])
def test_an_answer_of_the_site_itself_over_http_is_a_fault(status):
    """A page that is not found was still served unsafely."""
    assert judge(plain(status)).code == "stays_on_http"


def test_an_error_of_the_server_is_unknown():
    """Nobody knows what it would have said."""
    assert judge(plain(502)).code == "could_not_look"


def test_a_closed_port_of_a_dead_server_proves_nothing():
    """Only with the secure version there is a closed port 80 safe."""
    dead = peer(fault=Fault(Reason.REFUSED))
    assert judge(Facts(CASES["port_closed"].chain, dead)).code == "could_not_look"


def test_a_bad_certificate_behind_the_redirect_is_left_to_its_own_check():
    """The redirect itself is right."""
    broken = chain(HTTP, HTTPS, last=silent(HTTPS, Reason.TLS), end=ChainEnd.FAULT)
    assert judge(Facts(broken, peer(fault=Fault(Reason.TLS, "", 10)))).code == "ok"


def test_a_circle_over_https_is_left_to_its_own_check():
    """Nothing in it is unsafe."""
    circle = chain(HTTP, HTTPS, end=ChainEnd.LOOP, next_url=HTTPS)
    assert judge(Facts(circle, peer())).code == "ok"


def test_a_relative_location_stays_on_http():
    """`/home` means the same scheme."""
    assert judge(Facts(chain(HTTP, "/home", last=exchange(f"http://{HOST}/home")), peer())).code == "http_detour"
