"""Who is on call: worked out for any moment, never nobody, and loud where the answer is only a makeshift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

from bot.domain.hours import DAYS, NINE, Quiet, day_of, moment, next_at
from bot.domain.scene import Contact, Duty

AHEAD = timedelta(days=7)
"""How far coverage is looked at."""
FAR = timedelta(days=28)
"""How far ahead a change of turn is looked for: two turns of a fortnight."""
_MONDAY = date(2024, 1, 1)
"""Without a first day turns are counted from a Monday."""
_LENGTH = {"day": 1, "week": 7, "fortnight": 14}


@dataclass(frozen=True, slots=True)
class Person:
    """Someone of the team."""

    key: str
    """The short name in launch.yml."""
    slack: str = ""
    """Slack id; empty: cannot be reached."""
    zone: str = ""
    """Empty: the product's."""
    quiet: Quiet | None = None
    """None: the team's."""
    gone: bool = False
    """Left the workspace."""

    @property
    def reachable(self) -> bool:
        """Whether a call gets through."""
        return self.slack != "" and not self.gone


@dataclass(frozen=True, slots=True)
class Rotation:
    """Turns: each of the people in order, for a day, a week or a fortnight."""

    people: tuple[str, ...]
    every: Literal["day", "week", "fortnight"] = "week"
    hands_over: time = NINE
    starts: date | None = None

    def turn(self, now: datetime, zone: str) -> int:
        """The number of the turn that `now` lies in; below 0 before the first."""
        day = day_of(now, zone)
        if now < moment(day, self.hands_over, zone):
            day -= timedelta(days=1)
        return (day - (self.starts or _MONDAY)).days // _LENGTH[self.every]

    def begins(self, turn: int, zone: str) -> datetime:
        """When a turn begins."""
        day = (self.starts or _MONDAY) + timedelta(days=turn * _LENGTH[self.every])
        return moment(day, self.hands_over, zone)

    def person(self, now: datetime, zone: str, *, ahead: int = 0) -> str:
        """Whose turn it is, or will be so many turns later; "" before the first turn, and where nobody takes turns."""
        turn = self.turn(now, zone)
        if not self.people or (self.starts is not None and turn < 0):
            return ""
        return self.people[(turn + ahead) % len(self.people)]


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody else for a while: "/launch oncall swap @ben until 18:00"."""

    person: str
    begins: datetime
    ends: datetime
    service: str = ""
    """Empty: for everything."""

    def holds(self, service: str, at: datetime) -> bool:
        """Whether it speaks of that service then."""
        return self.service in ("", service) and self.begins <= at < self.ends


@dataclass(frozen=True, slots=True)
class Ownership:
    """Who owns a service, and who stands behind."""

    owner: str = ""
    backup: str = ""


@dataclass(frozen=True, slots=True)
class Team:
    """Everything about people that launch.yml and the store know."""

    people: Mapping[str, Person] = field(default_factory=lambda: MappingProxyType({}))
    """In the order in which they are written down."""
    services: Mapping[str, Ownership] = field(default_factory=lambda: MappingProxyType({}))
    rotation: Rotation | None = None
    overrides: tuple[Override, ...] = ()
    """The one that was made last, last."""
    zone: str = "UTC"
    quiet: Quiet = field(default_factory=Quiet)
    working_days: tuple[str, ...] = DAYS[:5]
    installer: str = ""
    """Slack id of whoever installed the bot, or of the workspace's primary owner."""


def on_call(team: Team, service: str, at: datetime) -> Duty:
    """Who is called about a service at a moment.

    Override, shift, owner, backup, the first of `people`, whoever installed the bot: the first of them who can be
    reached. The names passed over are in `unresolvable`.
    """
    lost: list[str] = []
    found: list[tuple[str, Person]] = []
    for why, name in _candidates(team, service, at):
        person = team.people.get(name)
        if person is None or not person.reachable:
            lost.append(name)
        elif all(one.slack != person.slack for _, one in found):
            found.append((why, person))
    last = _installer(team, at)
    if not found:
        return Duty(last, None, last, "installer", tuple(dict.fromkeys(lost)))
    why, first = found[0]
    backup = contact(team, found[1][1], at) if len(found) > 1 else None
    default = next((one for one in team.people.values() if one.reachable), None)
    resort = contact(team, default, at) if default is not None else last
    return Duty(contact(team, first, at), backup, resort, why, tuple(dict.fromkeys(lost)))


