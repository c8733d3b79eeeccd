"""Who has an incident, and what comes next: two lines that every card has."""

from __future__ import annotations

from collections.abc import Mapping

from bot.blockkit.words import one_line
from bot.document import Span, Words
from bot.domain.decision import HERE
from bot.domain.incident import Status
from bot.domain.member import Outcome
from bot.domain.outlook import NextStep
from bot.domain.scene import Contact
from bot.domain.severity import Sev
from bot.views.state import State, moment, naming

REASON = 160
"""Characters of a person's reason."""
ON_CALL = "the person on call"
NEXT: Mapping[NextStep, str] = {
    NextStep.CARD: "I post this card",
    NextStep.CALL_OWNER: "I message",
    NextStep.CALL_BACKUP: "I message",
    NextStep.CALL_AGAIN: "I message again",
    NextStep.CALL_EVERYBODY: "I call everybody in the channel",
    NextStep.REPEAT: "I remind",
    NextStep.ASK_HOLDER: "I ask for news from",
    NextStep.LET_GO: "the time is over; if it still fails, I call again",
    NextStep.WAKE: "it wakes, if it still fails",
    NextStep.SPEAK_AGAIN: "the silence ends, and I speak again",
    NextStep.CONFIRM: "I call it fixed, if it stays good",
    NextStep.LOOK: "I am looking again right now",
    NextStep.CALM: "if it has been calm, I say which it is: fixed, or down",
    NextStep.DIGEST: "it stands in the morning summary",
    NextStep.CLOSE: "I close it, if it stays good; the same trouble before then opens it again",
    NextStep.NOTHING: "nothing, it is over",
}
NAMES_PEOPLE = frozenset(
    {NextStep.CALL_OWNER, NextStep.CALL_BACKUP, NextStep.CALL_AGAIN, NextStep.REPEAT, NextStep.ASK_HOLDER}
)


def holder(state: State) -> Words:
    """Who is on it, or who is called, or why nobody is."""
    incident = state.incident
    owner = Contact(slack=incident.handed_to) if incident.handed_to else state.duty.owner
    if not incident.live:
        return (_person(state, owner),)
    if incident.status is Status.ACKED and incident.acker:
        until: Words = (", until ", moment(state, incident.ack_until)) if incident.ack_until else ()
        helpers: list[Span] = []
        for index, one in enumerate(incident.helpers[:5]):
            helpers += [" and " if index else ", with ", naming(state, one)]
        return (naming(state, incident.acker), *until, *helpers)
    if incident.status is Status.SNOOZED and incident.snooze_until is not None:
        end = moment(state, incident.snooze_until)
        if incident.silence:
            return ("Nobody, on purpose: a silence covers it until ", end)
        why = f": {one_line(incident.snooze_reason, REASON)}" if incident.snooze_reason else ""
        return ("Nobody, on purpose: asleep until ", end, why, ". It wakes if it gets worse")
    if incident.green_since is not None and incident.flapping_until is None:
        return ("Nobody took it, and it seems to end by itself",)
    if incident.handed_to:
        return ("Nobody yet. Handed to ", _person(state, owner), ", who has not answered")
    return ("Nobody yet", *_on_call(state, owner))


def _on_call(state: State, owner: Contact) -> Words:
    """Who was called, and who would be next."""
    duty, step = state.duty, state.incident.step
    first = owner if owner.slack or duty.last_resort is None else duty.last_resort
    if not (first.slack or first.name):
        return (", and nobody is written down for it in launch.yml",)
    if not first.slack:
        return (f", and I know no Slack account of {one_line(first.name, 40)}",)
    mine = _person(state, first)
    second = None if duty.backup is None or duty.backup.slack in ("", first.slack) else duty.backup
    if state.incident.sev > Sev.TWO:
        return (". It belongs to ", mine)
    if step == 0:
        return (". First I call ", mine, *((", then ", _person(state, second)) if second else ()))
    if second is None or state.incident.sev is not Sev.ONE:
        return (". Called: ", mine)
    return (". Called: ", mine, " and " if step > 1 else ", then ", _person(state, second))


def _person(state: State, contact: Contact) -> Span:
    if contact.slack:
        return naming(state, contact.slack, contact.name or ON_CALL)
    return one_line(contact.name, 40) if contact.name else "nobody; none is written down in launch.yml"


def coming(state: State) -> Words:
    """`INC-12 · Next: 14:08 I message @ben`."""
    incident, step = state.incident, state.next
    if incident.outcome is Outcome.MERGED:
        return (f"{incident.name} · Next: nothing here, INC-{incident.parent} goes on",)
    if incident.outcome is Outcome.REMOVED:
        return (f"{incident.name} · Next: nothing, unless it comes back into launch.yml",)
    if step.what is NextStep.LOOK:
        by: Words = (", since ", naming(state, incident.fix_by), " says that it is fixed") if incident.fix_by else ()
        return (f"{incident.name} · Next: {NEXT[step.what]}", *by)
    at: Words = (moment(state, step.at), " ") if step.at is not None else ()
    people: list[Span] = []
    for one in step.whom if step.what in NAMES_PEOPLE else ():
        name: Span = "everybody in the channel" if one == HERE else naming(state, one, ON_CALL)
        people += [" and " if people else " ", name]
    if step.what in NAMES_PEOPLE and not people:
        people = [f" {ON_CALL}"]
    every = f" · I look every {state.every:.0f} s" if state.every and incident.live else ""
    return (f"{incident.name} · Next: ", *at, NEXT[step.what], *people, every)
