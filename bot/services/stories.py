"""All that is stored about one incident, read in one moment: for its story, its trail of messages, its export."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.events import Event
from bot.domain.incident import Incident
from bot.domain.scene import Duty
from bot.services.config import Config
from bot.services.people import People
from bot.services.second_routes import named
from bot.services.transitions import subject
from bot.store import incidents, migrations, outbox, second_routes
from bot.store.outbox import Delivery
from bot.store.second_routes import FILE, Way

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
    routes: Mapping[str, str] = field(default_factory=dict)
    """What to call each second route, by what stands in its rows."""


async def story(services: Services, number: int, now: datetime) -> Story | None:
    """The story of one incident of this product; None where there is none of that number."""
    return await services.store.read(lambda c: story_of(c, services.config, number, now))


def story_of(connection: sqlite3.Connection, config: Config, number: int, now: datetime) -> Story | None:
    """The same within a look at the store."""
    people, product = People.of(config), config.product
    found = incidents.get(connection, number)
    if found is None or found.product != product:
        return None
    about = subject(number)
    known = people.now(connection, now).people
    return Story(
        found,
        incidents.events(connection, number),
        outbox.trail(connection, product, about),
        second_routes.trail(connection, product, about),
        people.duty(connection, found.service, now),
        {one.slack: name for name, one in known.items() if one.slack},
        people.time_zone,
        _routes(config),
    )


def every(path: Path, config: Config, now: datetime, number: int | None = None) -> Iterator[Story]:
    """All stories in a store's file, the oldest first, or that of one number; also while a bot runs on the file.

    Raises `StoreError` where the file cannot be read or is of another version.
    """
    with migrations.reading(path) as connection:
        for id in incidents.numbers(connection, config.product) if number is None else (number,):
            found = story_of(connection, config, id, now)
            if found is not None:
                yield found


def _routes(config: Config) -> Mapping[str, str]:
    """How second routes are called, by what stands in their rows."""
    channels = config.file.channels if config.file is not None else None
    routes = channels.second_route if channels is not None else ()
    return {FILE: "a file on the bot's machine", **{str(index): named(one) for index, one in enumerate(routes)}}


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
