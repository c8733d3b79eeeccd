"""Two things at once: the one that is written first wins, and the other gets a kind answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import asks as a
from bot.domain.asks import Reading, TimerKind
from bot.domain.decision import AnswerCode, Decision, What
from bot.domain.incident import Status
from bot.domain.severity import Sev, Trouble
from tests.domain.host import BEN, T0, Host, signal

MINUTE = timedelta(minutes=1)
Act = Callable[[Host], Decision]


def ask(command: a.Command) -> Act:
    """Of INC-1."""
    return lambda host: host.do(command, 1)


def timer(kind: TimerKind) -> Act:
    """The timer of that kind as it was before either happened, fired although its row may be gone."""

    def fire(host: Host) -> Decision:
        row = host.before[kind]
        return host.fire(row)

    return fire


def well(host: Host) -> Decision:
    """It is up, by itself."""
    return host.do(signal(host.now, reading=Reading.UP))


def again(host: Host) -> Decision:
    """It fails again."""
    return host.do(signal(host.now))


def cause(host: Host) -> Decision:
    """The name is gone, which explains it."""
    return host.do(signal(host.now, trouble=Trouble.DNS))


ANA, BEA = a.Ack("UANA"), a.Ack("UBEN")
WORSE = signal(T0, probe="up.http:pay")
RACES: list[tuple[str, Act, Act, tuple[Status, AnswerCode | None], tuple[Status, AnswerCode | None]]] = [
    # name, one, other, (status, the other's answer) when one is first, (status, one's answer) when the other is
    ("two are on it", ask(ANA), ask(BEA), (Status.ACKED, AnswerCode.JOINED), (Status.ACKED, AnswerCode.JOINED)),
    ("ack and the end", ask(ANA), well, (Status.RESOLVED, None), (Status.RESOLVED, AnswerCode.ALREADY_FIXED)),
    ("sleep and the end", ask(a.Snooze("UANA")), well, (Status.RESOLVED, None),
     (Status.RESOLVED, AnswerCode.ALREADY_FIXED)),
    ("fixed and the end", ask(a.FixedAsk("UANA")), well, (Status.RESOLVED, None),
     (Status.RESOLVED, AnswerCode.ALREADY_FIXED)),
    ("ack and a call", ask(ANA), timer(TimerKind.ESC), (Status.ACKED, AnswerCode.NOT_NOW),
     (Status.ACKED, AnswerCode.DONE)),
    ("sleep and a call", ask(a.Snooze("UANA")), timer(TimerKind.ESC), (Status.SNOOZED, AnswerCode.NOT_NOW),
     (Status.SNOOZED, AnswerCode.SNOOZED_SHORTER)),
    ("ack and sleep", ask(ANA), ask(a.Snooze("UBEN")), (Status.SNOOZED, AnswerCode.SNOOZED_SHORTER),
     (Status.ACKED, AnswerCode.DONE)),
    ("hand over and ack", ask(a.Pass("UANA", to=BEN)), ask(a.Ack("UCLEO")), (Status.ACKED, AnswerCode.DONE),
     (Status.OPEN, AnswerCode.DONE)),
    ("two say it is fixed", ask(a.FixedAsk("UANA")), ask(a.FixedAsk("UBEN")), (Status.OPEN, AnswerCode.CHECKING),
     (Status.OPEN, AnswerCode.CHECKING)),
    ("ack and a cause", ask(ANA), cause, (Status.CLOSED, None), (Status.CLOSED, AnswerCode.CLOSED_INTO)),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "first", "second"), [race[1:] for race in RACES], ids=[r[0] for r in RACES])
def test_whoever_is_written_first_wins(one, other, first, second):
    """In both orders: one legal state, one answer for the loser, one card, no exception."""
    for acts, (status, code) in (((one, other), first), ((other, one), second)):
        host = Host()
        host.do(signal())
        host.wait(minutes=6)
        host.now += 4 * MINUTE + timedelta(seconds=5)
        host.before = dict(host.timers[1])
        decisions = [act(host) for act in acts]
        assert host.rows[1].status is status
        answer = decisions[1].answer
        assert (answer.code if answer else None) is code
        assert len([one for one in host.said if one.say.what is What.ROOT and one.say.incident == 1]) == 1


def test_a_click_on_what_came_back_meanwhile_is_about_the_present_outage():
    """Resolved and re-opened between the sight of the card and the click."""
    host = Host()
    host.do(signal())
    host.wait(minutes=3)
    seen = host.rows[1].rev
    well(host)
    host.wait(minutes=1)
    again(host)
    answer = host.do(a.Ack("UANA", rev=seen), 1).answer
    assert (answer.code, answer.stale) == (AnswerCode.DONE, True)


def test_the_look_that_agrees_comes_after_the_end():
    """It ended by itself while the fresh look was under way: it stays so."""
    host = Host()
    host.do(signal())
    host.wait(minutes=3)
    host.do(a.FixedAsk("UANA"), 1)
    well(host)
    before = host.rows[1]
    assert host.do(a.Rechecked(good=True), 1).answer.code is AnswerCode.ALREADY_FIXED
    assert host.rows[1] == before


@pytest.mark.parametrize("kind", [TimerKind.ACK_UNTIL, TimerKind.SNOOZE_UNTIL])
def test_a_hold_that_ends_while_it_is_taken_again(kind):
    """One more click a second before: the old end does nothing."""
    host = Host()
    host.do(signal(sev=Sev.TWO))
    host.wait(minutes=1)
    host.do(ANA if kind is TimerKind.ACK_UNTIL else a.Snooze("UANA", length=30 * MINUTE), 1)
    old = host.timers[1][kind]
    host.now = old.due_at - timedelta(seconds=1)
    host.do(a.Extend("UANA") if kind is TimerKind.ACK_UNTIL else ANA, 1)
    host.now = old.due_at
    assert host.fire(old).answer.code is AnswerCode.NOT_NOW
    assert host.rows[1].acker == "UANA"


def test_the_same_command_decided_twice_is_written_once():
    """A retry of what was committed already adds no event: every command can be repeated."""
    host = Host()
    host.do(signal())
    host.wait(minutes=1)
    for command in (
        replace(WORSE, seen_at=host.now), a.Ack("UANA"), a.FixedAsk("UANA"), a.SilenceBegan(), a.SilenceEnded("9"),
        signal(host.now, reading=Reading.BETTER, until=host.now), signal(host.now, reading=Reading.UP),
    ):  # fmt: skip
        number = None if isinstance(command, a.Signal) else 1
        host.do(command, number)
        assert host.do(command, number).events == (), command
