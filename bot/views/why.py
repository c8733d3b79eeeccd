"""`/launch why INC-12`: every message about it, to whom, when it was asked for and when sent, and because of what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot.blockkit.words import one_line
from bot.document import Actions, Document, Heading, Item, Listing, Paragraph, Part, Person, Span, Time, Tone, Words
from bot.domain.decision import HERE, Why
from bot.domain.events import Event
from bot.domain.incident import Incident
from bot.domain.scene import Duty
from bot.views.card_buttons import timeline
from bot.views.felt import length, what_of
from bot.views.prose import count

if TYPE_CHECKING:
    from bot.store.outbox import Delivery
    from bot.store.second_routes import Way

SHOWN = 14
"""Messages in one answer: the newest; the rest is counted, and stands in the export."""
LATE = 2.0
"""Seconds; a message that took longer than this is said to have taken it."""
ROLES: Mapping[str, str] = {
    "override": "you took this turn over from somebody",
    "shift": "it is your turn in the rotation",
    "owner": "launch.yml names you as the owner",
    "backup": "you are the backup, and the owner cannot be reached",
    "default": "nobody else is named for it in launch.yml",
    "installer": "nobody is named for it in launch.yml, and you own the workspace",
}
BECAUSE: Mapping[Why, str] = {
    Why.OPENED: "it had been failing long enough to be sure",
    Why.CHANGED: "something about it changed",
    Why.ACKED: "somebody said that they are on it",
    Why.JOINED: "somebody said that they help",
    Why.EXTENDED: "more time was asked for",
    Why.ACK_ENDS_SOON: "the time of whoever is on it was nearly over",
    Why.ACK_ENDED: "the time of whoever was on it was over, and it still failed",
    Why.TAKES_LONG: "it took longer than it should",
    Why.TAKEN_OVER: "somebody took it over",
    Why.HANDED_OVER: "it was handed over",
    Why.SNOOZED: "somebody put it to sleep",
    Why.WOKE: "its sleep was over, and it still failed",
    Why.WORSE: "it got worse",
    Why.RED_AGAIN: "it failed again after it had looked better",
    Why.FIX_REFUSED: "a fresh look did not agree that it was fixed",
    Why.RESOLVED: "it was over",
    Why.REMOVED: "it was taken out of launch.yml",
    Why.REOPENED: "it was back",
    Why.MERGED: "it had the same cause as another incident",
    Why.NOBODY_YET: "nobody had answered yet",
    Why.PAGED: "somebody called for help",
    Why.UNSTABLE: "it went up and down",
    Why.CALM_RED: "it had stopped going up and down, and still failed",
    Why.MUTED: "a silence began",
    Why.SILENCED_SEV1: "it was grave, although a silence covered it",
    Why.NOTED: "somebody wrote a note",
}

OF_ROUTES: Mapping[str, str] = {
    "slack_refused": "Slack refuses the bot's message for good",
    "slack_silent": "Slack did not take the message in time",
    "over": "it is over, and who was told of it this way is told of its end this way",
}
"""Why a second route was used, where it was not that nobody answered."""


def why(
    incident: Incident,
    trail: Sequence[Delivery],
    ways: Sequence[Way],
    events: Sequence[Event],
    *,
    user: str = "",
    duty: Duty | None = None,
) -> Document:
    """The trail of deliveries in Slack (`outbox.trail`) and by second routes (`second_routes.trail`).

    `events` are all of the incident's, so that the event of revision n is the n-th. With `user`, why that person was
    told comes first; `duty` is who is on duty for it now.
    """
    parts: list[Part] = []
    if user:
        parts.append(Paragraph(_yours(incident, trail, user, duty)))
    told = [one for one in trail if one.kind.value != "edit"]
    edits = len(trail) - len(told)
    parts.append(Listing(tuple(_item(one, events) for one in told[-SHOWN:]), "Nothing has been sent about it."))
    if len(told) > SHOWN:
        parts.append(Paragraph((f"{count(len(told) - SHOWN, 'older message')} in /launch export {incident.name}.",)))
    if edits:
        parts.append(Paragraph((f"The card was brought up to date {count(edits, 'time')}, which calls nobody.",)))
    if ways:
        parts += [Heading("By other ways than Slack"), Listing(tuple(_way(one) for one in ways[-SHOWN:]))]
    parts.append(Actions((timeline(incident),)))
    headline = f"Who was told about {incident.name}"
    spoken = f"{incident.name}, {what_of(incident)}: {_counted(told, ways)}"
    return Document(headline, tuple(parts), fallback=f"{one_line(spoken, 148)}.")


def _counted(told: Sequence[Delivery], ways: Sequence[Way]) -> str:
    sent = sum(one.sent_at is not None for one in told)
    other = f", {len(ways)} by other ways" if ways else ""
    return f"{sent} of {count(len(told), 'message')} sent in Slack{other}"


def _yours(incident: Incident, trail: Sequence[Delivery], user: str, duty: Duty | None) -> Words:
    """Why that person is told."""
    if incident.acker == user:
        return ("You are told since you are on it. Hand it over if you need a rest.",)
    if incident.handed_to == user:
        return ("You are told since it was handed over to you.",)
    if duty is not None and duty.owner.slack == user:
        shared = "several services are concerned, and you come first among the people of launch.yml"
        role = shared if not incident.service and duty.why == "default" else ROLES.get(duty.why, "it is yours")
        return (f"You are called first since {role}.",)
    if duty is not None and duty.backup is not None and duty.backup.slack == user:
        return ("You are the backup: you are called where the owner has not answered within five minutes.",)
    if any(one.channel == user for one in trail):
        return ("You were told at the time; it is not your turn any more.",)
    return ("You see it since you are in the channel; I have not called you.",)


def _item(row: Delivery, events: Sequence[Event]) -> Item:
    title: list[Span] = [Time(row.created_at, "both"), " ", *_what(row)]
    return Item(tuple(title), tuple(_about(row, events)), _tone(row.state.value))


def _what(row: Delivery) -> Words:
    kind = row.kind.value
    if kind == "dm":
        return ("A direct message to ", Person(row.channel))
    if kind == "thread":
        return ("A line in its thread", ", shown in the channel as well" if row.broadcast else "")
    return ("A line in the channel",) if row.about else ("The card in the channel",)


def _about(row: Delivery, events: Sequence[Event]) -> list[Words]:
    event = events[row.about - 1] if 0 < row.about <= len(events) else None
    lines: list[Words] = [("Because ", *_because(str(row.said.get("why") or ""), event), ".")]
    called = row.said.get("mention")
    if isinstance(called, list | tuple) and called:
        lines.append(("It called ", *_people([str(one) for one in called]), "."))
    lines.append(_sent(row))
    if row.may_repeat:
        lines.append(("Slack did not confirm the first attempt, so it may stand there twice.",))
    return lines


def _because(code: str, event: Event | None) -> Words:
    because = BECAUSE[Why(code)] if code in set(Why) else "it was asked for"
    return (because, *((" (", Person(event.actor), ")") if event is not None and event.actor else ()))


def _people(ids: Sequence[str]) -> Words:
    out: list[Span] = []
    for one in ids:
        out += [" and " if out else "", "everybody in the channel" if one == HERE else Person(one)]
    return tuple(one for one in out if one != "")


def _sent(row: Delivery | Way, closed: str = "Slack refuses it") -> Words:
    tries = f" at attempt {row.attempts}" if row.attempts > 1 else ""
    if row.sent_at is not None:
        late = (row.sent_at - max(row.created_at, row.not_before)).total_seconds()
        return (f"Sent{tries}, {_seconds(late)} after it was due." if late > LATE else f"Sent at once{tries}.",)
    why = f": {one_line(row.last_error, 200)}" if row.last_error else ""
    if row.state == "dead":
        return (f"Not sent, {closed}{why}.",)
    return (f"Not sent yet, {count(row.attempts, 'attempt')} so far{why}.",)


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else length(seconds)


def _tone(state: str) -> Tone:
    return Tone.GOOD if state == "sent" else Tone.BAD if state == "dead" else Tone.WARN


def _way(row: Way) -> Item:
    to: Words = (" to ", Person(row.person)) if row.person else ()
    because = OF_ROUTES.get(row.why) or (BECAUSE[Why(row.why)] if row.why in set(Why) else BECAUSE[Why.NOBODY_YET])
    lines: list[Words] = [("Because ", because, "."), _sent(row, "this way is closed")]
    return Item((Time(row.created_at, "both"), " ", _route(row.route), *to), tuple(lines), _tone(row.state))


def _route(route: str) -> str:
    """Its place in `second_route`, counted from one; an address is not repeated in a channel."""
    return f"By second route {int(route) + 1}" if route.isdigit() else "Into a file on the bot's machine"
