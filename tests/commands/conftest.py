"""Commands over real services: a real store, a real configuration file, and a network that answers nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.commands.base import Call
from bot.services.audit import Audits
from bot.services.config import Config
from bot.services.container import Services
from bot.services.health import Health, Socket
from bot.services.incidents import Incidents
from bot.services.watch import Watch
from bot.store.db import Store
from tests.services.parts import parts
from tests.services.walker import runbooks_over

NOW = datetime(2026, 11, 20, 20, 55, tzinfo=UTC)
LAUNCH_YML = """\
product: {id: marigold, name: Marigold, domain: marigold.example}
hosts:
  - {name: marigold.example, purpose: marketing}
  - {name: app.marigold.example, purpose: app}
network: {resolvers: ["127.0.0.1:9"]}
"""
Make = Callable[[str], Services]


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Make]:
    """Makes services over a launch.yml with this text; an empty one means that there is no file."""
    made: list[Services] = []

    def services(text: str = LAUNCH_YML) -> Services:
        path = tmp_path / "launch.yml"
        if text:
            path.write_text(text, encoding="utf-8")
        store, clock, config = Store.open(tmp_path / "data" / "launch.db"), SystemClock(), Config.read(path)
        health = Health(NOW, sockets=(Socket(1, connected=True),), last_tick=NOW, last_write=NOW)
        nothing = lambda: None  # noqa: E731
        audits, incidents = Audits(store, clock, config, nothing), Incidents(store, clock, lambda: config, nothing)
        watch = Watch(store, clock, lambda: config, incidents)
        runbooks = runbooks_over(store, clock, config, incidents, watch, health)
        more = parts(store, clock, lambda: config, incidents)
        made.append(Services(clock, store, config, audits, incidents, watch, runbooks, health, nothing, **more))
        return made[-1]

    yield services
    for one in made:
        await one.audits.stop(0)
        one.store.close()


def call(verb: str, *args: str, value: str = "") -> Call:
    """Someone asks."""
    return Call(verb, args, "U0ANA", "C0OPS", NOW, value=value)
