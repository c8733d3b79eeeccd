"""What comes in from outside over HTTP: proven, written down once, and worked on after it was answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.clock import Clock
from bot.services.config import Config
from bot.services.deploys import Deploys
from bot.services.events import Events
from bot.services.incidents import Incidents
from bot.store.db import Store


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer to a sender."""

    status: int
    text: str
    """One sentence."""


class Inbound:
    """The one door for hooks and counted events. `environ` holds the secrets of the senders."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        config: Callable[[], Config],
        incidents: Incidents,
        *,
        deploys: Deploys,
        events: Events,
        environ: Mapping[str, str],
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._config = config
        self._incidents = incidents
        self._deploys = deploys
        self._events = events
        self._environ = environ
        self._wake = wake

    async def take(self, source: str, headers: Mapping[str, str], body: bytes, token: str = "") -> Taken:
        """Prove, parse and write down what a sender says; the work on it is done by `tick`."""
        return Taken(404, f"No sender is called {source[:40]}.")

    async def tick(self) -> int:
        """Work on what is written down and not done, oldest first; says how much it was."""
        return 0
