"""The outbox's own rules: what may go when, and that a wish is written down once."""

from __future__ import annotations

from datetime import timedelta

from bot.store import outbox, sending
from bot.store.outbox import Kind, Prio, State

SOON = timedelta(seconds=30)


async def _due(store, now):
    return [(row.subject, row.kind) for row in await store.read(lambda c: sending.due(c, now))]


async def test_nothing_overtakes_an_earlier_row_of_its_subject(store, now):
    """A message that waits for its next attempt holds back what follows, of its own subject only."""

    def fill(c) -> None:
        outbox.post(c, "acme", "audit:1", now, channel="C1", prio=Prio.NOTICE)
        [row] = sending.due(c, now)
        sending.claim(c, row.number, now)
        sending.park(c, row.number, now + SOON, "not reached")
        outbox.post_to_person(c, "acme", "audit:1", now, user="U1", prio=Prio.URGENT)
        outbox.post(c, "acme", "audit:2", now, channel="C1", prio=Prio.PROGRESS)

    await store.write(fill)
    assert await _due(store, now) == [("audit:2", Kind.ROOT)]
    assert await _due(store, now + SOON) == [("audit:1", Kind.ROOT), ("audit:2", Kind.ROOT)]


async def test_an_edit_waits_for_its_message_and_is_one_row(store, now):
    """However often it is asked for; the most pressing wish dates it."""

    def fill(c) -> None:
        outbox.edit(c, "acme", "audit:1", now)
        outbox.post(c, "acme", "audit:1", now, channel="C1")
        outbox.edit(c, "acme", "audit:1", now, prio=Prio.PROGRESS, not_before=now + SOON)
        outbox.edit(c, "acme", "audit:1", now, prio=Prio.HUMAN)

    await store.write(fill)
    assert await _due(store, now) == [("audit:1", Kind.ROOT)]
    root, edit = await store.read(lambda c: outbox.trail(c, "acme", "audit:1"))
    assert (edit.kind, edit.prio, edit.not_before) == (Kind.EDIT, Prio.HUMAN, now)

    def send(c) -> None:
        sending.claim(c, root.number, now)
        sending.mark_sent(c, root.number, now, channel="C1", ts="1.1", rev=1)

    await store.write(send)
    assert await _due(store, now) == [("audit:1", Kind.EDIT)]


async def test_two_products_do_not_meet(store, now):
    """The same subject of two products is two."""
    for product in ("acme", "other"):
        assert await store.write(lambda c, product=product: outbox.post(c, product, "audit:1", now, channel="C1"))
    assert not await store.write(lambda c: outbox.post(c, "acme", "audit:1", now, channel="C1"))
    assert (await store.read(lambda c: outbox.queue(c, "acme"))).waiting == 1


async def test_a_row_is_claimed_once_and_a_lost_sender_is_noticed(store, now):
    """Two claims: one wins. After the lease the row is doubtful, and not before."""
    await store.write(lambda c: outbox.post(c, "acme", "audit:1", now, channel="C1"))
    assert await store.write(lambda c: sending.claim(c, 1, now)) is not None
    assert await store.write(lambda c: sending.claim(c, 1, now)) is None
    assert await store.write(lambda c: sending.lease_ended(c, now + sending.LEASE / 2)) == 0
    assert await store.write(lambda c: sending.lease_ended(c, now + sending.LEASE)) == 1
    [row] = await store.read(lambda c: outbox.trail(c, "acme", "audit:1"))
    assert row.state is State.RECONCILE


async def test_a_large_trail_does_not_slow_the_queue(store, now):
    """What is due is found by an index over what is unsent, not by reading everything that was ever sent."""
    plan = await store.read(
        lambda c: c.execute(
            "EXPLAIN QUERY PLAN SELECT * FROM outbox WHERE state <> 'sent' ORDER BY prio, number"
        ).fetchall()
    )
    assert "outbox_unsent" in plan[0]["detail"]
