"""The people of the product as of now: who is called about a service, in whose night, by which other ways."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.domain import rota
from bot.domain.hours import Quiet
from bot.domain.rota import Override, Ownership, Person, Rotation, Team
from bot.domain.scene import Duty
from bot.store import settings, turns

if TYPE_CHECKING:
    from bot.config.schema import LaunchFile
    from bot.services.config import Config

GONE = "gone:"
"""In the store's settings: somebody who has left the workspace, by Slack id."""
FOUND = "slack:"
"""In the store's settings: the Slack id of a name, found by its e-mail address."""
_SLACK = re.compile("[UW][A-Z0-9]{2,20}")
INSTALLER = "installer"
"""In the store's settings: the workspace's primary owner, the last resort."""


@dataclass(frozen=True, slots=True)
class People:
    """The team of `launch.yml`; swaps and what Slack knows of people are read from the store."""

    product: str
    team: Team
    second_routes: int = 0
    """How many second routes are configured."""
    emails: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """E-mail addresses by name, of those without a Slack id: Slack is asked who they are."""

    @classmethod
    def of(cls, config: Config) -> People:
        """The people of a configuration; nobody where there is none."""
        file = config.file
        if file is None:
            return cls(config.product, Team())
        routes = file.channels.second_route if file.channels else ()
        emails = {name: one.email for name, one in file.people.items() if one.email and not one.slack}
        return cls(config.product, team_of(file), len(routes), emails)

    @property
    def time_zone(self) -> str:
        """Where the product's day begins."""
        return self.team.zone

    @property
    def working_days(self) -> tuple[str, ...]:
        """Days on which a promise until tomorrow counts: `mon` and so on."""
        return self.team.working_days

    def now(self, connection: sqlite3.Connection, at: datetime) -> Team:
        """The team with what the store knows: swaps, who was found, who has left."""
        known = settings.named(connection, self.product)
        people = {name: self._known(person, known) for name, person in self.team.people.items()}
        swaps = tuple(
            Override(_name(people, one.person), one.begins, one.until)
            for one in turns.ahead(connection, self.product, at)
        )
        # Whoever takes over for a while need not stand in launch.yml; Slack must know the person.
        guests = {one.person for one in swaps if one.person not in people and _SLACK.fullmatch(one.person)}
        people |= {id: Person(id, id, gone=bool(known.get(GONE + id))) for id in sorted(guests)}
        return replace(self.team, people=people, overrides=swaps, installer=known.get(INSTALLER, ""))

    def _known(self, person: Person, known: Mapping[str, str]) -> Person:
        slack = person.slack or known.get(FOUND + person.key, "")
        return replace(person, slack=slack, gone=bool(slack and known.get(GONE + slack)))

    def duty(self, connection: sqlite3.Connection, service: str, at: datetime) -> Duty:
        """Who is called about a service; never nobody, unless nobody at all is known."""
        known = settings.named(connection, self.product)
        gone = tuple(name.removeprefix(GONE) for name, why in known.items() if name.startswith(GONE) and why)
        return replace(rota.on_call(self.now(connection, at), service, at), gone=gone)

    def last_resort(self, connection: sqlite3.Connection, service: str, at: datetime) -> str:
        """The Slack id of whoever gets the card where there is no channel for it."""
        duty = self.duty(connection, service, at)
        resort = duty.last_resort.slack if duty.last_resort else ""
        return duty.owner.slack or resort

    def routes(self, _slack: str) -> tuple[str, ...]:
        """The second routes by which a person is reached: all that are configured."""
        return tuple(str(index) for index in range(self.second_routes))


def team_of(file: LaunchFile) -> Team:
    """The team that a `launch.yml` describes."""
    quiet = file.quiet_hours
    shift = file.rotation
    return Team(
        people={name: Person(name, one.slack or "", one.time_zone or "") for name, one in file.people.items()},
        services={name: Ownership(one.owner or "", one.backup or "") for name, one in file.services.items()},
        rotation=Rotation(shift.people, shift.every, _clock(shift.hands_over), shift.starts) if shift else None,
        zone=file.product.time_zone if file.product else "UTC",
        quiet=Quiet(_clock(quiet.start), _clock(quiet.end)) if quiet else Quiet(),
        working_days=tuple(quiet.working_days) if quiet else Team().working_days,
    )


def _clock(text: str) -> time:
    return time.fromisoformat(text)


def _name(people: Mapping[str, Person], person: str) -> str:
    """The short name of someone who may be written down by Slack id."""
    return next((name for name, one in people.items() if person in (name, one.slack)), person)
