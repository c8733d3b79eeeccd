"""The handover of one product: made from what is known now, and what people said of it."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.handover import Confirmation, Handover, Part
from bot.services import handover_places, handover_risks, handover_team
from bot.services.config import Config
from bot.services.handover_known import Sources, sources, unmeasured
from bot.services.incidents import Request
from bot.store import journal, migrations, settings
from bot.store.codes import from_ms, to_ms

if TYPE_CHECKING:
    from bot.services.container import Services

log = logging.getLogger(__name__)

CONFIRMED = "handover:"
"""In the store's settings, before a part's id: what was confirmed, by whom, when."""
PARTS: tuple[Callable[[Sources], Part], ...] = (
    handover_places.where,
    handover_places.dns,
    handover_places.redirects,
    handover_places.edge,
    handover_places.certificates,
    handover_places.mail,
    handover_team.deploy,
    handover_team.secrets,
    handover_team.access,
    handover_team.watching,
    handover_team.speed,
    handover_team.broken,
    handover_risks.risks,
    handover_risks.order,
    handover_risks.later,
    handover_risks.changes,
)
"""In the order in which somebody needs them."""


def handover_of(connection: sqlite3.Connection, config: Config, now: datetime) -> Handover:
    """The handover as of now, within one look at the store."""
    return _made(sources(connection, config, now), _confirmed(connection, config.product))


def of_file(path: Path, config: Config, now: datetime) -> Handover:
    """The handover from a store's file, also while a bot runs on it; from `launch.yml` alone where there is none.

    Raises `StoreError` where the file cannot be read or is of another version.
    """
    if not path.is_file():
        return _made(unmeasured(config, now), {})
    with migrations.reading(path) as connection:
        return handover_of(connection, config, now)


async def read(services: Services, now: datetime) -> Handover:
    """The handover of the running bot."""
    return await services.store.read(lambda c: handover_of(c, services.config, now))


async def confirm(services: Services, request: Request, part: Part) -> bool:
    """Write down that a person found a part right, as they read it; False where this click was carried out before."""
    now, product = services.clock.now(), services.product
    value = json.dumps({"digest": part.digest, "by": request.user, "at": to_ms(now)})

    def work(connection: sqlite3.Connection) -> bool:
        if not request.once(connection, product, now):
            return False
        settings.put(connection, product, CONFIRMED + part.id, value, now, author=request.user)
        journal.note(connection, product, now, actor=request.user, did="handover.confirmed", subject=part.id)
        return True

    return await services.store.write(work)


async def reopen(services: Services, request: Request, part: Part) -> bool:
    """Forget that a part was found right; False where this click was carried out before."""
    now, product = services.clock.now(), services.product

    def work(connection: sqlite3.Connection) -> bool:
        if not request.once(connection, product, now):
            return False
        settings.remove(connection, product, CONFIRMED + part.id)
        journal.note(connection, product, now, actor=request.user, did="handover.reopened", subject=part.id)
        return True

    return await services.store.write(work)


def _confirmed(connection: sqlite3.Connection, product: str) -> dict[str, Confirmation]:
    found = {}
    for name, value in settings.named(connection, product).items():
        if not name.startswith(CONFIRMED):
            continue
        try:
            row = json.loads(value)
            found[name.removeprefix(CONFIRMED)] = Confirmation(row["digest"], row["by"], from_ms(row["at"]))
        except (ValueError, KeyError, TypeError):
            log.warning("what %s says cannot be read; the part counts as not confirmed", name)
    return found


def _made(known: Sources, confirmed: dict[str, Confirmation]) -> Handover:
    config = known.config
    product = config.file.product if config.file is not None else None
    domain = config.inventory.domain if config.inventory is not None else ""
    return Handover(
        (product.name if product is not None else None) or domain,
        domain,
        known.now,
        known.report.verdict.value if known.report is not None else "",
        known.looked_at,
        tuple(part(known) for part in PARTS),
        confirmed,
        known.people,
    )
