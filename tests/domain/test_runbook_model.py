"""Whatever happens to a run in whatever order, what runs promise holds.

Any book that leads forward, any clicks of three people, looks, time, changed texts and incidents come at random; after
each step every promise is checked.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.domain.runbook import run as r
from bot.domain.runbook.book import Ask, Call, Check, Choice, Decide, Do, Runbook, Say, Sort, Wait
from bot.domain.runbook.known import Known
from bot.domain.runbook.moved import Code, Moved, Wake
from bot.domain.runbook.paths import ENDS, digest_of, outline
from bot.domain.runbook.run import LIVE, Run, Sight, Standing, Verdict
from bot.domain.runbook.walk import begin, decide, is_due
from bot.store.plain import from_plain, to_plain

NOW = datetime(2026, 11, 27, 21, 0, tzinfo=UTC)
PEOPLE = ("UMIA", "UBEN", "UCLEO")
FACTS = ("edge_provider", "recent_deploy", "has:host_link")
CLICKS = (
    r.Next, r.Answered, r.DidIt, r.LookAgain, r.LooksDifferent, r.SawIt, r.CallSomeone, r.Handed, r.Back, r.TakeOver,
    r.Leave, r.Rated,
)  # fmt: skip


@st.composite
def books(draw, topic: str = "site_down") -> Runbook:
    """A runbook whose steps only lead forward, so that every way ends; the last one hands it over."""
    count = draw(st.integers(2, 9))
    steps = [_step(draw, number, count) for number in range(count)]
    steps.append(Call(f"s{count}", "Call.", "builder", "Help."))
    kept = {one.id: one for one in steps}
    return Runbook(topic, "Down", Sort.BROKEN, (), (), "", "", (), (), kept)


def _step(draw, number: int, count: int):
    id = f"s{number}"

    def on() -> str:
        return f"s{draw(st.integers(number + 1, count))}"

    def good() -> str:
        return "fixed" if draw(st.booleans()) else on()

    match draw(st.sampled_from(["say", "ask", "do", "check", "wait", "decide", "call"])):
        case "say":
            return Say(id, "So.", on())
        case "ask":
            return Ask(id, "Well?", (Choice("Yes", on()), Choice("Not Sure", on())))
        case "do":
            return Do(id, "Do.", on())
        case "check":
            return Check(id, "It is good.", ("failed",), good(), "Look.", bad=on() if draw(st.booleans()) else "")
        case "wait":
            return Wait(id, "I look.", ("failed",), good(), on(), timedelta(minutes=draw(st.integers(1, 60))))
        case "decide":
            return Decide(id, draw(st.sampled_from(FACTS)), {"yes": on(), "cloudflare": on()}, on())
        case _:
            return Call(id, "Call.", "builder", "Help.", on() if draw(st.booleans()) else "handed")


class Walks(RuleBasedStateMachine):
    """One run, and anything that may happen to it."""

    @initialize(book=books(), incident=st.booleans(), edge=st.sampled_from(["cloudflare", "none"]))
    def begin(self, book, incident, edge):
        """Somebody begins."""
        self.now, self.book = NOW, book
        self.facts = {"incident": "yes" if incident else "no", "edge_provider": edge}
        run = Run(7, "shop", book.topic, "", int(incident), "", "", "", "UMIA", NOW, NOW, "", Standing.OPEN, 0)
        self.before = run
        self.take(begin(book, run, self.known))
        self.silent = 0

    @property
    def known(self) -> Known:
        """What is known now."""
        return Known({"host_link": "https://host.test/"} if len(self.book.steps) % 2 else {}, self.facts, {}, self.now)

    def take(self, moved: Moved) -> None:
        """What came of something."""
        self.before, self.run, self.moved = getattr(self, "run", self.before), moved.run, moved
        self.check_step()

    def do(self, command: r.Command) -> Moved:
        """Decide."""
        self.take(decide(self.book, self.run, command, self.known))
        return self.moved

    @rule(kind=st.sampled_from(CLICKS), who=st.sampled_from(PEOPLE), old=st.integers(0, 3), choice=st.integers(-1, 3))
    def click(self, kind, who, old, choice):
        """Somebody clicks anything, perhaps on an old message."""
        rev = self.run.rev - old
        more = {"choice": choice} if kind is r.Answered else {}
        before = self.run
        moved = self.do(kind(who, "1.1", rev, **more))
        if rev < before.turn:
            assert self.run == before or kind is r.Rated
            assert self.run == before
            assert moved.answer.code in (Code.OLD, Code.OVER, Code.NOT_NOW)
        if who not in (before.holder, *before.helpers) and kind not in (r.TakeOver, r.Rated):
            assert self.run == before
        if moved.answer.code in (Code.OLD, Code.TAKEN, Code.OVER, Code.NOBODY, Code.NOT_NOW):
            assert self.run == before
            assert moved.look is None

    @rule(verdict=st.sampled_from(Verdict), old=st.booleans())
    def saw(self, verdict, old):
        """A look comes back, perhaps of a step that was left."""
        before = self.run
        self.do(r.Saw(before.turn - int(old), Sight(verdict, "seen", "expected", ("failed",))))
        if old or before.standing not in (Standing.CHECKING, Standing.WAITING):
            assert self.run == before

    @rule(seconds=st.sampled_from([1, 20, 130, 900, 90_000, -7200]))
    def tick(self, seconds):
        """Time passes."""
        self.now += timedelta(seconds=seconds)
        before = self.run
        due = before.standing in LIVE and is_due(self.book, before, self.now)
        moved = self.do(r.Tick())
        assert due or (self.run == before and moved.look is None)
        if before.standing in (Standing.CHECKING, Standing.WAITING) and moved.look is not None:
            assert (moved.look.token, moved.look.step) == (self.run.turn, self.run.step)
        if self.run.standing is Standing.LEFT and before.standing in LIVE:
            assert moved.wake is Wake.LEFT

    @rule(book=books())
    def rewrite(self, book):
        """The text is another one now."""
        self.book = book
        before = self.run
        self.do(r.Tick())
        if before.standing in LIVE and self.run.standing in LIVE:
            assert self.run.digest == digest_of(book)

    @rule(how=st.sampled_from(["resolved", "merged", "closed"]), into=st.integers(0, 9))
    def incident_ends(self, how, into):
        """Its incident is over, or another one's."""
        if not self.run.incident:
            return
        before = self.run
        moved = self.do(r.IncidentEnded(how, into))
        if before.standing in LIVE and not (how == "merged" and into not in (0, before.incident)):
            assert self.run.standing in (Standing.OVER, Standing.FIXED)
            assert moved.wake in (Wake.OVER, Wake.GOOD) or self.run.standing is Standing.FIXED

    def check_step(self) -> None:
        """What holds between a row and the next."""
        before, run = self.before, self.run
        if before.rev == 0:
            return
        assert run == before or run.rev == before.rev + 1
        assert run.turn in (before.turn, run.rev)
        if before.standing not in LIVE:
            assert run.standing is before.standing
            assert (run.past, run.step, run.ended_at) == (before.past, before.step, before.ended_at)
        if not any(one.did == "back" for one in self.moved.told):
            assert run.past[: len(before.past)] == before.past
        if run != before and run.standing is not before.standing:
            assert run.turn == run.rev
        assert run == before or self.moved.told or self.moved.answer.code is Code.OK or run.standing in LIVE

    @invariant()
    def one_step_is_live(self):
        """It stands at a step of its kind, or it is over."""
        run = self.run
        if run.standing not in LIVE:
            assert run.ended_at is not None
            assert (run.until, run.look_at) == (None, None)
            return
        assert run.ended_at is None
        step = self.book.steps[run.step]
        assert not isinstance(step, Decide | Say)
        match run.standing:
            case Standing.CHECKING:
                assert isinstance(step, Check)
            case Standing.WAITING:
                assert isinstance(step, Wait)
                assert run.until is not None
                assert run.look_at is not None
            case _:
                assert not isinstance(step, Wait)
                assert run.until is not None
        assert all(isinstance(self.book.steps[one], Say) for one in run.heard)

    @invariant()
    def only_a_look_proves(self):
        """Fixed is what somebody or something has seen."""
        if self.run.standing is Standing.FIXED:
            assert self.run.sight is not None
            assert self.run.sight.verdict is Verdict.GOOD

    @invariant()
    def it_can_be_kept_and_shown(self):
        """It comes back from the store as it was, and knows how far it is."""
        assert from_plain(Run, to_plain(self.run)) == self.run
        found = outline(self.book, self.run, self.known)
        assert 1 <= found.step <= found.of


