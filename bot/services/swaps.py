"""Who stands in for whoever is on call, for a while: written down once, and taken back."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.services.incidents import Request
from bot.store import journal, turns
from bot.store.turns import Turn

if TYPE_CHECKING:
    from bot.services.container import Services

LONGEST = timedelta(days=28)


async def swap(services: Services, request: Request, person: str, begins: datetime, until: datetime) -> Turn | None:
    """This person (a name of launch.yml or a Slack id) is called first; None where it was carried out before."""
    now, product = services.clock.now(), services.product

    def work(connection: sqlite3.Connection) -> Turn | None:
        if not request.once(connection, product, now):
            return None
        made = turns.add(connection, product, person, begins, until, author=request.user)
        journal.note(
            connection,
            product,
            now,
            actor=request.user,
            did="oncall swap",
            subject=person,
            data={"from": begins.isoformat(), "until": until.isoformat()},
        )
        return made

    return await services.store.write(work)


async def end(services: Services, request: Request) -> tuple[Turn, ...] | None:
    """Take back every swap that holds or is to come; None where the request was carried out before."""
    now, product = services.clock.now(), services.product

    def work(connection: sqlite3.Connection) -> tuple[Turn, ...] | None:
        if not request.once(connection, product, now):
            return None
        ahead = turns.ahead(connection, product, now)
        ended = tuple(one for one in ahead if turns.end(connection, product, one.id, now))
        for one in ended:
            journal.note(connection, product, now, actor=request.user, did="oncall swap off", subject=one.person)
        return ended

    return await services.store.write(work)
