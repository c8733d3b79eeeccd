"""A decision in the making: events are folded as they are added, so that what is said next sees what they made."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain import events as e
from bot.domain.decision import Answer, AnswerCode, Decision, Follow, Priority, Say, What, Why
from bot.domain.escalation import FIRST_REPEAT, begins, call_now, highest_due, owner_of, step_due
from bot.domain.flapping import EDIT_EVERY
from bot.domain.folding import apply
from bot.domain.incident import Incident, Status
from bot.domain.scene import Scene
from bot.domain.severity import Sev
from bot.domain.timers import timers_of

GATHER = timedelta(seconds=10)
GATHER_LONGER = timedelta(seconds=60)
MANY = 5
"""With more live incidents than this, edits by the machine are gathered for longer."""
PUNCTUAL = timedelta(seconds=60)
"""What is said no later than this after its time is not called late."""


@dataclass(slots=True)
class Draft:
    """What has been decided so far about one incident."""

    before: Incident | None
    scene: Scene
    now: datetime
    actor: str = ""
    cause: str = ""
    stale: bool = False
    after: Incident | None = None
    events: list[e.Event] = field(default_factory=list)
    says: list[Say] = field(default_factory=list)
    then: list[Follow] = field(default_factory=list)
    recheck: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.after = self.before

    @property
    def incident(self) -> Incident:
        """As it stands after the events so far."""
        assert self.after is not None  # noqa: S101  (asked only once there is one)
        return self.after

    @property
    def human(self) -> bool:
        """Whether a person asked."""
        return self.actor != ""

    def add(self, event: e.Event) -> None:
        """One event more; who, when and why are filled in."""
        event = replace(event, at=self.now, actor=self.actor, cause=self.cause)
        self.after = apply(self.after, event)
        self.events.append(event)

    def say(
        self,
        what: What,
        why: Why,
        to: str = "",
        *,
        mention: tuple[str, ...] = (),
        broadcast: bool = False,
        late_s: int = 0,
    ) -> None:
        """One thing to say, about the latest event. Below a card that is not out yet nothing is said."""
        incident = self.incident
        if what is What.THREAD and incident.announced_at is None:
            return
        self.says.append(
            Say(what, why, incident.id, incident.rev, self._priority(what, mention), to, mention, broadcast,
                late_s=late_s)
        )  # fmt: skip

    def _priority(self, what: What, mention: tuple[str, ...]) -> Priority:
        urgent = self.incident.sev <= Sev.TWO
        match what:
            case What.ROOT if self.incident.sev is Sev.ONE:
                return Priority.SEV1_ROOT
            case What.ROOT:
                return Priority.SEV2_ROOT if urgent else Priority.ROOT
            case What.DM | What.ROUTE:
                return Priority.PAGE if urgent else Priority.THREAD
            case What.EDIT:
                return Priority.HUMAN_EDIT if self.human else Priority.EDIT
            case _:
                return Priority.PAGE if urgent and mention else Priority.THREAD

    def _edit(self) -> Say | None:
        """The card, brought up to date, where it is out and shows something else now."""
        incident = self.incident
        news = [one for one in self.events if not isinstance(one, e.Noted | e.Walked)]
        if not news or incident.announced_at is None or any(one.what is What.ROOT for one in self.says):
            return None
        if self.human:
            return Say(What.EDIT, Why.CHANGED, incident.id, incident.rev, Priority.HUMAN_EDIT)
        wait = GATHER_LONGER if self.scene.live > MANY else GATHER
        if incident.flapping_until is not None and all(isinstance(one, _TURNS) for one in news):
            wait = EDIT_EVERY
        return Say(What.EDIT, Why.CHANGED, incident.id, incident.rev, Priority.EDIT, not_before=self.now + wait)

    def announce(self, *, mention: bool = True) -> None:
        """Send the card out; from then on people are called while nobody is on it."""
        incident = self.incident
        owner = owner_of(incident.handed_to, self.scene.duty)
        waiting = incident.status is Status.OPEN
        start = begins(incident.sev, owner, incident.first_failure, self.now) if waiting else None
        self.add(e.Announced(self.now, esc_from=start))
        called = incident.sev is Sev.ONE and waiting and mention and owner.slack
        self.say(What.ROOT, Why.OPENED, mention=(owner.slack,) if called else ())
        self.call(Why.OPENED)

    def from_zero(self) -> datetime | None:
        """From when the steps count if they begin anew now."""
        owner = owner_of(self.incident.handed_to, self.scene.duty)
        return begins(self.incident.sev, owner, self.incident.first_failure, self.now)

    def call(self, why: Why, *, late_s: int = 0, thread: bool = False, skip: tuple[str, ...] = ()) -> None:
        """Fire the highest step that is due, if one is; `thread` False leaves out the line of step 0."""
        incident = self.incident
        due = step_due(incident)
        if due is None or due > self.now or incident.status is not Status.OPEN or incident.announced_at is None:
            return
        if incident.muted_until is not None:
            return
        step = highest_due(incident, self.now)
        call = call_now(incident, step, self.scene.duty)
        told = (*call.dms, *call.mention)
        kind = e.Repeated if step >= FIRST_REPEAT[incident.sev] else e.Escalated
        self.add(kind(self.now, step=step, told=tuple(dict.fromkeys(told)), late_s=late_s))
        for person in call.dms:
            if person not in skip:
                self.say(What.DM, why, person, late_s=late_s)
        for person in call.routes:
            self.say(What.ROUTE, why, person, late_s=late_s)
        if call.thread and (step > 0 or thread or not call.dms):
            self.say(What.THREAD, why, mention=call.mention, broadcast=call.broadcast, late_s=late_s)

    def done(self, answer: AnswerCode | Answer | None = None) -> Decision:
        """The decision as it is now."""
        if isinstance(answer, AnswerCode):
            answer = Answer(answer)
        if answer is not None and self.stale:
            answer = replace(answer, stale=True)
        edit = self._edit() if self.events and self.after is not None else None
        says = (*self.says, edit) if edit is not None else tuple(self.says)
        timers = () if self.after is None else timers_of(self.after)
        return Decision(self.after, tuple(self.events), says, timers, answer, tuple(self.then), self.recheck)


_TURNS = (e.LooksBetter, e.RedAgain, e.MemberRed, e.MemberGreen, e.MemberUp, e.FlappingWentOn)
