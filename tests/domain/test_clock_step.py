"""A clock that is put back while an incident is live keeps nobody waiting an hour longer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.domain import asks as a
from bot.domain.asks import Reading, TimerKind
from bot.domain.folding import replay
from bot.domain.incident import Status
from bot.domain.severity import Sev
from tests.domain.host import Host, signal

MINUTE = timedelta(minutes=1)


def begun(sev: Sev = Sev.ONE) -> Host:
    """An outage of a moment ago."""
    host = Host()
    host.do(signal(host.now, sev=sev))
    return host


def told(sev: Sev = Sev.ONE) -> Host:
    """Its card is out, and the first were called."""
    host = begun(sev)
    host.wait(minutes=6)
    return host


def asked(command: a.Ask) -> Host:
    """Somebody did something about it."""
    host = told()
    host.do(command, 1)
    host.wait(minutes=3)
    return host


def better() -> Host:
    """It looks better, and is being proved."""
    host = told()
    host.do(signal(host.now, reading=Reading.BETTER, until=host.now + 2 * MINUTE))
    return host


def over() -> Host:
    """It was fixed a few minutes ago."""
    host = told()
    host.do(signal(host.now, reading=Reading.UP))
    host.wait(minutes=5)
    return host


def unstable() -> Host:
    """It goes up and down."""
    host = begun()
    for reading in (Reading.BETTER, Reading.DOWN) * 3:
        host.wait(minutes=1)
        host.do(signal(host.now, reading=reading, until=host.now + 2 * MINUTE))
    return host


STATES: dict[str, Callable[[], Host]] = {
    "waits for its card": begun,
    "unanswered": told,
    "an ordinary one": lambda: told(Sev.TWO),
    "held": lambda: asked(a.Ack("UANA")),
    "asleep": lambda: asked(a.Snooze("UANA", length=20 * MINUTE)),
    "looked at again": lambda: asked(a.FixedAsk("UANA")),
    "looks better": better,
    "over": over,
    "unstable": unstable,
}


@pytest.mark.parametrize("by", [timedelta(seconds=40), timedelta(hours=1), timedelta(days=3)], ids=str)
@pytest.mark.parametrize("state", STATES)
def test_every_timer_waits_as_long_as_it_would_have(state, by):
    """To the second, in every state; and the row is what its events make of it."""
    host = STATES[state]()
    before = {kind: one.due_at - host.now for kind, one in host.timers[1].items()}
    assert before
    host.now -= by
    host.do(a.ClockPutBack(by), 1)
    assert {kind: one.due_at - host.now for kind, one in host.timers[1].items()} == before
    row = host.rows[1]
    assert replay(host.log[1]) == row
    assert row.opened_at <= host.now
    assert all(one.last_at <= host.now for one in row.members)


def test_calls_go_on_as_if_nothing_had_been():
    """The backup is called five minutes after the owner, whatever the clock says."""
    host = begun()
    host.wait(minutes=2)
    host.now -= timedelta(hours=1)
    host.do(a.ClockPutBack(timedelta(hours=1)), 1)
    before = len(host.said)
    host.wait(minutes=3)
    assert len(host.said) <= before + 1, "but for the card itself nobody is to hear of it"
    host.wait(minutes=1)
    assert any(one.say.to == "UBEN" for one in host.said[before:])


def test_a_time_of_day_stays_one():
    """Who put it to sleep until nine o'clock meant nine o'clock."""
    host = told(Sev.TWO)
    host.do(a.Snooze("UANA"), 1)
    [timer] = [one for kind, one in host.timers[1].items() if kind is TimerKind.SNOOZE_UNTIL]
    host.now -= timedelta(hours=1)
    host.do(a.ClockPutBack(timedelta(hours=1)), 1)
    assert host.timers[1][TimerKind.SNOOZE_UNTIL].due_at == timer.due_at


def test_what_is_history_is_left_alone():
    """A closed incident waits for nothing."""
    host = over()
    host.wait(minutes=40)
    assert host.rows[1].status is Status.CLOSED
    before = host.rows[1]
    assert host.do(a.ClockPutBack(timedelta(hours=1)), 1).events == ()
    assert host.rows[1] == before


def test_a_failure_that_began_under_the_wrong_clock_is_told_at_once():
    """Its first look bears a time that has not come yet; the card does not wait for it."""
    host = Host()
    ahead = host.now + timedelta(hours=1)
    host.do(signal(host.now, first=ahead))
    assert host.rows[1].first_failure <= host.now
    host.wait(seconds=20)
    assert host.rows[1].announced_at is not None
