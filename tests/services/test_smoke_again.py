"""Flows walked for those who must know now: "It's fixed", and steps of runbooks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.asks import FixedAsk, Reading, Signal
from bot.domain.decision import AnswerCode
from bot.domain.runbook.run import Verdict
from bot.domain.severity import Sev, Trouble
from bot.services.glance import Glance, bad, good
from bot.services.incidents import Request
from bot.services.runbook_leads import flows_of, topic_of
from bot.services.smoke_again import SmokeAgain
from tests.servers.http import Answer
from tests.services.smoke_shop import PAGE, Shop, in_or_out, shop

PRICE = Answer(body=PAGE + "49 EUR")


class Others:
    """What is looked at beside flows."""

    def __init__(self, *glances: Glance) -> None:
        self.glances = list(glances)
        self.asked: list[tuple[int, tuple[str, ...]]] = []

    async def again(self, incident: int, names: tuple[str, ...]) -> None:
        self.asked.append((incident, names))

    async def fresh(self, names: tuple[str, ...]) -> list[Glance]:
        self.asked.append((0, names))
        return self.glances


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Shop]:
    """The shop, with a checkout that is broken and has its incident."""
    async with shop(tmp_path) as one:
        one.web.route("shop.test", "/pricing", Answer(500, "no"))
        await one.walk()
        one.later(seconds=30)
        yield one


async def fixed(made: Shop, others: Others, seconds: float = 60) -> object:
    """Somebody says that it is fixed; what the fresh look answers."""
    again = SmokeAgain(made.smoke, made.incidents)
    made.incidents.look_again_with(again.again_or(others.again, others.fresh))
    [incident] = await made.open()
    answer = await made.incidents.ask(incident.id, FixedAsk("U0BEN"), Request("3.1", "U0BEN", "incident.fixed"))
    assert answer.code is AnswerCode.CHECKING, answer
    return await made.incidents.verdict(incident.id, seconds)


async def test_it_is_fixed_walks_the_flow_again(made: Shop) -> None:
    """Well: the incident ends by the word of who repaired it. The walk is a row like every other."""
    made.web.route("shop.test", "/pricing", PRICE)
    answer = await fixed(made, Others())
    assert (answer.code, answer.who) == (AnswerCode.FIXED, "U0BEN")
    assert await made.open() == []
    [walk, _first] = await made.last()
    assert (walk.cause, walk.course.flows) == ("fixed", ("checkout",))


async def test_it_is_not_fixed_yet(made: Shop) -> None:
    """The step that fails is said, and the incident stays."""
    answer = await fixed(made, Others())
    assert answer.code is AnswerCode.STILL_RED
    assert "500" in answer.evidence
    assert len(await made.open()) == 1


async def test_what_cannot_be_walked_is_not_called_fixed(made: Shop) -> None:
    """The name is not found any more from here: nobody knows."""
    made.web.route("shop.test", "/pricing", PRICE)
    made.write(FLOW_WITH_SECRET)
    await made.smoke.tick()
    answer = await fixed(made, Others())
    assert answer.code is AnswerCode.COULD_NOT_SEE
    assert "CHECKOUT_KEY" in answer.evidence


FLOW_WITH_SECRET = """
services: {shop: {owner: ben, critical: true}}
hosts: [{name: shop.test, purpose: app}]
flows:
  - id: checkout
    name: Checkout
    service: shop
    carries: payment
    env: {key: CHECKOUT_KEY}
    steps:
      - {name: See the price, request: {url: "/pricing?key={key}"}, expect: {contains: 49 EUR}}
