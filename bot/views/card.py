"""The card of an incident: what customers feel, who has it, how bad it is, what comes next; the same in every state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.document import (
    Action,
    Actions,
    Code,
    Document,
    Facts,
    Note,
    Paragraph,
    Part,
    Person,
    Span,
    Strong,
    Time,
    Tone,
    Words,
)
from bot.domain.decision import HERE
from bot.domain.incident import Incident, Status
from bot.domain.member import Light, Outcome
from bot.domain.outlook import Next, NextStep
from bot.domain.scene import Contact, Duty
from bot.domain.severity import Sev, Trouble
from bot.views.prose import count, listed

MOST_NAMED = 4
"""Members that are called by their names; the rest is counted."""
FELT: Mapping[Trouble, tuple[str, str]] = {
    Trouble.LEAK: ("EXPOSED", "Strangers can read what they must not"),
    Trouble.DNS: ("DOWN", "Visitors cannot find it: its name leads nowhere"),
    Trouble.REACH: ("DOWN", "Visitors get an error instead of the page"),
    Trouble.TLS: ("DOWN", "Browsers warn visitors away from it"),
    Trouble.DATABASE: ("DOWN", "The product answers, but cannot reach its data"),
    Trouble.CHECKOUT: ("DOWN", "Customers cannot pay"),
    Trouble.SMOKE: ("BROKEN", "Customers cannot get through one of its steps"),
    Trouble.ERRORS: ("BROKEN", "More customers than usual get errors"),
    Trouble.LATENCY: ("SLOW", "Visitors wait too long for it"),
    Trouble.DEPLOY: ("BROKEN", "The last release did not go well"),
    Trouble.HEARTBEAT: ("MISSED", "A job that should have run did not report"),
    Trouble.MAIL: ("BROKEN", "Mail to or from customers may not arrive"),
    Trouble.EDGE: ("WARNING", "What stands in front of the servers does not do its work"),
    Trouble.REDIRECT: ("WARNING", "Some addresses lead visitors astray"),
    Trouble.EXPIRY: ("WARNING", "Nothing is broken yet, but something ends soon"),
    Trouble.TRUST: ("WARNING", "Nothing is broken, but trust in it is weaker than it should be"),
    Trouble.DRIFT: ("WARNING", "DNS records changed, and nobody has said that it was on purpose"),
    Trouble.NOTE: ("NOTE", "Nothing is broken; this is good to know"),
}
"""The state as a word, and what customers feel, by kind of trouble."""
NEXT: Mapping[NextStep, str] = {
    NextStep.CARD: "I post this card",
    NextStep.CALL_OWNER: "I message",
    NextStep.CALL_BACKUP: "I message",
    NextStep.CALL_AGAIN: "I message again",
    NextStep.CALL_EVERYBODY: "I call everybody in this channel",
    NextStep.REPEAT: "I say it again",
    NextStep.ASK_HOLDER: "I ask whether more time is needed:",
    NextStep.LET_GO: "nobody is on it any more, and I call again",
    NextStep.WAKE: "it wakes, if it still fails",
    NextStep.SPEAK_AGAIN: "the silence ends, and I speak again",
    NextStep.CONFIRM: "I call it fixed, if it stays good",
    NextStep.LOOK: "I am looking again now",
    NextStep.CALM: "I decide, if it stays calm",
    NextStep.DIGEST: "it stands in the morning's summary",
    NextStep.CLOSE: "I close it, if it stays good",
    NextStep.NOTHING: "nothing, it is over",
}


@dataclass(frozen=True, slots=True)
class State:
    """All that a card shows."""

    incident: Incident
    duty: Duty
    next: Next
    names: Mapping[str, str] = field(default_factory=dict)
    """What customers call each service, by its name in launch.yml."""

    @property
    def what(self) -> str:
        """What it is about, as people call it."""
        incident = self.incident
        if incident.service:
            return self.names.get(incident.service, incident.service)
        services = list(dict.fromkeys(one.service for one in incident.own if one.service))
        if len(services) > 1:
            return f"{count(len(services), 'service')} together"
        probes = list(dict.fromkeys(one.probe for one in incident.own))
        return listed(probes, 2) or "your product"


def card(state: State, *, mention: tuple[str, ...] = ()) -> Document:
    """The whole card; `mention` are the people (or `here`) that the first posting calls."""
    incident = state.incident
    parts: list[Part] = [Paragraph(_impact(state)), Facts(_facts(state))]
    cause = _cause(incident)
    if cause:
        parts.append(Note(cause))
    buttons = _buttons(incident)
    if buttons:
        parts.append(Actions(buttons))
    parts.append(Note((*_mentioned(mention), *coming(state))))
    return Document(headline(state), tuple(parts), _tone(incident), fallback=sentence_of(state))


def word(incident: Incident) -> str:
    """The state in a word or two: DOWN, BEING FIXED, ASLEEP, FIXED."""
    if incident.outcome is Outcome.MERGED:
        return f"PART OF INC-{incident.parent}"
    if incident.status in (Status.RESOLVED, Status.CLOSED):
        return "GONE" if incident.outcome is Outcome.REMOVED else "FIXED"
    if incident.flapping_until is not None:
        return "UNSTABLE"
    if incident.green_since is not None:
        return "LOOKS BETTER"
    if incident.status is Status.SNOOZED:
        return "ASLEEP"
    if incident.status is Status.ACKED:
        return "BEING FIXED"
    return FELT[incident.trouble][0]


def headline(state: State) -> str:
    """`DOWN · Sign-up page`."""
    drill = "DRILL · " if state.incident.drill else ""
    return f"{drill}{word(state.incident)} · {state.what}"


def sentence_of(state: State) -> str:
    """One sentence for a phone's banner: severity, what customers feel, who has it."""
    incident = state.incident
    drill = "Drill, nothing is broken: " if incident.drill else ""
    if not incident.live:
        return f"{drill}{state.what}: {word(incident).lower()} ({incident.name})"
    who = "somebody is on it" if incident.acker else "asleep" if incident.snooze_until else "nobody is on it yet"
    return f"{drill}SEV{int(incident.sev)} {state.what}: {FELT[incident.trouble][1].lower()}; {who} ({incident.name})"


