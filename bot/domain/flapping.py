"""Up and down and up again: when that is one story, and for how long nothing more is said about each turn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import events as e
from bot.domain.incident import Incident

WINDOW = timedelta(minutes=60)
TURNS = 4
"""Turns within the window that make it unstable."""
HOLD = timedelta(minutes=20)
LONGEST_HOLD = timedelta(minutes=80)
EDIT_EVERY = timedelta(minutes=5)
"""How often the counter of turns on the card is brought up to date."""
MOSTLY_DOWN = 0.5


@dataclass(frozen=True, slots=True)
class Hold:
    """How long it must be calm."""

    until: datetime
    seconds: int


def hold_for(turns: int, at: datetime) -> Hold | None:
    """The hold after a turn, the `turns`-th within the window: it doubles with every four more. None: not unstable."""
    if turns < TURNS:
        return None
    hold = min(LONGEST_HOLD, HOLD * (1 << min(8, turns // TURNS - 1)))
    return Hold(at + hold, int(hold.total_seconds()))


def next_hold(incident: Incident, at: datetime) -> Hold | None:
    """The hold after the turn that the incident just took; while unstable it never gets shorter."""
    hold = hold_for(len(incident.changes), at)
    if incident.flapping_until is None:
        return hold
    seconds = max(incident.flap_hold_s, 0 if hold is None else hold.seconds)
    return Hold(at + timedelta(seconds=seconds), seconds)


@dataclass(frozen=True, slots=True)
class Share:
    """How the time was spent."""

    down_s: float
    up_s: float

    @property
    def down(self) -> float:
        """Share of the time that it was down, 0 to 1."""
        whole = self.down_s + self.up_s
        return self.down_s / whole if whole else 0.0


def share(changes: Sequence[datetime], *, red: bool, now: datetime) -> Share:
    """Time down and up since the first of the turns; `red` is how it is after the last of them."""
    down = up = 0.0
    end = now
    for begin in reversed(changes):
        span = max(0.0, (end - begin).total_seconds())
        down, up = (down + span, up) if red else (down, up + span)
        red, end = not red, begin
    return Share(down, up)


def spent(events: Iterable[e.Event], now: datetime) -> Share:
    """Time down and up over the whole story of an incident, from its first failure to its end, or to now."""
    down = up = 0.0
    red, begin = True, None
    for event in events:
        turn: bool | None = None
        if isinstance(event, e.Opened | e.RedAgain | e.Reopened):
            turn = True
        elif isinstance(event, e.LooksBetter | e.Resolved):
            turn = False
        if turn is None:
            continue
        if begin is not None:
            gone = max(0.0, (event.at - begin).total_seconds())
            down, up = (down + gone, up) if red else (down, up + gone)
        begin = (event.first_failure or event.at) if isinstance(event, e.Opened) else event.at
        red = turn
        if isinstance(event, e.Resolved):
            begin = None
    gone = 0.0 if begin is None else max(0.0, (now - begin).total_seconds())
    return Share(down + gone, up) if red else Share(down, up + gone)


def mostly_down(incident: Incident) -> bool:
    """Whether it was down for half of the time or more, up to its last turn: then it counts as down."""
    if not incident.changes:
        return False
    now = incident.changes[-1]
    # At the last turn the colour before it is the other one.
    return share(incident.changes[:-1], red=incident.green_since is not None, now=now).down >= MOSTLY_DOWN