Walks.TestCase.settings = settings(
    max_examples=120, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
test_a_run_keeps_its_promises = Walks.TestCase


@settings(max_examples=150, deadline=None)
@given(book=books(), data=st.data())
def test_every_run_ends_when_its_person_goes_on(book, data):
    """Reading and clicking, whatever is seen; each loop of waiting and looking again ends as well."""
    now = NOW
    run = Run(7, "shop", book.topic, "", 0, "", "", "", "UMIA", NOW, NOW, "", Standing.OPEN, 0)
    run = begin(book, run, Known({}, {}, {}, now)).run
    for _ in range(200):
        if run.standing not in LIVE:
            break
        now += timedelta(seconds=30)
        known, step = Known({}, {}, {}, now), book.steps[run.step]
        act = ("UMIA", "1.1", run.rev)
        if run.standing is not Standing.OPEN:
            command: r.Command = r.Saw(run.turn, Sight(data.draw(st.sampled_from(Verdict))))
        elif isinstance(step, Ask):
            command = r.Answered(*act, choice=data.draw(st.integers(0, 1)))
        elif isinstance(step, Do):
            command = r.DidIt(*act)
        elif isinstance(step, Call):
            command = r.Handed(*act)
        else:
            command = r.LooksDifferent(*act)
        run = decide(book, run, command, known).run
    assert run.standing not in LIVE
    assert run.step not in ENDS


@settings(max_examples=60, deadline=None)
@given(book=books())
def test_a_run_that_nobody_touches_ends_too(book):
    """Looks that are lost and people who are silent keep nothing alive."""
    now = NOW
    run = Run(7, "shop", book.topic, "", 0, "", "", "", "UMIA", NOW, NOW, "", Standing.OPEN, 0)
    run = begin(book, run, Known({}, {"incident": "yes"}, {}, now)).run
    for _ in range(400):
        now += timedelta(minutes=5)
        moved = decide(book, run, r.Tick(), Known({}, {"incident": "yes"}, {}, now))
        run = moved.run
        if moved.look is not None and run.standing is Standing.CHECKING:
            # A look of a check always comes back, if only with nothing.
            run = decide(book, run, r.Saw(run.turn, Sight(Verdict.UNKNOWN)), Known({}, {}, {}, now)).run
            run = replace(run, until=now) if run.standing is Standing.OPEN else run
    assert run.standing not in LIVE
