"""`/launch incidents`: what is broken now and who has it, and what was broken lately."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.blockkit.words import one_line
from bot.document import Code, Document, Heading, Item, Listing, Paragraph, Part, Person, Span, Time, Tone, Words
from bot.domain.incident import Incident, Status
from bot.domain.member import Outcome
from bot.views.card import tone_of
from bot.views.card_buttons import take
from bot.views.felt import felt, lasted, what_of, word
from bot.views.prose import count
from bot.views.state import small

SHOWN = 10
"""Entries of each list; the rest is counted."""


def incident_list(live: Sequence[Incident], over: Sequence[Incident]) -> Document:
    """`live` worst first, `over` newest first."""
    broken = [one for one in live if not one.drill]
    parts: list[Part] = []
    if live:
        parts.append(Listing(tuple(_now(one) for one in live), limit=SHOWN))
    else:
        parts.append(Paragraph(("I look on, and call whoever is on duty as soon as something breaks.",)))
    if over:
        parts += [Heading("Over"), Listing(tuple(_then(one) for one in over), limit=SHOWN)]
    example = next((one.name for one in (*live, *over)), "INC-12")
    parts.append(Paragraph(("The story of one: ", Code(f"/launch export {example}"), ". Who was told: ",
                            Code(f"/launch why {example}"), ".")))  # fmt: skip
    return Document(_headline(broken, live), tuple(parts), _tone(live), fallback=_spoken(broken))


def _headline(broken: Sequence[Incident], live: Sequence[Incident]) -> str:
    if broken:
        return f"{count(len(broken), 'incident')} going on"
    return "Only a drill is going on" if live else "Nothing is broken"


def _spoken(broken: Sequence[Incident]) -> str:
    if not broken:
        return "Nothing is broken: no incident is going on."
    first = broken[0]
    more = f", and {len(broken) - 1} more" if len(broken) > 1 else ""
    return f"{first.name} is going on: {word(first).lower()}, {one_line(what_of(first), 60)}{more}."


def _tone(live: Sequence[Incident]) -> Tone:
    tones = [tone_of(one) for one in live]
    if not tones:
        return Tone.GOOD
    return Tone.BAD if Tone.BAD in tones else Tone.WARN


def _now(incident: Incident) -> Item:
    drill = "Drill. " if incident.drill else ""
    title = f"{incident.name} · {what_of(incident)}"
    felt_line: Words = (f"{drill}{felt(incident).now}. Since ", Time(incident.first_failure, "both"), ".")
    actions = (take(incident),) if incident.status is Status.OPEN and incident.green_since is None else ()
    severity = f"Severity {int(incident.sev)}. "
    return Item((title,), (felt_line, (severity, *_holder(incident))), tone_of(incident), word(incident), actions)


def _holder(incident: Incident) -> Words:
    if incident.status is Status.ACKED and incident.acker:
        end: Words = (", until ", Time(incident.ack_until, "both")) if incident.ack_until else ()
        return (Person(incident.acker), " is on it", *end, ".")
    if incident.status is Status.SNOOZED and incident.snooze_until is not None:
        why = " by a silence" if incident.silence else ""
        return (f"It is asleep{why} until ", Time(incident.snooze_until, "both"), ".")
    if incident.handed_to:
        return ("It waits for ", Person(incident.handed_to), ".")
    return ("Nobody is on it yet.",)


def _then(incident: Incident) -> Item:
    title: list[Span] = [f"{incident.name} · {what_of(incident)}: "]
    at: datetime | None = incident.resolved_at
    if incident.outcome is Outcome.MERGED:
        # It ended as an incident of its own; what customers feel may go on.
        same = f"has the same cause as INC-{incident.parent}, and is told there"
        return Item((*title, same))
    if incident.outcome is Outcome.REMOVED:
        title.append("is no longer watched")
    else:
        title.append(f"{small(felt(incident).was)}, for {lasted(incident)}")
    if at is not None:
        title += ["; over since ", Time(at, "both")]
    return Item(tuple(title), tone=Tone.GOOD)
