"""Monitors under watch: to whom they belong, how they are confirmed, when they are due, and what is kept of them."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.detection import Look, Policy, State, policy_of
from bot.domain.telling import Watched
from bot.services.config import Config
from bot.services.glance import CHECK
from bot.store import looks
from bot.store.plain import from_plain, to_plain
from checks.inventory import Inventory, expand
from checks.model import Kind, Severity, Target
from checks.net.limits import Limits

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Watching:
    """One monitor under watch."""

    target: Target
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


def monitors_of(config: Config) -> Iterable[Target]:
    """The targets that are monitors; none without a usable `launch.yml`."""
    return [one for one in expand(config.inventory) if one.kind is Kind.MONITOR] if config.inventory else ()


def watched_of(target: Target, config: Config) -> Watched:
    """To whom its trouble belongs: the service, or where none is written down the host."""
    service = target.service or target.host
    named = config.file.services.get(target.service) if config.file else None
    ceiling: Severity | None = named.severity if named is not None else None
    critical = target.critical if named is None or named.critical is None else named.critical
    return Watched(config.product, target.name, service, target.environment, critical, ceiling)


def policy_for(target: Target) -> Policy:
    """How it is confirmed, and when it is slow."""
    monitor = target.monitor
    interval = monitor.interval if monitor is not None else 60.0
    return policy_of(CHECK, interval, slow_after=monitor.slow_after if monitor is not None else None)


def limits_of(inventory: Inventory, targets: Iterable[Target]) -> Limits:
    """Monitors have the pace that is written down for them; to confirm a failure within seconds is part of it."""
    network = inventory.network
    return Limits(network.rate, network.burst, network.unlimited | {one.host for one in targets})


def phase(name: str) -> float:
    """From 0 to 1, the same for a name on every start."""
    return (zlib.crc32(name.encode()) % 1000) / 1000


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
    place = phase(one.watched.probe) * seconds
    passed = (at.timestamp() + min(1.0, seconds / 10) - place) % seconds
    return at + timedelta(seconds=seconds + min(1.0, seconds / 10) - passed)
