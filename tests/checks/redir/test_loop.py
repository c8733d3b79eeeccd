"""Judging circles of redirects."""

from __future__ import annotations

import pytest

from checks.model import Status
from checks.net.facts import Chain, ChainEnd, Reason
from checks.redir.loop import OUTCOMES, Facts, judge
from tests.checks.samples import HOST, chain, exchange, silent

S, H, OTHER = f"https://{HOST}/", f"http://{HOST}/", f"https://{HOST}/login"


def circle(*urls: str, server: str = "nginx", end: ChainEnd = ChainEnd.LOOP) -> Chain:
    """Redirects that come back to the first of `urls`."""
    return chain(*urls, last=exchange(urls[-1], to=urls[0], server=server), end=end, next_url=urls[0])


LOOP = circle(S, OTHER)
FLEXIBLE = circle(S, server="cloudflare")
ENDLESS = chain(*(f"{S}{n}" for n in range(11)), end=ChainEnd.TOO_MANY, next_url=f"{S}11")

CASES = {
    "ok": Facts((chain(S), chain(H, S))),
    "ok_with_cookie": Facts((LOOP, chain(H, S)), (chain(S, OTHER),)),
    "loop": Facts((LOOP, chain(H, S)), (LOOP,)),
    "flexible_loop": Facts((FLEXIBLE, FLEXIBLE), (FLEXIBLE, FLEXIBLE)),
    "too_many_hops": Facts((ENDLESS, chain(H, S)), (ENDLESS,)),
    "bad_target": Facts((chain(S, last=exchange(S, 302), end=ChainEnd.BAD_LOCATION), chain(H, S))),
    "could_not_look": Facts((chain(S, last=silent(S, Reason.TLS), end=ChainEnd.FAULT), chain(H, S))),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_a_circle_to_itself_elsewhere_is_not_blamed_on_cloudflare():
    """The advice about the edge mode is given only at that edge."""
    own = circle(S, server="nginx")
    assert judge(Facts((own, own), (own, own))).code == "loop"


def test_a_circle_between_two_addresses_at_cloudflare_has_another_cause():
    """Mode Flexible sends a visitor to the very same address."""
    two = circle(S, OTHER, server="cloudflare")
    assert judge(Facts((two, two), (two, two))).code == "loop"


def test_a_circle_on_http_alone_is_found():
    """Most old links begin there."""
    old = circle(H)
    assert judge(Facts((chain(S), old), (old,))).code == "loop"


def test_the_circle_is_drawn():
    """The fix shows the steps."""
    assert judge(CASES["loop"]).seen["circle"] == f"{S} -> {OTHER} -> {S}"


def test_a_closed_port_80_is_no_circle():
    """The secure version comes to an end."""
    assert judge(Facts((chain(S), chain(H, last=silent(H, Reason.REFUSED), end=ChainEnd.FAULT)))).code == "ok"


def test_a_redirect_into_a_private_network_is_unknown():
    """The guard refuses to follow, so nothing is proven."""
    inner = "https://169.254.169.254/"
    verdict = judge(Facts((chain(S, inner, last=silent(inner, Reason.BLOCKED), end=ChainEnd.FAULT), chain(H, S))))
    assert OUTCOMES[verdict.code].status is Status.UNKNOWN
    assert "private" in str(verdict.seen["reason"])
