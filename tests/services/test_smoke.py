"""Walks of smoke flows: one row each, never two over the same flow, and incidents that hear what customers would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.domain.incident import Status
from bot.domain.severity import Trouble
from bot.services.incidents import Request
from bot.services.smoke import Busy, Cause, NoFlows
from bot.services.smoke_flows import UnknownFlow
from bot.services.smoke_walker import STORE_AGAIN
from bot.store import outbox, walks
from bot.store.db import Store, StoreError
from checks.flow.model import State
from tests.servers.http import Answer, Hostile
from tests.services.smoke_shop import ENVIRON, PAGE, TWO_FLOWS, Shop, Still, in_or_out, shop
from tests.services.watchtower import soon
from tests.store.loop_watch import longest_block

CLICK = Request("1.2", "U0ANA", "/launch smoke")


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Shop]:
    """The shop."""
    async with shop(tmp_path) as one:
        yield one


def states(walk: walks.Walk) -> dict[str, State]:
    """How each flow ended."""
    return {one.id: one.state for one in walk.seen}


async def test_a_walk_over_what_works(made: Shop) -> None:
    """Every flow is seen, the message becomes the result, who waits hears of it; no secret is stored."""
    number = await made.smoke.start(CLICK, channel="C1")
    await made.smoke.wait(number)
    walk = await made.get(number)
    assert states(walk) == {"login": State.OK, "checkout": State.OK}
    assert (walk.cause, walk.asked_by, walk.channel) == ("hand", "U0ANA", "C1")
    assert made.ended == [number]
    assert "root" in await made.said(number)
    result = await made.store.read(lambda c: made.smoke.result(c, number))
    assert (result.good, result.of, result.broken, result.why) == (2, 2, (), "")
    assert await made.open() == []
    row = await made.store.read(lambda c: c.execute("SELECT data FROM smoke_run").fetchone()[0])
    assert not [value for value in ENVIRON.values() if value in row]


async def test_the_same_click_walks_once(made: Shop) -> None:
    """Slack delivers a click twice now and then."""
    number = await made.smoke.start(CLICK, channel="C1")
    await made.smoke.wait(number)
    assert await made.smoke.start(CLICK, channel="C1") == 0
    assert [one.id for one in await made.last()] == [number]


async def test_what_is_broken_becomes_an_incident_of_its_owner(made: Shop) -> None:
    """Checkout weighs as much as money, log-in as a flow; each belongs to its service; well again ends it."""
    made.web.route("shop.test", "/pricing", Answer(500, "no"))
    walk = await made.walk(cause=Cause.DEPLOY, deploy=4)
    assert states(walk) == {"login": State.OK, "checkout": State.FAILED}
    result = await made.store.read(lambda c: made.smoke.result(c, walk.id))
    assert (result.run, result.good, result.of, result.broken) == (walk.id, 1, 2, ("Checkout",))
    assert "500" in result.why
    [incident] = await made.open()
    assert (incident.service, incident.trouble) == ("shop", Trouble.CHECKOUT)
    assert [one.probe for one in incident.members] == ["Smoke: Checkout"]

    made.later(minutes=1)
    await made.walk()
    [same] = await made.open()
    assert same.id == incident.id
    assert same.first_failure == incident.first_failure

    made.web.route("shop.test", "/pricing", Answer(body=PAGE + "49 EUR"))
    made.later(minutes=1)
    await made.walk()
    assert await made.open() == []


async def test_what_could_not_be_seen_says_nothing(made: Shop) -> None:
    """A missing secret neither opens an incident nor ends one, and names the variable."""
    made.web.route("shop.test", "/login", Answer(500, "no"))
    await made.walk("login")
    [incident] = await made.open()
    assert incident.trouble is Trouble.SMOKE
    del made.environ["SMOKE_PASSWORD"]
    made.later(minutes=1)
    walk = await made.walk("login")
    assert states(walk) == {"login": State.UNKNOWN}
    assert "SMOKE_PASSWORD" in walk.seen[0].sentence
    assert [one.id for one in await made.open()] == [incident.id]
    made.environ["SMOKE_PASSWORD"] = ENVIRON["SMOKE_PASSWORD"]
    made.web.route("shop.test", "/login", Answer(body=PAGE + "Log in Dashboard"))
    made.later(minutes=1)
    assert states(await made.walk("login")) == {"login": State.OK}, "secrets are read when a walk begins"
    assert await made.open() == []


async def test_a_flow_that_left_the_file_leaves_its_incident(made: Shop) -> None:
    """Nobody would ever say that it works again."""
    made.web.route("shop.test", "/pricing", Answer(500, "no"))
    await made.walk()
    assert len(await made.open()) == 1
    made.write(TWO_FLOWS.partition("  - id: checkout")[0])
    await made.smoke.tick()
    assert await made.open() == []


async def test_never_two_walks_over_one_flow(made: Shop) -> None:
    """The second waits; one over another flow does not."""
    gate = asyncio.Event()
    going = 0
    most = 0

    async def slow(_request) -> Answer:
        nonlocal going, most
        going += 1
        most = max(most, going)
        await gate.wait()
        going -= 1
        return Answer(body=PAGE + "49 EUR")

    made.web.route("shop.test", "/pricing", slow)
    first, second, other = await made.ask("checkout"), await made.ask("checkout"), await made.ask("login")
    assert await made.smoke.tick() == 2
    await made.smoke.wait(other)
    assert await made.smoke.tick() == 0
    assert (await made.get(second)).began_at is None
    gate.set()
    await made.smoke.wait(first)
    await until_begun(made, second)
    await made.smoke.wait(second)
    assert most == 1
    assert made.web.asked("/pricing") == 2


async def until_begun(made: Shop, number: int) -> None:
    """Tick until that walk has begun."""
    async with asyncio.timeout(60):
        while (await made.get(number)).began_at is None:
            await made.smoke.tick()


async def test_asking_for_the_same_again_while_it_goes_on(made: Shop) -> None:
    """Says who asked before."""
    gate = asyncio.Event()

    async def slow(_request) -> Answer:
        await gate.wait()
        return Answer(body=PAGE + "49 EUR")

    made.web.route("shop.test", "/pricing", slow)
    number = await made.smoke.start(CLICK, channel="C1", names=["Checkout"])
    with pytest.raises(Busy) as error:
        await made.smoke.start(Request("9.9", "U0BEN", "/launch smoke"), channel="C1", names=["checkout"])
    assert (error.value.walk.id, error.value.walk.asked_by) == (number, "U0ANA")
    gate.set()
    await made.smoke.wait(number)


async def test_names_that_fit_no_flow(made: Shop) -> None:
    """The nearest is named; nothing is written down."""
    with pytest.raises(UnknownFlow) as error:
        await made.smoke.start(CLICK, channel="C1", names=["chekout"])
    assert error.value.nearest == ("checkout",)
    for name in ("log in", "LOGIN", "Log-in", "payment"):
        number = await made.smoke.start(Request(name, "U0ANA", "x"), channel="C1", names=[name])
        await made.smoke.wait(number)
    assert [one.course.flows for one in await made.last()] == [("checkout",), ("login",), ("login",), ("login",)]
    made.write("hosts: [{name: shop.test, purpose: app}]\n")
    with pytest.raises(NoFlows):
        await made.smoke.start(CLICK, channel="C1")


async def test_a_walk_that_a_kill_cut_off_is_walked_again(made: Shop) -> None:
    """The row stays, its tries are counted, and it comes to an end."""
    gate, asked = asyncio.Event(), asyncio.Event()

    async def slow(_request) -> Answer:
        asked.set()
        await gate.wait()
        return Answer(body=PAGE + "49 EUR")

    made.web.route("shop.test", "/pricing", slow)
    number = await made.ask("checkout", cause=Cause.DEPLOY, deploy=3)
    await made.smoke.tick()
    await asked.wait()
    before = made.smoke
    made.web.route("shop.test", "/pricing", Answer(body=PAGE + "49 EUR"))
    await before.stop()
    walk = await made.get(number)
    assert (walk.over, walk.course.tries) == (False, 1)
    made.begin()
    assert await made.smoke.tick() == 1
    await made.smoke.wait(number)
    walk = await made.get(number)
    assert (states(walk), walk.course.tries, walk.deploy) == ({"checkout": State.OK}, 2, 3)
    gate.set()


async def test_what_was_cut_off_long_ago_is_not_walked(made: Shop) -> None:
    """Its message says so; nor is one that has brought the bot down again and again."""
    number = await made.ask("checkout")
    await made.store.write(lambda c: walks.begin(c, number, made.clock.now(), walks.Course(("checkout",), tries=1)))
    often = await made.ask("login")
    await made.store.write(lambda c: walks.begin(c, often, made.clock.now(), walks.Course(("login",), tries=3)))
    made.later(minutes=31)
    made.begin()
    assert await made.smoke.tick() == 0
    assert [(await made.get(one)).course.problem for one in (number, often)] == [walks.CUT, walks.CUT]
    result = await made.store.read(lambda c: made.smoke.result(c, number))
    assert (result.good, result.of) == (0, 0)
    assert not made.web.requests


async def test_flows_that_are_gone_before_they_are_walked(made: Shop) -> None:
    """The walk ends and says so."""
    number = await made.ask("refunds")
    await made.smoke.tick()
    assert (await made.get(number)).course.problem == walks.GONE
    assert made.ended == [number]


async def test_the_file_changes_during_a_walk(made: Shop) -> None:
    """What is walked goes on as it began; of a flow that has left nothing is said to incidents."""
    gate, asked = asyncio.Event(), asyncio.Event()

    async def slow(_request) -> Answer:
        asked.set()
        await gate.wait()
        return Answer(500, "no")

    made.web.route("shop.test", "/pricing", slow)
    number = await made.ask()
    await made.smoke.tick()
    await asked.wait()
    made.write(TWO_FLOWS.partition("  - id: checkout")[0])
    await made.smoke.tick()
    gate.set()
    await made.smoke.wait(number)
    assert states(await made.get(number)) == {"login": State.OK, "checkout": State.FAILED}
    assert await made.open() == []


async def test_a_page_without_end_does_not_hold_up_the_bot(made: Shop) -> None:
    """Ten megabytes, or an answer without end: nobody knows what it says, and the loop is never blocked for long."""
    made.web.route("shop.test", "/pricing", Answer(body=b"x" * 10_000_000))
    made.web.route("shop.test", "/login", Answer(hostile=Hostile.ENDLESS_BODY))

    async def walk() -> None:
        number = await made.ask()
        await made.smoke.tick()
        await made.smoke.wait(number)
        assert states(await made.get(number))["checkout"] is State.UNKNOWN

    assert await longest_block(walk, 0.5) <= 0.5
    row = await made.store.read(lambda c: c.execute("SELECT length(data) FROM smoke_run").fetchone()[0])
    assert row < 20_000


async def test_on_its_schedule_and_while_it_is_broken(made: Shop) -> None:
    """Every quarter of an hour as written; what an incident is about sooner; nothing while the bot itself is blind."""
    made.write(TWO_FLOWS.replace("    carries: payment\n", "    carries: payment\n    every: 15m\n"))
    assert await made.smoke.tick() == 0
    made.later(seconds=31)
    assert await scheduled(made) == ("checkout",)
    made.later(minutes=14)
    assert await made.smoke.tick() == 0
    made.later(minutes=1, seconds=1)
    made.incidents.blind = True
    assert await made.smoke.tick() == 0
    made.incidents.blind = False
    made.web.route("shop.test", "/pricing", Answer(500, "no"))
    assert await scheduled(made) == ("checkout",)
    assert len(await made.open()) == 1
    made.web.route("shop.test", "/pricing", Answer(body=PAGE + "49 EUR"))
    made.later(minutes=5, seconds=1)
    assert await scheduled(made) == ("checkout",)
    assert await made.open() == []
    made.begin()
    made.later(minutes=14)
    assert await made.smoke.tick() == 0, "a start changes nothing of the pace"
    made.later(minutes=2)
    assert await scheduled(made) == ("checkout",)


async def scheduled(made: Shop) -> tuple[str, ...]:
    """What the next tick walks by itself."""
    assert await made.smoke.tick() == 1
    [walk] = await made.store.read(lambda c: walks.unfinished(c, "shop"))
    await made.smoke.wait(walk.id)
    assert walk.cause == "schedule"
    return walk.course.flows


async def test_a_broken_flow_without_a_schedule_is_walked_until_it_works(made: Shop) -> None:
    """Else its incident would stay until the next deploy."""
    made.web.route("shop.test", "/pricing", Answer(500, "no"))
    await made.walk()
    made.later(minutes=5, seconds=1)
    assert await scheduled(made) == ("checkout",)
    made.web.route("shop.test", "/pricing", Answer(body=PAGE + "49 EUR"))
    made.later(minutes=5, seconds=1)
    assert await scheduled(made) == ("checkout",)
    assert await made.open() == []
    made.later(hours=9)
    assert await made.smoke.tick() == 0


SIGN_UP = """
hosts: [{name: shop.test, purpose: app}]
flows:
  - id: signup
    name: Sign-up
    email: qa@shop.test
    steps:
      - {name: Create an account, request: {url: /signup, method: POST, form: {email: "{email}"}}}
      - {name: See it, request: {url: "/account?who={email}&tag={run}"}}
    cleanup:
      - {name: Remove it, request: {url: "/remove/{run}", method: POST, form: {email: "{email}"}}}
