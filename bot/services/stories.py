"""All that is stored about one incident, read in one moment: for its story, its trail of messages, its export."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.events import Event
from bot.domain.incident import Incident
from bot.domain.scene import Duty
from bot.services.people import People
from bot.services.transitions import subject
from bot.store import incidents, outbox, second_routes
from bot.store.outbox import Delivery
from bot.store.second_routes import Way

if TYPE_CHECKING:
    from datetime import datetime

    from bot.services.container import Services


@dataclass(frozen=True, slots=True)
class Story:
    """One incident with everything about it."""

    incident: Incident
    events: Sequence[Event]
    trail: Sequence[Delivery]
    ways: Sequence[Way]
    duty: Duty
    people: Mapping[str, str] = field(default_factory=dict)
    """Names of launch.yml by Slack id."""
    zone: str = "UTC"


async def story(services: Services, number: int, now: datetime) -> Story | None:
    """The story of one incident of this product; None where there is none of that number."""
    people = People.of(services.config)

    def look(connection: sqlite3.Connection) -> Story | None:
        found = incidents.get(connection, number)
        if found is None or found.product != services.product:
            return None
        about = subject(number)
        known = people.now(connection, now).people
        return Story(
            found,
            incidents.events(connection, number),
            outbox.trail(connection, services.product, about),
            second_routes.trail(connection, services.product, about),
            people.duty(connection, found.service, now),
            {one.slack: name for name, one in known.items() if one.slack},
            people.time_zone,
        )

    return await services.store.read(look)


def folder(services: Services) -> Path:
    """Where exports are kept: beside the store."""
    return services.store.path.parent / "exports"


def keep(where: Path, name: str, texts: Mapping[str, str]) -> tuple[Path, ...]:
    """Write files, each by its ending, whole or not at all; readable for the bot's own user alone. Raises OSError."""
    where.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = []
    for ending, text in texts.items():
        path = where / f"{name}.{ending}"
        draft = path.with_suffix(f".{ending}.new")
        draft.touch(mode=0o600)
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
        kept.append(path)
    return tuple(kept)
