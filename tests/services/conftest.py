"""Services over a real store, with the demo company served on loopback as the product that they look at."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.demo.company import Company
from bot.services.audit import Audits
from bot.services.config import Config
from bot.services.container import Services
from bot.services.health import Health, Socket
from bot.services.incidents import Incidents
from bot.services.watch import Watch
from bot.store.db import Store
from tests.services.parts import parts
from tests.services.walker import runbooks_over


@dataclass
class Woken:
    """Counts how often the outbox was pointed to."""

    times: int = 0

    def __call__(self) -> None:
        self.times += 1


@dataclass
class Made:
    """Services and what is behind them."""

    services: Services
    woken: Woken = field(default_factory=Woken)


Make = Callable[[Path], Made]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes services for a configuration file."""
    with ExitStack() as stack:

        def made(config: Path) -> Made:
            store = Store.open(tmp_path / f"data-{len(list(tmp_path.iterdir()))}" / "launch.db")
            stack.callback(store.close)
            clock, woken, read = SystemClock(), Woken(), Config.read(config)
            now = clock.now()
            health = Health(now, sockets=(Socket(1, True, 1.0),), last_tick=now, last_write=now)
            audits = Audits(store, clock, read, woken)
            incidents = Incidents(store, clock, lambda: read, woken)
            watch = Watch(store, clock, lambda: read, incidents)
            runbooks = runbooks_over(store, clock, read, incidents, watch, health, woken)
            more = parts(store, clock, lambda: read, incidents, woken)
            return Made(Services(clock, store, read, audits, incidents, watch, runbooks, health, woken, **more), woken)

        yield made


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    """The demo company, healthy."""
    async with Company(tmp_path / "company") as running:
        yield running
