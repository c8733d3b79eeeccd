"""Monitors under watch: to whom they belong, how they are confirmed, when they are due, and what is kept of them."""

from __future__ import annotations

import logging
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.asks import Signal
from bot.domain.detection import Look, Policy, Sight, State, policy_of
from bot.domain.severity import Trouble
from bot.domain.telling import Watched, removed
from bot.services.config import Config
from bot.services.glance import CHECK, Glance, page
from bot.services.glance import Look as Sighting
from bot.services.points import look_at
from bot.store import incidents, looks, silences
from bot.store.plain import from_plain, to_plain
from bot.store.probes import Probe, Seen
from checks.inventory import Inventory, Point, expand
from checks.model import Kind, Purpose, Severity, Target
from checks.net.limits import Limits

log = logging.getLogger(__name__)

CONFIRMED_AS = {"tcp": "up.tcp", "certificate": "tls.expiry", "record": "dns.expected", "heartbeat": "up.heartbeat"}
"""Whose rules of confirmation a point follows."""
TICK = 0.25
"""Seconds between two looks at what is due: waking up seldom and doing much is half the work."""
CONNECTIONS = 256
"""At the same time: servers that hang hold up no look at others."""
LATE_WITHIN = 60.0
"""Seconds within which a late job is noticed."""


@dataclass(frozen=True, slots=True)
class Spot:
    """What is looked at: a page, or a point beside it."""

    name: str
    host: str
    """Empty for a job that reports."""
    service: str
    critical: bool
    page: Target | None = None
    point: Point | None = None
    severity: Severity | None = None
    """The worst that it may be, where that is written down for this monitor."""


