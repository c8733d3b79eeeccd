"""Hours and days say what the single looks said, and nothing is thrown away before it is summed up."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from bot.services.retention import RAW_PROBES, retain
from bot.store import probes
from bot.store.histogram import Histogram
from bot.store.probes import Probe, Seen

SETTLED = timedelta(minutes=1)
"""After so long the last look of an hour has been confirmed."""


def _looks(monitor: int, since: datetime, hours: int, seed: int = 1) -> list[Probe]:
    dice = random.Random(seed)
    return [
        Probe(
            monitor,
            since + timedelta(minutes=minute),
            dice.choices([Seen.GOOD, Seen.BAD, Seen.UNKNOWN], [95, 3, 2])[0],
            dice.uniform(40, 900),
        )
        for minute in range(hours * 60)
    ]


async def test_hours_add_up_to_what_was_seen(store, now):
    """Counts exactly, the percentile within its promise; the running hour is not summed up."""
    since = now - timedelta(hours=30)
    monitor = await store.write(lambda c: probes.monitor(c, "acme", "home"))
    looks = _looks(monitor, since, 31)
    await store.write(lambda c: probes.add(c, looks))
    assert await store.write(lambda c: probes.roll_up(c, now + SETTLED)) == 30
    assert await store.write(lambda c: probes.roll_up(c, now + SETTLED)) == 0
    finished = [look for look in looks if look.at < now]
    period = await store.read(lambda c: probes.hours(c, monitor, since, now))
    assert period.good == sum(look.seen is Seen.GOOD for look in finished)
    assert period.bad == sum(look.seen is Seen.BAD for look in finished)
    assert period.unknown == sum(look.seen is Seen.UNKNOWN for look in finished)
    times = sorted(look.first_byte_ms for look in finished)
    assert period.latency.quantile(0.95) == pytest.approx(times[-(-len(times) * 95 // 100) - 1], rel=0.017)
    assert period.up == period.good / (period.good + period.bad)


async def test_days_are_the_sum_of_their_hours(store, now):
    """Three whole days, seen from both tables."""
    midnight = now.replace(hour=0)
    since = midnight - timedelta(days=3)
    monitor = await store.write(lambda c: probes.monitor(c, "acme", "home"))
    await store.write(lambda c: probes.add(c, _looks(monitor, since, 72)))
    await store.write(lambda c: probes.roll_up(c, now + SETTLED))
    by_day = await store.read(lambda c: probes.days(c, monitor, since, midnight))
    assert by_day == await store.read(lambda c: probes.hours(c, monitor, since, midnight))
    assert by_day.latency.n == 72 * 60


async def test_a_monitor_keeps_its_number(store):
    """By product and name."""
    first = await store.write(lambda c: probes.monitor(c, "acme", "home"))
    assert await store.write(lambda c: probes.monitor(c, "acme", "home")) == first
    assert await store.write(lambda c: probes.monitor(c, "other", "home")) != first


async def test_single_looks_are_forgotten_only_once_they_are_summed_up(store, now):
    """Retention sums up first; what it forgets is in the hours."""
    monitor = await store.write(lambda c: probes.monitor(c, "acme", "home"))
    since = now - RAW_PROBES - timedelta(hours=10)
    await store.write(lambda c: probes.add(c, _looks(monitor, since, 20)))
    gone = await store.write(lambda c: probes.purge(c, now, raw=RAW_PROBES, hours=timedelta(days=400)))
    assert gone == 0
    counts = await retain(store, now)
    assert counts["summed_up"] == 20
    assert counts["probes"] == 600
    period = await store.read(lambda c: probes.hours(c, monitor, since, now))
    assert period.latency.n == 1200


def test_no_look_means_no_share():
    """Nothing seen is not "100 %"."""
    assert probes.Period(0, 0, 5, Histogram()).up is None
