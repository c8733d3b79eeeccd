"""The services around deploys, as the composition root plugs them together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypedDict

from bot.clock import Clock
from bot.services.config import Config
from bot.services.deploys import Deploys
from bot.services.events import Events
from bot.services.inbound import Inbound
from bot.services.incidents import Incidents
from bot.services.smoke import Smoke
from bot.store.db import Store


class Parts(TypedDict):
    """Fields of `Services`."""

    smoke: Smoke
    deploys: Deploys
    events: Events
    inbound: Inbound


def parts(
    store: Store,
    clock: Clock,
    config: Callable[[], Config],
    incidents: Incidents,
    wake: Callable[[], None] = lambda: None,
    environ: Mapping[str, str] | None = None,
) -> Parts:
    """All four, wired to each other."""
    smoke = Smoke(store, clock, config, incidents, wake)
    deploys = Deploys(store, clock, config, incidents, smoke=smoke, wake=wake)
    smoke.listen(deploys.walked)
    events = Events(store, clock, config, incidents)
    inbound = Inbound(store, clock, config, incidents, deploys=deploys, events=events, environ=environ or {}, wake=wake)
    return Parts(smoke=smoke, deploys=deploys, events=events, inbound=inbound)
