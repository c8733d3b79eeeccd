"""How far a run of checks is, told to whoever listens."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    done: int
    total: int
    now: str
    """What began or ended last, in words; empty at the end."""


OnProgress = Callable[[Progress], None]


class Teller:
    """Counts what is done and says so; a listener that fails does not stop a run."""

    def __init__(self, total: int, listener: OnProgress | None) -> None:
        self.done = 0
        self.total = total
        self._listener = listener

    def _say(self, now: str) -> None:
        if self._listener is None:
            return
        try:
            self._listener(Progress(self.done, self.total, now))
        except Exception:
            log.exception("progress could not be shown")
            self._listener = None

    def more(self, jobs: int) -> None:
        """There is more to do than was known at the start."""
        self.total += jobs

    def begins(self, name: str) -> None:
        """This is being looked at now."""
        self._say(name)

    def ends(self, name: str) -> None:
        """This has its answer."""
        self.done += 1
        self._say(name)

    def end(self) -> None:
        """Everything is done, also what was never begun."""
        self.done = self.total
        self._say("")
