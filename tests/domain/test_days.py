"""Whole stories, from the looks of a monitor to what is said: every look is taken when it is due, as the bot does."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bot.domain.decision import What
from bot.domain.detection import Look, Seen, Sight, State, policy_of, see
from bot.domain.incident import Status
from bot.domain.member import Light
from bot.domain.severity import Trouble
from bot.domain.telling import Watched, signals_of
from tests.domain.host import T0, Host

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class Monitor:
    """A probe that is looked at whenever it is due; `bad` says how the world is at a moment."""

    def __init__(self, host: Host, service: str, bad: Callable[[datetime], bool], *, phase: float = 0.0) -> None:
        self.host, self.bad = host, bad
        self.watched = Watched("acme", f"up.http:{service}", service)
        self.look = Look(next_try_at=host.now + timedelta(seconds=phase))
        self.policy = policy_of("up.http", 60.0)

    def take(self) -> None:
        """One look, now; a bad one takes as long as it may."""
        bad = self.bad(self.host.now)
        sight = Sight.BAD if bad else Sight.GOOD
        begun = self.host.now
        if bad:
            self.host.until(begun + timedelta(seconds=self.look.timeout))
        seen = Seen(begun, sight, Trouble.REACH, "timeout", "no answer within 10 s")
        self.look, _ = see(self.look, seen, self.policy)
        known = [
            one.trouble
            for row in self.host.live
            for one in row.members
            if one.probe == self.watched.probe and one.light is not Light.UP
        ]
        for signal in signals_of(self.watched, self.look, known):
            self.host.do(signal)


def play(host: Host, monitors: list[Monitor], end: datetime) -> None:
    """Looks and timers in their order, until then."""
    while True:
        due = min(monitors, key=lambda one: one.look.next_try_at)
        if due.look.next_try_at > end:
            host.until(end)
            return
        host.until(due.look.next_try_at)
        due.take()


@pytest.mark.parametrize("phase", [0, 1, 17, 30, 44, 59])
def test_from_the_outage_to_the_card_in_ninety_seconds(phase):
    """At an interval of a minute, whenever in it the outage begins, with every look timing out."""
    host = Host()
    outage = T0 + 3 * MINUTE
    play(host, [Monitor(host, "shop", lambda at: at >= outage, phase=phase)], T0 + 6 * MINUTE)
    (root,) = (one for one in host.said if one.say.what is What.ROOT)
    assert timedelta(0) < root.at - outage <= timedelta(seconds=90)
    assert host.rows[1].first_failure - outage < MINUTE


def test_a_day_of_five_minute_turns():
    """One incident, at most eight words about its turns, and calls that never stop."""
    host = Host()
    monitor = Monitor(host, "shop", lambda at: (at - T0) // (5 * MINUTE) % 2 == 1)
    play(host, [monitor], T0 + timedelta(hours=24))
    assert list(host.rows) == [1]
    calls = [one.at for one in host.said if one.say.why in ("nobody_yet", "opened", "calm_red")]
    turns = [one.say for one in host.said if one.say.what is not What.EDIT and one.at not in calls]
    assert len(turns) <= 8, turns
    assert max(b - a for a, b in itertools.pairwise(calls)) <= timedelta(minutes=76)


def test_fifty_monitors_of_one_host():
    """Each a service of its own, with its own phase: one card, three messages at most; and one end."""
    host = Host()
    outage, repair = T0 + 2 * MINUTE, T0 + 12 * MINUTE
    names = [f"s{n:02}" for n in range(50)]
    monitors = [Monitor(host, name, lambda at: outage <= at < repair, phase=n) for n, name in enumerate(names)]
    for one in monitors:
        # They look side by side in the bot; here one after the other, so a look costs no time.
        one.policy = type(one.policy)(60.0, timeouts=(0.0, 0.0, 0.0))
        one.look = Look(next_try_at=one.look.next_try_at, timeout=0.0)
    play(host, monitors, outage + 4 * MINUTE)
    assert len([one for one in host.said if one.say.what is What.ROOT]) == 1
    assert len(host.words()) <= 3, host.words()
    assert len(host.live) == 1
    play(host, monitors, T0 + 60 * MINUTE)
    assert host.live == []
    assert all(one.look.state is State.UP for one in monitors)
    assert len(host.words(What.ROOT)) == 1


def test_an_outage_of_ten_minutes_and_its_repair():
    """Down, told, better, over, history: each at its time."""
    host = Host()
    outage, repair = T0 + MINUTE, T0 + 11 * MINUTE
    monitor = Monitor(host, "shop", lambda at: outage <= at < repair)
    play(host, [monitor], repair + 5 * MINUTE)
    row = host.rows[1]
    assert row.status is Status.RESOLVED
    assert repair + 2 * MINUTE <= row.resolved_at <= repair + 3 * MINUTE + 10 * SECOND
    play(host, [monitor], repair + 40 * MINUTE)
    assert host.rows[1].status is Status.CLOSED
    assert host.words(What.ROOT, What.THREAD) == [
        ("root", "opened", ""), ("thread", "nobody_yet", ""), ("thread", "nobody_yet", ""), ("thread", "resolved", ""),
    ]  # fmt: skip