"""


async def test_what_else_the_incident_is_about_is_looked_at_too(made: Shop) -> None:
    """The flow works and a page beside it does not: not fixed. What is no flow goes the usual way."""
    made.web.route("shop.test", "/pricing", PRICE)
    others = Others(bad(made.clock.now(), None, "status", "Sign-up page is down"))
    again = SmokeAgain(made.smoke, made.incidents)
    recheck = again.again_or(others.again, others.fresh)
    await recheck(7, ("Sign-up page",))
    assert others.asked == [(7, ("Sign-up page",))]
    seen: list[tuple[object, str]] = []

    async def rechecked(_incident: int, good: bool | None, evidence: str) -> None:
        seen.append((good, evidence))

    again = SmokeAgain(made.smoke, Heard(rechecked))
    await again.again_or(others.again, others.fresh)(1, ("Smoke: Checkout", "Sign-up page"))
    async with asyncio.timeout(60):
        await asyncio.gather(*again.under_way)
    assert seen == [(False, "Sign-up page is down")]
    others.glances = [good(made.clock.now(), "up")]
    await again.again_or(others.again, others.fresh)(1, ("Smoke: Checkout", "Sign-up page"))
    async with asyncio.timeout(60):
        await asyncio.gather(*again.under_way)
    assert seen[-1] == (True, "")


class Heard:
    """Hears what a fresh look found, in place of the incidents."""

    def __init__(self, rechecked) -> None:
        self.rechecked = rechecked


async def test_a_step_of_a_runbook_walks_the_flow(made: Shop) -> None:
    """By what the incident calls it; without one all are walked."""
    again = SmokeAgain(made.smoke, made.incidents)
    [sight] = await again.look("Smoke: Checkout", 20)
    assert (sight.verdict, sight.checks, sight.expected) == (Verdict.BAD, ("Smoke: Checkout",), "Checkout works")
    assert "500" in sight.seen
    made.web.route("shop.test", "/pricing", PRICE)
    made.later(seconds=30)
    assert [one.verdict for one in await again.look("", 20)] == [Verdict.GOOD, Verdict.GOOD]
    assert await made.open() == []


async def test_a_step_that_has_no_time_left_says_so(made: Shop) -> None:
    """The walk goes on by itself, and its result is told where it belongs."""
    gate = asyncio.Event()

    async def slow(_request) -> Answer:
        await gate.wait()
        return PRICE

    made.web.route("shop.test", "/pricing", slow)
    [sight] = await SmokeAgain(made.smoke, made.incidents).look("Checkout", 0.2)
    assert sight.verdict is Verdict.UNKNOWN
    gate.set()
    [walk] = [one for one in await made.store.read(walks_of) if not one.over]
    await made.smoke.wait(walk.id)
    assert await made.open() == []


def walks_of(connection):
    """All that wait or go on."""
    from bot.store import walks

    return walks.unfinished(connection, "shop")


def page(made: Shop, reading: Reading) -> Signal:
    """How the page of the log-in stands."""
    now = made.clock.now()
    return Signal("shop", "production", "account", "home", Trouble.REACH, Sev.ONE, reading, now, now)


@pytest.mark.parametrize("works", [True, False])
async def test_what_an_outage_leaves_behind_is_walked_before_it_is_told(made: Shop, works: bool) -> None:
    """The walk that failed was made in the outage: what works again calls nobody, what fails still does."""
    made.incidents.leave_to(SmokeAgain(made.smoke, made.incidents).anew)
    await made.incidents.signal([page(made, Reading.DOWN)])
    made.web.route("shop.test", "/login", Answer(500, "no"))
    await made.walk("login")
    [checkout, outage] = await made.open()
    assert [one.probe for one in outage.also] == ["Smoke: Log-in"]
    if works:
        made.web.route("shop.test", "/login", in_or_out)
    made.later(seconds=60)
    await made.incidents.signal([page(made, Reading.UP)])
    assert [one.id for one in await made.open()] == [checkout.id]
    [left] = await made.store.read(walks_of)
    assert left.course.flows == ("login",)
    await made.smoke.tick()
    async with asyncio.timeout(60):
        await made.smoke.wait(left.id)
    told = [one.members[0].probe for one in await made.open() if one.id != checkout.id]
    assert told == ([] if works else ["Smoke: Log-in"])


async def test_the_runbook_of_what_customers_do_leads_out(made: Shop) -> None:
    """Checkout, and not the general one."""
    flows = flows_of(made.config)
    assert flows == {"Smoke: Log-in": "login_broken", "Smoke: Checkout": "checkout_broken", "shop.test": "login"}
    [incident] = await made.open()
    books = made.config.library.books
    topic = await made.store.read(lambda c: topic_of(c, "shop", books, incident, flows=flows))
    assert topic == "checkout_broken"
