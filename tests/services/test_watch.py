"""Monitors under watch: from the look at a server that fails to the card, and back."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import SystemClock
from bot.domain.asks import Ack, FixedAsk
from bot.domain.detection import State
from bot.domain.incident import Status
from bot.domain.severity import Trouble
from bot.domain.silence import silence_for
from bot.services.glance import glance, page
from bot.services.incidents import Request
from bot.services.watch import Watch
from bot.services.watching import TICK
from bot.store import blindness, looks, probes, silences, trends
from bot.store.db import StoreError
from bot.store.outbox import Kind
from checks.inventory import expand
from checks.net.limits import Limits
from tests.servers.dns import Fault
from tests.servers.http import Answer, Hostile
from tests.services.watchtower import BROKEN, GOOD, START, Hand, Tower, a_tower, monitors, soon


@pytest.fixture
async def tower(tmp_path) -> AsyncIterator[Tower]:
    """One monitor, in order."""
    async with a_tower(tmp_path) as made:
        made.web.route("*", "*", GOOD)
        made.write(monitors("login"))
        await made.begin()
        yield made


async def test_a_failure_is_confirmed_within_seconds_and_told_in_ninety(tower):
    """Looks at 0, 5 and 15 s, then the card 20 s after the first failure, however the outage fell into the minute."""
    await tower.run(seconds=30)
    assert tower.state("login") is State.UP
    for shift in (1, 25, 50):
        tower.web.route("*", "*", GOOD)
        await tower.run(minutes=35, every=5)
        await tower.run(seconds=shift)
        tower.web.requests.clear()
        tower.web.route("*", "*", BROKEN)
        broke = tower.clock.time
        await tower.run(seconds=90)
        incident = (await tower.all())[0]
        assert incident.status is Status.OPEN
        [card] = [row for row in await tower.said(incident.id) if row.kind is Kind.ROOT]
        assert card.created_at - broke <= timedelta(seconds=90)
        confirmed = incident.opened_at - incident.first_failure
        assert timedelta(seconds=15) <= confirmed <= timedelta(seconds=17)
        tower.web.route("*", "*", GOOD)
        await tower.run(minutes=5, every=5)
        assert (await tower.all())[0].status in (Status.RESOLVED, Status.CLOSED)


async def test_one_bad_look_is_nobodys_business(tower):
    """A single failure is a suspicion, and is gone with the next good look."""
    await tower.run(seconds=10)
    tower.web.route("*", "*", BROKEN)
    await tower.run(minutes=2, until=lambda: tower.state("login") is State.SUSPECT)
    assert tower.state("login") is State.SUSPECT
    tower.web.route("*", "*", GOOD)
    await tower.run(seconds=30)
    assert tower.state("login") is State.UP
    assert await tower.all() == []


async def test_looks_are_spread_over_the_interval_and_stay_where_they_are(tmp_path):
    """Thirty monitors do not knock together, none is left out, and none drifts."""
    names = [f"page{n}" for n in range(30)]
    async with a_tower(tmp_path) as tower:
        tower.web.route("*", "*", GOOD)
        tower.write(monitors(*names))
        await tower.begin()
        await tower.run(seconds=6, every=0.25)
        assert {request.path for request in tower.web.requests} == {f"/{name}" for name in names}
        await tower.run(seconds=61)
        places: dict[str, list[float]] = {}
        busiest = 0
        for _ in range(180):
            tower.web.requests.clear()
            tower.clock.time += timedelta(seconds=1)
            await tower.step()
            busiest = max(busiest, len(tower.web.requests))
            for request in tower.web.requests:
                places.setdefault(request.path, []).append(tower.clock.time.timestamp() % 60)
        assert {path: len(when) for path, when in places.items()} == {f"/{name}": 3 for name in names}
        assert all(max(when) - min(when) <= 1 for when in places.values())
        assert busiest <= 5


async def test_what_is_good_again_is_said_once_it_stays_good(tower):
    """First "looks better", then fixed after its recovery window; nobody has to click."""
    tower.web.route("*", "*", BROKEN)
    await tower.run(seconds=60)
    [incident] = await tower.open()
    tower.web.route("*", "*", GOOD)
    await tower.run(seconds=75)
    [incident] = await tower.open()
    assert incident.green_since is not None
    await tower.run(minutes=3)
    assert await tower.open() == []
    assert (await tower.all())[0].status is Status.RESOLVED
    assert tower.state("login") is State.UP


async def test_slow_is_a_state_of_its_own_and_no_failure(tmp_path):
    """Good answers above the target for a whole window are a milder incident of their own; then they are quick."""
    async with a_tower(tmp_path) as tower:
        tower.web.route("*", "*", Answer(body=b"Sign in", delay=0.02))
        tower.write(monitors("login", more=", slow_after: 10ms, every: 30s"))
        await tower.begin()
        await tower.run(minutes=14, every=5)
        assert tower.state("login") is State.UP
        await tower.run(minutes=12, every=5)
        assert tower.state("login") is State.SLOW
        [incident] = await tower.open()
        assert incident.trouble is Trouble.LATENCY
        tower.web.route("*", "*", GOOD)
        await tower.run(minutes=26, every=5)
        assert tower.state("login") is State.UP
        assert await tower.open() == []


async def test_what_cannot_be_seen_tells_nothing(tmp_path):
    """Without a way out, and before a firewall that turns machines away, nothing is down and nothing is well."""
    async with a_tower(tmp_path) as tower:
        tower.network = ", canaries: ['http://one.test/', 'http://two.test/', 'http://three.test/']"
        tower.write(monitors("login"))
        await tower.begin()
        tower.web.route("*", "*", Answer(hostile=Hostile.CLOSE_EARLY))
        await tower.run(minutes=3)
        assert tower.state("login") is State.UNKNOWN
        tower.web.route("*", "*", Answer(403, b"no", headers=(("cf-mitigated", "challenge"), ("server", "cloudflare"))))
        await tower.run(minutes=3)
        assert tower.state("login") is State.UNKNOWN
        assert await tower.all() == []
        row = await tower.store.read(lambda c: c.execute("SELECT DISTINCT state FROM probe").fetchall())
        assert [one["state"] for one in row] == [probes.Seen.UNKNOWN]


async def test_a_restart_in_the_middle_of_a_confirmation_goes_on_with_it(tower):
    """The looks before the kill count; the incident knows when it really began."""
    await tower.run(minutes=2)
    tower.web.route("*", "*", BROKEN)
    await tower.run(minutes=2, until=lambda: tower.state("login") is State.SUSPECT)
    first = tower.clock.time
    await tower.run(seconds=5)
    tower.web.requests.clear()
    await tower.begin()
    await tower.run(seconds=5, every=0.25)
    assert len(tower.web.requests) == 1
    [incident] = await tower.open()
    assert incident.first_failure == first


async def test_a_restart_in_the_middle_of_an_outage_begins_no_second_one(tower):
    """Neither a second incident nor a second card, however often."""
    tower.web.route("*", "*", BROKEN)
    await tower.run(seconds=60)
    before = await tower.messages()
    for _ in range(5):
        await tower.begin()
        await tower.run(seconds=30)
    assert len(await tower.all()) == 1
    assert [row.delivery_id for row in (await tower.messages())[: len(before)]] == [row.delivery_id for row in before]
    assert [row.kind for row in await tower.messages()].count(Kind.ROOT) == 1
    tower.web.route("*", "*", GOOD)
    await tower.begin()
    await tower.run(minutes=4)
    assert await tower.open() == []


@pytest.mark.parametrize(("answer", "status"), [(GOOD, Status.RESOLVED), (BROKEN, Status.ACKED)])
async def test_its_fixed_is_believed_after_a_fresh_look(tower, answer, status):
    """A good look ends it at once; a bad one leaves it open."""
    tower.web.route("*", "*", BROKEN)
    await tower.run(seconds=60)
    [incident] = await tower.open()
    await tower.incidents.ask(incident.id, Ack("U0BEN"), Request("1.0", "U0BEN", "incident.ack"))
    tower.web.route("*", "*", answer)
    tower.web.requests.clear()
    await tower.incidents.ask(incident.id, FixedAsk("U0BEN"), Request("1.1", "U0BEN", "incident.fixed"))
    await tower.watch.settle()
    assert len(tower.web.requests) == 1
    assert (await tower.all())[0].status is status


async def test_a_monitor_that_is_taken_out_ends_its_incident(tower):
    """And nothing is known about it any more."""
    tower.web.route("*", "*", BROKEN)
    await tower.run(seconds=60)
    assert len(await tower.open()) == 1
    tower.write(monitors("other"))
    tower.web.route("*", "/other", GOOD)
    await tower.watch.load()
    await tower.run(seconds=10)
    assert await tower.open() == []
    assert [one.name for one in tower.watch.standings()] == ["other"]
    assert [one.target for one in await tower.store.read(lambda c: looks.every(c, "shop"))] == ["other"]


async def test_a_broken_file_takes_nothing_out(tower):
    """What is watched stays watched while launch.yml cannot be read."""
    await tower.run(seconds=10)
    (tower.folder / "launch.yml").write_text("product: [")
    tower.config = type(tower.config).read(tower.folder / "launch.yml")
    await tower.watch.load()
    assert [one.name for one in tower.watch.standings()] == ["login"]


async def test_fifty_monitors_of_one_host_are_one_card_and_three_messages(tmp_path):
    """They fail together, in three services; what is named first is what stopped them."""
    async with a_tower(tmp_path) as tower:
        tower.web.route("*", "*", GOOD)
        lines = [
            f"  - {{name: page{n}, url: 'http://app.shop.test/page{n}', service: part{n % 3}}}\n" for n in range(50)
        ]
        services = "services:\n" + "".join(f"  part{n}: {{owner: ana, critical: true}}\n" for n in range(3))
        tower.write("monitors:\n" + "".join(lines) + services)
        await tower.begin()
        await tower.run(seconds=70)
        tower.web.stop_listening()
        await tower.run(seconds=100)
        [incident] = await tower.open()
        assert incident.trouble is Trouble.REACH
        assert len(incident.members) == 50
        told = await tower.messages()
        assert [row.kind for row in told].count(Kind.ROOT) == 1
        assert len(told) <= 3


async def test_a_server_that_hangs_holds_up_nobody_else(tmp_path):
    """Sixty looks wait for it; the one of another host is there in its time all the same."""
    async with a_tower(tmp_path) as tower:
        names = [f"hang{n}" for n in range(60)]
        tower.web.route("app.shop.test", "*", Answer(hostile=Hostile.HANG))
        tower.web.route("other.shop.test", "*", GOOD)
        body = monitors(*names)
        tower.write(body.replace("services:", "  - {name: other, url: 'http://other.shop.test/'}\nservices:"))
        await tower.begin()
        tower.clock.time += timedelta(seconds=6)
        tower.watch.tick()
        await soon(lambda: tower.web.asked("/", "other.shop.test") > 0)
        async with asyncio.timeout(60):
            await tower.watch.stop()


async def test_a_look_ends_in_its_time(tower):
    """Whatever the server does, the whole look has a limit, and a hung server is down."""
    tower.web.route("*", "*", lambda request: Answer(302, b"", (("location", request.target + "x"),), delay=0.25))
    [target] = [one for one in expand(tower.config.inventory) if one.monitor is not None]
    seen = await glance(
        page(target), "login", tower.config.inventory.network, START, timeout=0.3, path=0, limits=Limits(1000, 1000)
    )
    assert len(tower.web.requests) <= 6, "a second answer, and that of a second try, come too late"
    assert seen.seen.sight.value == "bad"
    assert seen.seen.code == "timeout"


async def test_a_look_that_found_no_free_connection_says_nothing(tower):
    """Who waits for us is not told that the site is down."""
    [target] = [one for one in expand(tower.config.inventory) if one.monitor is not None]
    limits = Limits(1000, 1000, overall=1)
    async with limits.turn("busy.test"):
        seen = await glance(
            page(target), "login", tower.config.inventory.network, START, timeout=0.1, path=0, limits=limits
        )
    assert seen.seen.sight.value == "unknown"
    seen = await glance(page(target), "login", tower.config.inventory.network, START, timeout=5, path=0, limits=limits)
    assert seen.seen.sight.value == "good"


async def test_a_mistake_of_the_bot_itself_is_no_outage(tower):
    """A trust store that cannot be read says nothing about a site."""
    inventory = tower.config.inventory
    broken = replace(inventory, network=replace(inventory.network, ca_file=str(tower.folder / "none.pem")))
    [target] = [one for one in expand(broken) if one.monitor is not None]
    seen = await glance(page(target), "login", broken.network, START, timeout=1, path=0, limits=Limits())
    assert seen.seen.sight.value == "unknown"


async def test_a_stop_loses_nothing_that_was_seen(tower):
    """What was answered and not stored yet is stored."""
    tower.clock.time += timedelta(seconds=6)
    tower.watch.tick()
    await soon(lambda: tower.watch.waiting > 0)
    await tower.watch.stop()
    [row] = await tower.store.read(lambda c: c.execute("SELECT count(*) AS n FROM probe").fetchall())
    assert row["n"] == 1


async def test_a_full_disk_does_not_stop_the_watch(tmp_path):
    """Looks go on, wait in memory, and are stored and told as soon as there is room."""
    async with a_tower(tmp_path) as tower:
        tower.web.route("*", "*", GOOD)
        tower.write(monitors(*(f"page{n}" for n in range(20))))
        await tower.begin()
        await tower.run(seconds=10)

        def full(connection: sqlite3.Connection) -> None:
            [pages] = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()

        await tower.store.write(full)
        tower.web.route("*", "*", BROKEN)
        refused = 0
        for _ in range(150):
            tower.clock.time += timedelta(seconds=1)
            try:
                await tower.step()
            except StoreError:
                refused += 1
        assert 5 <= refused <= 60
        assert tower.state("page0") is State.DOWN
        assert await tower.all() == []
        await tower.store.write(lambda c: c.execute("PRAGMA max_page_count = 1000000").fetchone())
        await tower.run(seconds=30)
        [incident] = await tower.open()
        assert len(incident.members) == 20
        assert incident.first_failure < tower.clock.time - timedelta(minutes=2)
        [row] = await tower.store.read(
            lambda c: c.execute("SELECT count(*) AS n FROM probe WHERE state IN (1, 6)").fetchall()
        )
        assert row["n"] >= 20 * 4


async def test_a_clock_that_is_put_back_lets_nothing_wait(tower):
    """An hour back: the next look comes within seconds, not in an hour."""
    await tower.run(seconds=70)
    tower.clock.time -= timedelta(hours=1)
    tower.web.requests.clear()
    await tower.run(seconds=70)
    assert len(tower.web.requests) >= 2


async def test_a_name_that_is_gone_is_named_as_the_cause(tower):
    """The kind of trouble is what stopped the visitor first."""
    tower.dns.zone.fault("app.shop.test", Fault.NXDOMAIN)
    await tower.run(seconds=90)
    [incident] = await tower.open()
    assert incident.trouble is Trouble.DNS


async def test_while_the_bot_is_blind_nothing_is_down_and_afterwards_all_is_looked_at(tmp_path):
    """No incident, a stretch that counts for nobody, and a look at everything within seconds of the return."""
    async with a_tower(tmp_path) as tower:
        hosts = [f"canary{n}.shop.test" for n in range(3)]
        tower.network = f", canaries: [{', '.join(f'http://{host}/' for host in hosts)}]"
        tower.web.route("*", "*", GOOD)
        tower.write(monitors("login"))
        await tower.begin()
        await tower.run(minutes=2)
        for host in hosts:
            tower.web.route(host, "*", Answer(hostile=Hostile.CLOSE_EARLY))
        tower.web.route("app.shop.test", "*", BROKEN)
        began = tower.clock.time
        await tower.run(minutes=5)
        assert tower.watch.canaries.blind
        assert tower.incidents.blind
        assert tower.state("login") is State.UNKNOWN
        assert await tower.all() == []
        for host in hosts:
            tower.web.route(host, "*", GOOD)
        tower.web.requests.clear()
        await tower.run(seconds=20)
        assert not tower.incidents.blind
        assert tower.web.asked("/login") >= 1
        [span] = await tower.store.read(lambda c: blindness.between(c, "shop", began, tower.clock.time))
        assert span.seconds >= 200
        await tower.run(seconds=60)
        assert len(await tower.open()) == 1


async def test_announced_maintenance_counts_for_nobody_and_calls_nobody(tower):
    """Its looks are kept as excused; one quiet line says that customers are stopped."""
    await tower.run(minutes=2)
    planned = silence_for(
        id="",
        service="sign-up",
        trouble=None,
        length=timedelta(minutes=10),
        reason="move",
        author="U0ANA",
        now=tower.clock.time,
    )
    await tower.store.write(lambda c: silences.add(c, "shop", planned, silences.Kind.MAINTENANCE))
    tower.web.route("*", "*", BROKEN)
    await tower.run(minutes=9, every=5)
    tower.web.route("*", "*", GOOD)
    await tower.run(minutes=15, every=5)
    assert [row.kind for row in await tower.messages()] == [Kind.ROOT]
    number = await tower.store.write(lambda c: probes.monitor(c, "shop", "login"))
    trend = await tower.store.read(lambda c: trends.stretch(c, number, START, tower.clock.time, 60.0))
    assert trend.sums.bad == 0
    assert 8 <= trend.sums.excused <= 24
    assert trend.share == 1


async def test_it_runs_by_itself_and_stops(tmp_path):
    """With the machine's own clock: a look within seconds, its answer stored, and an end without a remainder."""
    async with a_tower(tmp_path) as tower:
        tower.web.route("*", "*", GOOD)
        tower.write(monitors("login", "signup"))
        tower.clock = SystemClock()
        await tower.begin()
        await tower.watch.start()
        await soon(lambda: {one.state for one in tower.watch.standings()} == {State.UP}, 10.0)
        await tower.watch.stop()
        assert tower.watch.waiting == 0
        [row] = await tower.store.read(lambda c: c.execute("SELECT count(*) AS n FROM probe").fetchall())
        assert row["n"] >= 2


