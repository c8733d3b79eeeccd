"""Judging how an edge talks to the server behind it."""

from __future__ import annotations

import pytest

from checks import edges
from checks.edge.ssl_mode import OUTCOMES, Direct, Facts, judge
from checks.net.facts import Chain, ChainEnd, Exchange, Fault, Reason
from tests.checks.samples import HOST, chain, exchange, page, silent

S, H = f"https://{HOST}/", f"http://{HOST}/"
ORIGIN = "93.184.216.34"
CLOUDFLARE = edges.Witness(edges.named("cloudflare"), edges.MARKS)
VERCEL = edges.Witness(edges.named("vercel"), "its alias")
FINE = chain(S)
LOOP = Chain(S, (exchange(S, to=S, server="cloudflare"),), ChainEnd.LOOP, S)
NO_PLAIN = silent(H, Reason.REFUSED)


def status(code: int) -> Chain:
    """The edge answers with an error of its own."""
    return Chain(S, (exchange(S, code, server="cloudflare"),), ChainEnd.FINAL)


def behind(secure: Exchange, plain: Exchange = NO_PLAIN) -> Facts:
    """What the server itself says."""
    return Facts(FINE, CLOUDFLARE, (Direct(ORIGIN, secure, plain),))


def refused(code: int) -> Exchange:
    """A certificate that is not accepted."""
    return exchange(S, fault=Fault(Reason.TLS, "certificate has expired", code))


CASES = {
    "ok": behind(exchange(S, body=page())),
    "no_edge": Facts(FINE, VERCEL),
    "not_written_down": Facts(FINE, CLOUDFLARE),
    "closed": behind(silent(S, Reason.TIMEOUT)),
    "flexible_loop": Facts(LOOP, CLOUDFLARE),
    "origin_refused": Facts(status(526), CLOUDFLARE),
    "flexible": behind(silent(S, Reason.REFUSED), exchange(H, body=page())),
    "not_strict": behind(refused(10)),
    "own_issuer": behind(refused(20)),
    "could_not_look": Facts(Chain(S, (silent(S, Reason.TIMEOUT),), ChainEnd.FAULT), CLOUDFLARE),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    ("number", "code"),
    [(525, "origin_refused"), (526, "origin_refused"), (520, "not_written_down"), (503, "not_written_down")],
)
def test_only_two_errors_speak_of_the_last_mile(number, code):
    """525: no secure connection; 526: its certificate is not valid."""
    assert judge(Facts(status(number), CLOUDFLARE)).code == code


def test_those_numbers_mean_nothing_without_that_edge():
    """Another server may use them as it likes."""
    assert judge(Facts(status(526), None)).code == "no_edge"


def test_a_circle_between_two_pages_is_another_fault():
    """Only a page that leads to itself shows that the edge asked without https."""
    login = S + "login"
    circle = Chain(
        S, (exchange(S, to=login, server="cloudflare"), exchange(login, to=S, server="cloudflare")), ChainEnd.LOOP, S
    )
    assert judge(Facts(circle, CLOUDFLARE)).code == "could_not_look"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (10, "not_strict"),
        (18, "not_strict"),
        (62, "not_strict"),
        (20, "own_issuer"),
        (21, "own_issuer"),
        (19, "own_issuer"),
    ],
)
def test_the_certificate_of_the_server_tells_what_strict_would_say(number, code):
    """One that the edge itself has issued is known to the edge alone."""
    assert judge(behind(refused(number))).code == code


def test_a_server_that_sends_on_to_https_insists_on_it():
    """Its port 80 shows no content."""
    assert judge(behind(silent(S, Reason.TIMEOUT), exchange(H, to=S))).code == "closed"


def test_a_server_that_only_takes_the_edge_is_not_judged():
    """Closed to strangers is how it should be."""
    assert OUTCOMES["closed"].status.value == "n/a"
    assert judge(behind(silent(S, Reason.RESET), exchange(H, 403))).code == "closed"


def test_one_open_server_among_two_is_found():
    """The worst one speaks."""
    two = Facts(
        FINE,
        CLOUDFLARE,
        (
            Direct("93.184.216.35", exchange(S), NO_PLAIN),
            Direct(ORIGIN, silent(S, Reason.REFUSED), exchange(H, body=page())),
        ),
    )
    assert judge(two).code == "flexible"
