"""Who is on call, now and next, for each service: what `/launch oncall`, the App Home and the digest show."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from bot.domain import rota
from bot.domain.hours import Quiet
from bot.domain.rota import AHEAD, Gap, Team, contact
from bot.domain.scene import Contact, Duty
from bot.services.people import GONE, People
from bot.store import settings

if TYPE_CHECKING:
    from bot.services.container import Services

Reason = Literal["unknown", "no_slack", "left", "guest", "bot", "not_in_slack", "no_scope", "not_found"]
"""Why a name reaches nobody: not in launch.yml, no Slack id there, left, a guest, a bot, an id that Slack does not
know, an e-mail address that may not be looked up, an e-mail address that Slack does not know."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Who is called about some services, until when, and who comes after."""

    services: tuple[str, ...]
    """Empty where launch.yml names none: everything."""
    owner: Contact
    backup: Contact | None
    why: str
    """`override`, `shift`, `owner`, `backup`, `default` or `installer`."""
    until: datetime | None = None
    """When somebody else is called; None: not within the next four weeks."""
    then: Contact | None = None


@dataclass(frozen=True, slots=True)
class Swap:
    """Somebody takes over for a while."""

    person: Contact
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Sleeper:
    """A person with the quiet hours that hold for them."""

    person: Contact
    zone: str
    quiet: Quiet


@dataclass(frozen=True, slots=True)
class Lost:
    """A name that somebody wrote down and that reaches nobody."""

    name: str
    why: Reason = "unknown"
    slack: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """All about who is called."""

    now: datetime
    zone: str
    """The product's time zone."""
    turns: tuple[Turn, ...]
    """Services with the same answer stand together."""
    swaps: tuple[Swap, ...] = ()
    """Those that hold now, and those to come."""
    hands_over: datetime | None = None
    """When the next turn begins; None where nobody takes turns."""
    sleepers: tuple[Sleeper, ...] = ()
    gaps: tuple[Gap, ...] = ()
    """In the next seven days."""
    lost: tuple[Lost, ...] = ()
    nobody: bool = False
    """Nobody of launch.yml can be reached at all."""
    last_resort: Contact | None = None
    services: Mapping[str, str] = field(default_factory=dict)
    """What customers call each service, by its name in launch.yml; empty: the same."""

    @property
    def complete(self) -> bool:
        """Whether every call of the next seven days reaches somebody who was named for it."""
        return not (self.gaps or self.lost or self.nobody)


async def roster(services: Services) -> Roster:
    """Who is on call as of now."""
    people, now = People.of(services.config), services.clock.now()
    return await services.store.read(lambda connection: roster_of(connection, people, now))


def roster_of(connection: sqlite3.Connection, people: People, now: datetime) -> Roster:
    """Who is on call at a moment, from launch.yml and what the store knows."""
    team = people.now(connection, now)
    known = settings.named(connection, people.product)
    names = tuple(team.services) or ("",)
    return Roster(
        now=now,
        zone=team.zone,
        turns=_together([_turn(team, name, now) for name in names]),
        swaps=tuple(
            Swap(contact(team, team.people[one.person], now), one.begins, one.ends)
            for one in team.overrides
            if one.person in team.people and one.ends > now
        ),
        hands_over=rota.handover_at(team, now),
        sleepers=tuple(
            Sleeper(contact(team, one, now), one.zone or team.zone, team.quiet if one.quiet is None else one.quiet)
            for one in team.people.values()
            if one.reachable
        ),
        gaps=rota.coverage(team, now, AHEAD),
        lost=tuple(_lost(people, team, name, known) for name in rota.unresolvable(team)),
        nobody=rota.nobody(team),
        last_resort=rota.on_call(team, "", now).last_resort,
    )


def _turn(team: Team, service: str, now: datetime) -> Turn:
    duty: Duty = rota.on_call(team, service, now)
    change = rota.next_change(team, service, now)
    until, then = (change[0], change[1].owner) if change is not None else (None, None)
    return Turn((service,) if service else (), duty.owner, duty.backup, duty.why, until, then)


def _together(turns: list[Turn]) -> tuple[Turn, ...]:
    """Services with the same people until the same moment, as one; in the order of launch.yml."""
    found: dict[object, list[Turn]] = {}
    for one in turns:
        found.setdefault((one.owner, one.backup, one.why, one.until, one.then), []).append(one)
    return tuple(
        Turn(tuple(name for one in same for name in one.services), first.owner, first.backup, first.why, first.until,
             first.then)
        for same in found.values()
        for first in same[:1]
    )  # fmt: skip


def _lost(people: People, team: Team, name: str, known: Mapping[str, str]) -> Lost:
    person = team.people.get(name)
    if person is None:
        return Lost(name)
    if person.slack:
        return Lost(name, _gone(known.get(GONE + person.slack, "")), person.slack)
    if not people.emails.get(name):
        return Lost(name, "no_slack")
    return Lost(name, "no_scope" if known.get(UNASKED) else "not_found")


UNASKED = "members:no_scope"
"""In the store's settings: e-mail addresses could not be looked up, since the app lacks the permission."""


def _gone(why: str) -> Reason:
    match why:
        case "guest" | "bot" | "not_in_slack":
            return why
    return "left"
