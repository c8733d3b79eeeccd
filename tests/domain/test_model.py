"""Whatever happens in whatever order, what the alerts promise holds.

Looks, clicks, timers, silences and lost time come at random, and after each step every promise is checked.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.domain import asks as a
from bot.domain import events as e
from bot.domain.decision import Decision, What
from bot.domain.detection import Look, Seen, Sight, State, policy_of, see
from bot.domain.escalation import offset
from bot.domain.folding import apply, replay
from bot.domain.incident import Incident, Status
from bot.domain.member import Light
from bot.domain.outlook import next_of
from bot.domain.scene import Duty, Release
from bot.domain.severity import Sev, Trouble
from bot.domain.silence import Silence
from bot.domain.telling import Watched, removed, signals_of
from bot.domain.timers import timers_of
from tests.domain.host import ANA, BEN, CLEO, DUTY, Host, scene

PROBES = {
    "up.http:shop": ("shop", (Trouble.REACH, Trouble.DNS, Trouble.TLS)),
    "up.http:cart": ("shop", (Trouble.REACH, Trouble.DNS)),
    "flow.smoke:shop": ("shop", (Trouble.SMOKE, Trouble.CHECKOUT)),
    "up.http:app": ("app", (Trouble.REACH, Trouble.DNS)),
    "up.http:blog": ("blog", (Trouble.REACH,)),
    "up.http:pay": ("blog", (Trouble.REACH,)),
    "exp.files:blog": ("blog", (Trouble.LEAK,)),
    "mail.dmarc:shop": ("shop", (Trouble.TRUST, Trouble.MAIL)),
}
UNCRITICAL = {"up.http:blog", "exp.files:blog"}
PEOPLE = st.sampled_from(["UANA", "UBEN", "UCLEO"])

MUST_TELL: dict[type[e.Event], frozenset[What]] = {
    e.Announced: frozenset({What.ROOT}),
    e.Acked: frozenset({What.THREAD, What.ROOT}),
    e.AckWarned: frozenset({What.DM}),
    e.HandedOver: frozenset({What.DM}),
    e.TakenOver: frozenset({What.THREAD}),
    e.Paged: frozenset({What.DM}),
    e.Escalated: frozenset({What.DM, What.THREAD}),
    e.Repeated: frozenset({What.DM, What.THREAD}),
    e.Reopened: frozenset({What.THREAD, What.ROOT, What.LINE}),
    e.Resolved: frozenset({What.THREAD}),
    e.Merged: frozenset({What.THREAD}),
    e.Woke: frozenset({What.THREAD, What.ROOT}),
    e.Worsened: frozenset({What.THREAD, What.ROOT, What.LINE}),
    e.AckEnded: frozenset({What.THREAD, What.ROOT}),
}
"""What must be heard of, where the card is out."""


def must_tell(before: Incident | None, after: Incident, event: e.Event) -> bool:
    """Whether that event has to be said at all."""
    if isinstance(event, e.Announced | e.Paged):
        return True
    if after.announced_at is None or (before is not None and before.announced_at is None):
        return False
    if isinstance(event, e.Worsened | e.Reopened) and (after.silence or after.muted_until):
        return after.sev is Sev.ONE
    return not (isinstance(event, e.AckEnded) and after.muted_until is not None)


def asks_of(user: str, rev: int | None) -> list[a.Ask]:
    """Everything that a person may click or type."""
    half, day = timedelta(minutes=30), timedelta(days=1)
    return [
        a.Ack(user, rev=rev), a.TakeOver(user, rev=rev), a.TakeOver(user), a.Extend(user, rev=rev), a.FixedAsk(user),
        *(a.Pass(user, rev=rev, to=one) for one in (ANA, BEN, CLEO)), a.Snooze(user), a.Snooze(user, length=half),
        a.Snooze(user, length=day), a.KnownMute(user, reason="known", length=half), a.KnownMute(user, reason="known"),
        a.KeepOpen(user), a.Page(user, whom=BEN, why="help"), a.Note(user, text="hm"),
    ]  # fmt: skip


def earlier(look: Look, by: timedelta) -> Look:
    """As if it had been seen by the clock as it is now."""
    moments = {one.name: getattr(look, one.name) for one in fields(Look)}
    return replace(look, **{name: at - by for name, at in moments.items() if isinstance(at, datetime)})


class Life(RuleBasedStateMachine):
    """A team, eight probes, and anything that may happen to them."""

    @initialize(alone=st.booleans(), night=st.booleans())
    def begin(self, alone, night):
        """Somebody is on duty."""
        self.host = Host()
        self.looks = {probe: Look() for probe in PROBES}
        self.gone: set[str] = set()
        owner = replace(ANA, quiet_until=self.host.now + timedelta(hours=9)) if night else ANA
        self.host.duty = Duty(owner) if alone else replace(DUTY, owner=owner, backup=BEN, last_resort=CLEO)
        self.checked = 0
        self.replayed: dict[int, int] = {}

    def watched(self, probe: str) -> Watched:
        """What is watched by it."""
        service = PROBES[probe][0]
        return Watched("acme", probe, service, critical=probe not in UNCRITICAL)

    def tell(self, probe: str) -> None:
        """Let the incidents hear how a probe stands."""
        known = [
            one.trouble
            for row in self.host.live
            for one in row.members
            if one.probe == probe and one.light is not Light.UP
        ]
        for signal in signals_of(self.watched(probe), self.looks[probe], known):
            self.host.do(signal)

    def look(self, probe: str, sight: Sight, trouble: Trouble = Trouble.REACH) -> None:
        """One look of a probe."""
        policy = policy_of(probe.partition(":")[0], 60.0)
        seen = Seen(self.host.now, sight, trouble, code=trouble.value, evidence="seen")
        self.looks[probe], _ = see(self.looks[probe], seen, policy)
        self.tell(probe)

    @rule(probe=st.sampled_from(sorted(PROBES)), kind=st.integers(0, 2), looks=st.sampled_from([1, 3, 3, 4]))
    def fails(self, probe, kind, looks):
        """A probe fails, mostly for long enough to be confirmed."""
        self.breaks(probe, kind, looks)

    def breaks(self, probe: str, kind: int = 0, looks: int = 3) -> None:
        """Bad looks, five seconds apart."""
        if probe in self.gone or self.host.blind:
            return
        troubles = PROBES[probe][1]
        for _ in range(looks):
            self.look(probe, Sight.BAD, troubles[kind % len(troubles)])
            self.pass_time(5)

    def heals(self, probe: str, looks: int = 20) -> None:
        """Good looks, as often as they are due, until it is up."""
        for _ in range(looks):
            if probe in self.gone or self.host.blind:
                return
            self.look(probe, Sight.GOOD)
            if self.looks[probe].state is State.UP:
                return
            due = self.looks[probe].next_try_at - self.host.now
            self.pass_time(max(1.0, due.total_seconds()))

    def broken(self) -> list[str]:
        """What fails now."""
        return [one for one, look in self.looks.items() if look.state in (State.DOWN, State.RECOVERING)]

    @precondition(lambda self: self.broken())
    @rule(data=st.data(), looks=st.sampled_from([1, 2, 3, 20, 20]))
    def recovers(self, data, looks):
        """What failed is good again, for a while or for long enough."""
        self.heals(data.draw(st.sampled_from(self.broken())), looks)

    @rule()
    def everything_recovers(self):
        """Somebody repaired it all."""
        for probe in self.broken():
            self.heals(probe)

    @rule(probe=st.sampled_from(["up.http:shop", "up.http:blog"]), turns=st.integers(1, 4), looks=st.integers(2, 20))
    def goes_up_and_down(self, probe, turns, looks):
        """Again and again."""
        for _ in range(turns):
            self.breaks(probe)
            self.heals(probe, looks)

    @rule(probe=st.sampled_from(sorted(PROBES)))
    def sees_nothing(self, probe):
        """Neither good nor bad."""
        self.look(probe, Sight.UNKNOWN)

    @precondition(lambda self: not self.broken())
    @rule()
    def all_fail(self):
        """The whole house goes down."""
        assume(not self.host.blind)
        for _ in range(3):
            for probe in PROBES:
                if probe not in self.gone:
                    self.look(probe, Sight.BAD, PROBES[probe][1][0])
            self.pass_time(8)

    @rule(probe=st.sampled_from(sorted(PROBES)))
    def goes(self, probe):
        """A monitor is taken out of launch.yml, or put back."""
        if probe in self.gone:
            self.gone.discard(probe)
            return
        self.gone.add(probe)
        self.looks[probe] = Look()
        known = [one.trouble for row in self.host.live for one in row.members if one.probe == probe]
        for signal in removed(self.watched(probe), known, self.host.now):
            self.host.do(signal)

    @rule(minutes=st.sampled_from([0.2, 1, 4, 12, 35, 130, 700]))
    def time_passes(self, minutes):
        """Timers fire one after the other."""
        self.pass_time(minutes * 60)

    @rule(minutes=st.sampled_from([3, 40, 300]))
    def offline(self, minutes):
        """The bot is away; then everything that is due fires at once, each row once, in any order."""
        self.host.now += timedelta(minutes=minutes)
        due = [one for kinds in self.host.timers.values() for one in kinds.values() if one.due_at <= self.host.now]
        for one in sorted(due, key=lambda timer: (timer.kind.value, timer.incident)):
            self.host.fire(one)
        self.pass_time(0)

    @rule(minutes=st.sampled_from([0.5, 60, 3000]))
    def clock_is_put_back(self, minutes):
        """Every unclosed row is told, then every probe is looked at anew."""
        by = timedelta(minutes=minutes)
        self.host.now -= by
        for row in list(self.host.rows.values()):
            if row.status is not Status.CLOSED:
                self.host.do(a.ClockPutBack(by), row.id)
        self.looks = {probe: earlier(look, by) for probe, look in self.looks.items()}
        self.pass_time(0)

    @rule(blind=st.booleans())
    def sees_out(self, blind):
        """The canaries are lost, or back; then everything is told again."""
        self.host.blind = blind
        self.pass_time(0)

    @precondition(lambda self: self.host.rows)
    @rule(data=st.data(), user=PEOPLE, old=st.booleans())
    def clicks(self, data, user, old):
        """Somebody clicks on any card, however old."""
        self.ask(data, data.draw(st.sampled_from(asks_of(user, 1 if old else None))))

    @precondition(lambda self: self.host.live)
    @rule(data=st.data(), user=PEOPLE, times=st.integers(0, 5))
    def works_on_it(self, data, user, times):
        """Somebody is on it, and asks for more time now and then."""
        number = data.draw(st.sampled_from([one.id for one in self.host.live]))
        self.send(a.Ack(user), number)
        for _ in range(times):
            self.pass_time(26 * 60)
            self.send(a.Extend(user), number)

    @precondition(lambda self: self.host.live)
    @rule(data=st.data(), user=PEOPLE, good=st.sampled_from([True, False, None]))
    def says_that_it_is_fixed(self, data, user, good):
        """A fresh look follows."""
        number = data.draw(st.sampled_from([one.id for one in self.host.live]))
        if self.send(a.FixedAsk(user), number).recheck:
            self.send(a.Rechecked(good=good), number)

    @precondition(lambda self: self.host.rows)
    @rule(data=st.data(), kind=st.sampled_from(list(a.TimerKind)))
    def stray(self, data, kind):
        """What does not fit: old timers, answers nobody asked for, causes that are none."""
        strays = [
            a.TimerDue(kind, 3, self.host.now), a.Rechecked(good=True), a.CauseFound(), a.SilenceBegan(),
            a.SilenceEnded("x"),
        ]  # fmt: skip
        self.ask(data, data.draw(st.sampled_from(strays)))

    def ask(self, data, command: a.Command) -> None:
        """Of any incident there ever was."""
        self.send(command, data.draw(st.sampled_from(sorted(self.host.rows))))

    def send(self, command: a.Command, number: int) -> Decision:
        """Nothing brings back what is over, and every person gets an answer."""
        live = self.host.rows[number].live
        decision = self.host.do(command, number)
        assert live or not decision.incident.live
        assert not isinstance(command, a.Ask) or decision.answer is not None
        return decision

    @rule(service=st.sampled_from(["shop", "app", "blog"]), minutes=st.sampled_from([10, 90]))
    def silence(self, service, minutes):
        """Maintenance begins."""
        now = self.host.now
        one = Silence(str(len(self.host.silences)), service, None, now, now + timedelta(minutes=minutes), "x", "UANA")
        self.host.silences.append(one)
        for row in self.host.live:
            if row.service == service:
                self.host.do(a.SilenceBegan(), row.id)

    @precondition(lambda self: self.host.silences)
    @rule(data=st.data())
    def lift(self, data):
        """Maintenance ends early."""
        place = data.draw(st.integers(0, len(self.host.silences) - 1))
        one = self.host.silences[place]
        assume(one.active(self.host.now))
        self.host.silences[place] = replace(one, lifted_at=self.host.now)
        for row in self.host.live:
            self.host.do(a.SilenceEnded(one.id), row.id)

    @rule()
    def deploy(self):
        """A release goes out."""
        now = self.host.now
        self.host.release = Release("v2", now, "ana", now + timedelta(minutes=3))

    def pass_time(self, seconds: float) -> None:
        """Let timers fire; what is told again at every evaluation is told again."""
        self.host.wait(seconds=seconds)
        if not self.host.blind:
            for probe in PROBES:
                self.tell(probe)

    # What is promised.

    @invariant()
    def rows_are_the_fold_of_their_events(self):
        """Replaying the log rebuilds each row exactly, and the timers follow from it."""
        for number, events in self.host.log.items():
            if self.replayed.get(number) == len(events):
                continue
            self.replayed[number] = len(events)
            assert replay(events) == self.host.rows[number]
            assert set(timers_of(self.host.rows[number])) == set(self.host.timers[number].values())

    @invariant()
    def one_root_for_each(self):
        """And none before it is announced."""
        roots = [one.say.incident for one in self.host.said if one.say.what is What.ROOT]
        assert len(roots) == len(set(roots))
        assert set(roots) == {one.id for one in self.host.rows.values() if one.announced_at is not None}

    @invariant()
    def one_live_for_each_key(self):
        """At most one unclosed incident of a key."""
        keys = [one.key for one in self.host.rows.values() if one.status is not Status.CLOSED]
        assert len(keys) == len(set(keys))

    @invariant()
    def whatever_fails_is_somebodys_business(self):
        """A live incident holds it, unless the bot is blind or it was fixed by a word a moment ago."""
        if self.host.blind:
            return
        for probe, look in self.looks.items():
            if look.state is not State.DOWN or probe in self.gone or look.blind_since is not None:
                continue
            held = [
                one
                for row in self.host.live
                for one in row.members
                if (one.probe, one.trouble, one.light) == (probe, look.trouble, Light.RED)
            ]
            said = [
                row
                for row in self.host.rows.values()
                if row.status in (Status.RESOLVED, Status.CLOSED)
                and row.resolved_by
                and look.last_at <= row.resolved_at
            ]
            assert held or said, (probe, look)

    @invariant()
    def what_must_be_told_is_told(self):
        """Each such event has its words, and no word is without an event."""
        for decision in self.host.decided[self.checked :]:
            if not decision.events:
                assert decision.say == ()
                continue
            revs = {decision.incident.rev - n for n in range(len(decision.events))} if decision.incident else set()
            assert all(one.rev in revs and one.incident == decision.incident.id for one in decision.say)
            assert len({one.key for one in decision.say}) == len(decision.say), decision.say
            forms = {one.what for one in decision.say}
            rows = self.befores(decision)
            for event, (before, after) in zip(decision.events, rows, strict=True):
                wanted = MUST_TELL.get(type(event))
                if wanted and must_tell(rows[0][0], after, event) and must_tell(before, after, event):
                    assert forms & wanted, (event, decision.say)
        self.checked = len(self.host.decided)

    def befores(self, decision):
        """The row before and after each event of a decision."""
        if decision.incident is None:
            return []
        log = self.host.log[decision.incident.id]
        first = decision.incident.rev - len(decision.events)
        rows = [replay(log[:first]) if first else None]
        for event in log[first : decision.incident.rev]:
            rows.append(apply(rows[-1], event))
        return list(pairwise(rows))

    @invariant()
    def everything_has_an_end(self):
        """Acknowledgements, sleeps and silences end; who is on it has a name; SEV1 sleeps half an hour at most."""
        for one in self.host.rows.values():
            assert (one.status is Status.ACKED) == (one.acker != "") == (one.ack_until is not None)
            assert (one.status is Status.SNOOZED) == (one.snooze_until is not None)
            assert (one.muted_by == "") == (one.muted_until is None)
            if one.status is Status.SNOOZED and not one.silence and one.sev is Sev.ONE:
                assert one.snooze_until <= self.host.now + timedelta(minutes=30)
            if one.status is Status.RESOLVED:
                assert one.reopen_until is not None

    @invariant()
    def nothing_that_is_due_is_left_lying(self):
        """Each timer that fires does something, or is due later: nobody fires for ever."""
        self.host.until(self.host.now)
        assert all(one.due_at > self.host.now for kinds in self.host.timers.values() for one in kinds.values())

    @invariant()
    def an_unanswered_sev1_is_never_given_up(self):
        """While it is red and nobody is on it, the next call is never farther away than the plan says."""
        for one in self.host.live:
            if one.status is not Status.OPEN or one.sev is not Sev.ONE or one.muted_until or one.announced_at is None:
                continue
            timer = self.host.timers[one.id].get(a.TimerKind.ESC)
            assert timer is not None, one
            wait = offset(one.sev, one.step) - (offset(one.sev, one.step - 1) if one.step else timedelta(0))
            green = one.green_until + timedelta(seconds=30) if one.green_until else self.host.now
            assert timer.due_at <= max(self.host.now + max(wait, timedelta(minutes=60)), green)

    @invariant()
    def the_card_says_what_comes_next(self):
        """In every state."""
        for one in self.host.rows.values():
            found = next_of(one, self.host.timers[one.id].values(), scene(self.host.now, self.host.duty), self.host.now)
            assert found.at is not None or one.status is Status.CLOSED, one


Life.TestCase.settings = settings(
    max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLife = Life.TestCase
