"""The story of an incident from its events: in Slack, and as files that outlive Slack's history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.document import (
    Code,
    Document,
    Facts,
    Heading,
    Item,
    Listing,
    Note,
    Paragraph,
    Part,
    Person,
    Span,
    Table,
    Time,
    Words,
)
from bot.domain.codec import to_json
from bot.domain.events import Event
from bot.domain.incident import Incident
from bot.render.markdown import markdown
from bot.render.spans import sentence as plain
from bot.views import happened
from bot.views.card import tone_of
from bot.views.felt import felt, length, what_of, word
from bot.views.figures import figures
from bot.views.notices import PRACTICE, blameless_summary, customer_notice, zone_name
from bot.views.prose import count
from checks.model import Json

if TYPE_CHECKING:
    from bot.services.stories import Story

FIRST, LAST = 4, 20
"""Events shown in Slack: from the beginning and from the end."""
Names = Mapping[str, str]


def timeline(incident: Incident, events: Sequence[Event]) -> Document:
    """The story in Slack."""
    told = [one for one in events if not isinstance(one, happened.TECHNICAL)]
    left = max(0, len(told) - FIRST - LAST)
    begin, end = (told[:FIRST], told[-LAST:]) if left else (told, [])
    parts: list[Part] = [Listing(tuple(_line(one, incident) for one in begin), limit=FIRST + LAST)]
    if left:
        parts.append(Note((f"… {count(left, 'event')} in between, all of them in the export …",)))
        parts.append(Listing(tuple(_line(one, incident) for one in end), limit=LAST))
    parts.append(Note(("As a file, with a notice for customers: ", Code(f"/launch export {incident.name}"))))
    what = what_of(incident)
    spoken = f"The story of {incident.name}, {what}, in {count(len(told), 'event')}."
    return Document(f"{incident.name} · {what}: what happened", tuple(parts), tone_of(incident), fallback=spoken)


def _line(event: Event, incident: Incident) -> Item:
    return Item((Time(event.at, "both"), " – ", *happened.sentence(event, incident)))


def export_markdown(story: Story) -> str:
    """The whole story as Markdown, with people by their names and times of their zone."""
    incident, events, zone = story.incident, story.events, story.zone
    what = what_of(incident)
    told = tuple(
        Item(_here((f"{_stamp(one.at, zone)}: ", *happened.sentence(one, incident)), story.people, zone))
        for one in events
    )
    parts: list[Part] = [
        Facts(_facts(incident, events, zone)),
        Heading("What happened"),
        Listing(told, limit=max(1, len(told))),
        Heading("For customers (draft)"),
        *(Paragraph((line,)) for line in customer_notice(incident, events, what, zone)),
        Heading("Summary without blame (draft)"),
        Facts(tuple((label, (text,)) for label, text in blameless_summary(incident, events, what, zone))),
        Heading("Who was told"),
        _messages(story),
        Note((f"All times are {zone_name(zone)}. Written by Launch Ready from what it recorded.",)),
    ]
    drill = "DRILL · " if incident.drill else ""
    return markdown(Document(f"{incident.name} · {drill}{word(incident)} · {what}", tuple(parts)))


def export_json(story: Story) -> dict[str, Json]:
    """The whole story as JSON values: times are ISO 8601 in UTC, each event as it was stored and as a sentence."""
    incident, events, zone = story.incident, story.events, story.zone
    what, found = what_of(incident), figures(incident, events)
    return {
        "format": 1,
        "incident": incident.name,
        "product": incident.product,
        "environment": incident.environment,
        "service": incident.service,
        "title": what,
        "trouble": incident.trouble.value,
        "felt": felt(incident).was,
        "severity": int(incident.sev),
        "status": incident.status.value,
        "outcome": incident.outcome.value if incident.outcome else None,
        "drill": incident.drill,
        "first_failure": _iso(found.began),
        "opened_at": _iso(found.noticed),
        "announced_at": _iso(found.announced),
        "taken_at": _iso(found.taken),
        "ended_at": _iso(found.ended),
        "calls": found.calls,
        "people_on_it": found.hands,
        "came_back": found.returns,
        "release": incident.deploy or None,
        "members": [
            {"probe": one.probe, "trouble": one.trouble.value, "service": one.service, "only_affected": one.absorbed}
            for one in incident.members
        ],
        "events": [
            {**to_json(one), "rev": rev, "sentence": plain(_here(happened.sentence(one, incident), story.people, zone))}
            for rev, one in enumerate(events, 1)
        ],
        "messages": [
            {
                "id": one.delivery_id,
                "kind": one.kind.value,
                "to": one.channel,
                "about_rev": one.about,
                "state": one.state.value,
                "attempts": one.attempts,
                "asked_at": _iso(one.created_at),
                "sent_at": _iso(one.sent_at),
                "error": one.last_error,
            }
            for one in story.trail
        ],
        "second_routes": [
            {
                "id": one.delivery_id,
                "route": story.routes.get(one.route, one.route),
                "to": one.person,
                "why": one.why,
                "state": one.state,
                "attempts": one.attempts,
                "asked_at": _iso(one.created_at),
                "sent_at": _iso(one.sent_at),
                "error": one.last_error,
            }
            for one in story.ways
        ],
        "customer_notice": list(customer_notice(incident, events, what, zone)),
        "summary": dict(blameless_summary(incident, events, what, zone)),
    }


def _facts(incident: Incident, events: Sequence[Event], zone: str) -> tuple[tuple[str, Words], ...]:
    found = figures(incident, events)
    suffered = PRACTICE if incident.drill else felt(incident).now if incident.live else felt(incident).was
    facts: list[tuple[str, Words]] = [
        ("What customers felt", (suffered,)),
        ("Severity", (f"{int(incident.sev)} – {incident.sev.meaning}",)),
        ("First failure", (_stamp(found.began, zone),)),
        ("Certain", (_after(found.noticed, found.began),)),
        ("Card in Slack", (_after(found.announced, found.began),)),
        ("Somebody on it", (_after(found.taken, found.began),)),
        ("Over", (_after(found.ended, found.began) if found.ended else "not yet",)),
        ("Calls", (str(found.calls),)),
    ]
    if incident.deploy:
        facts.append(("Release shortly before", (incident.deploy[:60],)))
    return tuple(facts)


def _messages(story: Story) -> Table:
    people, zone = story.people, story.zone
    rows = [
        (
            one.created_at,
            _KINDS.get(one.kind.value, one.kind.value),
            people.get(one.channel, one.channel),
            _stamp(one.sent_at, zone) if one.sent_at else one.state.value,
            str(one.attempts),
        )
        for one in story.trail
    ]
    rows += [
        (
            one.created_at,
            f"by {story.routes.get(one.route, 'a route that is no longer in launch.yml')}",
            people.get(one.person, one.person),
            _stamp(one.sent_at, zone) if one.sent_at else one.state,
            str(one.attempts),
        )
        for one in story.ways
    ]
    told = tuple((_stamp(at, zone), *rest) for at, *rest in sorted(rows, key=lambda row: row[0]))
    return Table(("Asked for", "What", "To", "Sent", "Attempts"), told)


_KINDS = {"root": "card", "edit": "card brought up to date", "thread": "line in the thread", "dm": "direct message"}


def _after(moment: datetime | None, began: datetime) -> str:
    if moment is None:
        return "never"
    return f"{length((moment - began).total_seconds())} after it began"


def _stamp(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _here(words: Words, people: Names, zone: str) -> Words:
    """The words for a file: people by name, moments in one time zone."""

    def one(span: Span) -> Span:
        if isinstance(span, Person):
            return people.get(span.id, f"somebody who is not in launch.yml ({span.id})")
        if isinstance(span, Time):
            return f"{span.at.astimezone(ZoneInfo(zone)):%H:%M}"
        return span

    return tuple(one(span) for span in words)
