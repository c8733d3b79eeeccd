"""Runs of runbooks over a test's own services."""

from __future__ import annotations

from collections.abc import Callable

from bot.clock import Clock
from bot.services.config import Config
from bot.services.health import Health
from bot.services.incidents import Incidents
from bot.services.runbook_looks import Looks
from bot.services.runbook_own import OwnChecks
from bot.services.runbooks import Runbooks
from bot.services.watch import Watch
from bot.store.db import Store


def runbooks_over(
    store: Store,
    clock: Clock,
    config: Config,
    incidents: Incidents,
    watch: Watch,
    health: Health,
    wake: Callable[[], None] = lambda: None,
) -> Runbooks:
    """As the composition root makes them, without the network's part of recognising providers."""
    own = OwnChecks(store, clock, lambda: config, watch, health)
    return Runbooks(store, clock, lambda: config, incidents, Looks(store, clock, lambda: config, watch, own), wake=wake)
