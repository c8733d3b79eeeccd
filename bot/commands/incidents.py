"""`/launch incidents`: what is broken now and who has it, and what was broken lately."""

from __future__ import annotations

import sqlite3

from bot.commands.base import Call, Reply, command
from bot.domain.incident import Incident
from bot.services.container import Services
from bot.store import incidents as rows
from bot.views.incident_list import incident_list

REMEMBERED = 30
"""Incidents that are listed; the rest can be asked for by number."""


@command(
    "incidents",
    usage="incidents",
    help="Lists what is broken now with who has it, and what was broken lately.",
    examples=("/launch incidents",),
)
async def incidents(_call: Call, services: Services) -> Reply:
    """Read what is stored."""

    def look(connection: sqlite3.Connection) -> tuple[list[Incident], list[Incident]]:
        product = services.product
        over = [one for one in rows.recent(connection, product, limit=REMEMBERED) if not one.live]
        return rows.live(connection, product), over

    return Reply(incident_list(*await services.store.read(look)))
