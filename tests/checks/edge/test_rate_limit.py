"""Judging whether tries at a log-in are limited, and trying only with leave."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from checks.edge.rate_limit import OUTCOMES, TRIES, Facts, _try, judge, login_of, rate_limit
from checks.inventory import Host, Inventory, Link, Monitor, expand
from checks.model import Kind, Purpose
from checks.net.facts import Exchange, Reason
from checks.registry import load
from tests.checks.samples import exchange, silent

APP = "app.example.test"
LOGIN = f"https://{APP}/login"
PAGE = exchange(LOGIN)


def tried(*statuses: int, **headers: str) -> Facts:
    """What came back for each wrong log-in."""
    return Facts(PAGE, True, tuple(exchange(LOGIN, status, **headers) for status in statuses))


CASES = {
    "ok": Facts(exchange(LOGIN, ratelimit_policy="10;w=60")),
    "stopped": tried(401, 401, 429),
    "no_login_known": Facts(None),
    "not_tried": Facts(PAGE),
    "no_limit": tried(*[401] * TRIES),
    "tried_in_part": tried(401, 401, 401),
    "takes_no_logins": tried(405),
    "could_not_look": Facts(silent(LOGIN, Reason.TIMEOUT)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (tried(429), "stopped"),
        (tried(401, 403), "stopped"),
        (tried(403), "takes_no_logins"),
        (tried(404), "takes_no_logins"),
        (tried(415), "takes_no_logins"),
        (tried(401, 401), "tried_in_part"),
        (tried(401, 423), "stopped"),
        (tried(401, 503), "stopped"),
        (tried(503), "could_not_look"),
        (tried(401, 500), "could_not_look"),
        (tried(401, *[200] * (TRIES - 1)), "no_limit"),
        (tried(200, 403, cf_mitigated="challenge"), "stopped"),
        (tried(*[422] * TRIES, x_ratelimit_limit="100"), "ok"),
    ],
)
def test_what_a_refusal_means_depends_on_when_it_comes(facts, code):
    """At once it may be a missing token; later it is a limit."""
    assert judge(facts).code == code


def test_a_puzzle_before_the_page_limits_robots():
    """Whoever cannot pass it tries nothing."""
    assert judge(Facts(exchange(LOGIN, 403, server="cloudflare", cf_mitigated="challenge"))).code == "ok"


class Counting:
    """A log-in that refuses after some tries, and counts."""

    def __init__(self, after: int = 10**6) -> None:
        self.after = after
        self.posts: list[bytes] = []

    async def get(self, url: str) -> Exchange:
        return exchange(url)

    async def post(self, url: str, *, body: bytes, headers: object) -> Exchange:
        self.posts.append(body)
        return exchange(url, 429 if len(self.posts) > self.after else 401)


def inventory(**more) -> Inventory:
    """A product with a log-in that is written down."""
    return Inventory(
        product="shop",
        domain="example.test",
        hosts=(Host(APP, Purpose.APP),),
        links=(Link(LOGIN, "login"),),
        **more,
    )


async def run(product: Inventory, probe: Counting) -> str:
    """The check of the app's host."""
    target = next(one for one in expand(product) if one.kind is Kind.HOST)
    return (await rate_limit(target, probe)).code  # type: ignore[arg-type]


async def test_nothing_is_tried_without_leave():
    """An ordinary run sends no log-in at all, and leave for another host is none for this one."""
    for product in (inventory(), inventory(opt_in=frozenset({"api.example.test"}))):
        probe = Counting()
        assert await run(product, probe) == "not_tried"
        assert probe.posts == []


async def test_with_leave_it_stops_at_the_first_refusal():
    """Not one try more than needed, each with another password and never a customer's address."""
    probe = Counting(after=5)
    assert await run(inventory(opt_in=frozenset({APP})), probe) == "stopped"
    assert len(probe.posts) == 6
    assert len(set(probe.posts)) == 6
    assert all(b".invalid" in body for body in probe.posts)


