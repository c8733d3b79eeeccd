"""The "Next:" line says what the timers will do; canaries, clicks and plans beside."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import asks as a
from bot.domain.asks import Reading
from bot.domain.escalation import highest_due, offset
from bot.domain.flapping import hold_for, share, spent
from bot.domain.grouping import Canary, blind
from bot.domain.outlook import NextStep, next_of
from bot.domain.scene import Duty
from bot.domain.severity import Sev, Trouble
from bot.domain.silence import Silence
from tests.domain.host import ANA, DUTY, T0, Host, scene, signal

MINUTE = timedelta(minutes=1)


def coming(host: Host, number: int = 1) -> tuple[str, object, tuple[str, ...]]:
    """The line of an incident now."""
    found = next_of(host.rows[number], host.timers[number].values(), scene(host.now, host.duty), host.now)
    return found.what.value, found.at, found.whom


def test_a_sev1_through_its_life():
    """Card, backup, everybody, repeats; the person on it; the confirmation; the end."""
    host = Host()
    host.do(signal())
    assert coming(host) == ("card", T0 + timedelta(seconds=5), ())
    host.wait(seconds=5)
    start = host.now
    assert coming(host) == ("call_backup", start + 5 * MINUTE, ("UBEN",))
    host.wait(minutes=6)
    assert coming(host) == ("call_everybody", start + 10 * MINUTE, ("here",))
    host.wait(minutes=6)
    assert coming(host) == ("repeat", start + 25 * MINUTE, ("UANA", "UBEN"))
    host.do(a.Ack("UBEN"), 1)
    assert coming(host) == ("ask_holder", host.now + 25 * MINUTE, ("UBEN",))
    host.wait(minutes=26)
    assert coming(host)[0] == "let_go"
    host.do(a.FixedAsk("UBEN"), 1)
    assert coming(host) == ("look", host.now, ("UBEN",))
    host.do(a.Rechecked(good=False), 1)
    host.do(signal(host.now, reading=Reading.BETTER, until=host.now + 2 * MINUTE))
    assert coming(host) == ("confirm", host.now + 2 * MINUTE, ())
    host.wait(minutes=2)
    host.do(signal(host.now, reading=Reading.UP))
    assert coming(host) == ("close", host.now + 30 * MINUTE, ())
    host.wait(minutes=30)
    assert coming(host) == ("nothing", None, ())


def test_what_was_said_is_what_then_happens():
    """The line names the person and the minute; at that minute that person is called."""
    host = Host()
    host.do(signal())
    host.wait(seconds=5)
    for _ in range(12):
        _, at, whom = coming(host)
        host.said.clear()
        host.until(at)
        told = {one.say.to for one in host.said if one.say.what == "dm"}
        told |= {name for one in host.said for name in one.say.mention}
        assert set(whom) == told


def test_the_owner_alone_is_called_again():
    """Nobody stands behind."""
    host = Host(duty=Duty(ANA))
    host.do(signal())
    host.wait(seconds=5)
    assert coming(host)[::2] == ("call_again", ("UANA",))


@pytest.mark.parametrize(("sev", "expected"), [(Sev.THREE, "digest"), (Sev.FOUR, "digest")])
def test_mild_ones_stand_in_the_digest(sev, expected):
    """At nine."""
    host = Host()
    host.do(signal(sev=sev, trouble=Trouble.TRUST))
    host.wait(minutes=6)
    assert coming(host)[:2] == (expected, scene(host.now).next_nine)


def test_sleeping_silenced_and_unstable():
    """Each says until when."""
    host = Host()
    host.do(signal(sev=Sev.TWO))
    host.wait(seconds=5)
    host.do(a.Snooze("UANA", length=30 * MINUTE), 1)
    assert coming(host)[:2] == ("wake", host.now + 30 * MINUTE)
    host.do(a.Ack("UANA"), 1)
    host.silences.append(Silence("1", "shop", None, host.now, host.now + 10 * MINUTE, "x", "UANA"))
    host.do(a.SilenceBegan(), 1)
    assert coming(host)[:2] == ("speak_again", host.now + 10 * MINUTE)
    assert NextStep.CALM.value == "calm"


def test_at_night_the_owner_of_a_sev2_is_called_after_ten_minutes():
    """And the line says when."""
    host = Host(duty=replace(DUTY, owner=replace(ANA, quiet_until=T0 + timedelta(hours=5))))
    host.do(signal(sev=Sev.TWO))
    host.wait(seconds=5)
    assert coming(host) == ("call_owner", T0 - timedelta(seconds=15) + 10 * MINUTE, ("UANA",))


def test_the_plan_never_ends():
    """Steps of a SEV1 are an hour apart at most, those of a SEV2 two."""
    for sev, most in ((Sev.ONE, 60), (Sev.TWO, 120)):
        offsets = [offset(sev, n) for n in range(500)]
        assert all(0 < (b - a_) / MINUTE <= most for a_, b in itertools.pairwise(offsets))
    assert offset(Sev.THREE, 0) is None


@pytest.mark.parametrize("sev", [Sev.ONE, Sev.TWO])
@pytest.mark.parametrize("minutes", [0, 4, 5, 11, 29, 69, 71, 129, 130, 500, 100_000])
def test_the_highest_step_due_is_the_last_one_whose_time_has_come(sev, minutes):
    """By counting them all."""
    host = Host()
    host.do(signal(sev=sev))
    host.wait(seconds=5)
    row = host.rows[1]
    now = row.esc_from + minutes * MINUTE
    due = [n for n in range(2000) if offset(sev, n) <= minutes * MINUTE]
    assert highest_due(row, now) == max([row.step, *due])


@pytest.mark.parametrize(
    ("reached", "expected"),
    [
        ([True, True, True], False), ([False, True, True], False), ([False, False, True], True),
        ([False, False, False], True), ([False, None, None], False), ([False, False, None], True), ([], False),
    ],
)  # fmt: skip
def test_the_bot_is_blind_when_two_of_three_canaries_are_lost(reached, expected):
    """One alone may be their fault."""
    assert blind([Canary(str(n), one) for n, one in enumerate(reached)]) is expected


def test_the_time_down_is_added_up():
    """Ten minutes down, five up, five down."""
    changes = [T0, T0 + 10 * MINUTE, T0 + 15 * MINUTE]
    found = share(changes, red=True, now=T0 + 20 * MINUTE)
    assert (found.down_s, found.up_s, found.down) == (900, 300, 0.75)
    assert share([], red=True, now=T0).down == 0
    assert hold_for(3, T0) is None


def test_the_whole_story_is_added_up_from_its_events():
    """Five minutes down, two up until it is believed, nothing while it is over, one down again."""
    host = Host()
    host.do(signal(first=T0))
    for minutes, reading in ((5, Reading.BETTER), (2, Reading.UP)):
        host.wait(minutes=minutes)
        host.do(signal(host.now, reading=reading, until=host.now + 9 * MINUTE))
    found = spent(host.log[1], host.now + timedelta(hours=5))
    assert (found.down_s / 60, found.up_s / 60) == (5, 2)
    host.wait(minutes=10)
    host.do(signal(host.now))
    assert spent(host.log[1], host.now + MINUTE).down_s / 60 == 6
