"""Incidents on a bad disk and under a clock that jumps: nothing is half written, nothing fires twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.asks import Reading, Signal
from bot.domain.folding import replay
from bot.domain.severity import Sev, Trouble
from bot.store import incidents, outbox
from bot.store.db import StoreError
from bot.store.outbox import Kind
from tests.routes.test_second_routes import Branch


@pytest.fixture
async def branch(tmp_path):
    """Closed at the end."""
    made = Branch(tmp_path).open([])
    yield made
    await made.routes.stop()
    made.store.close()


async def told(branch: Branch) -> list[outbox.Delivery]:
    """Everything in the outbox about the first incident."""
    return await branch.store.read(lambda c: outbox.trail(c, "shop", "incident:1"))


def outage(branch: Branch, service: str) -> Signal:
    """A service fails."""
    return Signal(
        "shop", "production", service, service, Trouble.REACH, Sev.THREE, Reading.DOWN, branch.time, branch.time, "502"
    )


async def test_a_full_disk_is_said_in_words_and_the_alert_comes_once_there_is_room(branch):
    """What fails is seen again and again, so that nothing is lost: no edge carries an alert."""
    await branch.store.write(lambda c: c.execute("CREATE TABLE filler (data BLOB)"))

    def full(connection) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    async def fill() -> None:
        while True:
            await branch.store.write(lambda c: c.execute("INSERT INTO filler VALUES (randomblob(4000))"))

    async def outages() -> None:
        for number in range(1000):
            await branch.incidents.signal([outage(branch, f"service-{number}")])

    await branch.store.write(full)
    with pytest.raises(StoreError, match="full"):
        await fill()
    with pytest.raises(StoreError, match="full"):
        await outages()
    for row in await branch.store.read(lambda c: incidents.live(c, "shop")):
        assert row == replay(await branch.store.read(lambda c, number=row.id: incidents.events(c, number)))
    await branch.store.write(lambda c: c.execute("PRAGMA max_page_count = 1000000"))
    branch.time += timedelta(minutes=10)
    await branch.breaks()
    await branch.work(seconds=60)
    found = await branch.store.read(lambda c: incidents.live(c, "shop"))
    [mine] = [one for one in found if one.service == "sign-up"]
    rows = await branch.store.read(lambda c: outbox.trail(c, "shop", f"incident:{mine.id}"))
    assert len([row for row in rows if row.kind is Kind.ROOT]) == 1
    assert mine.announced_at is not None


@pytest.mark.parametrize("hours", [1, -1])
async def test_timers_fire_once_after_the_clock_has_jumped(branch, hours):
    """An hour ahead: the highest step that is due, once, and said to be late. An hour back: nothing twice."""
    await branch.breaks()
    await branch.work(seconds=30)
    before = len([row for row in await told(branch) if row.kind is Kind.DM])
    branch.time += timedelta(hours=hours)
    await branch.incidents.tick()
    await branch.incidents.tick()
    calls = [row for row in await told(branch) if row.kind is Kind.DM][before:]
    assert len({row.about for row in calls}) == (1 if hours > 0 else 0)
    assert all(int(str(row.said["late_s"])) > 0 for row in calls)
    assert len([row for row in await told(branch) if row.kind is Kind.ROOT]) == 1
