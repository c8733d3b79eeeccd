"""Sums of counted events: nothing is lost, whatever comes in whichever order."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from itertools import count as numbers
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.store import event_counts
from bot.store.db import Store
from bot.store.event_counts import MOST_ORIGINS, moment_of

SERIES = ("login_failed", "shop")
counts = st.lists(
    st.tuples(st.integers(100, 103), st.integers(1, 9), st.integers(0, 80), st.sampled_from(["", "why"])), max_size=150
)


products = numbers()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty one."""
    opened = Store.open(tmp_path / "launch.db")
    yield opened
    opened.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(counts)
def test_the_sums_are_right_and_the_origins_bounded(store: Store, told: list[tuple[int, int, int, str]]) -> None:
    """By minute, in all ways of reading; at most fifty origins a minute; at most one sample."""
    product = f"p{next(products)}"
    expected = Counter[int]()

    def fill(connection: sqlite3.Connection) -> None:
        for minute, count, origin, sample in told:
            name = f"o{origin}" if origin else ""
            event_counts.add(connection, product, SERIES, minute, count, origin=name, sample=sample)

    for minute, count, _, _ in told:
        expected[minute] += count
    store.write_now(fill)

    def look(connection: sqlite3.Connection) -> None:
        found = event_counts.minutes(connection, product, 0, 1000).get(SERIES, {})
        assert {minute: sum(each.values()) for minute, each in found.items()} == expected
        assert all(len(set(each) - {""}) <= MOST_ORIGINS for each in found.values())
        assert event_counts.total(connection, product, SERIES, 101, 103) == expected[101] + expected[102]
        assert dict(event_counts.by_minute(connection, product, 0, 1000).get("login_failed", [])) == expected
        sums = event_counts.sums(connection, product, 0, 1000)
        assert sum(one.count for one in sums) == expected.total()
        samples = connection.execute(
            "SELECT minute, count(*) AS n FROM event_count WHERE sample <> '' AND product = ? GROUP BY minute",
            (product,),
        ).fetchall()
        assert all(row["n"] == 1 for row in samples)
        assert len(samples) == len({minute for minute, _, _, sample in told if sample})

    store.write_now(look)
    store.write_now(lambda c: event_counts.forget_origins(c, moment_of(102)))
    store.write_now(look)
    store.write_now(lambda c: event_counts.purge(c, moment_of(102)))
    left = store.write_now(lambda c: event_counts.first(c, product))
    assert left == min((minute for minute in expected if minute >= 102), default=None)


def test_days_are_counted_back_from_the_end(store: Store) -> None:
    """The last minute belongs to day 0, the one a day before to day 1; another product counts for nobody."""

    def fill(connection: sqlite3.Connection) -> dict[str, dict[int, int]]:
        end = 10 * 1440
        for minute in (end - 1, end - 1440, end - 1441, end, end - 3 * 1440 - 1):
            event_counts.add(connection, "acme", SERIES, minute, 1)
        event_counts.add(connection, "other", SERIES, end - 1, 50)
        return event_counts.by_day(connection, "acme", end, 3)

    assert store.write_now(fill) == {"login_failed": {0: 2, 1: 1}}