@pytest.mark.parametrize("limit", [1, 15, 16, 29])
async def test_a_limit_below_thirty_is_shown(limit):
    """Limits of one try and of twenty-nine are both limits."""
    probe = Counting(after=limit)
    assert await run(inventory(opt_in=frozenset({APP})), probe) == "stopped"
    assert len(probe.posts) == limit + 1


async def test_no_more_than_thirty_are_tried_and_never_again():
    """The answer rests on thirty tries, so the engine does not look at it a second time."""
    probe = Counting()
    assert await run(inventory(opt_in=frozenset({APP})), probe) == "no_limit"
    assert len(probe.posts) == TRIES == 30
    assert load()["edge.rate_limit"].again is False


@pytest.mark.parametrize("text", [b"Too many login attempts. Please try again in 58 seconds.", b"Rate limit exceeded"])
async def test_a_form_that_refuses_in_words_has_a_limit(text):
    """The status stays 200; the words are new."""
    wrong = exchange(LOGIN, body=b"Wrong password")
    assert judge(Facts(PAGE, True, (wrong, wrong, exchange(LOGIN, body=text)))).code == "stopped"
    always = exchange(LOGIN, body=text)
    assert judge(Facts(PAGE, True, (always,) * TRIES)).code == "no_limit"


async def test_a_log_in_that_fails_is_left_alone():
    """An error is no reason to send more."""

    class Failing(Counting):
        async def post(self, url: str, *, body: bytes, headers: object) -> Exchange:
            self.posts.append(body)
            return exchange(url, 401 if len(self.posts) < 3 else 500)

    probe = Failing()
    assert await run(inventory(opt_in=frozenset({APP})), probe) == "could_not_look"
    assert len(probe.posts) == 3


async def test_what_the_run_has_no_time_for_is_not_tried():
    """The tries before count."""

    class Spent(Counting):
        async def post(self, url: str, *, body: bytes, headers: object) -> Exchange:
            self.posts.append(body)
            return exchange(url, 401) if len(self.posts) < 4 else silent(url, Reason.BUDGET)

    assert await run(inventory(opt_in=frozenset({APP})), Spent()) == "tried_in_part"


async def test_a_log_in_that_hangs_does_not_hold_the_run():
    """What was not finished is not known."""

    class Hanging(Counting):
        async def post(self, url: str, *, body: bytes, headers: object) -> Exchange:
            await asyncio.Event().wait()
            raise AssertionError

    tries = await _try(Hanging(), LOGIN, PAGE, seconds=0.05)  # type: ignore[arg-type]
    assert tries == ()
    assert judge(Facts(PAGE, True, tries)).code == "could_not_look"


def test_the_log_in_is_what_is_written_down():
    """A link first, then a monitor of the flow, never a guess."""
    monitors = (Monitor("Login", f"https://{APP}/signin", flow="login"),)
    assert login_of(APP, inventory()) == LOGIN
    assert login_of(APP, replace(inventory(monitors=monitors), links=())) == f"https://{APP}/signin"
    assert login_of(APP, replace(inventory(), links=())) == ""


@pytest.mark.parametrize("to", [LOGIN, f"https://{APP}/", "https://id.example.test/start"])
async def test_a_redirect_takes_no_log_ins(to):
    """Where the page sends everybody on, in a circle too, a try is sent on as well: one is enough to see that."""

    class Sending(Counting):
        async def get(self, url: str) -> Exchange:
            return exchange(url, 302, to=to)

        async def post(self, url: str, *, body: bytes, headers: object) -> Exchange:
            self.posts.append(body)
            return exchange(url, 302, to=to)

    probe = Sending()
    assert await run(inventory(opt_in=frozenset({APP})), probe) == "takes_no_logins"
    assert len(probe.posts) == 1


async def test_a_form_that_sends_a_wrong_log_in_back_to_itself_takes_it():
    """Most forms answer that way; the page itself sends nobody on."""

    class Back(Counting):
        async def post(self, url: str, *, body: bytes, headers: object) -> Exchange:
            self.posts.append(body)
            return exchange(url, 302, to=LOGIN)

    assert await run(inventory(opt_in=frozenset({APP})), Back()) == "no_limit"
