"""What stands behind a card, from the store: first steps of the repair, the pace of looks, the last hour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.asks import Ack, FixedAsk, Reading, Rechecked, Signal
from bot.domain.severity import Sev, Trouble
from bot.render.text import text
from bot.services.config import Config
from bot.services.incidents import Incidents
from bot.services.people import People
from bot.services.transitions import World, carry_out
from bot.speakers.behind import charts_of
from bot.speakers.incident import say
from bot.store import history, incidents, looks, outbox, probes
from bot.store.db import Store
from bot.store.looks import Stored
from bot.store.outbox import Kind
from bot.store.probes import Probe, Seen

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
FILE = """
product: {name: Shop, id: shop, domain: shop.test, time_zone: Europe/Berlin}
people:
  ana: {slack: U0ANA, role: owner}
  ben: {slack: U0BEN}
services:
  sign-up: {owner: ana, backup: ben, critical: true}
hosts:
  - {name: shop.test, purpose: app, service: sign-up}
monitors:
  - {name: Sign-up, url: "https://shop.test/sign-up", every: 30s, service: sign-up}
channels: {alerts: "#ops"}
"""


class Shop:
    """A store with an hour of looks and one incident in it."""

    def __init__(self, store: Store, config: Config) -> None:
        self.store = store
        self.config = config
        self.world = World("shop", People.of(config), "#ops")

    async def give(self, command: object, at: datetime, incident: int | None = None) -> None:
        """Something happens."""
        await self.store.write(lambda c: carry_out(c, self.world, command, at, incident=incident))  # type: ignore[arg-type]

    async def card(self, at: datetime, kind: Kind = Kind.ROOT) -> str:
        """The message of that kind as it would be written now."""

        def work(connection: object) -> str:
            row = next(one for one in outbox.trail(connection, "shop", "incident:1") if one.kind is kind)  # type: ignore[arg-type]
            said = say(connection, self.config, 1, row, at)  # type: ignore[arg-type]
            assert said is not None
            return text(said.document, width=300)

        return await self.store.read(work)


@pytest.fixture
async def shop(tmp_path) -> Iterator[Shop]:
    """An outage that began ten minutes ago, after fifty good minutes."""
    (tmp_path / "launch.yml").write_text(FILE)
    config = Config.read(tmp_path / "launch.yml")
    assert config.error is None, config.error
    store = Store.open(tmp_path / "launch.db")
    begin = NOW - timedelta(hours=1)

    def fill(connection: object) -> None:
        number = probes.monitor(connection, "shop", "Sign-up")  # type: ignore[arg-type]
        rows = [
            Probe(
                number,
                begin + timedelta(seconds=30 * n),
                Seen.GOOD if n < 100 else Seen.BAD,
                150.0 if n < 100 else None,
            )
            for n in range(120)
        ]
        rows.append(Probe(number, NOW - timedelta(days=2), Seen.GOOD, 90.0))
        probes.add(connection, rows)  # type: ignore[arg-type]
        probes.roll_up(connection, NOW)  # type: ignore[arg-type]
        looks.put(connection, "shop", [Stored("Sign-up", "", "down", NOW, {"code": "http_5xx"})])  # type: ignore[arg-type]

    await store.write(fill)
    shop = Shop(store, config)
    first = NOW - timedelta(minutes=10)
    signal = Signal(
        "shop", "production", "sign-up", "Sign-up", Trouble.REACH, Sev.ONE, Reading.DOWN, first, first, "status 502"
    )
    await shop.give(signal, NOW - timedelta(minutes=9))
    yield shop
    store.close()


async def announced(shop: Shop) -> None:
    """The card goes out."""

    class Hands:
        def now(self) -> datetime:
            return NOW

        def monotonic(self) -> float:
            return NOW.timestamp()

        async def sleep(self, seconds: float) -> None:
            raise AssertionError(seconds)

    await Incidents(shop.store, Hands(), lambda: shop.config, lambda: None).tick()


async def test_the_card_leads_to_the_runbook_and_shows_the_last_hour(shop):
    """The runbook of the very answer that the monitor gave; how often it looks; what failed, and how quick it was."""
    await announced(shop)
    shown = await shop.card(NOW)
    assert shown.startswith("DOWN · Sign-up")
    assert "Show Me the Fix: launch runbook site_down" in shown
    assert "Try first: " not in shown
    assert "{" not in shown
    assert "I look every 30 s" in shown
    assert "In the last hour, until 14:00 (Berlin time), 20 of 120 looks failed: up for 83.3 %." in shown
    assert "95 of 100 answers came within 0.1 s" in shown


async def test_only_the_owner_is_called_by_the_card(shop):
    """The backup is named, not called; in the direct message nobody else can be."""
    await announced(shop)
    shown = await shop.card(NOW)
    assert "U0ANA – can you look?" in shown
    assert "U0BEN" not in shown
    assert "Ben" in shown
    assert "You are called first" in await shop.card(NOW, Kind.DM)


async def test_a_fresh_look_that_did_not_agree_is_said_for_a_while(shop):
    """Right after the click it is news; ten minutes later it is not."""
    await announced(shop)
    await shop.give(Ack("U0BEN"), NOW, 1)
    await shop.give(FixedAsk("U0BEN"), NOW + timedelta(minutes=1), 1)
    assert "I am looking again right now, since U0BEN says" in await shop.card(NOW + timedelta(minutes=1), Kind.EDIT)
    await shop.give(Rechecked(False, "status 502"), NOW + timedelta(minutes=2), 1)
    assert "Not fixed yet" in await shop.card(NOW + timedelta(minutes=3), Kind.EDIT)
    assert "Not fixed yet" not in await shop.card(NOW + timedelta(minutes=20), Kind.EDIT)


async def test_what_is_over_needs_no_chart_and_no_advice(shop):
    """The card is short again."""
    await announced(shop)
    await shop.give(FixedAsk("U0BEN"), NOW + timedelta(minutes=1), 1)
    await shop.give(Rechecked(True, ""), NOW + timedelta(minutes=2), 1)
    shown = await shop.card(NOW + timedelta(minutes=2), Kind.EDIT)
    assert shown.startswith("FIXED · Sign-up")
    assert "Try first" not in shown
    assert "looks failed" not in shown
    found = await shop.store.read(lambda c: incidents.get(c, 1))
    assert found is not None
    assert found.resolved_by == "U0BEN"


async def test_a_monitor_has_charts_of_a_day_and_a_month(shop):
    """Single looks of the day, sums of the days before; a monitor that nobody knows has none."""
    day, month = await shop.store.read(lambda c: charts_of(c, shop.config, "Sign-up", NOW))
    assert "In the last 24 hours" in day.said
    assert "20 of 120 looks failed" in day.said
    assert "20 of 121 looks failed" in month.said
    assert await shop.store.read(lambda c: charts_of(c, shop.config, "nothing", NOW)) == ()


async def test_looks_are_read_in_order(shop):
    """Oldest first, with what each of them saw."""
    number = await shop.store.read(lambda c: history.number(c, "shop", "Sign-up"))
    found = await shop.store.read(lambda c: history.looks(c, number, NOW - timedelta(hours=1), NOW))
    assert len(found) == 120
    assert found == sorted(found, key=lambda one: one.at)
    assert found[-1].seen is Seen.BAD