@dataclass(slots=True)
class Watching:
    """One monitor under watch."""

    spot: Spot
    inventory: Inventory
    watched: Watched
    policy: Policy
    look: Look = field(default_factory=Look)
    number: int = 0
    """Its number in the store."""
    kept: Look | None = None
    """The look as it was stored last."""
    kept_at: datetime | None = None
    due: datetime | None = None
    busy: bool = False
    sighting: Sighting | None = None
    """How its page is looked at, made once and beforehand: what a start makes is never walked through again."""

    @property
    def turned(self) -> bool:
        """Whether what is stored about it would mislead whoever takes up from there."""
        before, now = self.kept, self.look
        if before is None:
            return True
        return _essence(before) != _essence(now)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a monitor stands, for people."""

    name: str
    state: State
    since: datetime | None
    last_at: datetime | None
    evidence: str


def spots_of(config: Config) -> list[Spot]:
    """Everything that is looked at again and again; nothing without a usable `launch.yml`."""
    if config.inventory is None:
        return []
    monitors = (config.file.monitors if config.file else None) or ()
    worst = {one.name: one.severity for one in monitors if one.severity is not None}
    pages = [
        Spot(one.name, one.host, one.service or one.host, one.critical, page=one, severity=worst.get(one.name))
        for one in expand(config.inventory)
        if one.kind is Kind.MONITOR
    ]
    points = [
        Spot(
            one.name,
            one.host,
            one.service or one.host or one.name,
            one.critical,
            point=one,
            severity=worst.get(one.name),
        )
        for one in config.inventory.points
    ]
    return [*pages, *points]


def watched_of(spot: Spot, config: Config) -> Watched:
    """To whom its trouble belongs: the service, or where none is written down the host, or the job itself."""
    file, inventory = config.file, config.inventory
    services = file.services if file else {}
    named = services[spot.service].severity if spot.service in services else None
    ceilings: list[Severity] = [one for one in (spot.severity, named) if one is not None]
    purposes = [one.purpose for one in (inventory.hosts if inventory else ()) if one.name == spot.host]
    return Watched(
        config.product,
        spot.name,
        spot.service,
        purposes[0].environment if purposes else Purpose.OTHER.environment,
        spot.critical,
        max(ceilings, key=lambda one: one.rank) if ceilings else None,
    )


def policy_for(spot: Spot) -> Policy:
    """How it is confirmed, and when it is slow."""
    if spot.point is None:
        monitor = spot.page.monitor if spot.page is not None else None
        if monitor is None:
            return policy_of(CHECK, 60.0)
        return policy_of(CHECK, monitor.interval, slow_after=monitor.slow_after)
    if spot.point.kind == "heartbeat":
        return policy_of(CONFIRMED_AS["heartbeat"], min(LATE_WITHIN, spot.point.interval))
    return policy_of(CONFIRMED_AS[spot.point.kind], spot.point.interval)


def look_of(one: Watching) -> Sighting:
    """How it is looked at; a job that reports is only listened to."""
    if one.sighting is not None:
        return one.sighting
    assert one.spot.point is not None  # noqa: S101  (it is one of the two)
    return look_at(one.spot.point, one.inventory, one.look.timeout)


def sighting_of(spot: Spot) -> Sighting | None:
    """How its page is looked at; None for a point, which is looked at by its last look."""
    return None if spot.page is None else page(spot.page)


def limits_of(inventory: Inventory, spots: Iterable[Spot]) -> Limits:
    """Monitors have the pace that is written down for them; to confirm a failure within seconds is part of it."""
    network = inventory.network
    own = network.unlimited | {one.host for one in spots}
    return Limits(network.rate, network.burst, own, overall=CONNECTIONS)


def phase(name: str) -> float:
    """From 0 to 1, the same for a name on every start."""
    return zlib.crc32(name.encode()) / (1 << 32)


def restored(stored: looks.Stored | None) -> Look:
    """What was known before the last stop; it is due at once."""
    if stored is None:
        return Look()
    try:
        return replace(from_plain(Look, stored.data), next_try_at=None)
    except (KeyError, TypeError, ValueError) as error:
        log.warning("what was known about %s cannot be read: %s", stored.target, error)
        return Look()


def stored_of(one: Watching, look: Look) -> looks.Stored:
    """The look as it is stored."""
    assert look.last_at is not None  # noqa: S101  (it has been looked at)
    return looks.Stored(one.watched.probe, "", look.state.value, look.last_at, to_plain(look))


def _essence(look: Look) -> tuple[object, ...]:
    """What must survive a kill: all but the moments of looks that say what the one before said."""
    return look.state, look.trouble, look.better, look.fails, look.others, look.slow_since, look.green_at


def next_look(one: Watching, at: datetime) -> datetime:
    """When to look again: what detection asks for in a hurry, else the next place of its own in the interval.

    The places of all are spread, and stay where they are: a look that was late makes no later one late.
    """
    interval = timedelta(seconds=one.policy.interval)
    wanted = one.look.next_try_at
    if wanted is not None and wanted - at < interval:
        return wanted
    seconds = one.policy.interval
    place = phase(one.watched.probe) * seconds // TICK * TICK
    passed = (at.timestamp() + min(1.0, seconds / 10) - place) % seconds
    return at + timedelta(seconds=seconds + min(1.0, seconds / 10) - passed)


def on_tick(moment: datetime) -> datetime:
    """The next moment at which is looked what is due; all places are such moments."""
    return moment + timedelta(seconds=-moment.timestamp() % TICK)


def counted_as(one: Watching, seen: Glance) -> Seen:
    """What a look counts as in the long run; to be asked before detection has seen it."""
    before, answer = one.look, seen.seen
    wanted, last = before.next_try_at, before.last_at
    hurried = wanted is not None and last is not None and wanted - last < timedelta(seconds=one.policy.interval)
    if answer.sight is Sight.UNKNOWN:
        return Seen.UNKNOWN
    if answer.sight is Sight.BAD:
        return Seen.AGAIN_BAD if hurried else Seen.BAD
    if hurried:
        return Seen.AGAIN_GOOD
    limit = one.policy.slow_after
    slow = limit is not None and answer.server_ms is not None and answer.server_ms > limit * 1000
    return Seen.SLOW if slow else Seen.GOOD


def excused(connection: sqlite3.Connection, product: str, rows: Sequence[tuple[Probe, Watched]]) -> list[Probe]:
    """The looks as they count: none of those within announced maintenance of its service."""
    if not rows:
        return []
    moments = [probe.at for probe, _ in rows]
    planned = silences.overlapping(
        connection, product, silences.Kind.MAINTENANCE, min(moments), max(moments) + timedelta(milliseconds=1)
    )

    def held(probe: Probe, watched: Watched) -> bool:
        return any(
            each.trouble is None
            and each.active(probe.at)
            and each.covers(watched.service, Trouble.REACH, watched.environment)
            for each in planned
        )

    return [replace(probe, seen=Seen.EXCUSED) if held(probe, watched) else probe for probe, watched in rows]


def known_troubles(connection: sqlite3.Connection, product: str) -> dict[str, tuple[Trouble, ...]]:
    """The troubles under which each probe is a member of an incident that is somebody's business."""
    found: dict[str, list[Trouble]] = {}
    for incident in incidents.live(connection, product):
        for member in incident.members:
            found.setdefault(member.probe, []).append(member.trouble)
    return {name: tuple(dict.fromkeys(each)) for name, each in found.items()}


def farewells(connection: sqlite3.Connection, product: str, names: Iterable[str], now: datetime) -> list[Signal]:
    """What is said for probes that are no longer watched, to each incident that they belong to."""
    gone = frozenset(names)
    return [
        signal
        for incident in incidents.live(connection, product)
        for member in incident.members
        if member.probe in gone
        for signal in removed(
            Watched(product, member.probe, member.service, incident.environment, drill=incident.drill),
            (member.trouble,),
            now,
        )
    ]