class Metronome(Hand):
    """A clock on which time passes only while somebody waits; it writes down for how long."""

    def __init__(self, tower: Tower) -> None:
        super().__init__()
        self.tower = tower
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        """Nobody waits longer than until the looks under way have ended."""
        self.waits.append(seconds)
        await self.tower.watch.settle()
        self.time += timedelta(seconds=seconds)
        await asyncio.sleep(0)  # noqa: TID251  (let others in)


async def test_it_wakes_where_there_is_something_to_do(tmp_path):
    """Every look begins at its tick, not between two; and a minute with two looks is no reason to wake 240 times."""
    async with a_tower(tmp_path) as tower:
        begun: list[float] = []
        tower.web.route("*", "*", GOOD)
        tower.write(monitors("login", "signup"))
        tower.clock = Metronome(tower)
        await tower.begin()
        tower.watch._eye = lambda *a, **more: (begun.append(tower.clock.time.timestamp()), glance(*a, **more))[1]
        await tower.watch.start()
        await soon(lambda: tower.clock.time > START + timedelta(seconds=70))
        tower.clock.waits.clear()
        begun.clear()
        since = tower.clock.time
        await soon(lambda: tower.clock.time > since + timedelta(seconds=180))
        minutes = (tower.clock.time - since).total_seconds() / 60
        await tower.watch.stop()
    assert len(begun) >= 6
    assert all(moment % TICK == 0 for moment in begun)
    assert len(tower.clock.waits) <= 80 * minutes
    assert max(tower.clock.waits) <= 1.0