def _impact(state: State) -> Words:
    incident = state.incident
    felt = FELT[incident.trouble][1]
    seen = next((one.evidence for one in incident.own if one.light is Light.RED and one.evidence), "")
    evidence: tuple[Span, ...] = ("\n", Strong("Seen:"), " ", seen) if seen else ()
    if incident.outcome is Outcome.MERGED:
        return (f"It is part of INC-{incident.parent}, which has the same cause. Everything goes on there.",)
    if not incident.live and incident.resolved_at is not None:
        by: tuple[Span, ...] = (
            (" (", Person(incident.resolved_by), " said so, and a fresh look agreed)")
            if (incident.outcome is Outcome.HUMAN)
            else (" by itself",)
            if incident.outcome is Outcome.AUTO
            else ()
        )
        if incident.outcome is Outcome.REMOVED:
            return ("It is no longer in launch.yml, so nobody looks at it any more.",)
        lasted = _lasted(incident)
        return ("Visitors are fine again since ", Time(incident.resolved_at), f", after {lasted}", *by, ".")
    if incident.green_since is not None and incident.flapping_until is None:
        return ("It looks better since ", Time(incident.green_since), ". It was: ", felt.lower(), ".")
    return (
        Strong(felt),
        " since ",
        Time(incident.first_failure),
        " (",
        Time(incident.first_failure, "ago"),
        ").",
        *evidence,
    )


def _lasted(incident: Incident) -> str:
    end = incident.resolved_at or incident.first_failure
    minutes = round((end - incident.opened_at).total_seconds() / 60)
    return count(max(minutes, 1), "minute") if minutes < 120 else count(round(minutes / 60), "hour")


