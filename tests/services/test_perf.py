"""Light load tests asked for in Slack: a row first, then the message, then the load; only where it is allowed."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.services.config import Config
from bot.services.incidents import Request
from bot.services.perf import Busy, Perf
from bot.services.perf_measure import UnknownEndpoint
from bot.store import journal, outbox, perf_runs
from bot.store.db import Store
from bot.store.outbox import Kind
from bot.store.perf_runs import LoadRun
from checks.load_model import Ended
from checks.loading import NotAllowed
from tests.engine.probes import pause
from tests.servers.dns import DnsServer
from tests.servers.http import Answer, HttpServer

STEPS = ((20.0, 1.0), (20.0, 1.1))


@dataclass
class House:
    """The service over a real store, and the product that it asks."""

    perf: Perf
    store: Store
    web: HttpServer
    dns: DnsServer

    async def run(self, number: int) -> LoadRun:
        """A row."""
        found = await self.store.read(lambda c: perf_runs.get(c, number))
        assert found is not None
        return found

    async def messages(self) -> list[str]:
        """Kinds of what is in the outbox about load tests, in order."""

        def look(connection: sqlite3.Connection) -> list[str]:
            rows = connection.execute("SELECT kind FROM outbox WHERE subject LIKE 'perf:%' ORDER BY number")
            return [row["kind"] for row in rows]

        return await self.store.read(look)


@pytest.fixture
async def house(tmp_path: Path, authority, ca_file: str) -> AsyncIterator[House]:
    """A shop with a dashboard that allows a load, and a page that does not."""
    async with AsyncExitStack() as stack:
        zone = {"test": {"SOA": "ns.test. root.test. 1 7200 3600 1209600 60"}}
        zone |= {name: {"A": "127.0.0.1"} for name in ("app.shop.test", "www.shop.test")}
        dns = await stack.enter_async_context(DnsServer(zone))
        web = await stack.enter_async_context(HttpServer(tls=authority.issue("*.shop.test")))
        for name in ("app.shop.test", "www.shop.test"):
            web.route(name, "*", Answer(delay=0.05))
        path = tmp_path / "launch.yml"
        path.write_text(
            "product: {domain: shop.test}\n"
            "hosts:\n"
            "  - {name: app.shop.test, purpose: app, intrusive: true}\n"
            "  - {name: www.shop.test, purpose: marketing}\n"
            "monitors:\n"
            "  - {name: Dashboard, url: 'https://app.shop.test/', endpoint: dashboard}\n"
            "  - {name: Home, url: 'https://www.shop.test/'}\n"
            f"network: {{resolvers: ['127.0.0.1:{dns.port}'], ca_file: {ca_file},"
            f" ports: {{443: {web.port}}}, allow_private: true}}\n"
        )
        store = Store.open(tmp_path / "launch.db")
        stack.callback(store.close)
        config = Config.read(path)
        assert config.error is None, config.error
        perf = Perf(store, SystemClock(), lambda: config, lambda: None, steps=STEPS)
        stack.push_async_callback(perf.stop)
        yield House(perf, store, web, dns)


def asked(number: int = 1) -> Request:
    """Somebody clicked."""
    return Request(f"{number}.0", "U0ANA", "/launch perf")


async def test_a_load_is_a_row_a_message_an_audit_record_and_a_result(house):
    """From the wish to the figures: each request counted, the journal says who and where."""
    number = await house.perf.start(asked(), channel="C0OPS", name="dashboard")
    begun = await house.run(number)
    assert (begun.ended_at, begun.asked_by, begun.channel, begun.figures.total) == (None, "U0ANA", "C0OPS", 42)
    assert (await house.messages())[0] == Kind.ROOT
    await house.perf.wait(number)
    run = await house.run(number)
    assert run.load is not None
    assert (run.load.ended, run.load.sent, run.load.bad) == (Ended.DONE, 42, 0)
    assert [step.rate for step in run.load.steps] == [20.0, 20.0]
    assert 50 <= run.load.steps[-1].p95 < 1000
    assert house.web.asked("/") == 42 + 5 + 1
    assert (await house.messages())[-1] == Kind.EDIT
    (line,) = await house.store.read(lambda c: journal.recent(c, "shop-test", subject=f"perf:{number}"))
    assert (line.actor, line.did) == ("U0ANA", "load test")
    assert line.data == {"name": "Dashboard", "url": "https://app.shop.test/", "most": 350}
    known = await house.store.read(lambda c: perf_runs.loads(c, "shop-test"))
    assert known["Dashboard"].sent == 42
    assert await house.perf.start(asked(), channel="C0OPS", name="Dashboard") == 0, "asked once, run once"


async def test_nothing_is_sent_where_it_is_not_allowed(house):
    """A host without leave, a stranger's host, a name that nobody knows: no row, no packet."""
    for name, listed, line in (
        ("Home", True, "intrusive: true"),
        ("https://elsewhere.test/", False, "- {name: elsewhere.test, purpose: other, intrusive: true}"),
    ):
        with pytest.raises(NotAllowed) as refused:
            await house.perf.start(asked(), channel="C0OPS", name=name)
        assert (refused.value.listed, refused.value.line) == (listed, line)
    with pytest.raises(UnknownEndpoint):
        await house.perf.start(asked(), channel="C0OPS", name="Dashbord")
    assert not house.dns.queries
    assert not house.web.connections
    assert not await house.messages()


