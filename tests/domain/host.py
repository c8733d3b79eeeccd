"""A bot made of dicts: the rows, the routing and the clock that decisions need, and nothing that decides."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache

from hypothesis import HealthCheck, settings

from bot.domain import asks as a
from bot.domain.decision import Decision, Follow, Say, Timer, What
from bot.domain.events import Event, Opened
from bot.domain.grouping import downstream_of, shared_cause, upstream_for
from bot.domain.hours import DAYS, next_at, next_working_day
from bot.domain.incident import Incident, Status
from bot.domain.lifecycle import decide
from bot.domain.scene import Contact, Duty, Release, Scene
from bot.domain.severity import Sev, Trouble
from bot.domain.silence import Silence, covering

STEADY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For properties: a busy machine is no finding."""
T0 = datetime(2026, 3, 10, 14, 3, tzinfo=UTC)
"""A Tuesday afternoon."""
ANA = Contact("ana", "UANA")
BEN = Contact("ben", "UBEN")
CLEO = Contact("cleo", "UCLEO")
DUTY = Duty(ANA, BEN, CLEO)


def signal(
    at: datetime = T0,
    *,
    service: str = "shop",
    probe: str = "",
    trouble: Trouble = Trouble.REACH,
    sev: Sev = Sev.ONE,
    reading: a.Reading = a.Reading.DOWN,
    first: datetime | None = None,
    **more: object,
) -> a.Signal:
    """A probe's word about a service; its first failure was 15 s before it was confirmed."""
    first = first or at - timedelta(seconds=15)
    name = probe or f"up.http:{service}"
    return a.Signal("acme", "production", service, name, trouble, sev, reading, first, at, evidence="HTTP 502", **more)


def scene(now: datetime = T0, duty: Duty = DUTY, **more: object) -> Scene:
    """The surroundings on an ordinary day."""
    nine, working = _nines(now.replace(minute=0, second=0, microsecond=0))
    return Scene(duty, nine, working, next_id=1, **more)


@cache
def _nines(hour: datetime) -> tuple[datetime, datetime]:
    """The next 9:00 of any and of a working day, in UTC the same for a whole hour."""
    return next_at(hour, time(9), "UTC"), next_working_day(hour, "UTC", DAYS[:5])


@dataclass
class Said:
    """One thing said, and when."""

    at: datetime
    say: Say


@dataclass
class Host:
    """Rows in dicts."""

    now: datetime = T0
    duty: Duty = DUTY
    rows: dict[int, Incident] = field(default_factory=dict)
    log: dict[int, list[Event]] = field(default_factory=dict)
    timers: dict[int, dict[a.TimerKind, Timer]] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    release: Release | None = None
    blind: bool = False
    decided: list[Decision] = field(default_factory=list)
    before: dict[a.TimerKind, Timer] = field(default_factory=dict)
    """Timers of an earlier moment, for a test to fire late."""

    @property
    def live(self) -> list[Incident]:
        """All live incidents."""
        return [one for one in self.rows.values() if one.live]

    def row(self, key: str) -> Incident | None:
        """The unclosed incident of a key."""
        found = [one for one in self.rows.values() if one.key == key and one.status is not Status.CLOSED]
        assert len(found) <= 1, found
        return found[0] if found else None

    def scene_of(self, row: Incident | None, command: a.Command, upstream: int) -> Scene:
        """What the caller of `decide` loads."""
        service, trouble = ("", Trouble.NOTE) if row is None else (row.service, row.trouble)
        above: Incident | None = self.rows.get(upstream)
        below: tuple[Incident, ...] = ()
        if isinstance(command, a.Signal):
            service, trouble = command.service, command.trouble
            below = downstream_of(command, self.live)
            if row is None or not row.live:
                above = upstream_for(command, self.live)
        silence = covering(self.silences, service, trouble, self.now) if service else None
        return replace(
            scene(self.now, self.duty),
            next_id=len(self.rows) + 1,
            silence=silence,
            upstream=above,
            downstream=below,
            release=self.release,
            live=len(self.live),
            blind=self.blind,
        )

    def do(self, command: a.Command, incident: int | None = None, upstream: int = 0) -> Decision:
        """Decide a command and everything that follows from it; returns the first decision."""
        first: Decision | None = None
        todo = [Follow(incident, command, upstream)]
        for _ in range(1000):
            if not todo:
                break
            one = todo.pop(0)
            decision = self._once(one)
            first = first or decision
            todo += decision.then
            if any(isinstance(event, Opened) for event in decision.events):
                shared = shared_cause(self.live)
                if shared is not None:
                    todo.append(Follow(None, shared))
        else:
            raise AssertionError("decisions go round in circles")
        assert first is not None
        return first

    def _once(self, one: Follow) -> Decision:
        command = one.command
        if one.incident is not None:
            row = self.rows.get(one.incident)
        else:
            assert isinstance(command, a.Signal | a.Shared), command
            row = self.row(command.key)
        decision = decide(row, command, self.scene_of(row, command, one.upstream), self.now)
        self.decided.append(decision)
        after = decision.incident
        if after is not None:
            self.rows[after.id] = after
            self.log.setdefault(after.id, []).extend(decision.events)
            self.timers[after.id] = {timer.kind: timer for timer in decision.timers}
            assert len(self.timers[after.id]) == len(decision.timers)
        self.said += [Said(self.now, say) for say in decision.say]
        return decision

    def until(self, moment: datetime) -> None:
        """Let time pass; each timer fires when it is due."""
        for _ in range(100_000):
            due = self.next_due()
            if due is None or due.due_at > moment:
                break
            self.now = max(self.now, due.due_at)
            self.fire(due)
        else:
            raise AssertionError("timers fire for ever")
        self.now = max(self.now, moment)

    def next_due(self) -> Timer | None:
        """The timer that fires next."""
        every = [timer for kinds in self.timers.values() for timer in kinds.values()]
        return min(every, key=lambda one: (one.due_at, one.incident, one.kind.value), default=None)

    def fire(self, timer: Timer) -> Decision:
        """Fire one timer now."""
        return self.do(a.TimerDue(timer.kind, timer.guard_rev, timer.due_at), timer.incident)

    def wait(self, **span: float) -> None:
        """Let a span of time pass."""
        self.until(self.now + timedelta(**span))

    def words(self, *kinds: What, since: int = 0) -> list[tuple[str, str, str]]:
        """What was said, edits aside: form, subject, to whom."""
        wanted = kinds or tuple(one for one in What if one is not What.EDIT)
        return [
            (one.say.what.value, one.say.why.value, one.say.to) for one in self.said[since:] if one.say.what in wanted
        ]