def _facts(state: State) -> tuple[tuple[str, Words], ...]:
    incident = state.incident
    facts: list[tuple[str, Words]] = [("Severity", (f"{int(incident.sev)} – {incident.sev.meaning}",))]
    facts.append(("Who has it", _who(state)))
    probes = list(dict.fromkeys(one.probe for one in incident.own))
    if len(probes) > 1 or incident.service:
        facts.append(("What fails" if incident.live else "What failed", (listed(probes, MOST_NAMED),)))
    also = list(dict.fromkeys(one.probe for one in incident.also))
    if also:
        facts.append(("Also affected", (listed(also, MOST_NAMED),)))
    if incident.reopened:
        facts.append(("Came back", (count(incident.reopened, "time"),)))
    return tuple(facts)


def _who(state: State) -> Words:
    incident = state.incident
    if incident.status is Status.ACKED and incident.acker:
        until: tuple[Span, ...] = (", until ", Time(incident.ack_until)) if incident.ack_until else ()
        helpers = tuple(span for one in incident.helpers for span in (", with ", Person(one)))
        return (Person(incident.acker), *helpers, *until)
    if incident.status is Status.SNOOZED and incident.snooze_until is not None:
        why = f": {incident.snooze_reason}" if incident.snooze_reason else ""
        return ("Nobody; asleep until ", Time(incident.snooze_until), why, ", wakes if it gets worse")
    owner = Contact(slack=incident.handed_to) if incident.handed_to else state.duty.owner
    if not incident.live:
        return _person(owner)
    then: tuple[Span, ...] = ()
    if state.duty.backup is not None and state.duty.backup.slack != owner.slack:
        then = (", then ", *_person(state.duty.backup))
    return ("Nobody yet. Called: ", *_person(owner), *then)


def _person(contact: Contact) -> Words:
    if contact.slack:
        return (Person(contact.slack),)
    return (contact.name or "nobody is written down in launch.yml",)


def _cause(incident: Incident) -> Words:
    if not incident.deploy or incident.deploy_at is None:
        return ()
    by: tuple[Span, ...] = (" by ", Person(incident.deploy_by)) if incident.deploy_by else ()
    minutes = max(0, round((incident.first_failure - incident.deploy_at).total_seconds() / 60))
    return ("Likely because of release ", Code(incident.deploy), *by, f", {count(minutes, 'minute')} earlier")


def coming(state: State) -> Words:
    """`INC-12 · Next: 14:08 I message @ben`."""
    step = state.next
    at: tuple[Span, ...] = (Time(step.at), " ") if step.at is not None else ()
    people = tuple(
        span
        for index, one in enumerate(step.whom)
        if one != HERE
        for span in ((" and " if index else " "), Person(one))
    )
    return (f"{state.incident.name} · Next: ", *at, NEXT[step.what], *people)


def _mentioned(mention: tuple[str, ...]) -> Words:
    return tuple(span for one in mention if one != HERE for span in (Person(one), " "))


def _buttons(incident: Incident) -> tuple[Action, ...]:
    value = f"{incident.id}:{incident.rev}"
    if not incident.live:
        return ()
    name = incident.name
    ack = Action("incident.ack", "I'm on It", value, primary=True, command=f"/launch ack {name}")
    fixed = Action("incident.fixed", "It's Fixed", value, command=f"/launch fixed {name}")
    snooze = Action("incident.snooze", "Snooze 30 Min", f"{value}:30m", command=f"/launch snooze {name} 30m")
    if incident.status is Status.ACKED:
        more = Action("incident.extend", "30 Min More", value, command=f"/launch ack {name}")
        return (Action("incident.fixed", "It's Fixed", value, primary=True, command=f"/launch fixed {name}"), more)
    if incident.status is Status.SNOOZED:
        return (ack, fixed)
    return (ack, fixed, snooze)


def _tone(incident: Incident) -> Tone:
    if not incident.live:
        return Tone.GOOD
    return Tone.BAD if incident.sev in (Sev.ONE, Sev.TWO) else Tone.WARN