async def test_a_slow_look_that_others_overtake_is_judged_all_the_same(tower):
    """Its answer counts although quick ones were stored meanwhile, and it is looked at again at its next turn."""
    gate, asked = asyncio.Event(), []

    async def eye(look, name, *others, **more):
        asked.append(name)
        if name == "Slow" and not gate.is_set():
            await gate.wait()
        return await glance(look, name, *others, **more)

    tower.write(monitors("Slow", "Quick"))
    await tower.begin()
    tower.watch = Watch(tower.store, tower.clock, lambda: tower.config, tower.incidents, eye=eye)
    await tower.watch.load()
    tower.clock.time += timedelta(seconds=60)
    tower.watch.tick()
    while {"Slow", "Quick"} - set(asked):
        await SystemClock().sleep(0.001)
    quick = next(one for one in tower.watch._of.values() if one.spot.name == "Quick")
    async with asyncio.timeout(60):
        while quick.busy:
            await SystemClock().sleep(0.01)
            await tower.watch._conclude()
    gate.set()
    await tower.watch.settle()
    slow = next(one for one in tower.watch._of.values() if one.spot.name == "Slow")
    assert not slow.busy
    assert slow.look.last_at is not None
    before = asked.count("Slow")
    await tower.run(minutes=2)
    assert asked.count("Slow") > before
