"""Uptime, error budget and speed of a monitor, with everything that was left out of them said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.uptime import budget
from bot.services.retention import retain
from bot.store import probes, trends
from bot.store.probes import Probe, Seen
from checks.inventory import Monitor

MINUTE = timedelta(minutes=1)


async def _looked(store, since, states, *, step=MINUTE, ms=100.0):
    monitor = await store.write(lambda c: probes.monitor(c, "acme", "home"))
    rows = [Probe(monitor, since + place * step, state, ms) for place, state in enumerate(states)]
    await store.write(lambda c: probes.add(c, rows))
    return monitor


@pytest.mark.parametrize("summed_up", [False, True])
async def test_a_month_says_what_was_down_and_what_was_left_out(store, now, summed_up):
    """Ten minutes down of two days; an hour of maintenance and twenty blind minutes count for nobody."""
    since = now - timedelta(days=2, minutes=30)
    total = 2 * 24 * 60 + 30
    states = [Seen.GOOD] * total
    states[100:110] = [Seen.BAD] * 10
    states[200:260] = [Seen.EXCUSED] * 60
    states[300:320] = [Seen.UNKNOWN] * 20
    states[400:700] = [Seen.SLOW] * 300
    monitor = await _looked(store, since, states)
    if summed_up:
        await retain(store, now)
    trend = await store.read(lambda c: trends.stretch(c, monitor, since, now, 60.0))
    assert (trend.sums.bad, trend.sums.slow, trend.sums.good) == (10, 300, total - 90)
    assert trend.share == pytest.approx(1 - 10 / (total - 80))
    assert trend.maintenance == timedelta(hours=1)
    assert trend.unseen == timedelta(minutes=20)
    assert trend.p95_ms == pytest.approx(100, rel=0.02)


async def test_the_error_budget_of_thirty_days(store, now):
    """99.9 % leave 43.2 minutes, of which ten are used."""
    monitor = await _looked(store, now - timedelta(minutes=20), [Seen.BAD] * 10 + [Seen.GOOD] * 10)
    trend = await store.read(lambda c: trends.stretch(c, monitor, now - timedelta(days=30), now, 60.0))
    spent = budget(timedelta(days=30), trend.down)
    assert spent.allowed_s == pytest.approx(43.2 * 60)
    assert (spent.used_s, spent.left_s) == (600, pytest.approx(33.2 * 60))


async def test_looks_out_of_turn_do_not_weigh_an_outage_twice(store, now):
    """A suspicion that proves wrong is no outage; one that is confirmed counts once a minute."""
    monitor = await store.write(lambda c: probes.monitor(c, "acme", "home"))

    def at(seconds: float, seen: Seen) -> Probe:
        return Probe(monitor, now - timedelta(minutes=10) + timedelta(seconds=seconds), seen)

    blip = [at(0, Seen.GOOD), at(60, Seen.BAD), at(65, Seen.AGAIN_GOOD), at(120, Seen.GOOD)]
    real = [at(180, Seen.BAD), at(185, Seen.AGAIN_BAD), at(195, Seen.AGAIN_BAD), at(240, Seen.BAD), at(300, Seen.GOOD)]
    await store.write(lambda c: probes.add(c, [*blip, *real]))
    trend = await store.read(lambda c: trends.stretch(c, monitor, now - timedelta(minutes=30), now, 60.0))
    assert (trend.sums.good, trend.sums.bad) == (4, 2)


async def test_the_last_hour_is_twelve_strips(store, now):
    """Each with its worst news and its speed; where nothing was looked at there is nothing."""
    states = [Seen.GOOD] * 5 + [Seen.BAD] + [Seen.GOOD] * 4 + [Seen.SLOW] * 5 + [Seen.UNKNOWN] * 5 + [Seen.EXCUSED] * 5
    monitor = await _looked(store, now - timedelta(minutes=25), states)
    strips = await store.read(lambda c: trends.last_hour(c, monitor, now - timedelta(milliseconds=1)))
    assert [one.state for one in strips] == [""] * 7 + ["up", "down", "slow", "unknown", "maintenance"]
    assert strips[7].p95_ms == pytest.approx(100, rel=0.02)
    assert strips[0].p95_ms is None


async def test_speed_checks_are_told_the_last_day(store, now):
    """Times of good looks, failures among all that count, and since when."""
    monitors = (Monitor("home", "https://a.test/", endpoint="page"), Monitor("new", "https://a.test/new"))
    await _looked(store, now - timedelta(minutes=3 * 60), [Seen.GOOD] * 100 + [Seen.BAD] * 5 + [Seen.AGAIN_BAD] * 9)
    await _looked(store, now - timedelta(days=2), [Seen.BAD] * 50)
    found = await store.read(lambda c: trends.histories(c, "acme", monitors, now))
    assert set(found) == {"home"}
    assert (found["home"].attempts, found["home"].failures) == (105, 5)
    assert found["home"].since == now - timedelta(hours=3)
    assert found["home"].endpoint == "page"


@pytest.mark.parametrize(("looks", "told"), [(19, False), (20, True)])
async def test_a_new_monitor_is_left_out_until_there_is_something_to_say(store, now, looks, told):
    """Nobody can help it that it is early; one that is looked at seldom is told of after an hour, few looks or not."""
    monitors = (Monitor("home", "https://a.test/"),)
    await _looked(store, now - timedelta(minutes=looks), [Seen.GOOD] * looks)
    assert bool(await store.read(lambda c: trends.histories(c, "acme", monitors, now))) is told
    later = now + timedelta(hours=1)
    assert await store.read(lambda c: trends.histories(c, "acme", monitors, later))


async def test_five_minutes_are_kept_for_ninety_days_and_single_looks_for_seven(store, now):
    """Days stay for ever; what is left still says what was."""
    since = now - timedelta(days=100)
    monitor = await _looked(store, since, [Seen.GOOD] * 300)
    await _looked(store, now - timedelta(days=10), [Seen.GOOD] * 120)
    await retain(store, now)

    def counts(connection):
        tables = ("probe", "rollup_five", "rollup_hour", "rollup_day")
        return [connection.execute(f"SELECT count(*) AS n FROM {table}").fetchone()["n"] for table in tables]

    assert await store.read(counts) == [0, 24, 7, 2]
    whole = await store.read(lambda c: trends.stretch(c, monitor, since - timedelta(days=1), now, 60.0))
    assert whole.sums.good == 420
