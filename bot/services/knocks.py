"""Who knocks at the door for hooks: how fast each sender may, and who was turned away, for the self-test.

All of it is kept in memory, and bounded: a stranger who knocks without end makes one counter grow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.clock import Clock

RATE = 10.0
"""Deliveries a second that a sender may keep up."""
BURST = 300.0
"""Deliveries that may come at once: a sender that was held up brings all of them together."""
LONGEST_SAID = 200


class Turned(StrEnum):
    """Why somebody was turned away."""

    NO_SECRET = "no_secret"  # noqa: S105  a word for "there is none"
    """No secret is set for this sender, so nobody can prove anything."""
    UNPROVEN = "unproven"
    """The proof is wrong: forged, changed on its way, too old, or another secret."""
    UNREADABLE = "unreadable"
    """Proven, but nothing that can be read."""
    TOO_MANY = "too_many"
    UNKNOWN = "unknown"
    """No sender has this name."""


@dataclass(frozen=True, slots=True)
class Knock:
    """How often one sender was turned away for one reason, since the bot started."""

    source: str
    """As in `/hooks/<source>`; empty for names that nobody has."""
    turned: Turned
    count: int
    last_at: datetime
    said: str
    """What the sender was answered last."""


class Knocks:
    """Counts and paces. Names that come in here are known ones, or empty: so it cannot grow."""

    def __init__(self, clock: Clock, *, rate: float = RATE, burst: float = BURST) -> None:
        self._clock = clock
        self._rate = rate
        self._burst = burst
        self._left: dict[str, tuple[float, float]] = {}
        self._turned: dict[tuple[str, Turned], Knock] = {}
        self._let_in: dict[str, datetime] = {}

    def seconds_to_wait(self, source: str) -> int:
        """0: it may come in, and is counted. Else after how many whole seconds it may try again."""
        now = self._clock.monotonic()
        left, at = self._left.get(source, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._rate)
        if left < 1.0:
            self._left[source] = (left, now)
            return max(1, math.ceil((1.0 - left) / self._rate))
        self._left[source] = (left - 1.0, now)
        return 0

    def away(self, source: str, turned: Turned, said: str) -> Knock:
        """Somebody was turned away."""
        now = self._clock.now()
        known = self._turned.get((source, turned), Knock(source, turned, 0, now, ""))
        knock = replace(known, count=known.count + 1, last_at=now, said=said[:LONGEST_SAID])
        self._turned[source, turned] = knock
        return knock

    def let_in(self, source: str) -> None:
        """Somebody has proven who it is, and could be read."""
        self._let_in[source] = self._clock.now()

    def turned_away(self) -> tuple[Knock, ...]:
        """All of them, the last one first."""
        return tuple(sorted(self._turned.values(), key=lambda one: one.last_at, reverse=True))

    def last_let_in(self, source: str) -> datetime | None:
        """When this sender was last understood; None: not since the bot started."""
        return self._let_in.get(source)
