"""Walks of flows as rows: what was seen stays, what a kill cut off is found again, and how a flow stood last."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.store import walks
from bot.store.db import Store
from bot.store.walks import Course
from checks.flow.model import FlowSeen, State, StepSeen

SHOP = "shop"
MINUTE = timedelta(minutes=1)


def seen(id: str, state: State = State.OK, at: datetime | None = None) -> FlowSeen:
    """A flow with one step that ended like this."""
    step = StepSeen("Opens — Füße 🙂", state, "status", "answers with error 500", "Oops", 500, 12, "a.test", "/x")
    return FlowSeen(id, state, "ok", f"{id} works", (step,), (), id.title(), "shop", "signup", at, 40, "t1", ("A_KEY",))


async def walked(store: Store, at: datetime, *flows: FlowSeen, product: str = SHOP) -> int:
    """A walk that saw this, over a second after it was asked for."""

    def work(connection) -> int:
        number = walks.ask(connection, product, at, "hand")
        walks.begin(connection, number, at, Course(total=len(flows)))
        assert walks.end(connection, number, at + timedelta(seconds=1), Course(seen=flows, total=len(flows)))
        return number

    return await store.write(work)


async def test_what_was_seen_comes_back_as_it_was(store, now):
    """Every step with its words, also in other alphabets, and moments with their zone."""
    number = await walked(store, now, seen("signup", State.FAILED, now))
    walk = await store.read(lambda c: walks.get(c, number))
    assert walk.seen == (seen("signup", State.FAILED, now),)
    assert (walk.over, walk.cause, walk.course.done) == (True, "hand", 1)


async def test_a_walk_that_is_over_changes_no_more(store, now):
    """Neither progress nor a second end, which might come from a thread that was let go."""
    number = await walked(store, now, seen("signup"))
    late = Course(seen=(seen("signup", State.FAILED),))
    assert not await store.write(lambda c: walks.progress(c, number, late))
    assert not await store.write(lambda c: walks.end(c, number, now, late))
    assert not await store.write(lambda c: walks.begin(c, number, now, late))
    assert (await store.read(lambda c: walks.get(c, number))).seen[0].state is State.OK


async def test_what_is_not_over_is_found_in_order(store, now):
    """Of this product only; each change is a new revision."""
    first = await store.write(lambda c: walks.ask(c, SHOP, now, "deploy", deploy=7, flows=("a", "b")))
    second = await store.write(lambda c: walks.ask(c, SHOP, now, "hand", asked_by="U1", channel="C1"))
    await store.write(lambda c: walks.ask(c, "other", now, "hand"))
    await store.write(lambda c: walks.begin(c, first, now, Course(("a", "b"), tries=1)))
    await store.write(lambda c: walks.progress(c, first, Course(("a", "b"), 1, 4, "A: step 2 of 4", tries=1)))
    one, two = await store.read(lambda c: walks.unfinished(c, SHOP))
    assert (one.id, one.deploy, one.rev, one.course.now) == (first, 7, 2, "A: step 2 of 4")
    assert (two.id, two.asked_by, two.channel, two.began_at) == (second, "U1", "C1", None)
    assert one.covers("a") and not one.covers("c") and two.covers("c")  # noqa: PT018  (one thought)


@pytest.mark.parametrize(
    ("states", "state", "since"),
    [
        ([State.OK], State.OK, 0),
        ([State.OK, State.FAILED, State.FAILED], State.FAILED, 1),
        ([State.FAILED, State.UNKNOWN, State.FAILED], State.FAILED, 0),
        ([State.FAILED, State.OK, State.FAILED], State.FAILED, 2),
        ([State.FAILED, State.UNKNOWN], State.UNKNOWN, 1),
        ([State.FAILED, State.OK], State.OK, 1),
    ],
)
async def test_since_when_a_flow_stands_as_it_does(store, now, states, state, since):
    """A walk that saw nothing of it does not break the row."""
    for place, one in enumerate(states):
        await walked(store, now + place * MINUTE, seen("signup", one, now + place * MINUTE))
    last = (await store.read(lambda c: walks.latest(c, SHOP, ["signup", "never"])))["signup"]
    assert (last.seen.state, last.since) == (state, now + since * MINUTE)
    assert last.at == now + (len(states) - 1) * MINUTE + timedelta(seconds=1)


async def test_a_flow_that_others_were_walked_after_is_found(store, now):
    """Each flow by its own last walk."""
    await walked(store, now, seen("a", State.FAILED, now), seen("b", State.OK, now))
    await walked(store, now + MINUTE, seen("b", State.OK, now + MINUTE))
    last = await store.read(lambda c: walks.latest(c, SHOP, ["a", "b"]))
    assert {id: (one.walk, one.seen.state) for id, one in last.items()} == {"a": (1, State.FAILED), "b": (2, State.OK)}


async def test_a_row_that_cannot_be_read_holds_up_no_other(store, now):
    """Somebody edited the file, or an older program wrote it."""
    bad, good = await walked(store, now, seen("a")), await walked(store, now, seen("a"))
    await store.write(lambda c: c.execute("UPDATE smoke_run SET data = '{\"seen\": [3]}' WHERE id = ?", (bad,)))
    assert [one.id for one in await store.read(lambda c: walks.recent(c, SHOP))] == [good]
    assert await store.read(lambda c: walks.get(c, bad)) is None


async def test_old_walks_are_forgotten(store, now):
    """Those that are under way stay."""
    await walked(store, now, seen("a"))
    await walked(store, now + MINUTE, seen("a"))
    await store.write(lambda c: walks.ask(c, SHOP, now, "hand"))
    assert await store.write(lambda c: walks.purge(c, now + MINUTE)) == 1
    assert len(await store.read(lambda c: walks.recent(c, SHOP))) == 1
    assert len(await store.read(lambda c: walks.unfinished(c, SHOP))) == 1