def _candidates(team: Team, service: str, at: datetime) -> list[tuple[str, str]]:
    """Names in the order in which they are called, with where each comes from."""
    owns = team.services.get(service, Ownership())
    out = [("override", one.person) for one in reversed(team.overrides) if one.holds(service, at)]
    if team.rotation is not None:
        out.append(("shift", team.rotation.person(at, team.zone)))
    out += [("owner", owns.owner), ("backup", owns.backup)]
    if team.rotation is not None and not owns.backup:
        out += [("shift", team.rotation.person(at, team.zone, ahead=n)) for n in range(1, len(team.rotation.people))]
    out += [("default", name) for name in team.people]
    return _named(team, out)


def _named(team: Team, out: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without the empty ones. Of the defaults, those who cannot be reached are no finding: nobody named them."""
    return [(why, name) for why, name in out if name and not (why == "default" and not team.people[name].reachable)]


def contact(team: Team, person: Person, at: datetime) -> Contact:
    """A person as the bot can reach them at that moment."""
    zone = person.zone or team.zone
    quiet = team.quiet if person.quiet is None else person.quiet
    return Contact(person.key, person.slack, quiet.until(at, zone), next_at(at, NINE, zone))


def _installer(team: Team, at: datetime) -> Contact:
    return Contact("", team.installer, team.quiet.until(at, team.zone), next_at(at, NINE, team.zone))


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which a call would reach only a makeshift."""

    service: str
    begins: datetime
    ends: datetime
    why: Literal["nobody", "unreachable"]
    """`nobody`: no owner and no turn; `unreachable`: the ones named cannot be reached."""
    names: tuple[str, ...] = ()


def coverage(team: Team, now: datetime, ahead: timedelta = AHEAD) -> tuple[Gap, ...]:
    """Where coverage has gaps in the days to come, for each service ("" where none is written down)."""
    gaps: list[Gap] = []
    for service in team.services or {"": Ownership()}:
        edges = _edges(team, service, now, now + ahead)
        for begin, end in pairwise(edges):
            duty = on_call(team, service, begin)
            if duty.why in ("override", "shift", "owner", "backup") and not _missed(team, service, begin, duty):
                continue
            why: Literal["nobody", "unreachable"] = "unreachable" if duty.unresolvable else "nobody"
            gap = Gap(service, begin, end, why, duty.unresolvable)
            last = gaps[-1] if gaps else None
            if last is not None and last.ends == begin and (last.service, last.why, last.names) == (
                service, gap.why, gap.names,
            ):  # fmt: skip
                gaps[-1] = Gap(service, last.begins, end, why, gap.names)
            else:
                gaps.append(gap)
    return tuple(gaps)


def _missed(team: Team, service: str, at: datetime, duty: Duty) -> bool:
    """Whether the one whose turn it is, or who stands in, cannot be reached, so that somebody else is called."""
    first = next(iter(_candidates(team, service, at)), None)
    return first is not None and first[0] in ("override", "shift") and first[1] in duty.unresolvable


def _edges(team: Team, service: str, begin: datetime, end: datetime) -> list[datetime]:
    """The moments at which the answer may change."""
    edges = {begin, end}
    for one in team.overrides:
        if one.service in ("", service):
            edges |= {edge for edge in (one.begins, one.ends) if begin < edge < end}
    if team.rotation is not None and team.rotation.people:
        turn = team.rotation.turn(begin, team.zone) + 1
        while (edge := team.rotation.begins(turn, team.zone)) < end:
            edges.add(edge)
            turn += 1
    return sorted(edges)


def next_change(team: Team, service: str, now: datetime) -> tuple[datetime, Duty] | None:
    """When somebody else will be called about a service, and who; None: not within four weeks."""
    present = on_call(team, service, now).owner
    for edge in _edges(team, service, now, now + FAR)[1:-1]:
        duty = on_call(team, service, edge)
        if (duty.owner.name, duty.owner.slack) != (present.name, present.slack):
            return edge, duty
    return None


def unresolvable(team: Team) -> tuple[str, ...]:
    """All names that somebody wrote down for being called and that reach nobody: each is worth a word."""
    named = [name for owns in team.services.values() for name in (owns.owner, owns.backup)]
    named += team.rotation.people if team.rotation is not None else ()
    named += [one.person for one in team.overrides]
    lost = [name for name in named if name and (name not in team.people or not team.people[name].reachable)]
    return tuple(dict.fromkeys(lost))


def nobody(team: Team) -> bool:
    """Whether the rota is empty: nobody who can be reached is written down anywhere."""
    return not any(one.reachable for one in team.people.values())


def handover_at(team: Team, now: datetime) -> datetime | None:
    """When the next turn begins; None where nobody takes turns."""
    if team.rotation is None or not team.rotation.people:
        return None
    return team.rotation.begins(team.rotation.turn(now, team.zone) + 1, team.zone)
