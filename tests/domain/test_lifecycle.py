"""Each way that an incident can go, one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import asks as a
from bot.domain.asks import Reading, TimerKind
from bot.domain.decision import HERE, AnswerCode, Priority, What
from bot.domain.incident import Status
from bot.domain.member import Outcome
from bot.domain.scene import Contact, Duty, Release
from bot.domain.severity import Sev, Trouble
from bot.domain.silence import Silence
from tests.domain.host import ANA, BEN, DUTY, T0, Host, signal

MINUTE = timedelta(minutes=1)


@pytest.fixture
def host() -> Host:
    """An empty one."""
    return Host()


@pytest.fixture
def down(host: Host) -> Host:
    """INC-1, a SEV1, whose card is out and of which the owner was told."""
    host.do(signal())
    host.wait(seconds=5)
    assert host.words() == [("root", "opened", ""), ("dm", "opened", "UANA")]
    host.said.clear()
    return host


def better(host: Host, **more: object) -> None:
    """The probe looks better for two minutes to come."""
    host.do(signal(host.now, reading=Reading.BETTER, until=host.now + 2 * MINUTE, **more))


def well(host: Host, **more: object) -> None:
    """The probe looks better, and after its window is up."""
    better(host, **more)
    host.wait(minutes=2)
    host.do(signal(host.now, reading=Reading.UP, **more))


def part(host: Host, **more: object) -> None:
    """A SEV2 whose card is out."""
    host.do(signal(host.now, sev=Sev.TWO, trouble=Trouble.SMOKE, **more))
    host.wait(seconds=5)


class TestOpening:
    """Out of nothing."""

    def test_a_confirmed_failure_opens_one_incident(self, host):
        """It has a number, its card is due 20 s after the first failure, and nothing is said before."""
        host.do(signal())
        one = host.rows[1]
        assert (one.name, one.status, one.sev) == ("INC-1", Status.OPEN, Sev.ONE)
        assert host.said == []
        assert host.timers[1][TimerKind.GROUP_WAIT].due_at == T0 + timedelta(seconds=5)

    def test_the_card_mentions_the_owner_of_a_sev1_and_a_message_goes_to_him(self, host):
        """Who must wake gets a mention and a direct message."""
        host.do(signal())
        host.wait(seconds=5)
        root, dm = (one.say for one in host.said)
        assert (root.what, root.mention, root.priority) == (What.ROOT, ("UANA",), Priority.SEV1_ROOT)
        assert (dm.what, dm.to, dm.priority) == (What.DM, "UANA", Priority.PAGE)

    def test_a_failure_that_is_old_already_is_told_at_once(self, host):
        """After the bot was away there is nothing to wait for."""
        host.do(signal(first=T0 - 10 * MINUTE))
        assert host.words()[0] == ("root", "opened", "")

    def test_what_weakens_trust_waits_five_minutes_and_calls_nobody(self, host):
        """A SEV3 has a card without a mention, and stands in the digest."""
        host.do(signal(sev=Sev.THREE, trouble=Trouble.TRUST))
        host.wait(minutes=4)
        assert host.said == []
        host.wait(minutes=2)
        assert host.words() == [("root", "opened", "")]
        assert host.said[0].say.mention == ()
        host.wait(days=3)
        assert len(host.words()) == 1

    def test_what_is_good_to_know_says_nothing(self, host):
        """A SEV4 stands in the digest alone."""
        host.do(signal(sev=Sev.FOUR, trouble=Trouble.NOTE))
        host.wait(days=1)
        assert host.said == []
        assert host.rows[1].live

    def test_the_same_word_again_changes_nothing(self, down):
        """A signal tells how things stand; hearing it twice is no news."""
        assert down.do(signal(down.now)).events == ()

    def test_good_news_about_nothing_opens_nothing(self, host):
        """UNKNOWN to UP is silent."""
        host.do(signal(reading=Reading.UP))
        assert host.rows == {}

    def test_nothing_opens_while_the_bot_cannot_see_out(self, host):
        """It is the bot that is blind, not the product that is down."""
        host.blind = True
        assert host.do(signal()).answer.code is AnswerCode.BLIND
        assert host.rows == {}

    def test_a_fresh_release_is_named_as_the_likely_cause(self, host):
        """It went out three minutes earlier."""
        host.release = Release("a1b2c3", T0 - 3 * MINUTE, "ana")
        host.do(signal())
        assert (host.rows[1].deploy, host.rows[1].deploy_by) == ("a1b2c3", "ana")

    @pytest.mark.parametrize(("minutes", "named"), [(0, True), (30, True), (31, False), (-2, True), (-3, False)])
    def test_only_a_release_of_the_half_hour_before_is_suspected(self, host, minutes, named):
        """Not an older one, and none after the failure but one that was rolling out just then."""
        failed = T0 - timedelta(seconds=15)
        host.release = Release("a1b2c3", failed - minutes * MINUTE, "ana")
        host.do(signal())
        assert (host.rows[1].deploy == "a1b2c3") is named

    @pytest.mark.parametrize(
        ("trouble", "sev", "seconds"),
        [
            (Trouble.REACH, Sev.ONE, 30),
            (Trouble.LATENCY, Sev.TWO, 120),
            (Trouble.SMOKE, Sev.TWO, 5),
            (Trouble.LEAK, Sev.ONE, 5),
        ],
    )
    def test_a_release_that_settles_holds_back_ordinary_monitors(self, host, trouble, sev, seconds):
        """A SEV1 is watched 30 s longer, others until the hold ends; smoke runs and leaks are not held."""
        host.release = Release("a1b2c3", T0 - MINUTE, "ana", hold_until=T0 + 2 * MINUTE)
        host.do(signal(sev=sev, trouble=trouble))
        assert host.timers[1][TimerKind.GROUP_WAIT].due_at == T0 + timedelta(seconds=seconds)

    def test_what_heals_while_a_release_settles_is_never_told(self, host):
        """It was rough for a minute, as releases are."""
        host.release = Release("a1b2c3", T0 - MINUTE, "ana", hold_until=T0 + 3 * MINUTE)
        host.do(signal(sev=Sev.TWO, trouble=Trouble.LATENCY))
        host.wait(minutes=1)
        well(host, sev=Sev.TWO, trouble=Trouble.LATENCY)
        host.wait(minutes=60)
        assert host.said == []
        assert host.rows[1].status is Status.CLOSED


class TestGrowing:
    """More of it, and worse."""

    def test_another_probe_joins_and_the_card_is_edited_after_a_while(self, down):
        """T2: one row more, one gathered edit, nothing else."""
        down.do(signal(down.now, probe="up.http:cart"))
        (edit,) = (one.say for one in down.said)
        assert (edit.what, edit.priority, edit.not_before) == (
            What.EDIT, Priority.EDIT, down.now + timedelta(seconds=10),
        )  # fmt: skip
        assert len(down.rows[1].members) == 2

    def test_with_many_live_incidents_edits_are_gathered_for_longer(self, host):
        """More than five: one minute."""
        host.do(signal())
        host.wait(seconds=5)
        for n in range(6):
            host.do(signal(host.now, service=f"s{n}", sev=Sev.THREE, trouble=Trouble.EDGE))
        host.said.clear()
        host.do(signal(host.now, probe="up.http:cart"))
        assert host.said[0].say.not_before == host.now + MINUTE

    @pytest.mark.parametrize("asleep", [False, True])
    def test_it_gets_worse_and_ack_or_snooze_are_broken(self, host, asleep):
        """T3: open again, who held it is told, and people are called from the beginning."""
        part(host)
        host.do(a.Snooze("UBEN", length=30 * MINUTE) if asleep else a.Ack("UBEN"), 1)
        host.said.clear()
        host.do(signal(host.now, sev=Sev.ONE, trouble=Trouble.SMOKE, probe="flow:pay"))
        one = host.rows[1]
        assert (one.status, one.sev, one.acker, one.snooze_until) == (Status.OPEN, Sev.ONE, "", None)
        told = {word[2] for word in host.words(What.DM)}
        assert told == ({"UANA"} if asleep else {"UANA", "UBEN"})
        assert ("thread", "worse", "") in host.words()

    def test_who_held_it_and_owns_it_gets_one_message(self, host):
        """Not two about the same thing."""
        part(host)
        host.do(a.Ack("UANA"), 1)
        host.said.clear()
        host.do(signal(host.now, sev=Sev.ONE, trouble=Trouble.SMOKE, probe="flow:pay"))
        assert host.words(What.DM) == [("dm", "worse", "UANA")]

    def test_a_consequence_does_not_break_an_acknowledgement(self, down):
        """To be also affected is no news to whoever works on the cause."""
        down.do(a.Ack("UANA"), 1)
        down.said.clear()
        down.do(signal(down.now, sev=Sev.TWO, trouble=Trouble.SMOKE, probe="flow:walk"))
        assert down.rows[1].status is Status.ACKED
        assert [one.absorbed for one in down.rows[1].members] == [False, True]
        assert down.words() == []


class TestHands:
    """What people do."""

    def test_somebody_is_on_it(self, down):
        """T4: no more calls, one line, the card at once, and an end."""
        answer = down.do(a.Ack("UBEN", "click:1"), 1).answer
        one = down.rows[1]
        assert (one.status, one.acker, one.ack_until) == (Status.ACKED, "UBEN", down.now + 30 * MINUTE)
        assert (answer.code, answer.at) == (AnswerCode.DONE, one.ack_until)
        assert [(one.say.what, one.say.not_before) for one in down.said] == [(What.THREAD, None), (What.EDIT, None)]
        assert TimerKind.ESC not in down.timers[1]
        assert down.log[1][-1].cause == "click:1"

    def test_a_second_click_of_the_same_person_stores_nothing(self, down):
        """T5: "already yours until …"."""
        down.do(a.Ack("UBEN"), 1)
        again = down.do(a.Ack("UBEN"), 1)
        assert again.events == again.say == ()
        assert (again.answer.code, again.answer.at) == (AnswerCode.ALREADY_YOURS, down.rows[1].ack_until)

    def test_somebody_else_joins_and_may_take_over(self, down):
        """T6: the first one stays on it until the second says otherwise."""
        down.do(a.Ack("UANA"), 1)
        joined = down.do(a.Ack("UBEN"), 1)
        assert (joined.answer.code, joined.answer.who) == (AnswerCode.JOINED, "UANA")
        assert down.rows[1].acker == "UANA"
        assert down.do(a.Ack("UBEN"), 1).events == ()
        down.do(a.TakeOver("UBEN"), 1)
        assert down.rows[1].acker == "UBEN"
        assert down.log[1][-1].before == "UANA"

    def test_the_time_runs_out_while_it_still_fails(self, down):
        """T7: open again, and the backup is called at once."""
        down.do(a.Ack("UANA"), 1)
        down.said.clear()
        down.wait(minutes=31)
        one = down.rows[1]
        assert (one.status, one.acker) == (Status.OPEN, "")
        assert ("dm", "ack_ends_soon", "UANA") in down.words()
        assert ("dm", "ack_ended", "UANA") in down.words()
        assert ("dm", "ack_ended", "UBEN") in down.words()
        assert one.step == 2

    def test_the_warning_comes_five_minutes_before_the_end(self, down):
        """Time enough for one click."""
        down.do(a.Ack("UANA"), 1)
        assert down.timers[1][TimerKind.ACK_WARNING].due_at == down.now + 25 * MINUTE
        down.wait(minutes=26)
        down.do(a.Extend("UANA"), 1)
        assert down.rows[1].ack_until == T0 + timedelta(seconds=5) + 60 * MINUTE
        assert TimerKind.ACK_WARNING in down.timers[1]

    def test_a_sev1_is_extended_three_times_and_then_the_backup_is_told_once(self, down):
        """It takes longer than it should."""
        down.do(a.Ack("UANA"), 1)
        codes = [down.do(a.Extend("UANA"), 1).answer.code for _ in range(5)]
        assert codes == [AnswerCode.DONE] * 3 + [AnswerCode.NO_MORE_EXTENSIONS] * 2
        assert down.words(What.DM) == [("dm", "takes_long", "UBEN")]

    def test_without_a_backup_the_line_below_the_card_says_that_it_takes_long(self, host):
        """There is nobody else to tell."""
        host.duty = Duty(ANA)
        host.do(signal())
        host.wait(seconds=5)
        host.do(a.Ack("UANA"), 1)
        for _ in range(4):
            answer = host.do(a.Extend("UANA"), 1).answer
        assert (answer.code, answer.who) == (AnswerCode.NO_MORE_EXTENSIONS, "")
        assert host.words()[-1] == ("thread", "takes_long", "")

    def test_only_who_is_on_it_extends(self, down):
        """Others may take over."""
        down.do(a.Ack("UANA"), 1)
        assert down.do(a.Extend("UBEN"), 1).answer.code is AnswerCode.NOT_YOURS

    def test_more_time_after_it_ran_out_takes_it_again(self, down):
        """The button in an old message still does what was meant."""
        down.do(a.Extend("UANA"), 1)
        assert down.rows[1].acker == "UANA"

    @pytest.mark.parametrize(
        ("sev", "length", "minutes", "code"),
        [
            (Sev.ONE, timedelta(hours=2), 30, AnswerCode.SNOOZED_SHORTER),
            (Sev.ONE, timedelta(minutes=30), 30, AnswerCode.SNOOZED),
            (Sev.ONE, None, 30, AnswerCode.SNOOZED_SHORTER),
            (Sev.TWO, timedelta(hours=2), 120, AnswerCode.SNOOZED),
        ],
    )
    def test_it_sleeps_as_long_as_its_severity_allows(self, host, sev, length, minutes, code):
        """T8: a SEV1 thirty minutes, whatever was asked."""
        host.do(signal(sev=sev))
        host.wait(seconds=5)
        answer = host.do(a.Snooze("UANA", length=length), 1).answer
        assert (answer.code, answer.at - host.now) == (code, minutes * MINUTE)
        assert host.rows[1].status is Status.SNOOZED

    def test_until_nine_is_the_next_nine(self, host):
        """And no later for anything that may sleep at all."""
        part(host)
        host.do(a.Snooze("UANA"), 1)
        assert host.rows[1].snooze_until.hour == 9
        host.do(a.Ack("UANA"), 1)
        host.do(a.Snooze("UANA", length=timedelta(days=9)), 1)
        assert host.rows[1].snooze_until == host.rows[1].snooze_until.replace(hour=9, minute=0)

    def test_mild_ones_are_held_until_the_next_working_day(self, host):
        """And then the person is asked again; one more click is one more day."""
        host.do(signal(sev=Sev.THREE, trouble=Trouble.TRUST))
        host.wait(minutes=6)
        host.do(a.Ack("UANA"), 1)
        wednesday = T0.replace(day=11, hour=9, minute=0)
        assert host.rows[1].ack_until == wednesday
        host.do(a.Extend("UANA"), 1)
        assert host.rows[1].ack_until == wednesday + timedelta(days=1)
        host.said.clear()
        host.wait(days=2)
        assert host.rows[1].status is Status.OPEN
        assert host.words() == [
            ("dm", "ack_ends_soon", "UANA"), ("dm", "ack_ended", "UANA"), ("thread", "ack_ended", ""),
        ]  # fmt: skip

    @pytest.mark.parametrize("length", [timedelta(0), timedelta(minutes=-5)])
    def test_a_sleep_has_a_length(self, down, length):
        """None at all is refused."""
        assert down.do(a.Snooze("UANA", length=length), 1).answer.code is AnswerCode.LENGTH_NEEDED

    def test_the_sleep_ends_while_it_still_fails(self, down):
        """T9: a line, a message, the same card, from the beginning."""
        down.do(a.Snooze("UBEN", length=30 * MINUTE), 1)
        down.said.clear()
        down.wait(minutes=30)
        assert down.rows[1].status is Status.OPEN
        assert down.words() == [("dm", "woke", "UANA"), ("thread", "woke", "")]

    def test_what_looks_better_is_not_woken(self, down):
        """It may be over by itself in a moment."""
        down.do(a.Snooze("UBEN", length=30 * MINUTE), 1)
        down.wait(minutes=29)
        better(down)
        down.said.clear()
        down.wait(minutes=2)
        assert down.rows[1].status is Status.SNOOZED
        down.do(signal(down.now, reading=Reading.UP))
        assert down.rows[1].status is Status.RESOLVED

    def test_i_am_on_it_wakes_a_sleeping_card(self, down):
        """Into the hands of whoever clicked."""
        down.do(a.Snooze("UBEN", length=30 * MINUTE), 1)
        down.do(a.Ack("UANA"), 1)
        one = down.rows[1]
        assert (one.status, one.acker, one.snooze_until) == (Status.ACKED, "UANA", None)

    def test_it_is_passed_on_and_has_to_be_taken(self, down):
        """The other person is called at once; nobody is on it until they say so."""
        down.do(a.Ack("UANA"), 1)
        down.said.clear()
        down.do(a.Pass("UANA", to=BEN), 1)
        one = down.rows[1]
        assert (one.status, one.handed_to, one.acker) == (Status.OPEN, "UBEN", "")
        assert ("dm", "handed_over", "UBEN") in down.words()
        down.said.clear()
        down.wait(minutes=5)
        assert ("dm", "nobody_yet", "UANA") in down.words()

    def test_what_is_passed_on_before_its_card_is_out_has_a_card_at_once(self, host):
        """Whoever is asked to take it can see what it is."""
        host.do(signal(sev=Sev.TWO))
        host.do(a.Pass("UANA", to=BEN), 1)
        assert host.words() == [
            ("root", "opened", ""), ("dm", "opened", "UBEN"), ("thread", "handed_over", ""),
        ]  # fmt: skip

    def test_passing_it_to_nobody_or_oneself(self, down):
        """Somebody without a Slack account cannot be called; passing it to oneself takes it."""
        assert down.do(a.Pass("UANA", to=Contact("zoe")), 1).answer.code is AnswerCode.CANNOT_REACH
        down.do(a.Pass("UANA", to=ANA), 1)
        assert down.rows[1].acker == "UANA"
        assert down.do(a.Pass("UBEN", to=ANA), 1).answer.code is AnswerCode.SAME_PERSON

    def test_somebody_is_called_by_hand(self, down):
        """A message and a mention, and nothing else changes."""
        before = down.rows[1]
        down.do(a.Page("UANA", whom=BEN, why="you know the database"), 1)
        assert down.words() == [("dm", "paged", "UBEN"), ("thread", "paged", "")]
        assert down.rows[1] == replace(before, rev=before.rev + 1)

    def test_notes_are_welcome_at_any_time(self, down):
        """Also when it is over; empty ones are not."""
        assert down.do(a.Note("UANA", text="customers wrote"), 1).answer.code is AnswerCode.DONE
        assert down.do(a.Note("UANA", text="  "), 1).answer.code is AnswerCode.TEXT_NEEDED


class TestEnding:
    """Over, back, and history."""

    def test_it_is_over_when_all_of_it_was_good_for_long_enough(self, down):
        """T10: by itself; every timer gone but one."""
        down.do(signal(down.now, probe="up.http:cart"))
        well(down)
        assert down.rows[1].live
        well(down, probe="up.http:cart")
        one = down.rows[1]
        assert (one.status, one.outcome, one.reopen_until) == (Status.RESOLVED, Outcome.AUTO, down.now + 30 * MINUTE)
        assert set(down.timers[1]) == {TimerKind.REOPEN_UNTIL}
        assert ("thread", "resolved", "") in down.words()

    def test_one_ping_of_a_job_ends_its_incident_and_counts_as_a_turn(self, down):
        """Without a time of looking better in between."""
        down.do(signal(down.now, reading=Reading.UP))
        assert down.rows[1].status is Status.RESOLVED
        assert len(down.rows[1].changes) == 2

    def test_looking_better_is_shown_and_holds_back_calls(self, down):
        """Nobody is woken for what is getting well."""
        down.wait(minutes=4)
        better(down)
        one = down.rows[1]
        assert (one.green_since, one.green_until) == (down.now, down.now + 2 * MINUTE)
        assert down.timers[1][TimerKind.ESC].due_at == one.green_until + timedelta(seconds=30)
        down.do(signal(down.now + MINUTE))
        assert down.rows[1].green_since is None
        assert down.timers[1][TimerKind.ESC].due_at == T0 + timedelta(seconds=5) + 5 * MINUTE

    def test_it_is_fixed_and_a_fresh_look_agrees(self, down):
        """T11: the person has ended it."""
        asked = down.do(a.FixedAsk("UANA"), 1)
        assert (asked.answer.code, asked.recheck) == (AnswerCode.CHECKING, ("up.http:shop",))
        assert down.do(a.FixedAsk("UBEN"), 1).answer.who == "UANA"
        down.do(a.Rechecked(good=True), 1)
        one = down.rows[1]
        assert (one.status, one.outcome, one.resolved_by) == (Status.RESOLVED, Outcome.HUMAN, "UANA")

    def test_it_is_fixed_and_a_fresh_look_does_not_agree(self, down):
        """T12: nothing changes; keep it open, or let it sleep for a reason."""
        down.do(a.FixedAsk("UANA"), 1)
        refused = down.do(a.Rechecked(good=False, evidence="HTTP 502"), 1)
        assert (refused.answer.code, refused.answer.evidence) == (AnswerCode.STILL_RED, "HTTP 502")
        assert down.log[1][-1].why == "red"
        assert down.rows[1].status is Status.OPEN
        assert down.do(a.KeepOpen("UANA"), 1).answer.code is AnswerCode.KEPT_OPEN
        assert down.do(a.KnownMute("UANA", reason=" "), 1).answer.code is AnswerCode.REASON_NEEDED
        down.do(a.KnownMute("UANA", reason="provider works on it"), 1)
        one = down.rows[1]
        assert (one.snooze_reason, one.snooze_until) == ("provider works on it", down.now + 30 * MINUTE)

    def test_known_trouble_of_less_weight_may_sleep_for_a_day(self, host):
        """24 hours at most."""
        part(host)
        host.do(a.KnownMute("UANA", reason="known", length=timedelta(days=5)), 1)
        assert host.rows[1].snooze_until == host.now + timedelta(hours=24)

    def test_a_look_that_saw_nothing_is_no_no(self, down):
        """It is said so."""
        down.do(a.FixedAsk("UANA"), 1)
        assert down.do(a.Rechecked(good=None), 1).answer.code is AnswerCode.COULD_NOT_SEE
        assert down.log[1][-1].why == "unknown"
        assert down.do(a.Rechecked(good=True), 1).answer.code is AnswerCode.NOT_NOW

    def test_a_look_that_never_came_back_is_told_to_who_asked(self, down):
        """And the next click asks anew."""
        down.do(a.FixedAsk("UANA"), 1)
        down.wait(seconds=30)
        assert ("dm", "fix_refused", "UANA") in down.words()
        assert down.do(a.FixedAsk("UBEN"), 1).answer.code is AnswerCode.CHECKING

    def test_it_comes_back_soon_and_is_the_same_one(self, down):
        """T13: the same number, the same card, told aloud, called from the beginning."""
        well(down)
        down.wait(minutes=10)
        down.said.clear()
        down.do(signal(down.now))
        one = down.rows[1]
        assert (one.status, one.reopened, one.reopen_rev) == (Status.OPEN, 1, 8)
        assert len(down.rows) == 1
        assert down.words() == [("thread", "reopened", ""), ("dm", "reopened", "UANA")]
        assert down.said[0].say.broadcast

    def test_a_failure_seen_before_the_end_does_not_bring_it_back(self, down):
        """Old news."""
        down.do(a.FixedAsk("UANA"), 1)
        down.do(a.Rechecked(good=True), 1)
        down.do(signal(down.now - MINUTE))
        assert down.rows[1].status is Status.RESOLVED

    def test_it_stays_good_and_becomes_history(self, down):
        """T14: the next one gets a new number."""
        well(down)
        down.wait(minutes=31)
        assert down.rows[1].status is Status.CLOSED
        down.do(signal(down.now))
        assert sorted(down.rows) == [1, 2]

    def test_a_late_timer_does_not_make_an_old_incident_new(self, down):
        """It comes back after the time, before the timer fired: closed first, then a new one."""
        well(down)
        down.now += timedelta(hours=2)
        down.do(signal(down.now))
        assert [one.status for one in down.rows.values()] == [Status.CLOSED, Status.OPEN]

    @pytest.mark.parametrize(
        "ask",
        [
            a.Ack("U1"), a.TakeOver("U1"), a.Extend("U1"), a.Pass("U1", to=BEN), a.Snooze("U1"),
            a.KnownMute("U1", reason="x"), a.KeepOpen("U1"), a.FixedAsk("U1"), a.Page("U1", whom=BEN),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("closed", [False, True])
    def test_no_click_brings_back_what_is_over(self, down, ask, closed):
        """T15: "already fixed 14:22, nothing to do"."""
        well(down)
        when = down.now
        if closed:
            down.wait(minutes=31)
        before = down.rows[1]
        decision = down.do(ask, 1)
        assert (decision.answer.code, decision.answer.at) == (AnswerCode.ALREADY_FIXED, when)
        assert (decision.events, decision.say, down.rows[1]) == ((), (), before)

    def test_a_button_of_an_earlier_outage_acts_on_the_present_one_and_says_so(self, down):
        """The card was re-opened since."""
        well(down)
        down.wait(minutes=1)
        down.do(signal(down.now))
        assert down.do(a.Ack("UANA", rev=3), 1).answer.stale
        assert not down.do(a.Ack("UANA", rev=99), 1).answer.stale
        assert down.rows[1].acker == "UANA"

    def test_a_monitor_that_is_no_longer_watched_ends_its_incident(self, down):
        """And the end says why."""
        down.do(signal(down.now, reading=Reading.GONE, removed=True))
        assert (down.rows[1].status, down.rows[1].outcome) == (Status.RESOLVED, Outcome.REMOVED)
        assert ("thread", "removed", "") in down.words()

    def test_an_unknown_incident_is_answered(self, host):
        """No exception."""
        for command in (a.Ack("U1"), a.Rechecked(good=True), a.CauseFound(), a.SilenceEnded("x")):
            assert host.do(command, 77).answer.code in (AnswerCode.NO_SUCH_INCIDENT, AnswerCode.NOT_NOW)


class TestCauses:
    """One fault, one card."""

    def test_a_consequence_of_a_live_incident_gets_no_card(self, down):
        """T16 beforehand: "also affected"."""
        down.do(signal(down.now, trouble=Trouble.SMOKE, sev=Sev.TWO, probe="flow:walk"))
        assert len(down.rows) == 1
        assert [one.probe for one in down.rows[1].also] == ["flow:walk"]

    def test_what_is_worse_is_not_explained_by_what_is_less_bad(self, host):
        """A missing redirect does not excuse a broken checkout."""
        host.do(signal(trouble=Trouble.REDIRECT, sev=Sev.THREE, probe="redir"))
        host.do(signal(trouble=Trouble.CHECKOUT, sev=Sev.ONE, probe="flow:pay"))
        assert len(host.live) == 2

    def test_a_leak_is_explained_by_nothing(self, down):
        """Down or not, others can read it."""
        down.do(signal(down.now, trouble=Trouble.LEAK, probe="exp.files"))
        assert len(down.live) == 2

    def test_a_cause_found_later_takes_the_consequence_over(self, host):
        """T16: the card points to the other one, and goes on there."""
        part(host, probe="flow:walk")
        host.said.clear()
        host.do(signal(host.now, trouble=Trouble.DNS))
        child, parent = host.rows[1], host.rows[2]
        assert (child.status, child.parent, child.outcome) == (Status.CLOSED, 2, Outcome.MERGED)
        assert [one.probe for one in parent.also] == ["flow:walk"]
        assert host.words() == [("thread", "merged", "")]
        answer = host.do(a.Ack("UANA"), 1).answer
        assert (answer.code, answer.number) == (AnswerCode.CLOSED_INTO, 2)

    def test_a_consequence_that_outlives_its_cause_is_an_incident_at_once(self, down):
        """It was more than a consequence."""
        down.do(signal(down.now, trouble=Trouble.SMOKE, sev=Sev.TWO, probe="flow:walk"))
        well(down)
        assert (down.rows[1].status, down.rows[2].status, down.rows[2].trouble) == (
            Status.RESOLVED, Status.OPEN, Trouble.SMOKE,
        )  # fmt: skip

    def test_a_consequence_that_arrives_too_late_does_not_bring_its_cause_back(self, down):
        """The cause ended while it was on its way: it goes where its own key leads."""
        well(down)
        down.wait(minutes=1)
        late = signal(down.now, trouble=Trouble.SMOKE, sev=Sev.TWO, probe="flow:walk", absorbed=True)
        down.do(late, 1)
        assert down.rows[1].status is Status.RESOLVED
        assert [(one.trouble, one.members[0].absorbed) for one in down.live] == [(Trouble.SMOKE, False)]

    def test_a_consequence_that_heals_says_nothing(self, down):
        """It neither keeps the incident open nor ends it."""
        down.do(signal(down.now, trouble=Trouble.SMOKE, sev=Sev.TWO, probe="flow:walk"))
        well(down, trouble=Trouble.SMOKE, sev=Sev.TWO, probe="flow:walk")
        assert down.rows[1].live
        well(down)
        assert len(down.rows) == 1

    def test_three_services_that_stop_together_have_one_card(self, host):
        """The others go on there, before anybody saw a card of theirs."""
        for service in ("shop", "app", "api", "docs"):
            host.do(signal(service=service, first=T0 - timedelta(seconds=15)))
        (parent,) = host.live
        assert (parent.service, parent.children, parent.sev) == ("", (1, 2, 3), Sev.ONE)
        assert {one.service for one in parent.own} == {"shop", "app", "api", "docs"}
        host.wait(seconds=30)
        assert host.words() == [("root", "opened", ""), ("dm", "opened", "UANA")]
        for service in ("shop", "app", "api"):
            well(host, service=service)
        assert host.rows[parent.id].live
        well(host, service="docs")
        assert not host.live

    def test_a_shared_cause_that_comes_back_is_the_same_incident(self, host):
        """The number stays."""
        for service in ("shop", "app", "api"):
            host.do(signal(service=service))
        for service in ("shop", "app", "api"):
            well(host, service=service)
        assert host.rows[4].status is Status.RESOLVED
        for service in ("shop", "app", "api"):
            host.do(signal(host.now + MINUTE, service=service))
        assert [one.id for one in host.live] == [4]
        assert host.rows[4].reopened == 1

    def test_of_a_shared_cause_the_nearest_is_named(self, host):
        """Two services do not answer; of a third the name is gone, which explains the others."""
        for service in ("shop", "app", "api"):
            host.do(signal(service=service))
        host.do(signal(service="docs", trouble=Trouble.DNS))
        (one,) = host.live
        assert (one.trouble, one.cause) == (Trouble.REACH, Trouble.DNS)

    def test_a_service_that_recovered_is_no_longer_excused_by_the_others(self, host):
        """Its walk fails although its pages answer: that is an incident of its own."""
        for service in ("shop", "app", "api"):
            host.do(signal(service=service))
        host.do(signal(host.now, service="app", trouble=Trouble.SMOKE, probe="flow:app"))
        assert len(host.live) == 1
        well(host)
        host.do(signal(host.now, trouble=Trouble.SMOKE, probe="flow:shop"))
        assert [one.service for one in host.live] == ["", "shop"]

    def test_a_consequence_that_was_up_meanwhile_may_have_a_cause_of_its_own(self, host):
        """The walk failed with its service, healed with it, and fails again while the others are still down."""
        for service in ("shop", "app", "api"):
            host.do(signal(service=service))
        walk = {"trouble": Trouble.SMOKE, "probe": "flow:shop", "sev": Sev.TWO}
        host.do(signal(host.now, **walk))
        well(host, **walk)
        well(host)
        host.do(signal(host.now, **walk))
        assert [(one.service, one.trouble) for one in host.live] == [("", Trouble.REACH), ("shop", Trouble.SMOKE)]

    def test_services_under_maintenance_make_no_shared_card(self, host):
        """Two of the three are being worked on."""
        for n, service in enumerate(("shop", "app")):
            host.silences.append(Silence(str(n), service, None, T0, T0 + timedelta(hours=1), "x", "UANA"))
        for service in ("shop", "app", "api"):
            host.do(signal(service=service))
        assert sorted(one.service for one in host.live) == ["api", "app", "shop"]

    def test_services_that_stop_apart_are_apart(self, host):
        """Two minutes between them."""
        for n, service in enumerate(("shop", "app", "api")):
            host.until(T0 + n * 2 * MINUTE)
            host.do(signal(T0 + n * 2 * MINUTE, service=service))
        assert len(host.live) == 3

    def test_fifty_checks_of_one_host_are_one_card_with_the_right_cause(self, host):
        """Consequences were seen first; the name that cannot be found stands on the card. Three messages at most."""
        kinds = [Trouble.LATENCY, Trouble.SMOKE, Trouble.TLS, Trouble.REACH, Trouble.DNS]
        for n in range(50):
            host.now = T0 + timedelta(milliseconds=100 * n)
            trouble = kinds[min(n // 10, 4)]
            host.do(signal(host.now, probe=f"check{n}", trouble=trouble, first=T0 + timedelta(milliseconds=90 * n)))
        (one,) = host.live
        assert one.trouble is Trouble.DNS
        host.wait(minutes=2)
        roots = host.words(What.ROOT)
        assert len(roots) == 1
        assert len(host.words()) <= 3
        assert len(one.members) == 50

    def test_fifty_services_of_one_host_are_one_card(self, host):
        """Each its own service."""
        for n in range(50):
            host.now = T0 + timedelta(milliseconds=100 * n)
            host.do(signal(host.now, service=f"s{n}", first=T0))
        host.wait(minutes=2)
        assert len(host.live) == 1
        assert len(host.words(What.ROOT)) == 1
        assert len(host.words()) <= 3

    def test_a_failure_of_another_kind_moves_on(self, down):
        """The server answers again, but now its name is gone: one card after the other, never none."""
        down.do(signal(down.now, trouble=Trouble.DNS))
        down.do(signal(down.now, reading=Reading.GONE))
        assert [(one.trouble, one.status) for one in down.rows.values()] == [
            (Trouble.REACH, Status.CLOSED), (Trouble.DNS, Status.OPEN),
        ]  # fmt: skip
        down.do(signal(down.now))
        down.do(signal(down.now, trouble=Trouble.DNS, reading=Reading.GONE))
        assert [one.trouble for one in down.live] == [Trouble.REACH]


class TestSilence:
    """Maintenance."""

    def silence(self, host: Host, **more: object) -> Silence:
        """The shop is worked on for two hours."""
        one = Silence("7", "shop", None, host.now, host.now + timedelta(hours=2), "moving house", "UANA")
        host.silences.append(replace(one, **more))
        return host.silences[-1]

    def test_under_a_silence_it_begins_asleep_and_without_a_card(self, host):
        """It is recorded; a SEV1 leaves one quiet line."""
        self.silence(host)
        host.do(signal())
        one = host.rows[1]
        assert (one.status, one.silence, one.snooze_until) == (Status.SNOOZED, "7", T0 + timedelta(hours=2))
        host.wait(minutes=110)
        assert host.words() == [("line", "silenced_sev1", "")]
        assert host.said[0].say.mention == ()

    def test_at_its_end_what_still_fails_is_told_at_once(self, host):
        """With card and call."""
        self.silence(host)
        host.do(signal(sev=Sev.TWO))
        host.wait(hours=2)
        assert host.words() == [("root", "opened", ""), ("dm", "opened", "UANA")]

    def test_a_silence_that_is_lifted_early_ends_for_its_incidents(self, host):
        """At once."""
        one = self.silence(host)
        host.do(signal())
        host.silences[0] = replace(one, lifted_at=host.now)
        host.do(a.SilenceEnded("7"), 1)
        assert ("root", "opened", "") in host.words()

    def test_a_second_silence_takes_over_from_the_first(self, host):
        """Still no card."""
        self.silence(host)
        self.silence(host, id="8", begins=T0 + timedelta(hours=1), until=T0 + timedelta(hours=4))
        host.do(signal(sev=Sev.TWO))
        host.wait(hours=3)
        assert host.words() == []
        assert (host.rows[1].silence, host.rows[1].snooze_until) == ("8", T0 + timedelta(hours=4))

    def test_what_heals_under_a_silence_is_never_told(self, host):
        """It is in the record."""
        self.silence(host)
        host.do(signal(sev=Sev.TWO))
        well(host, sev=Sev.TWO)
        host.wait(hours=5)
        assert host.words() == []
        assert host.rows[1].status is Status.CLOSED

    def test_what_is_open_already_keeps_its_state_and_repeats_nothing(self, down):
        """It says why, and goes on when the silence ends."""
        self.silence(down)
        down.do(a.SilenceBegan(), 1)
        assert down.words() == [("thread", "muted", "")]
        assert down.rows[1].status is Status.OPEN
        down.said.clear()
        down.wait(minutes=119)
        assert down.words() == []
        down.wait(minutes=2)
        assert ("dm", "nobody_yet", "UANA") in down.words()
        assert down.rows[1].muted_by == ""

    def test_a_silence_over_an_open_one_that_is_lifted_early(self, down):
        """What was held back is said at once."""
        one = self.silence(down)
        down.do(a.SilenceBegan(), 1)
        down.wait(minutes=20)
        down.said.clear()
        down.silences[0] = replace(one, lifted_at=down.now)
        down.do(a.SilenceEnded("7"), 1)
        assert ("dm", "nobody_yet", "UBEN") in down.words()
        assert TimerKind.MUTED_UNTIL not in down.timers[1]

    def test_a_silence_that_follows_another_holds_back_an_open_one_as_well(self, down):
        """Until the end of the second."""
        self.silence(down)
        self.silence(down, id="8", begins=T0 + timedelta(hours=1), until=T0 + timedelta(hours=4))
        down.do(a.SilenceBegan(), 1)
        down.said.clear()
        down.wait(hours=3)
        assert down.words() == []
        assert down.rows[1].muted_by == "8"

    def test_a_card_that_is_not_out_yet_waits_for_the_end(self, host):
        """The silence began within the first seconds."""
        host.do(signal(sev=Sev.TWO))
        self.silence(host)
        host.do(a.SilenceBegan(), 1)
        host.wait(hours=1)
        assert host.words() == []
        host.wait(hours=1, seconds=1)
        assert ("root", "opened", "") in host.words()

    def test_a_sev1_whose_card_waits_leaves_its_quiet_line(self, host):
        """As one that begins under the silence does."""
        host.do(signal())
        self.silence(host)
        host.do(a.SilenceBegan(), 1)
        host.wait(hours=1)
        assert host.words() == [("line", "silenced_sev1", "")]

    def test_it_gets_worse_under_a_silence(self, host):
        """It sleeps on, and leaves one quiet line."""
        self.silence(host)
        host.do(signal(sev=Sev.TWO))
        host.do(signal(sev=Sev.ONE, probe="other"))
        assert host.rows[1].status is Status.SNOOZED
        assert host.words() == [("line", "silenced_sev1", "")]


class TestEscalation:
    """While nobody is on it."""

    def test_a_sev1_calls_owner_backup_everybody_and_never_stops(self, host):
        """0, +5, +10, then every 15 minutes four times, then hourly for ever."""
        host.do(signal())
        start = T0 + timedelta(seconds=5)
        host.wait(hours=5)
        at = sorted({(one.at - start) // MINUTE for one in host.said if one.say.what in (What.DM, What.THREAD)})
        assert at == [0, 5, 10, 25, 40, 55, 70, 130, 190, 250]
        lines = [one.say for one in host.said if one.say.what is What.THREAD]
        assert [one.mention for one in lines[:3]] == [("UBEN",), (HERE,), ("UANA", "UBEN")]
        assert [one.broadcast for one in lines[:3]] == [True, True, False]

    def test_in_a_team_of_one_the_same_person_is_called_again_by_another_way(self, host):
        """And by every second route."""
        host.duty = Duty(ANA)
        host.do(signal())
        host.wait(minutes=6)
        assert host.words(What.DM) == [("dm", "opened", "UANA"), ("dm", "nobody_yet", "UANA")]
        assert host.words(What.ROUTE) == [("route", "nobody_yet", "UANA")]

    def test_where_nobody_has_an_account_the_channel_is_called(self, host):
        """Never nobody."""
        host.duty = Duty(Contact("ana"), None, None)
        host.do(signal())
        host.wait(seconds=5)
        assert [one.say.mention for one in host.said if one.say.what is What.THREAD] == [(HERE,)]

    def test_a_sev2_whose_owner_cannot_be_reached_leaves_a_line(self, host):
        """Nobody is mentioned, and it is not lost either."""
        host.duty = Duty(Contact("ana"), None, None)
        part(host)
        assert host.words() == [("root", "opened", ""), ("thread", "opened", "")]

    def test_a_sev2_at_night_wakes_nobody_for_ten_minutes(self, host):
        """The card has no mention; then a message."""
        host.duty = replace(DUTY, owner=replace(ANA, quiet_until=T0 + timedelta(hours=8)))
        part(host)
        assert host.words() == [("root", "opened", "")]
        host.wait(minutes=9)
        assert host.words(What.DM) == []
        host.wait(minutes=1)
        assert host.words(What.DM) == [("dm", "nobody_yet", "UANA")]
        host.said.clear()
        host.wait(minutes=31)
        assert host.words() == [("thread", "nobody_yet", "")]
        assert host.said[0].say.mention == ()

    def test_a_sev1_at_night_wakes_at_once(self, host):
        """Quiet hours are no excuse."""
        host.duty = replace(DUTY, owner=replace(ANA, quiet_until=T0 + timedelta(hours=8)))
        host.do(signal())
        host.wait(seconds=5)
        assert host.words(What.DM) == [("dm", "opened", "UANA")]

    def test_what_was_missed_is_said_once_and_how_late(self, down):
        """The highest step due, "late: I was offline 21 min"."""
        down.now += timedelta(minutes=31)
        down.until(down.now)
        assert down.words(What.THREAD) == [("thread", "nobody_yet", "")]
        assert down.said[0].say.late_s == 26 * 60
        assert down.rows[1].step == 4

    def test_a_timer_of_an_earlier_turn_does_nothing(self, down):
        """It was claimed while somebody clicked."""
        old = down.timers[1][TimerKind.ESC]
        down.wait(minutes=4)
        down.do(a.Ack("UANA"), 1)
        down.do(a.Pass("UANA", to=BEN), 1)
        down.said.clear()
        down.now += timedelta(minutes=2)
        assert down.fire(old).answer.code is AnswerCode.NOT_NOW
        assert down.said == []

    def test_a_timer_that_carries_another_turn_does_nothing_although_it_is_time(self, down):
        """The row that replaced it will fire."""
        row = down.timers[1][TimerKind.ESC]
        down.now += 6 * MINUTE
        assert down.fire(replace(row, guard_rev=row.guard_rev + 1)).events == ()
        assert down.fire(row).events != ()

    def test_a_timer_that_fires_too_early_does_nothing(self, down):
        """The clock was put back."""
        assert down.fire(down.timers[1][TimerKind.ESC]).events == ()


class TestFlapping:
    """Up and down and up again."""

    def cycle(self, host: Host, minutes: float = 5) -> None:
        """Down for so long, then up for as long."""
        host.do(signal(host.now))
        host.wait(minutes=minutes)
        better(host)
        host.wait(minutes=2)
        host.do(signal(host.now, reading=Reading.UP))
        host.wait(minutes=minutes - 2)

    def test_a_day_of_five_minute_turns_is_one_incident_with_few_words(self, host):
        """At most eight messages about turns; calls that nobody answered are counted apart."""
        while host.now < T0 + timedelta(hours=24):
            self.cycle(host)
        assert len(host.rows) == 1
        calls = {"nobody_yet", "opened"}
        turns = [one for one in host.said if one.say.what is not What.EDIT and one.say.why not in calls]
        assert len([one for one in turns if one.say.what is not What.DM]) <= 8, turns
        assert len(turns) <= 8
        assert len([one for one in host.said if one.say.why == "nobody_yet"]) > 20

    def test_it_is_called_unstable_once(self, host):
        """At the fourth turn within an hour."""
        self.cycle(host)
        self.cycle(host)
        one = host.rows[1]
        assert one.flapping_until is not None
        assert one.flap_hold_s == 20 * 60
        assert host.words().count(("thread", "unstable", "")) == 1

    def test_calm_and_green_is_over(self, host):
        """One line."""
        self.cycle(host)
        self.cycle(host)
        host.said.clear()
        host.wait(minutes=30)
        assert host.rows[1].status is Status.RESOLVED
        assert host.words(What.THREAD)[-1] == ("thread", "resolved", "")

    def test_calm_and_red_is_an_ordinary_outage(self, host):
        """With calls from the beginning."""
        self.cycle(host)
        self.cycle(host)
        host.do(signal(host.now))
        host.said.clear()
        host.wait(minutes=21)
        one = host.rows[1]
        assert (one.status, one.flapping_until) == (Status.OPEN, None)
        assert ("thread", "calm_red", "") in host.words()
        assert ("dm", "calm_red", "UANA") in host.words()

    def test_what_never_stays_better_for_long_is_unstable_too(self, host):
        """It relapses within its recovery, again and again, without ever being over."""
        host.do(signal())
        for n in range(3):
            host.wait(minutes=3)
            better(host)
            host.wait(minutes=1)
            host.do(signal(host.now))
            assert (host.rows[1].flapping_until is None) == (n == 0)
        assert host.rows[1].reopened == 0
        assert host.words().count(("thread", "unstable", "")) == 1

    def test_the_hold_doubles_while_it_goes_on(self, host):
        """20, 40, 80 minutes and no more."""
        holds = []
        for _ in range(12):
            self.cycle(host, minutes=3)
            holds.append(host.rows[1].flap_hold_s // 60)
        assert [one for n, one in enumerate(holds) if n == 0 or one != holds[n - 1]] == [0, 20, 40, 80]

    def test_the_hold_never_gets_shorter_while_it_goes_on(self, host):
        """Slower turns within it do not count as calm."""
        for _ in range(4):
            self.cycle(host, minutes=3)
        longest = host.rows[1].flap_hold_s
        assert longest >= 40 * 60
        for _ in range(4):
            host.do(signal(host.now))
            host.wait(minutes=18)
            better(host)
            host.wait(minutes=18)
        assert host.rows[1].flapping_until is not None
        assert host.rows[1].flap_hold_s == longest

    def test_a_mild_one_calls_nobody_while_it_turns(self, host):
        """It is up most of the time; only a SEV1 goes on calling."""
        for _ in range(3):
            host.do(signal(host.now, sev=Sev.TWO))
            host.wait(minutes=1)
            better(host, sev=Sev.TWO)
            host.wait(minutes=4)
            host.do(signal(host.now, sev=Sev.TWO, reading=Reading.UP))
        host.do(signal(host.now, sev=Sev.TWO))
        assert host.timers[1][TimerKind.ESC].due_at >= host.rows[1].flapping_until