"""


async def test_what_a_killed_walk_left_behind_is_removed_first(made: Shop) -> None:
    """Nothing was cleaned up when it was killed; the next walk begins with the old tag, and has a new one itself."""
    asked = asyncio.Event()

    async def hang(_request) -> Answer:
        asked.set()
        await asyncio.Event().wait()
        return Answer()

    made.write(SIGN_UP)
    made.web.route("shop.test", "*", Answer(body=PAGE))
    made.web.route("shop.test", "/account", hang)
    number = await made.ask("signup")
    await made.smoke.tick()
    await asked.wait()
    [(_, old)] = (await made.get(number)).course.runs
    walk = await made.get(number)
    await made.smoke.stop()
    # As after a kill: the clean-up that an orderly stop has made did not take place.
    made.web.requests.clear()
    made.web.route("shop.test", "/account", Answer(body=PAGE))
    made.begin()
    await made.smoke.tick()
    await made.smoke.wait(number)
    after = await made.get(number)
    [(_, new)] = after.course.runs
    assert (states(after), after.course.tries, new != old) == ({"signup": State.OK}, 2, True)
    assert after.seen[0].run == new
    sent = [(one.target, one.body.decode()) for one in made.web.requests]
    coded = f"email=qa%2B{new}%40shop.test"
    assert sent == [
        (f"/remove/{old}", f"email=qa%2B{old}%40shop.test"),
        ("/signup", coded),
        (f"/account?who=qa%2B{new}%40shop.test&tag={new}", ""),
        (f"/remove/{new}", coded),
    ]
    assert walk.course.tries == 1


async def test_a_mistake_of_our_own_ends_the_walk_and_says_so(made: Shop) -> None:
    """Whoever waits for it hears of it; nothing is said to incidents, and it is not tried again at once."""

    def broken() -> dict[str, str]:
        raise RuntimeError("the environment cannot be read")

    made.write(TWO_FLOWS.replace("    carries: payment\n", "    carries: payment\n    every: 15m\n"))
    smoke = made.begin(environ=broken)
    walk = await made.walk("checkout")
    assert walk.course.problem == walks.OWN_FAULT
    assert made.ended == [walk.id]
    assert await made.open() == []
    made.later(seconds=31)
    assert await smoke.tick() == 0
    result = await made.store.read(lambda c: smoke.result(c, walk.id))
    assert (result.good, result.of, result.broken) == (0, 0, ())


@dataclass
class Poked(Still):
    """A clock on which waiting ends when somebody says so."""

    poke: asyncio.Event = field(default_factory=asyncio.Event)

    async def sleep(self, seconds: float) -> None:
        self.waits += seconds == STORE_AGAIN
        await self.poke.wait()
        self.poke.clear()


async def test_a_full_disk_loses_no_result(made: Shop) -> None:
    """What was seen waits in memory until there is room; it is not walked twice, and the incident opens then."""
    gate, asked = asyncio.Event(), asyncio.Event()

    async def slow(_request) -> Answer:
        asked.set()
        await gate.wait()
        return Answer(500, "no" * 200)

    clock = made.clock = Poked()
    made.begin()
    made.web.route("shop.test", "/pricing", slow)
    number = await made.ask("checkout")
    await made.smoke.tick()
    await asked.wait()
    await fill(made.store)
    gate.set()
    await soon(lambda: clock.waits > 0, 20)
    assert not (await made.get(number)).over
    await made.store.write(lambda c: c.execute("PRAGMA max_page_count = 100000").fetchone())
    clock.poke.set()
    await made.smoke.wait(number)
    walk = await made.get(number)
    assert (states(walk), walk.course.tries) == ({"checkout": State.FAILED}, 1)
    [incident] = await made.open()
    assert incident.status is Status.OPEN
    assert made.web.asked("/pricing") <= 2, "a step that reads may be tried twice, the walk is made once"


async def fill(store: Store) -> None:
    """Let the disk be full: no page more than there are, and no room beside the walk that goes on."""
    pages = await store.read(lambda c: c.execute("PRAGMA page_count").fetchone()[0])
    await store.write(lambda c: c.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    row = "INSERT INTO smoke_run (product, cause, asked_at, ended_at, data) VALUES ('other', 'hand', 1, 1, ?)"
    for length in (1000, 100, 1):
        with suppress(StoreError):
            while True:
                await store.write(lambda c, n=length: c.execute(row, ("x" * n,)))


async def test_its_message_tells_how_far_it_is(made: Shop) -> None:
    """Edited in place while the walk goes on, at most every three seconds, and less pressing than all else."""
    gate, asked = asyncio.Event(), asyncio.Event()

    async def slow(_request) -> Answer:
        asked.set()
        await gate.wait()
        return Answer(body=PAGE + "Dashboard")

    clock = made.clock = Poked()
    made.begin()
    made.web.route(
        "shop.test", "/login", lambda request: in_or_out(request) if request.method == "GET" else slow(request)
    )
    number = await made.smoke.start(CLICK, channel="C1", names=["login"])
    await made.store.write(lambda c: c.execute("UPDATE outbox SET state = 'sent', sent_at = 1 WHERE kind = 'root'"))
    await asked.wait()
    clock.poke.set()
    async with asyncio.timeout(60):
        while not (await made.get(number)).course.done:
            await SystemClock().sleep(0.02)
            clock.poke.set()
    walk = await made.get(number)
    assert (walk.course.now, walk.course.done, walk.course.total) == ("Log-in: step 2 of 2", 1, 2)
    edits = await made.store.read(
        lambda c: c.execute(
            "SELECT prio FROM outbox WHERE subject = ? AND kind = 'edit'", (f"smoke:{number}",)
        ).fetchall()
    )
    assert [row["prio"] for row in edits] == [int(outbox.Prio.PROGRESS)]
    gate.set()
    await made.smoke.wait(number)
    assert (await made.get(number)).course.now == ""
