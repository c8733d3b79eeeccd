"""An incident: something a person must act on. Its row is the fold of its events (`folding.apply`)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.member import Light, Member, Outcome
from bot.domain.severity import Sev, Trouble
from bot.domain.trouble import first_of

REOPEN_FOR = timedelta(minutes=30)
"""How long after the end the same trouble opens the same incident again."""


class Status(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    """Nobody is on it yet."""
    ACKED = "acked"
    """Somebody is on it, until `ack_until`."""
    SNOOZED = "snoozed"
    """It sleeps, until `snooze_until`."""
    RESOLVED = "resolved"
    """Over; the same trouble within `reopen_until` opens it again."""
    CLOSED = "closed"
    """History."""

    @property
    def live(self) -> bool:
        """Whether it still is somebody's business."""
        return self in (Status.OPEN, Status.ACKED, Status.SNOOZED)


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident as it stands now; times are UTC."""

    id: int
    """Shown as INC-<id>."""
    product: str
    environment: str
    service: str
    """Empty for the shared cause of several services."""
    trouble: Trouble
    key: str
    status: Status
    sev: Sev
    opened_at: datetime
    first_failure: datetime
    """When customers began to feel it, as far as the bot saw; after a re-opening, when it came back."""
    rev: int
    """Number of events; the card shows it, so that an old button is recognised."""
    turn: int
    """The revision at which the status last changed: a timer set for an earlier turn does nothing."""
    announce_at: datetime | None = None
    """When the card is due; None: not planned."""
    announced_at: datetime | None = None
    """When the card went out."""
    esc_from: datetime | None = None
    """The moment from which the steps of the escalation count; None: nobody is called."""
    step: int = 0
    """The next step of the escalation."""
    handed_to: str = ""
    """Slack id of the person it was passed on to."""
    acker: str = ""
    ack_until: datetime | None = None
    ack_warned: bool = False
    helpers: tuple[str, ...] = ()
    """Slack ids of the others who said that they work on it."""
    extensions: int = 0
    backup_told: bool = False
    snooze_until: datetime | None = None
    snooze_reason: str = ""
    silence: str = ""
    """The silence under which it began; empty where a person snoozed it, or nobody did."""
    muted_by: str = ""
    """The silence that holds back its repeats."""
    muted_until: datetime | None = None
    mute_reason: str = ""
    green_since: datetime | None = None
    green_until: datetime | None = None
    """When "looks better" becomes "fixed"."""
    fix_by: str = ""
    fix_at: datetime | None = None
    """Who said that it is fixed, and when; None: no fresh look is under way."""
    resolved_at: datetime | None = None
    resolved_by: str = ""
    outcome: Outcome | None = None
    reopen_until: datetime | None = None
    reopen_rev: int = 0
    """Revision of the last re-opening: a button older than this was about an earlier outage."""
    reopened: int = 0
    """How often it came back."""
    changes: tuple[datetime, ...] = ()
    """Turns between red and green in the last hour, newest last."""
    flapping_since: datetime | None = None
    flapping_until: datetime | None = None
    flap_hold_s: int = 0
    parent: int = 0
    """The incident that this one was merged into."""
    children: tuple[int, ...] = ()
    members: tuple[Member, ...] = ()
    deploy: str = ""
    deploy_by: str = ""
    deploy_at: datetime | None = None
    drill: bool = False

    @property
    def name(self) -> str:
        """How people call it: INC-12."""
        return f"INC-{self.id}"

    @property
    def live(self) -> bool:
        """Whether it is neither over nor merged."""
        return self.status.live

    @property
    def own(self) -> tuple[Member, ...]:
        """The members that keep it open."""
        return tuple(one for one in self.members if not one.absorbed)

    @property
    def also(self) -> tuple[Member, ...]:
        """The members that are only a consequence: "also affected"."""
        return tuple(one for one in self.members if one.absorbed)

    @property
    def cause(self) -> Trouble:
        """The kind of trouble to name first: of what several services share, the one nearest to the visitor."""
        red = frozenset(one.trouble for one in self.own if one.light is not Light.UP)
        return first_of(red) if red and not self.service else self.trouble

    def member(self, probe: str, trouble: Trouble) -> Member | None:
        """The member of that name, if it belongs to it."""
        return next((one for one in self.members if (one.probe, one.trouble) == (probe, trouble)), None)


class OutOfOrder(ValueError):
    """An event that cannot follow what was there: the log is damaged."""


def key_of(product: str, environment: str, service: str, trouble: Trouble) -> str:
    """The key under which at most one incident is live: sha1 in hex, the same for all targets and error texts."""
    text = f"{product}|{environment}|{service}|{trouble.value}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
