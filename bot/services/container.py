"""What a command may use, in one frozen value that the composition root fills."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.clock import Clock
from bot.config.settings import Settings
from bot.runbooks import panels
from bot.services.audit import Audits
from bot.services.calendar import Calendar
from bot.services.config import Config
from bot.services.deploys import Deploys
from bot.services.drift import Drift
from bot.services.drills import Drills
from bot.services.events import Events
from bot.services.health import Health
from bot.services.inbound import Inbound
from bot.services.incidents import Incidents
from bot.services.members import Members
from bot.services.perf import Perf
from bot.services.requests import Requests
from bot.services.roles import Roles
from bot.services.runbooks import Runbooks
from bot.services.smoke import Smoke
from bot.services.watch import Watch
from bot.store.db import Store
from checks.inventory import Inventory


@dataclass(slots=True)
class Services:
    """One product's services. Nobody changes it but the composition root, when `launch.yml` has changed."""

    clock: Clock
    store: Store
    config: Config
    audits: Audits
    incidents: Incidents
    watch: Watch
    runbooks: Runbooks
    health: Health
    flush: Callable[[], None]
    """Have the outbox sent now instead of at the next tick; returns at once."""

    smoke: Smoke
    deploys: Deploys
    events: Events
    inbound: Inbound

    settings: Settings | None = None
    """What this bot was started with; None where a test or a script made the services."""

    roles: Roles = field(default_factory=Roles)
    """Who may do what."""

    config_problems: Callable[[], tuple[str, ...]] = tuple
    """What is wrong with `launch.yml` as it is on disk, where an older one is in force."""

    members: Members | None = None
    """Asks Slack who people are; None where there is no Slack."""

    repaired: Callable[[], Awaitable[int]] | None = None
    """Something at Slack may have been repaired: try again what it refused. Says how many messages."""

    perf: Perf = field(init=False)
    """Light load tests."""

    def __post_init__(self) -> None:
        self.perf = Perf(self.store, self.clock, lambda: self.config, self.flush)

    @property
    def inventory(self) -> Inventory | None:
        """What is watched; None while there is no usable `launch.yml`."""
        return self.config.inventory

    @property
    def product(self) -> str:
        """The product id that stands in every row."""
        return self.config.product

    @property
    def calendar(self) -> Calendar:
        """What the hour brings; it remembers nothing by itself."""
        return Calendar(self.store, self.clock, lambda: self.config, self.incidents, self.flush)

    @property
    def drills(self) -> Drills:
        """Fire drills; it remembers nothing by itself."""
        return Drills(
            self.store,
            self.clock,
            lambda: self.config,
            self.incidents,
            wake=self.flush,
            books=lambda: self.runbooks.books,
            panels=panels,
        )

    @property
    def drift(self) -> Drift:
        """Answers about DNS records; it remembers nothing by itself."""
        return Drift(self.store, self.clock, self.config, self.flush)

    @property
    def requests(self) -> Requests:
        """What people asked for, as it is written down; it remembers nothing by itself."""
        return Requests(self.store, self.clock, self.product)
