"""Silences that people ask for: for one service or all, with a reason and an end, carried out once."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.silence import Refusal, Silence, silence_for
from bot.services.incidents import Request
from bot.store import journal, silences
from bot.store.silences import Kind

if TYPE_CHECKING:
    from bot.services.container import Services

EVERYTHING = frozenset({"everything", "all", "*"})


@dataclass(frozen=True, slots=True)
class Quiet:
    """The silences of a moment."""

    now: tuple[Silence, ...]
    """Those that hold, the next to end first."""
    later: tuple[Silence, ...]
    maintenance: frozenset[str] = frozenset()
    """Numbers of those that are planned work."""


def names(services: Services) -> tuple[str, ...]:
    """What can be silenced by name: services of launch.yml, and hosts of monitors that belong to none."""
    file, inventory = services.config.file, services.inventory
    found = list(file.services) if file else []
    for monitor in inventory.monitors if inventory else ():
        found.append(monitor.service or _host(monitor.url))
    found += [host.name for host in inventory.hosts] if inventory else []
    return tuple(dict.fromkeys(one for one in found if one))


def _host(url: str) -> str:
    return url.split("//", 1)[-1].split("/", 1)[0].split(":", 1)[0]


async def mute(
    services: Services, request: Request, service: str, *, begins: datetime, until: datetime, reason: str, kind: Kind
) -> Silence | Refusal | None:
    """Begin one, or plan it; None where this request was carried out before."""
    now, product = services.clock.now(), services.product
    wanted = silence_for(
        id="",
        service=service,
        trouble=None,
        length=until - begins,
        reason=reason,
        author=request.user,
        now=now,
        begins=begins,
    )
    if isinstance(wanted, Refusal):
        return wanted

    def work(connection: sqlite3.Connection) -> Silence | None:
        if not request.once(connection, product, now):
            return None
        made = silences.add(connection, product, wanted, kind)
        journal.note(
            connection,
            product,
            now,
            actor=request.user,
            did="mute",
            subject=service or "everything",
            data={"silence": made.id, "until": until.isoformat(), "reason": made.reason, "kind": kind.value},
        )
        return made

    return await services.store.write(work)


async def lift(services: Services, request: Request, ids: Sequence[str]) -> tuple[Silence, ...] | None:
    """End these early; answers those that were ended now. None where this request was carried out before."""
    now, product = services.clock.now(), services.product

    def work(connection: sqlite3.Connection) -> tuple[Silence, ...] | None:
        if not request.once(connection, product, now):
            return None
        ended = [id for id in ids if silences.lift(connection, product, id, now, by=request.user)]
        for id in ended:
            journal.note(connection, product, now, actor=request.user, did="unmute", subject=id, data={"silence": id})
        found = (silences.get(connection, product, id) for id in ended)
        return tuple(one for one in found if one is not None)

    return await services.store.write(work)


async def quiet(services: Services, now: datetime) -> Quiet:
    """What is silenced, and what will be."""
    return await services.store.read(lambda c: quiet_of(c, services.product, now))


def quiet_of(connection: sqlite3.Connection, product: str, now: datetime) -> Quiet:
    """The same within a look at the store."""
    active, planned = silences.active(connection, product, now), silences.planned(connection, product, now)
    ends = max((one.until for one in (*active, *planned)), default=now)
    work = silences.overlapping(connection, product, Kind.MAINTENANCE, now, ends)
    return Quiet(tuple(active), tuple(planned), frozenset(one.id for one in work))
