"""Planned work that `launch.yml` repeats, as silences: the one that holds and the next one of each are written down.

What is written down is compared with what the file says at each tick. So a window that is taken out of the file ends,
one that a person has called off stays called off, and after a stop nothing has to be made up for.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.silence import Silence
from bot.domain.windows import next_of, parse
from bot.services.config import Config
from bot.services.people import People
from bot.store import journal, silences
from bot.store.silences import Kind

BY = "launch.yml"


@dataclass(frozen=True, slots=True)
class Planned:
    """One window as it falls next."""

    origin: str
    """Which window: the same as long as nothing about it is changed."""
    silence: Silence


def planned(config: Config, now: datetime) -> tuple[Planned, ...]:
    """What the file says, each as it holds now or falls next."""
    if config.file is None:
        return ()
    zone = People.of(config).time_zone
    found = []
    for one in config.file.maintenance:
        begins, until = next_of(parse(one.when), now, zone)
        service = one.service or ""
        origin = hashlib.sha256(repr((one.when, service, one.reason, zone)).encode()).hexdigest()[:16]
        found.append(Planned(origin, Silence("", service, None, begins, until, one.reason, "")))
    return tuple({(each.origin, each.silence.begins): each for each in found}.values())


def settled(connection: sqlite3.Connection, config: Config, now: datetime) -> bool:
    """Whether what is written down is what the file says."""
    wanted = planned(config, now)
    return config.file is None or not (
        _missing(connection, config, wanted, now) or _gone(connection, config, wanted, now)
    )


def settle(connection: sqlite3.Connection, config: Config, now: datetime) -> None:
    """Write down what is missing, and end what the file says no more. Without a usable file all stays as it is."""
    if config.file is None:
        return
    wanted, product = planned(config, now), config.product
    for old in _gone(connection, config, wanted, now):
        silences.withdraw(connection, product, old, now, by=BY)
        journal.note(connection, product, now, actor="bot", did="unmute", subject=old, data={"silence": old, "by": BY})
    for one in _missing(connection, config, wanted, now):
        made = silences.add(connection, product, one.silence, Kind.MAINTENANCE, origin=one.origin)
        until = one.silence.until.isoformat()
        journal.note(
            connection,
            product,
            now,
            actor="bot",
            did="mute",
            subject=one.silence.service or "everything",
            data={"silence": made.id, "until": until, "reason": one.silence.reason, "kind": Kind.MAINTENANCE.value},
        )


def _missing(connection: sqlite3.Connection, config: Config, wanted: Sequence[Planned], now: datetime) -> list[Planned]:
    known = {(origin, one.begins) for origin, one in silences.of_windows(connection, config.product, now)}
    return [one for one in wanted if (one.origin, one.silence.begins) not in known]


def _gone(connection: sqlite3.Connection, config: Config, wanted: Sequence[Planned], now: datetime) -> list[str]:
    """Numbers of those that nobody has ended and no window of the file brings about."""
    right = {(one.origin, one.silence.begins) for one in wanted}
    found = silences.of_windows(connection, config.product, now)
    return [one.id for origin, one in found if one.lifted_at is None and (origin, one.begins) not in right]
