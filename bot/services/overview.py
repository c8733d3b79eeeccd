"""One read model of everything: `/launch status`, the App Home and the digest are rendered from it."""

from __future__ import annotations

import difflib
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.services.container import Services
from bot.services.health import Socket
from bot.services.standing import Stand, stand_of
from bot.store import audits, outbox
from bot.store.audits import Audit
from bot.store.outbox import QueueState
from checks.inventory import Inventory, Monitor
from checks.model import Finding
from checks.report import Decision, Report


class UnknownPlace(Exception):
    """Neither a host nor a monitor of `launch.yml`."""

    def __init__(self, name: str, nearest: tuple[str, ...]) -> None:
        super().__init__(f"{name} is not in launch.yml")
        self.name = name
        self.nearest = nearest


@dataclass(frozen=True, slots=True)
class Readiness:
    """Go or no-go, as of the last audit that looked at everything."""

    audit: int
    at: datetime
    verdict: Decision
    counts: Mapping[str, int]
    """By severity, and `unknown` and `pass`."""
    must_fix: tuple[Finding, ...]
    """What must be fixed before launch, worst first."""
    can_wait: tuple[Finding, ...]
    """Bad, but can wait."""
    unknown: tuple[Finding, ...]
    """What could not be seen: neither good nor bad."""
    outdated: bool
    """The hosts in `launch.yml` are not the ones that were looked at."""


@dataclass(frozen=True, slots=True)
class Running:
    """An audit that runs at this moment."""

    audit: int
    asked_by: str
    since: datetime
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is not set up yet."""

    what: str
    """A sentence."""
    todo: str
    """What to do about it; a command or a line of `launch.yml` where there is one."""


@dataclass(frozen=True, slots=True)
class Bot:
    """How the bot itself is."""

    troubles: tuple[str, ...]
    """What is wrong, in sentences; empty when all is well."""
    waiting: int
    """Messages on their way to Slack."""
    oldest_at: datetime | None
    """Since when the oldest of them waits."""
    refused: int
    """Messages that Slack refuses for good."""
    last_tick: datetime | None
    started_at: datetime
    sockets: tuple[Socket, ...]
    http_mode: bool
    team: str
    asleep: tuple[datetime, datetime] | None
    """From when to when it was not running, where that was long enough to matter."""


@dataclass(frozen=True, slots=True)
class Place:
    """One host or monitor that was asked about."""

    name: str
    findings: tuple[Finding, ...]
    """All of the last audit's findings about it, worst first; passed ones too."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that one screen shows."""

    now: datetime
    product: str
    domain: str
    readiness: Readiness | None
    """None: never looked at."""
    running: Running | None
    hosts: int
    monitors: tuple[Monitor, ...]
    """As written down."""
    watched: bool
    """Whether monitors are probed between audits."""
    missing: tuple[Missing, ...]
    config_problems: tuple[str, ...]
    bot: Bot
    place: Place | None = None
    people: Mapping[str, str] = field(default_factory=dict)
    """Slack user ids of the owners' names."""
    stand: Stand = field(default_factory=Stand)
    """What stands now: incidents, monitors, silences, who is on call."""


@dataclass(frozen=True, slots=True)
class _Stored:
    last: Audit | None
    report: Report | None
    running: Audit | None
    queue: QueueState
    stand: Stand
    alerts: str


async def overview(services: Services, now: datetime, about: str = "") -> Overview:
    """The state of everything; with `about`, of one host or monitor in detail. Raises `UnknownPlace`."""
    inventory, product = services.inventory, services.product
    name = _known(inventory, about) if about else ""
    standings = services.watch.standings()

    def look(connection: sqlite3.Connection) -> _Stored:
        last = audits.latest(connection, product, whole=True)
        return _Stored(
            last,
            None if last is None else audits.report(connection, last.id),
            audits.running(connection, product),
            outbox.queue(connection, product),
            stand_of(connection, services.config, standings, now),
            services.incidents.world(connection).channel,
        )

    stored = await services.store.read(look)
    error = services.config.error
    return Overview(
        now=now,
        product=product,
        domain=inventory.domain if inventory else "",
        readiness=_readiness(stored, inventory),
        running=_running(stored.running),
        hosts=len(inventory.hosts) if inventory else 0,
        monitors=inventory.monitors if inventory else (),
        watched=bool(standings),
        missing=_missing(services, stored.alerts),
        config_problems=services.config_problems() or (tuple(map(str, error.problems)) if error else ()),
        bot=_bot(services, stored.queue, now),
        place=_place(name, inventory, stored.report) if name else None,
        people=services.config.people,
        stand=stored.stand,
    )


def _readiness(stored: _Stored, inventory: Inventory | None) -> Readiness | None:
    last, report = stored.last, stored.report
    if last is None or report is None:
        return None
    looked_at = set(report.targets)
    return Readiness(
        audit=last.id,
        at=last.ended_at or last.asked_at,
        verdict=report.verdict,
        counts=report.counts,
        must_fix=report.must_fix,
        can_wait=report.can_wait,
        unknown=report.unknown,
        outdated=inventory is not None and any(host.name not in looked_at for host in inventory.hosts),
    )


def _running(audit: Audit | None) -> Running | None:
    if audit is None:
        return None
    return Running(audit.id, audit.asked_by, audit.asked_at, audit.done, audit.total)


def _missing(services: Services, alerts: str) -> tuple[Missing, ...]:
    config, found = services.config, []
    if config.missing:
        found.append(
            Missing(
                f"There is no {config.path.name}, so nothing is known about your product.",
                "launch init YOUR-DOMAIN",
            )
        )
    elif config.inventory is None:
        found.append(Missing(f"{config.path.name} cannot be used yet.", "launch config check"))
    if config.file is not None and not alerts:
        found.append(
            Missing("No channel is named for alerts: invite me to one, or name it.", 'channels: {alerts: "#ops"}')
        )
    found += [
        Missing(f"The app lacks the optional permission {scope}.", "Add it under OAuth & Permissions, then reinstall.")
        for scope in services.health.missing_scopes
    ]
    return tuple(found)


def _bot(services: Services, queue: QueueState, now: datetime) -> Bot:
    health = services.health
    return Bot(
        troubles=(*health.troubles(now), *health.warnings(now)),
        waiting=queue.waiting,
        oldest_at=queue.oldest_at,
        refused=queue.dead,
        last_tick=health.last_tick,
        started_at=health.started_at,
        sockets=health.sockets,
        http_mode=health.http_mode,
        team=health.team,
        asleep=health.asleep,
    )


def _known(inventory: Inventory | None, about: str) -> str:
    wanted = about.strip().lower().rstrip(".")
    names = _names(inventory)
    for name in names:
        if name.lower() == wanted:
            return name
    raise UnknownPlace(about.strip()[:100], tuple(difflib.get_close_matches(wanted[:100], names, n=3, cutoff=0.5)))


def _names(inventory: Inventory | None) -> list[str]:
    if inventory is None:
        return []
    hosts = (host.name for host in inventory.hosts)
    monitors = (monitor.name for monitor in inventory.monitors)
    points = (point.name for point in inventory.points)
    return list(dict.fromkeys((inventory.domain, *inventory.domains, *hosts, *monitors, *points)))


def _place(name: str, inventory: Inventory | None, report: Report | None) -> Place:
    of_name = {name} | {
        monitor.name
        for monitor in (inventory.monitors if inventory else ())
        if f"//{name}/" in f"{monitor.url}/" or f"//{name}:" in monitor.url
    }
    return Place(name, tuple(each for each in report.ranked if each.target in of_name) if report else ())
