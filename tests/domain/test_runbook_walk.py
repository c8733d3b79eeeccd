"""A run walks through its runbook: one step at a time, whoever clicks, whatever is seen, however long it takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.runbook import run as r
from bot.domain.runbook.book import Ask, Call, Check, Choice, Decide, Do, Runbook, Say, Sort, Wait
from bot.domain.runbook.known import Known
from bot.domain.runbook.looking import pause
from bot.domain.runbook.moved import Code, Did, Moved, Wake
from bot.domain.runbook.paths import Outline, digest_of, outline
from bot.domain.runbook.run import Run, Sight, Standing, Verdict
from bot.domain.runbook.walk import begin, decide, is_due

NOW = datetime(2026, 11, 27, 21, 0, tzinfo=UTC)
GOOD, BAD, UNKNOWN = Sight(Verdict.GOOD, "fine"), Sight(Verdict.BAD, "HTTP 502", "200"), Sight(Verdict.UNKNOWN)

STEPS = (
    Decide("which", "edge_provider", {"cloudflare": "at_edge"}, "words"),
    Say("words", "Do not panic.", "cause"),
    Ask("cause", "What do you see?", (Choice("A Warning", "renew"), Choice("Not Sure", "host"))),
    Do("at_edge", "Renew it at the edge.", "proven"),
    Do("renew", "Renew it.", "slow", danger=True, undo="Nothing is lost."),
    Say("slow", "It takes a minute.", "proven"),
    Check("proven", "Browsers trust it.", ("failed", "tls.valid"), "fixed", "Open it.", bad="patience"),
    Wait("patience", "I look again.", ("failed",), "fixed", "host", timedelta(minutes=10)),
    Call("host", "Write to the host.", "host_support", "Please help."),
)


def book(*steps, topic="certificate_expired", title="The certificate has run out") -> Runbook:
    """A runbook of these steps."""
    return Runbook(
        topic, title, Sort.BROKEN, (), (), "A warning", "Sorry", (), (), {one.id: one for one in steps or STEPS}
    )


def known(at=NOW, **facts) -> Known:
    """What is known then."""
    return Known({}, facts, {}, at)


def fresh(of: Runbook | None = None, at=NOW, **facts) -> Moved:
    """A run that has just begun, by Mia."""
    run = Run(1, "shop", "certificate_expired", "", 7, "", "", "", "UMIA", at, at, "", Standing.OPEN, 0)
    return begin(of or book(), run, known(at, **facts))


class Walk:
    """A run that is moved by hand."""

    def __init__(self, of: Runbook | None = None, **facts) -> None:
        self.book, self.facts, self.now = of or book(), facts, NOW
        self.moved = fresh(self.book, **facts)

    @property
    def run(self) -> Run:
        """As it stands."""
        return self.moved.run

    def do(self, kind, by="UMIA", rev=None, **more) -> Moved:
        """Somebody clicks."""
        return self.take(kind(by, "1.1", self.run.rev if rev is None else rev, **more))

    def saw(self, sight: Sight) -> Moved:
        """The bot has looked."""
        return self.take(r.Saw(self.run.turn, sight))

    def take(self, command) -> Moved:
        """Anything."""
        self.moved = decide(self.book, self.run, command, known(self.now, **self.facts))
        return self.moved

    def later(self, **length) -> Moved:
        """Time passes."""
        self.now += timedelta(**length)
        return self.take(r.Tick())


def test_it_begins_behind_what_asks_nothing():
    """A decision is made and an explanation passed; both cost no click, and the explanation is shown."""
    moved = fresh()
    assert (moved.run.step, moved.run.heard, moved.run.standing) == ("cause", ("words",), Standing.OPEN)
    assert (moved.run.rev, moved.run.turn, moved.run.past) == (1, 1, ())
    assert moved.told[0].did is Did.BEGAN


def test_a_known_fact_leads_another_way():
    """Whoever stands in front decides where the first step is done."""
    assert fresh(edge_provider="cloudflare").run.step == "at_edge"


def test_from_the_first_click_to_the_proof():
    """Answer, do, the bot looks, and it is fixed: what proves it stays with the run."""
    walk = Walk()
    walk.do(r.Answered, choice=0)
    assert walk.run.step == "renew"
    moved = walk.do(r.DidIt)
    assert walk.run.standing is Standing.CHECKING
    assert moved.look is not None
    assert moved.look.what == ("failed", "tls.valid")
    assert moved.look.token == walk.run.turn
    assert walk.run.heard == ("slow",)
    walk.saw(GOOD)
    assert walk.run.standing is Standing.FIXED
    assert walk.run.sight == GOOD
    assert walk.run.ended_at == NOW
    assert [(one.step, one.said) for one in walk.run.past] == [
        ("cause", "A Warning"),
        ("renew", "done"),
        ("proven", "good"),
    ]


def test_two_clicks_at_once_do_one_thing():
    """The second one finds the run elsewhere, and is told where."""
    walk = Walk()
    rev = walk.run.rev
    walk.do(r.Answered, choice=0, rev=rev)
    before = walk.run
    moved = walk.do(r.Answered, by="UMIA", choice=1, rev=rev)
    assert walk.run == before
    assert (moved.answer.code, moved.answer.step) == (Code.OLD, "renew")


def test_somebody_else_is_told_who_does_it_and_may_take_over():
    """Afterwards both click."""
    walk = Walk()
    moved = walk.do(r.Answered, by="UBEN", choice=0)
    assert (moved.answer.code, moved.answer.who) == (Code.TAKEN, "UMIA")
    moved = walk.do(r.TakeOver, by="UBEN")
    assert (walk.run.holder, walk.run.helpers) == ("UBEN", ("UMIA",))
    assert (moved.wake, moved.wakes) == (Wake.TAKEN, "UMIA")
    assert walk.do(r.Answered, by="UMIA", choice=0).answer.code is Code.OK
    assert walk.do(r.TakeOver, by="UMIA").run.helpers == ("UBEN",)


def test_what_is_not_good_yet_stays_where_it_is():
    """What was seen is kept; again, different, or somebody to call."""
    walk = Walk(edge_provider="cloudflare")
    walk.do(r.DidIt)
    walk.saw(BAD)
    assert (walk.run.step, walk.run.standing, walk.run.sight, walk.run.looks) == ("proven", Standing.OPEN, BAD, 1)
    assert walk.do(r.LookAgain).look is not None
    assert walk.run.sight == BAD
    walk.saw(BAD)
    assert walk.run.looks == 2
    assert walk.do(r.LooksDifferent).run.step == "patience"


def test_without_a_step_for_it_a_different_look_leads_to_a_call():
    """The nearest one."""
    walk = Walk()
    walk.do(r.LooksDifferent)
    assert walk.run.step == "host"
    assert walk.do(r.Handed).run.standing is Standing.HANDED


def test_a_check_that_looks_for_the_fault_goes_on_by_itself():
    """Red: the repair comes next, without a click; good: on; unknown: a person looks, and that counts the same."""
    steps = (
        Check("find", "The list is in order.", ("mail.spf",), "proven", "Look.", bad="repair", finds=True),
        Do("repair", "Write the list anew.", "proven"),
        Check("proven", "All is well.", ("failed",), "fixed", "Look."),
    )
    red = Walk(book(*steps))
    red.saw(Sight(Verdict.BAD))
    assert (red.run.step, red.run.standing) == ("repair", Standing.OPEN)
    assert [(one.step, one.said, one.verdict) for one in red.run.past] == [("find", "found", Verdict.BAD)]
    good = Walk(book(*steps))
    good.saw(Sight(Verdict.GOOD))
    assert good.run.step == "proven"
    blind = Walk(book(*steps))
    blind.saw(Sight(Verdict.UNKNOWN))
    assert (blind.run.step, blind.run.standing) == ("find", Standing.OPEN)
    blind.do(r.SawIt, good=False)
    assert blind.run.step == "repair"


def test_where_nobody_can_be_called_it_says_so():
    """And a different look leads a step back."""
    walk = Walk(
        book(
            Do("one", "a", "two", changes=False),
            Do("two", "b", "see"),
            Check("see", "c", ("failed",), "fixed", "Look."),
        )
    )
    assert walk.do(r.CallSomeone).answer.code is Code.NOBODY
    assert walk.do(r.LooksDifferent).answer.code is Code.NOT_NOW
    walk.do(r.Next)
    assert walk.do(r.LooksDifferent).run.step == "one"


def test_where_it_cannot_look_a_person_does():
    """Their own eyes count as proof, under their name; a bad look stays open."""
    walk = Walk(edge_provider="cloudflare")
    walk.do(r.DidIt)
    assert walk.do(r.SawIt).answer.code is Code.NOT_NOW
    walk.saw(UNKNOWN)
    assert walk.do(r.SawIt, good=False).run.sight == replace(UNKNOWN, verdict=Verdict.BAD)
    assert walk.do(r.SawIt).answer.code is Code.NOT_NOW
    walk.do(r.LookAgain)
    walk.saw(UNKNOWN)
    walk.do(r.SawIt)
    assert walk.run.standing is Standing.FIXED
    assert walk.run.past[-1].by == "UMIA"


def test_an_answer_to_another_look_is_of_no_interest():
    """Whoever went back meanwhile is not moved by it."""
    walk = Walk(edge_provider="cloudflare")
    walk.do(r.DidIt)
    token = walk.run.turn
    walk.do(r.Back)
    before = walk.run
    walk.take(r.Saw(token, GOOD))
    assert walk.run == before
    assert (before.step, before.past) == ("at_edge", ())


def test_back_does_nothing_again():
    """It leads past looks to the last thing that a person did, and at the beginning nowhere."""
    walk = Walk()
    assert walk.do(r.Back).answer.code is Code.NOT_NOW
    walk.do(r.Answered, choice=0)
    walk.do(r.DidIt)
    walk.saw(BAD)
    moved = walk.do(r.Back)
    assert (walk.run.step, walk.run.standing, moved.look) == ("renew", Standing.OPEN, None)
    assert walk.do(r.Back).run.step == "cause"


def waiting(**facts) -> Walk:
    """In the wait."""
    walk = Walk(edge_provider="cloudflare", **facts)
    walk.do(r.DidIt)
    walk.saw(BAD)
    walk.do(r.LooksDifferent)
    return walk


def test_a_wait_looks_by_itself_slower_with_time():
    """Twenty seconds, then half as long again, never more than five minutes; a button of before stays good."""
    walk = waiting()
    rev = walk.run.rev
    looked = []
    while walk.run.standing is Standing.WAITING:
        moved = walk.later(seconds=1)
        if moved.look is not None:
            looked.append((walk.now - NOW).total_seconds())
            walk.saw(BAD)
    assert looked[:4] == [20.0, 50.0, 95.0, 163.0]
    assert looked[-1] == 600.0
    assert (walk.run.step, walk.moved.wake) == ("host", Wake.LATE)
    assert pause(40) == timedelta(minutes=5)
    assert rev < walk.run.turn


def test_while_it_waits_no_look_makes_a_button_old():
    """The row moves on, the step does not."""
    walk = waiting()
    rev = walk.run.rev
    walk.now += timedelta(seconds=20)
    walk.saw(BAD)
    assert walk.run.rev > rev
    assert walk.do(r.LookAgain, rev=rev).look is not None


def test_a_wait_that_ends_well_wakes_the_person():
    """Nobody looks at the message by then."""
    walk = waiting()
    moved = walk.saw(GOOD)
    assert (moved.wake, moved.wakes, walk.run.standing) == (Wake.GOOD, "UMIA", Standing.FIXED)


def test_a_clock_that_is_put_back_keeps_nobody_waiting():
    """Neither a wait nor somebody who is silent waits until it has caught up."""
    walk = waiting()
    walk.now -= timedelta(hours=2)
    assert is_due(walk.book, walk.run, walk.now)
    assert walk.take(r.Tick()).look is not None
    assert walk.run.until == walk.now + timedelta(minutes=10)
    walk = Walk()
    walk.now -= timedelta(days=3)
    assert is_due(walk.book, walk.run, walk.now)
    walk.take(r.Tick())
    assert walk.run.until == walk.now + timedelta(days=1)
    assert not is_due(walk.book, walk.run, walk.now)


def test_a_wait_whose_look_is_lost_ends_all_the_same():
    """Nothing waits for ever."""
    walk = waiting()
    assert walk.later(minutes=13).wake is Wake.LATE


@pytest.mark.parametrize(("facts", "length"), [({"incident": "yes"}, 15), ({}, 24 * 60)])
def test_a_silent_person_is_reminded_twice_then_it_is_left_with_a_word(facts, length):
    """Sooner while customers feel it."""
    walk = Walk(**facts)
    heard = []
    while walk.run.standing is Standing.OPEN:
        moved = walk.later(minutes=length)
        heard.append(moved.wake)
    assert heard == [Wake.SILENT, Wake.SILENT, Wake.LEFT]
    assert walk.run.standing is Standing.LEFT


def test_whoever_comes_back_is_reminded_anew():
    """Each click begins the time again."""
    walk = Walk(incident="yes")
    walk.later(minutes=15)
    assert walk.run.reminded == 1
    assert walk.do(r.Answered, choice=0).run.reminded == 0
    assert walk.later(minutes=14).wake is Wake.NOBODY


def test_an_incident_that_ends_by_itself_ends_the_run():
    """It says so, and stops; a click afterwards is told that it is over."""
    walk = Walk(incident="yes")
    moved = walk.take(r.IncidentEnded("resolved"))
    assert (walk.run.standing, moved.wake) == (Standing.OVER, Wake.OVER)
    assert walk.do(r.Answered, choice=0).answer.code is Code.OVER


def test_what_the_monitors_saw_first_is_the_proof_of_this_run():
    """The step was about to see the same."""
    walk = Walk(edge_provider="cloudflare")
    walk.do(r.DidIt)
    assert walk.take(r.IncidentEnded("resolved")).run.standing is Standing.FIXED
    for where in (lambda: Walk(edge_provider="cloudflare"), waiting):
        walk = where()
        if walk.run.standing is Standing.OPEN:
            walk.do(r.DidIt)
            walk.saw(BAD)
        moved = walk.take(r.IncidentEnded("resolved"))
        assert (walk.run.standing, moved.wake) == (Standing.FIXED, Wake.GOOD)


def test_a_merged_incident_takes_the_run_along():
    """It goes on with the other one, and says so."""
    walk = Walk()
    walk.take(r.IncidentEnded("merged", 9))
    assert (walk.run.incident, walk.run.remark, walk.run.step) == (9, "merged", "cause")
    assert walk.do(r.Answered, choice=0).answer.code is Code.OK


def test_a_changed_text_is_said_and_no_old_answer_counts():
    """The run goes on at the same step of the new text."""
    walk = Walk()
    walk.book = book(*STEPS[:2], Ask("cause", "New?", (Choice("Yes", "host"), Choice("Not Sure", "host"))), *STEPS[3:])
    moved = walk.do(r.Answered, choice=0)
    assert (moved.answer.code, walk.run.step, walk.run.remark) == (Code.CHANGED, "cause", "changed")
    assert walk.run.digest == digest_of(walk.book)
    assert walk.do(r.Answered, choice=0).run.step == "host"


def test_a_step_that_is_gone_leads_to_the_nearest_that_is_left():
    """After the last thing that was done."""
    walk = Walk()
    walk.do(r.Answered, choice=0)
    walk.book = book(STEPS[2].__class__("cause", "Q", (Choice("A Warning", "proven"),)), STEPS[6], STEPS[7], STEPS[8])
    moved = walk.later(seconds=1)
    assert (walk.run.step, walk.run.remark, walk.run.standing) == ("proven", "changed", Standing.CHECKING)
    assert moved.look is not None


def test_a_text_that_is_taken_away_ends_the_run_with_a_word():
    """Never silently."""
    walk = Walk()
    moved = walk.take(r.BookGone())
    assert (walk.run.standing, walk.run.remark, moved.wake) == (Standing.LEFT, "gone", Wake.LEFT)


def test_fixed_is_only_what_a_look_has_proven():
    """A file that claims it without a look gets "done"."""
    walk = Walk(book(Do("one", "a", "fixed")))
    assert walk.do(r.DidIt).run.standing is Standing.DONE


def test_the_last_words_of_a_how_to_are_shown_at_its_end():
    """What is explained on the way to the end is kept with the run."""
    walk = Walk(book(Do("one", "a", "words", changes=False), Say("words", "Write it down.", "done")))
    walk.do(r.Next)
    assert (walk.run.standing, walk.run.heard) == (Standing.DONE, ("words",))


def test_a_circle_in_a_file_that_nobody_proved_ends():
    """With whom to call, where there is somebody."""
    circle = (Decide("a", "edge_provider", {}, "b"), Decide("b", "edge_provider", {}, "a"))
    assert fresh(book(*circle)).run.standing is Standing.LEFT
    assert fresh(book(*circle, STEPS[-1])).run.step == "host"


def test_whether_it_helped_is_asked_at_the_end():
    """Not before; and what is to be remembered is kept."""
    walk = Walk()
    assert walk.do(r.Rated, helped="yes").answer.code is Code.NOT_NOW
    walk.do(r.Leave)
    assert walk.run.standing is Standing.LEFT
    walk.do(r.Rated, helped="partly")
    walk.do(r.Rated, helped="partly", lesson=" Log in first. ")
    assert (walk.run.helped, walk.run.lesson) == ("partly", "Log in first.")
    key = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
    walk.do(r.Rated, helped="partly", lesson=f"Ask help@host.test with {key}.")
    assert walk.run.lesson.startswith("Ask help@host.test with ")
    assert key not in walk.run.lesson


def test_how_far_it_is():
    """The likeliest way, by what is known."""
    walk = Walk()
    assert outline(walk.book, walk.run, known()) == Outline(1, 3)
    walk.do(r.Answered, choice=0)
    assert outline(walk.book, walk.run, known()) == Outline(2, 3)
    assert outline(walk.book, fresh(edge_provider="cloudflare").run, known()) == Outline(1, 2)
    walk.do(r.DidIt)
    walk.saw(GOOD)
    assert outline(walk.book, walk.run, known()) == Outline(3, 3)
