"""What senders said: one row per delivery, tried a bounded number of times, and none in the way of another."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

import pytest

from bot.domain.heard import Counted, Marker, Outside, Progress
from bot.store import heard
from bot.store.db import Store

SHOP = "shop"


def marker(now: datetime, **more: str) -> Marker:
    """A version that customers have."""
    return Marker("github", Progress.LIVE, "a1b2c3d", now, **more)


async def take(store: Store, now: datetime, delivery: str, *said: heard.Heard) -> bool:
    """Write a delivery of GitHub down."""
    return await store.write(
        lambda c: heard.take(c, SHOP, now, source="github", delivery=delivery, said=said or (marker(now),))
    )


async def waiting(store: Store, now: datetime) -> list[str]:
    """Deliveries that are due."""
    return [row.delivery for row in await store.read(lambda c: heard.due(c, SHOP, now, 10))]


async def test_everything_that_can_be_said_comes_back_as_it_was(store, now):
    """A marker, an alarm and an event in one delivery."""
    said = (
        marker(now, key="12", author="ana", note="Füße — 🙂", compare_url="https://github.test/compare/a...b"),
        Outside("sentry", "9", firing=True, title="Checkout breaks", at=now - timedelta(seconds=3)),
        Counted("login_failed", now, count=7, origin="ab12", sample="wrong password"),
    )
    assert await take(store, now, "1", *said)
    [row] = await store.read(lambda c: heard.due(c, SHOP, now, 10))
    assert await store.read(lambda c: heard.said(c, row.id)) == said


async def test_a_delivery_is_written_down_once(store, now):
    """The same id of another sender, or of another product, is another delivery."""
    assert await take(store, now, "1")
    assert not await take(store, now, "1")
    assert await store.write(lambda c: heard.take(c, SHOP, now, source="gitlab", delivery="1", said=(marker(now),)))
    assert await store.write(lambda c: heard.take(c, "other", now, source="github", delivery="1", said=(marker(now),)))
    assert await store.read(lambda c: heard.undone(c, SHOP)) == 2


async def test_what_is_done_is_not_given_out_again(store, now):
    """What was said is dropped, what came of it stays."""
    await take(store, now, "1")
    [row] = await store.read(lambda c: heard.due(c, SHOP, now, 10))
    assert await store.read(lambda c: heard.came_of(c, SHOP, "github", "1")) == {}
    assert await store.read(lambda c: heard.came_of(c, SHOP, "github", "2")) is None
    assert await store.write(lambda c: heard.done(c, row.id, now, {"deploys": [4]}))
    assert not await store.write(lambda c: heard.done(c, row.id, now))
    assert await store.read(lambda c: heard.said(c, row.id)) is None
    assert await store.read(lambda c: heard.came_of(c, SHOP, "github", "1")) == {"deploys": [4]}
    assert await waiting(store, now) == []
    assert await store.write(lambda c: heard.failed(c, row.id, "too late")) == 0


async def test_a_row_that_fails_waits_longer_each_time_and_is_left_in_the_end(store, now):
    """The others are given out meanwhile."""
    await take(store, now, "bad")
    [row] = await store.read(lambda c: heard.due(c, SHOP, now, 10))
    moment = now
    for number, wait in enumerate(heard.WAITS[1:], start=1):
        assert await store.write(lambda c: heard.failed(c, row.id, "it breaks" * 100)) == number
        await take(store, moment, f"good {number}")
        assert await waiting(store, now + wait - timedelta(seconds=1)) == [f"good {n}" for n in range(1, number + 1)]
        moment = now + wait
        assert (await waiting(store, moment))[0] == "bad"
    assert await store.write(lambda c: heard.failed(c, row.id, "it breaks" * 100)) == heard.TRIES
    assert "bad" not in await waiting(store, now + timedelta(days=300))
    left = await store.read(lambda c: heard.left(c, SHOP))
    assert (left.waiting, left.given_up) == (4, 1)
    assert left.problem.startswith("github: it breaks")
    assert len(left.problem) <= heard.LONGEST_PROBLEM + 10


async def test_a_clock_that_was_put_back_holds_no_row_up(store, now):
    """Written at noon, and then it is eleven."""
    await take(store, now, "1")
    assert await waiting(store, now - timedelta(hours=1)) == ["1"]


async def test_ids_of_single_events_are_known_from_then_on(store, now):
    """Those that are new are told apart from those that are not; none of them is work."""
    assert await store.write(lambda c: heard.fresh(c, SHOP, now, source="events", ids=["a", "b", "a"])) == {"a", "b"}
    assert await store.write(lambda c: heard.fresh(c, SHOP, now, source="events", ids=["b", "c"])) == {"c"}
    assert await store.read(lambda c: heard.undone(c, SHOP)) == 0


async def test_old_rows_are_forgotten_unless_there_is_work_left(store, now):
    """Done, given up and waiting, all of a year ago."""
    old = now - timedelta(days=365)
    for name in ("done", "given up", "waiting"):
        await take(store, old, name)
    rows = {row.delivery: row.id for row in await store.read(lambda c: heard.due(c, SHOP, now, 10))}
    await store.write(lambda c: heard.done(c, rows["done"], old))
    for _ in heard.WAITS:
        await store.write(lambda c: heard.failed(c, rows["given up"], "no"))
    assert await store.write(lambda c: heard.purge(c, now - timedelta(days=30))) == 2
    assert await waiting(store, now) == ["waiting"]
    assert await store.read(lambda c: heard.accepted(c, SHOP)) == {"github": old}


async def test_ids_of_events_are_forgotten_sooner(store, now):
    """They are many, and nobody sends an event again after days."""
    old = now - timedelta(days=3)
    await store.write(lambda c: heard.fresh(c, SHOP, old, source="events", ids=["a", "b"]))
    await take(store, old, "1")
    month, days = now - timedelta(days=30), now - timedelta(days=2)
    assert await store.write(lambda c: heard.purge(c, month, days)) == 2
    assert await waiting(store, now) == ["1"]


@pytest.mark.parametrize("data", ["{}", "[]", '{"said": [["odd", {}]]}', '{"said": [["marker", {}]]}', "{"])
async def test_a_damaged_row_says_so(store, now, data):
    """Whoever works on it can leave it."""

    def spoil(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE heard SET data = ?", (data,))

    await take(store, now, "1")
    await store.write(spoil)
    [row] = await store.read(lambda c: heard.due(c, SHOP, now, 10))
    with pytest.raises((KeyError, TypeError, ValueError)):
        await store.read(lambda c: heard.said(c, row.id))
