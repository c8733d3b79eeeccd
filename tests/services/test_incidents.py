"""What probes, people and the clock ask of incidents: rows, in one transaction, carried out once."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.asks import Ack, Pass, Reading, Signal, Snooze
from bot.domain.decision import AnswerCode
from bot.domain.folding import replay
from bot.domain.incident import Status
from bot.domain.scene import Contact
from bot.domain.severity import Sev, Trouble
from bot.services.config import Config
from bot.services.incidents import Incidents, Request
from bot.store import incidents, outbox, sending, settings, timers
from bot.store.db import Store
from bot.store.outbox import Kind
from tests.hand import ByHand

START = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
FILE = """
product: {name: Shop, id: shop, domain: shop.test}
people:
  ana: {slack: U0ANA, role: owner}
  ben: {slack: U0BEN}
services:
  sign-up: {owner: ana, backup: ben, critical: true}
channels: {alerts: "#ops"}
"""


class House(ByHand):
    """The service on a real file, with a clock that is moved by hand."""

    def __init__(self, store: Store, config: Config) -> None:
        self.store = store
        self.time = START
        self.woken = 0
        self.incidents = Incidents(store, self, lambda: config, self._wake)

    def _wake(self) -> None:
        self.woken += 1

    async def pass_time(self, **length: float) -> None:
        """Let time go by, a second at a time, as the tick would see it."""
        end = self.time + timedelta(**length)
        while self.time < end:
            self.time = min(end, self.time + timedelta(seconds=1))
            await self.incidents.tick()

    def signal(self, reading: Reading = Reading.DOWN, *, service: str = "sign-up", probe: str = "Sign-up") -> Signal:
        """What a monitor says."""
        return Signal(
            "shop", "production", service, probe, Trouble.REACH, Sev.ONE, reading, self.time, self.time, "HTTP 502"
        )

    async def said(self) -> list[tuple[Kind, str, str]]:
        """Everything in the outbox: what, to whom, why."""
        rows = await self.store.read(lambda c: outbox.trail(c, "shop", "incident:1"))
        return [(one.kind, one.channel, str(one.said.get("why", ""))) for one in rows]

    async def row(self) -> incidents.Incident:
        """The first incident."""
        found = await self.store.read(lambda c: incidents.get(c, 1))
        assert found is not None
        return found

    async def ask(self, command: object, id: str = "1.1") -> object:
        """Someone clicks."""
        return await self.incidents.ask(1, command, Request(id, "U0BEN", "incident.ack"))  # type: ignore[arg-type]


@pytest.fixture
async def house(tmp_path) -> AsyncIterator[House]:
    """The service."""
    (tmp_path / "launch.yml").write_text(FILE)
    store = Store.open(tmp_path / "launch.db")
    config = Config.read(tmp_path / "launch.yml")
    assert config.error is None, config.error
    yield House(store, config)
    store.close()


async def test_an_outage_becomes_one_card_and_a_message_to_its_owner(house):
    """Twenty seconds after the first failure; until then what else fails joins the same card."""
    await house.incidents.signal([house.signal(), house.signal(probe="Log-in")])
    await house.pass_time(seconds=19)
    assert await house.said() == []
    await house.pass_time(seconds=1)
    assert (Kind.ROOT, "#ops", "opened") in await house.said()
    assert (Kind.DM, "U0ANA", "opened") in await house.said()
    assert [member.probe for member in (await house.row()).members] == ["Sign-up", "Log-in"]
    assert house.woken


async def test_the_stored_row_is_what_its_events_make(house):
    """After any history, exactly."""
    dice = random.Random(7)
    await house.incidents.signal([house.signal()])
    for turn in range(60):
        await house.pass_time(seconds=dice.choice([5, 20, 300]))
        if dice.random() < 0.5:
            await house.incidents.signal([house.signal(dice.choice([Reading.DOWN, Reading.BETTER, Reading.UP]))])
        elif (await house.row()).status is not Status.CLOSED:
            await house.ask(dice.choice([Ack("U0BEN"), Snooze("U0ANA", length=timedelta(minutes=20))]), f"{turn}.0")
    for row in await house.store.read(lambda c: incidents.recent(c, "shop")):
        events = await house.store.read(lambda c, row=row: incidents.events(c, row.id))
        assert replay(events) == row
        assert len(events) == row.rev


async def test_a_click_that_slack_delivers_twice_counts_once(house):
    """The second time nothing is done, and nothing is answered."""
    await house.incidents.signal([house.signal()])
    await house.pass_time(seconds=30)
    answer = await house.ask(Ack("U0BEN"))
    assert answer is not None
    assert answer.code is AnswerCode.DONE
    before = (await house.row()).rev
    assert await house.ask(Ack("U0BEN")) is None
    assert (await house.row()).rev == before


async def test_an_acknowledged_incident_calls_nobody_until_it_ends(house):
    """Its timers are those of an acknowledgement; after half an hour the calls go on."""
    await house.incidents.signal([house.signal()])
    await house.pass_time(seconds=30)
    await house.ask(Ack("U0BEN"))
    before = len(await house.said())
    await house.pass_time(minutes=24)
    assert len(await house.said()) == before
    await house.pass_time(minutes=7)
    assert (await house.row()).status is Status.OPEN
    assert any(why == "ack_ended" for _, _, why in await house.said())


async def test_a_second_one_of_the_same_kind_gets_a_number_of_its_own_after_the_first_is_history(house):
    """A closed one frees its key; numbers rise."""
    for _ in range(2):
        await house.incidents.signal([house.signal()])
        await house.pass_time(minutes=1)
        await house.incidents.signal([house.signal(Reading.BETTER)])
        await house.pass_time(minutes=2)
        await house.incidents.signal([house.signal(Reading.UP)])
        await house.pass_time(minutes=31)
    rows = await house.store.read(lambda c: incidents.recent(c, "shop"))
    assert [(row.id, row.status) for row in rows] == [(2, Status.CLOSED), (1, Status.CLOSED)]
    assert await house.store.read(lambda c: timers.due(c, "shop", house.time + timedelta(days=9))) == []


async def test_what_is_to_be_said_may_be_sent_in_its_order(house):
    """The card first, then lines under it; a message to a person waits for nothing."""
    await house.incidents.signal([house.signal()])
    await house.pass_time(minutes=11)
    due = await house.store.read(lambda c: sending.due(c, house.time))
    assert due[0].kind is Kind.ROOT
    assert {one.kind for one in due} == {Kind.ROOT, Kind.DM}


async def test_what_was_handed_to_somebody_who_left_is_the_owners_again(house):
    """Ben takes it from Ana and is gone the next minute: Ana is called, not an empty chair."""
    await house.incidents.signal([replace(house.signal(), sev=Sev.TWO)])
    await house.pass_time(minutes=1)
    await house.incidents.ask(1, Pass("U0ANA", to=Contact("ben", "U0BEN")), Request("1.1", "U0ANA", "incident.pass"))
    before = len(await house.said())
    await house.store.write(lambda c: settings.put(c, "shop", "gone:U0BEN", "left", house.time))
    await house.pass_time(minutes=31)
    called = [whom for kind, whom, _ in (await house.said())[before:] if kind is Kind.DM]
    assert set(called) == {"U0ANA"}


async def test_a_clock_that_is_put_back_holds_up_no_call(house):
    """Card, backup and the end of an acknowledgement come as late after it as before; the story stays readable."""
    await house.incidents.signal([house.signal()])
    await house.pass_time(seconds=10)
    house.time -= timedelta(hours=1)
    await house.incidents.clock_put_back(timedelta(hours=1))
    await house.pass_time(seconds=10)
    assert (Kind.ROOT, "#ops", "opened") in await house.said()
    await house.pass_time(minutes=2)
    house.time -= timedelta(hours=1)
    await house.incidents.clock_put_back(timedelta(hours=1))
    await house.pass_time(minutes=3)
    assert (Kind.DM, "U0BEN", "nobody_yet") in await house.said()
    await house.ask(Ack("U0BEN"))
    house.time -= timedelta(minutes=10)
    await house.incidents.clock_put_back(timedelta(minutes=10))
    await house.pass_time(minutes=29)
    assert (await house.row()).status is Status.ACKED
    await house.pass_time(minutes=1)
    row = await house.row()
    assert row.status is Status.OPEN
    assert row.opened_at <= house.time
    assert replay(await house.store.read(lambda c: incidents.events(c, 1))) == row