async def test_one_at_a_time_and_anybody_may_stop_it(house):
    """Two would measure each other; who stops it stands in the row and in the journal."""
    number = await house.perf.start(asked(1), channel="C0OPS", name="Dashboard")
    with pytest.raises(Busy):
        await house.perf.start(asked(2), channel="C0OPS", name="Dashboard")
    async with asyncio.timeout(60):
        while house.web.asked("/") < 8:
            await pause(0.02)
    assert await house.perf.halt(0, "U0BEN") == "Dashboard"
    await house.perf.wait(number)
    run = await house.run(number)
    assert run.load is not None
    assert (run.load.ended, run.figures.stopped_by) == (Ended.STOPPED, "U0BEN")
    assert 0 < run.load.sent < 42
    sent = house.web.asked("/")
    await pause(0.3)
    assert house.web.asked("/") == sent
    assert await house.perf.halt(number, "U0BEN") == ""


async def test_what_a_kill_cut_off_says_so_and_does_not_begin_again(house):
    """A row without its task: the next tick ends it, and nothing is sent."""
    now = SystemClock().now()
    figures = perf_runs.Figures("Dashboard", "https://app.shop.test/", 12, 42)

    def killed(connection: sqlite3.Connection) -> int:
        number = perf_runs.ask(connection, "shop-test", now, figures, asked_by="U0ANA", channel="C0OPS")
        outbox.post(connection, "shop-test", f"perf:{number}", now, channel="C0OPS")
        return number

    number = await house.store.write(killed)
    assert await house.perf.tick() == 1
    assert await house.perf.tick() == 0
    run = await house.run(number)
    assert (run.load, run.figures.problem) == (None, perf_runs.CUT)
    assert not house.web.connections


async def test_a_stop_of_the_bot_keeps_what_came_back(house):
    """The row ends with what was seen until then."""
    number = await house.perf.start(asked(), channel="C0OPS", name="Dashboard")
    async with asyncio.timeout(60):
        while house.web.asked("/") < 10:
            await pause(0.02)
    await house.perf.stop()
    run = await house.run(number)
    assert run.load is not None
    assert run.load.ended is Ended.STOPPED
    assert run.load.sent > 0


async def test_a_damaged_row_holds_nothing_up(house):
    """It is passed over."""

    def damage(connection: sqlite3.Connection) -> None:
        for data in ("{", "[]", json.dumps({"name": 3})):
            connection.execute(
                "INSERT INTO perf_run (product, kind, asked_at, data) VALUES ('shop-test', 'load', 0, ?)", (data,)
            )

    await house.store.write(damage)
    assert await house.perf.tick() == 0
    assert await house.store.read(lambda c: perf_runs.loads(c, "shop-test")) == {}
