"""What a mail, a push message or an SMS says about an incident: plain text, the most important words first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.incident import Incident
from bot.domain.member import Light
from bot.views.card import FELT, State, word
from bot.views.prose import count
from checks.masking import mask
from checks.model import Json

SMS = 160
"""Characters of one SMS."""
MARK = 8
"""Characters of a delivery id that an SMS repeats."""
REASONS: Mapping[str, str] = {
    "slack_refused": "You get this here because Slack refuses the bot's messages.",
    "slack_silent": "You get this here because Slack has not taken the bot's message for minutes.",
    "over": "You get this here because you were told here that it was broken.",
}
UNANSWERED = "You get this here because nobody has answered in Slack."
_PLAIN = {ord(each): " " for each in map(chr, (*range(32), 127, 0x2028, 0x2029))}


@dataclass(frozen=True, slots=True)
class Wording:
    """One message in the forms that the routes need."""

    title: str
    text: str
    short: str
    data: Mapping[str, Json]


def wording(state: State, why: str, id: str, now: datetime, zone: str, *, names: Mapping[str, str]) -> Wording:
    """The words as of now; `names` leads from Slack ids to what people are called, `id` marks a repeat."""
    incident = state.incident
    what, felt = _line(state.what, 200), FELT[incident.trouble][1]
    title = f"{_drill(incident)}{word(incident)}: {what} ({incident.name})"
    seen = next((one.evidence for one in incident.own if one.light is Light.RED and one.evidence), "")
    lines = [_state(incident, felt, now, zone)]
    if incident.live and seen:
        lines.append(f"Seen: {_line(mask(seen), 300)}")
    if incident.live:
        lines.append(_who(incident, names))
        lines.append(f"In Slack: /launch ack {incident.name}")
    lines += ["", REASONS.get(why, UNANSWERED), f"Message {id}: if it comes twice, it is the same."]
    return Wording(title, "\n".join(lines), _short(state, id, now, zone), _data(state, why, now))


def _state(incident: Incident, felt: str, now: datetime, zone: str) -> str:
    if incident.live:
        minutes = max(0, round((now - incident.first_failure).total_seconds() / 60))
        return f"{felt}, since {_at(incident.first_failure, now, zone)} ({count(minutes, 'minute')})."
    if incident.resolved_at is None:
        return "It is over."
    return f"Over since {_at(incident.resolved_at, now, zone)}. It was: {felt[0].lower()}{felt[1:]}."


def _who(incident: Incident, names: Mapping[str, str]) -> str:
    if incident.acker:
        return f"{names.get(incident.acker) or 'Somebody'} is on it."
    return "It is asleep." if incident.snooze_until is not None else "Nobody is on it yet."


def _short(state: State, id: str, now: datetime, zone: str) -> str:
    """All in one SMS: the state and the name of what is broken are cut last."""
    incident = state.incident
    at = incident.first_failure if incident.live else incident.resolved_at or now
    end = f" since {_at(at, now, zone)}. {incident.name} #{id[:MARK]}"
    head = f"{_drill(incident)}{word(incident)}: "
    room = SMS - len(head) - len(end)
    felt = f". {FELT[incident.trouble][1]}" if incident.live else ""
    what = _line(state.what, room)
    return head + (what + felt if len(what + felt) <= room else what) + end


def _data(state: State, why: str, now: datetime) -> dict[str, Json]:
    incident = state.incident
    return {
        "type": "incident",
        "incident": incident.name,
        "product": incident.product,
        "environment": incident.environment,
        "service": incident.service,
        "what": _line(state.what, 200),
        "trouble": incident.trouble.value,
        "severity": int(incident.sev),
        "status": incident.status.value,
        "live": incident.live,
        "drill": incident.drill,
        "revision": incident.rev,
        "since": incident.first_failure.isoformat(),
        "ended": incident.resolved_at.isoformat() if incident.resolved_at and not incident.live else None,
        "why": why,
        "at": now.isoformat(),
    }


def _drill(incident: Incident) -> str:
    return "DRILL " if incident.drill else ""


def _at(moment: datetime, now: datetime, zone: str) -> str:
    there = moment.astimezone(ZoneInfo(zone))
    same = there.date() == now.astimezone(ZoneInfo(zone)).date()
    return f"{there:%H:%M %Z}" if same else f"{there:%d %b %H:%M %Z}"


def _line(text: str, most: int) -> str:
    """Text from outside on one line, so that it can pose as no line of its own, and no longer than that."""
    plain = " ".join(text.translate(_PLAIN).split())
    return plain if len(plain) <= most else plain[: max(0, most - 1)] + "…"
