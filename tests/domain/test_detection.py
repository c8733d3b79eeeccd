"""How a probe comes to be called down, better, up, slow; and that what cannot be seen counts for nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.asks import Reading
from bot.domain.detection import Look, Policy, Seen, Sight, State, Turn, policy_of, see
from bot.domain.latency import MOST, Sample, grown, judged, percentile
from bot.domain.severity import Sev, Trouble
from bot.domain.telling import Watched, removed, signals_of
from tests.domain.host import STEADY

T0 = datetime(2026, 3, 10, 14, 3, tzinfo=UTC)
HTTP = policy_of("up.http", 60, slow_after=2.0)


class Probe:
    """A look that is carried along."""

    def __init__(self, policy: Policy = HTTP) -> None:
        self.policy, self.look, self.turns = policy, Look(), []

    def sees(self, second: float, sight: Sight, **more: object) -> Look:
        """One answer, at so many seconds."""
        seen = Seen(T0 + timedelta(seconds=second), sight, **more)
        self.look, change = see(self.look, seen, self.policy)
        if change is not None:
            self.turns.append((second, change.turn, change.trouble, change.before))
        return self.look

    def good(self, *seconds: float, **more: object) -> Look:
        """Good answers."""
        for second in seconds:
            self.sees(second, Sight.GOOD, **more)
        return self.look

    def bad(self, *seconds: float, **more: object) -> Look:
        """Bad answers."""
        for second in seconds:
            self.sees(second, Sight.BAD, **more)
        return self.look

    def due(self) -> float:
        """When the next look is due, in seconds."""
        return (self.look.next_try_at - T0).total_seconds()


class TestDown:
    """Confirmed before it is said."""

    def test_it_is_tried_at_0_5_and_15_seconds(self):
        """Each with its own time-out, counted from the start of the first."""
        probe = Probe()
        probe.good(0)
        assert probe.due() == 60
        probe.bad(60)
        assert (probe.look.state, probe.due(), probe.look.timeout) == (State.SUSPECT, 65, 5)
        probe.bad(70)
        assert (probe.look.state, probe.due()) == (State.SUSPECT, 75)
        probe.bad(75)
        assert (probe.look.state, probe.due(), probe.look.timeout) == (State.DOWN, 135, 10)
        assert probe.turns == [(75, Turn.DOWN, Trouble.REACH, None)]
        assert probe.look.since == probe.look.first_failure == T0 + timedelta(seconds=60)

    def test_one_good_try_in_between_ends_the_suspicion(self):
        """Nobody hears of it, and it has been up all the time."""
        probe = Probe()
        probe.good(0)
        probe.bad(60, 65)
        probe.good(75)
        assert (probe.look.state, probe.look.since, probe.turns) == (State.UP, T0, [])
        assert probe.look.first_failure is None

    def test_the_first_look_ever_may_be_bad(self):
        """From unknown to down is told, from unknown to up is not."""
        probe, other = Probe(), Probe()
        probe.bad(0, 5, 15)
        assert probe.turns == [(15, Turn.DOWN, Trouble.REACH, None)]
        other.good(0)
        assert (other.look.shown, other.turns) == (State.UP, [])

    def test_what_cannot_be_seen_counts_for_nothing(self):
        """Not as bad, not as good; it is shown as unknown, and tried again soon while it matters."""
        probe = Probe()
        probe.good(0)
        probe.bad(60, 65)
        probe.sees(75, Sight.UNKNOWN)
        assert (probe.look.state, probe.look.shown, probe.look.fails) == (State.SUSPECT, State.UNKNOWN, 2)
        assert probe.due() == 90
        probe.bad(90)
        assert probe.look.state is State.DOWN
        for second in range(100, 1000, 60):
            probe.sees(second, Sight.UNKNOWN)
        assert probe.look.state is State.DOWN
        assert probe.look.blind_since == T0 + timedelta(seconds=100)

    @pytest.mark.parametrize(
        ("check", "looks"),
        [("up.http", 3), ("dns.resolve", 2), ("tls.valid", 2), ("flow.smoke", 2), ("up.heartbeat", 1), ("perf.p95", 1)],
    )
    def test_each_kind_is_confirmed_by_as_many_looks(self, check, looks):
        """Three, two, or one whose window has been waited for already."""
        probe = Probe(policy_of(check, 60))
        for n in range(looks):
            assert probe.look.state is not State.DOWN
            probe.bad(n * 60, code="x")
        assert probe.look.state is State.DOWN

    @pytest.mark.parametrize(
        ("check", "tries"),
        [("up.http", (0, 5, 15)), ("flow.smoke", (0, 5)), ("dns.resolve", (0, 15)), ("tls.valid", (0, 60))],
    )
    def test_each_kind_is_confirmed_at_its_own_pace(self, check, tries):
        """Within a minute."""
        policy = policy_of(check, 3600)
        assert policy.tries == tries
        assert len(policy.timeouts) == len(tries)

    def test_findings_confirm_one_another_only_with_the_same_evidence(self):
        """Another answer begins anew."""
        probe = Probe(policy_of("tls.valid", 3600))
        probe.bad(0, code="wrong_host")
        probe.bad(60, code="expired")
        assert (probe.look.state, probe.due()) == (State.SUSPECT, 120)
        probe.bad(120, code="expired")
        assert probe.look.state is State.DOWN

    def test_it_fails_in_another_way(self):
        """Told when it is confirmed, with what it was before."""
        probe = Probe()
        probe.bad(0, 5, 15)
        probe.bad(75, 135, trouble=Trouble.DNS)
        probe.bad(195)
        probe.bad(255, 315, 375, trouble=Trouble.DNS)
        assert probe.turns[1:] == [(375, Turn.DOWN, Trouble.DNS, Trouble.REACH)]
        assert probe.look.trouble is Trouble.DNS

    def test_a_clock_that_was_put_back_does_not_delay_the_confirmation(self):
        """The second try is five seconds away at most."""
        probe = Probe()
        probe.bad(0)
        probe.bad(-3600)
        assert probe.due() <= -3600 + 15


class TestUp:
    """Calm before it is believed."""

    def down(self, policy: Policy = HTTP) -> Probe:
        """Down since 0."""
        probe = Probe(policy)
        probe.good(-60)
        probe.bad(0, 5, 15)
        probe.turns.clear()
        return probe

    def test_two_good_looks_are_better_and_two_intervals_are_up(self):
        """At least a minute."""
        probe = self.down()
        probe.good(75)
        assert (probe.look.state, probe.due(), probe.turns) == (State.RECOVERING, 80, [])
        probe.good(80)
        assert probe.turns == [(80, Turn.BETTER, Trouble.REACH, None)]
        assert probe.look.green_until == T0 + timedelta(seconds=195)
        probe.good(140)
        assert probe.due() == 195
        probe.good(195)
        assert probe.turns[1:] == [(195, Turn.UP, Trouble.REACH, None)]
        assert probe.look.since == T0 + timedelta(seconds=75)

    def test_one_bad_look_ends_the_recovery(self):
        """Better late than wrong."""
        probe = self.down()
        probe.good(75, 80)
        probe.bad(140)
        assert probe.look.state is State.DOWN
        assert probe.turns[-1] == (140, Turn.DOWN, Trouble.REACH, None)
        assert probe.look.first_failure == T0

    @pytest.mark.parametrize(("relapses", "seconds"), [(0, 120), (1, 240), (2, 480), (3, 900), (9, 900)])
    def test_the_window_doubles_with_each_relapse(self, relapses, seconds):
        """Up to a quarter of an hour."""
        assert HTTP.recovery(relapses) == timedelta(seconds=seconds)

    def test_a_failure_soon_after_is_a_relapse_and_a_late_one_is_not(self):
        """Half an hour."""
        probe = self.down()
        probe.good(75, 80, 195)
        probe.bad(600, 605, 615)
        assert probe.look.relapses == 1
        probe.good(675, 680, 3000)
        probe.bad(9000, 9005, 9015)
        assert probe.look.relapses == 0

    def test_short_intervals_wait_a_minute_and_long_ones_a_quarter_of_an_hour(self):
        """Never less, never more."""
        assert policy_of("up.http", 10).recovery(0) == timedelta(seconds=60)
        assert policy_of("tls.valid", 86400).recovery(0) == timedelta(minutes=15)

    def test_one_ping_of_a_job_is_enough(self):
        """It reported: it lives."""
        probe = Probe(policy_of("up.heartbeat", 86400))
        probe.bad(0)
        probe.good(10)
        assert [one[1] for one in probe.turns] == [Turn.DOWN, Turn.UP]

    def test_a_clock_that_was_put_back_does_not_hold_up_the_recovery(self):
        """The window begins anew."""
        probe = self.down()
        probe.good(75)
        probe.good(-3525, -3520, -3400)
        assert probe.look.state is State.UP


class TestSlow:
    """A state of its own."""

    def test_slow_needs_a_whole_window(self):
        """Twenty answers, fifteen minutes, each third of them slow."""
        probe = Probe()
        for n in range(19):
            probe.good(60 * n, server_ms=5000)
        assert probe.look.shown is State.UP
        probe.good(60 * 19, server_ms=5000)
        assert (probe.look.state, probe.look.shown) == (State.UP, State.SLOW)
        assert probe.turns == [(1140, Turn.SLOW, Trouble.LATENCY, None)]

    def test_one_late_answer_is_nothing(self):
        """Nor are a few in a row."""
        probe = Probe()
        for n in range(100):
            probe.good(60 * n, server_ms=5000 if n % 40 in (0, 1, 2) else 100)
        assert probe.turns == []

    def test_it_is_fast_again_when_the_latest_third_is(self):
        """Some minutes, not one answer."""
        probe = Probe()
        probe.good(*range(0, 1260, 60), server_ms=5000)
        probe.good(1260, server_ms=100)
        assert probe.look.shown is State.SLOW
        probe.good(*range(1320, 1800, 60), server_ms=100)
        assert probe.turns[-1][1] is Turn.FAST
        assert probe.look.shown is State.UP

    def test_with_short_intervals_the_window_is_fifteen_minutes(self):
        """Not twenty answers."""
        probe = Probe(policy_of("up.http", 10, slow_after=2.0))
        probe.good(*range(0, 890, 10), server_ms=5000)
        assert probe.look.shown is State.UP
        probe.good(890, 900, server_ms=5000)
        assert probe.look.shown is State.SLOW

    def test_the_percentile_is_the_nearest_rank(self):
        """The 19th of 20."""
        assert percentile([float(n) for n in range(1, 21)], 0.95) == 19
        assert percentile([7.0], 0.95) == 7
        with pytest.raises(ValueError, match="nothing"):
            percentile([], 0.5)

    @STEADY
    @given(st.lists(st.integers(1, 600), max_size=200))
    def test_the_window_is_bounded_and_covers_what_it_must(self, gaps):
        """Twenty answers or fifteen minutes, whichever is longer."""
        at, recent = T0, ()
        for gap in gaps:
            at += timedelta(seconds=gap)
            recent = grown(recent, Sample(at, 1.0))
        assert len(recent) <= MOST
        assert len(recent) == len(gaps) or len(recent) >= 20
        if len(gaps) > len(recent):
            assert recent[-1].at - recent[0].at >= timedelta(minutes=15)
        assert not judged(recent, 2000, slow=False)


class TestTelling:
    """What the incidents hear, again and again."""

    shop = Watched("acme", "up.http:shop", "shop", critical=False)

    def test_a_failure_is_told_at_every_evaluation(self):
        """With its severity and its beginning."""
        probe = Probe()
        assert signals_of(self.shop, probe.look) == ()
        probe.bad(0, 5)
        assert signals_of(self.shop, probe.look) == ()
        probe.bad(15, evidence="HTTP 502")
        (first,) = signals_of(self.shop, probe.look)
        assert (first.reading, first.sev, first.first_failure, first.evidence) == (
            Reading.DOWN, Sev.TWO, T0, "HTTP 502",
        )  # fmt: skip
        probe.bad(75)
        assert signals_of(self.shop, probe.look)[0].reading is Reading.DOWN

    def test_recovery_is_told_to_the_incidents_that_hold_it(self):
        """Better, then up; what fails in another way is gone from the old one."""
        probe = Probe()
        probe.bad(0, 5, 15)
        probe.good(75, 80)
        (one,) = signals_of(self.shop, probe.look, [Trouble.REACH])
        assert (one.reading, one.until) == (Reading.BETTER, T0 + timedelta(seconds=195))
        probe.good(195)
        assert [(s.trouble, s.reading) for s in signals_of(self.shop, probe.look, [Trouble.REACH, Trouble.DNS])] == [
            (Trouble.REACH, Reading.UP), (Trouble.DNS, Reading.UP),
        ]  # fmt: skip
        probe.bad(600, 605, 615, trouble=Trouble.DNS)
        assert [(s.trouble, s.reading) for s in signals_of(self.shop, probe.look, [Trouble.REACH])] == [
            (Trouble.DNS, Reading.DOWN), (Trouble.REACH, Reading.GONE),
        ]  # fmt: skip

    def test_slow_is_told_beside_and_nothing_while_blind(self):
        """It has a kind of its own."""
        probe = Probe()
        probe.good(*range(0, 1260, 60), server_ms=5000)
        (one,) = signals_of(self.shop, probe.look)
        assert (one.trouble, one.reading, one.sev) == (Trouble.LATENCY, Reading.DOWN, Sev.THREE)
        probe.sees(1300, Sight.UNKNOWN)
        assert signals_of(self.shop, probe.look, [Trouble.LATENCY]) == ()
        probe.good(*range(1320, 1800, 60), server_ms=100)
        (one,) = signals_of(self.shop, probe.look, [Trouble.LATENCY])
        assert one.reading is Reading.UP

    def test_a_monitor_that_was_taken_out_says_so(self):
        """Once for each incident that holds it."""
        (one,) = removed(self.shop, [Trouble.REACH, Trouble.REACH], T0)
        assert (one.reading, one.removed) == (Reading.GONE, True)


@STEADY
@given(st.lists(st.tuples(st.sampled_from(list(Sight)), st.integers(1, 400)), max_size=120))
def test_no_sequence_of_answers_breaks_the_rules(answers):
    """Down only after enough bad ones in a row, up only after a calm window, and always a next look."""
    probe, second, bads, last_bad = Probe(), 0, 0, None
    for sight, gap in answers:
        second += gap
        before = probe.look
        look = probe.sees(second, sight)
        if sight is Sight.BAD:
            bads, last_bad = bads + 1, second
        elif sight is Sight.GOOD:
            bads = 0
        if look.state is State.DOWN and before.state in (State.UP, State.SUSPECT, State.UNKNOWN):
            assert bads >= 3
        if look.state is State.UP and before.state is State.RECOVERING:
            assert second - last_bad >= 60
            assert look.oks >= 2
        if sight is Sight.UNKNOWN:
            assert look.state is before.state
        assert look.next_try_at is not None
        assert look.next_try_at <= T0 + timedelta(seconds=second + 60)
        assert (look.shown is State.UNKNOWN) == (sight is Sight.UNKNOWN)
