"""What an incident amounted to, counted from its events alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain import events as e
from bot.domain.events import Event
from bot.domain.incident import Incident


@dataclass(frozen=True, slots=True)
class Figures:
    """Moments and counts; a moment that never came is None."""

    began: datetime
    """First failure, as far as the bot saw."""
    noticed: datetime
    announced: datetime | None
    taken: datetime | None
    """When somebody first said that they were on it."""
    ended: datetime | None
    calls: int
    """Steps of the escalation that called somebody."""
    hands: int
    """People who worked on it."""
    returns: int
    """How often it came back."""


def figures(incident: Incident, events: Sequence[Event]) -> Figures:
    """Counted from the whole log."""
    first = next((one for one in events if isinstance(one, e.Opened)), None)
    taken = [one for one in events if isinstance(one, e.Acked | e.TakenOver)]
    hands = {one.actor for one in events if isinstance(one, e.Acked | e.TakenOver | e.Joined) and one.actor}
    return Figures(
        began=(first.first_failure or first.at) if first is not None else incident.first_failure,
        noticed=first.at if first is not None else incident.opened_at,
        announced=next((one.at for one in events if isinstance(one, e.Announced)), None),
        taken=taken[0].at if taken else None,
        ended=None if incident.live else incident.resolved_at,
        calls=sum(isinstance(one, e.Escalated | e.Repeated) and bool(one.told) for one in events),
        hands=len(hands),
        returns=sum(isinstance(one, e.Reopened) for one in events),
    )
