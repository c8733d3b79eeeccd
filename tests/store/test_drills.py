"""Fire drills in the store: one at a time, and how the earlier ones went."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.drill import Drill, How, end
from bot.store import drills

NOW = datetime(2026, 11, 27, 21, 0, tzinfo=UTC)


def drill(id: int, topic: str = "site_down", **changes: object) -> Drill:
    return replace(Drill(id, "acme", topic, "the app", "UMIA", NOW, "back"), **changes)


def test_a_drill_comes_back_as_it_was_written(store):
    """Every field; its number is never used twice."""
    one = drill(1, incident=12, run=4, acked_at=NOW, acked_by="UBEN", slips=2)
    store.write_now(lambda c: drills.put(c, one))
    assert store.write_now(lambda c: drills.live(c, "acme")) == one
    assert store.write_now(lambda c: drills.of_incident(c, 12)) == one
    assert store.write_now(drills.next_id) == 2


def test_there_is_one_at_a_time(store):
    """A second one is refused by the file itself, another product's is not."""
    store.write_now(lambda c: drills.put(c, drill(1)))
    with pytest.raises(sqlite3.IntegrityError):
        store.write_now(lambda c: drills.put(c, drill(2)))
    store.write_now(lambda c: drills.put(c, drill(3, product="other")))


def test_those_that_are_over_are_kept_for_the_handover(store):
    """The last one first; when each runbook was last drilled."""
    for number, topic in enumerate(("site_down", "dns_broken", "site_down"), 1):
        at = NOW + timedelta(days=number)
        over = end(drill(number, topic, began_at=at), How.FIXED, at + timedelta(minutes=8))
        store.write_now(lambda c, over=over: drills.put(c, over))
    assert [one.id for one in store.write_now(lambda c: drills.over(c, "acme"))] == [3, 2, 1]
    assert store.write_now(lambda c: drills.last(c, "acme")) == {
        "site_down": NOW + timedelta(days=3),
        "dns_broken": NOW + timedelta(days=2),
    }
    assert store.write_now(lambda c: drills.live(c, "acme")) is None
    assert store.write_now(lambda c: drills.of_incident(c, 0)) is None
