"""What counted events are told to: the card, a day of them, audits; and how quickly."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.blockkit.validator import validate_message
from bot.document import Document
from bot.render.blocks import message
from bot.render.text import text
from bot.services.events_day import day
from bot.services.events_facts import informed
from bot.services.inbound import Inbound
from bot.speakers import speakers
from bot.store import outbox
from bot.store.event_counts import minute_of
from bot.views import events as events_view
from tests.growth import slowness
from tests.services.events_house import START, House, a_house, read
from tests.services.parts import parts


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house on a file."""
    with a_house(tmp_path) as made:
        yield made


async def test_from_the_door_to_the_card(house: House) -> None:
    """What a product sends, sent twice, is counted once; the card says it in the founder's words, with its runbook."""
    deploys = parts(house.store, house, lambda: house.config, house.incidents)
    inbound = Inbound(
        house.store, house, lambda: house.config, house.incidents,
        deploys=deploys["deploys"], events=house.events, environ={"LAUNCH_TOKEN": "a long random word"},
        wake=lambda: None,
    )  # fmt: skip
    sent = [
        {"kind": "login_failed", "origin": "203.0.113.9", "id": f"e{number}", "sample": "for ana@shop.test"}
        for number in range(40)
    ]
    bearer = {"Authorization": "Bearer a long random word", "Content-Type": "application/json"}
    assert (await inbound.events({}, json.dumps(sent).encode())).status == 401
    for _ in range(2):
        assert (await inbound.events(bearer, json.dumps(sent).encode())).status in {200, 202}
    await inbound.tick()
    await house.events.tick()
    house.time += timedelta(minutes=6)
    await house.incidents.tick()
    found = await house.only()

    def card(connection: sqlite3.Connection) -> str:
        row = next(one for number in range(1, 9) if (one := outbox.get(connection, number)) is not None)
        said = speakers(house.config, house)["incident"].say(connection, found.id, row)
        assert said is not None
        assert validate_message(message(said.document)) == []
        return " ".join(text(said.document, width=200).split())

    told = await read(house, card)
    assert "WARNING · Log-in" in told
    assert "Seen: 40 failed log-ins in 5 minutes, and there is no normal yet (counted since today)" in told
    assert "all from one place: somebody is guessing passwords" in told
    assert "traffic_spike_or_attack" in told
    rows = await read(house, lambda c: str([tuple(row) for row in c.execute("SELECT * FROM event_count")]))
    assert "203.0.113" not in rows
    assert "ana@" not in rows
    await inbound.stop()


@pytest.mark.parametrize(("since", "said"), [(1, "(there is no normal yet)"), (12, "(normal: 0)")])
async def test_a_day_of_events_is_told_with_what_is_normal(house: House, since: int, said: str) -> None:
    """How many failed, of how many tries, and how many that are on most days."""
    await house.before("login_ok", START - timedelta(days=since, minutes=5))
    for _ in range(4):
        await house.count("login_failed")
    await house.count("login_ok", 91)
    house.time += timedelta(minutes=1)
    [one] = await read(house, lambda c: day(c, "shop", house.time))
    assert (one.count, one.tries) == (4, 95)
    words = " ".join(text(Document("Status", tuple(events_view.standing([one]))), width=200).split())
    assert f"4 of 95 log-ins failed {said}" in words
    assert ("More than usual" in words) == (since == 12)


async def test_audits_are_told_what_is_counted(house: House) -> None:
    """Nothing before the first event; afterwards what bursts now, worst first, and when a rollback was tried."""
    inventory = house.config.inventory
    assert inventory is not None
    before = await read(house, lambda c: informed(c, house.config, inventory, house.time))
    assert before.counted is None
    assert before.rollback is not None
    assert before.rollback.at is None
    await house.count("login_failed", 40, origin="x")
    await house.count("http_5xx", 90)
    told = (await read(house, lambda c: informed(c, house.config, inventory, house.time))).counted
    assert told is not None
    assert [(one.kind, one.one_place) for one in told.bursts] == [("http_5xx", False), ("login_failed", True)]


async def test_many_series_are_judged_quickly(house: House) -> None:
    """Two weeks of a busy product, and a burst in everything: a tick stays far below its fifteen seconds."""

    def fill(connection: sqlite3.Connection) -> None:
        first = minute_of(START) - 14 * 1440
        rows = [
            ("shop", kind, "shop", minute, "", 3, "")
            for kind in ("login_failed", "http_5xx", "http_ok", "webhook_ok", "job_failed")
            for minute in range(first, minute_of(START))
        ]
        connection.executemany("INSERT INTO event_count VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    await house.store.write(fill)
    for kind in ("login_failed", "http_5xx", "job_failed"):
        await house.count(kind, 500, service="shop")
    began = time.process_time()
    assert await house.events.tick() >= 3
    assert (time.process_time() - began) / slowness(time.process_time) < 3
