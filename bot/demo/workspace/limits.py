"""How often an app may call: Slack's tiers as token buckets, per method; posting also per channel.

Sources: "Rate limits" of Slack's Web API and the method table of its Java SDK.
"""

from __future__ import annotations

import math

from bot.demo.workspace.pace import Pace

TIERS = {"1": 1, "2": 20, "3": 50, "4": 100, "special": 600}
"""Calls a minute."""
POST_BURST = 5
"""Messages to one channel that are let through at once; one a second after that."""
POSTS_PER_MINUTE = 300
"""All channels together ("several hundred")."""


class Bucket:
    """A token bucket."""

    def __init__(self, per_second: float, burst: float, now: float) -> None:
        self._per_second, self._burst, self._left, self._seen = per_second, burst, burst, now

    def wait(self, now: float) -> float:
        """0 and one token less, or the seconds until there is one."""
        self._left = min(self._burst, self._left + max(0.0, now - self._seen) * self._per_second)
        self._seen = now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / self._per_second


class Limits:
    """The buckets of one app in one workspace."""

    def __init__(self, pace: Pace, *, on: bool = True) -> None:
        self._pace = pace
        self.on = on
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def clear(self) -> None:
        """Full buckets again."""
        self._buckets.clear()

    def retry_after(self, method: str, tier: str, channel: str) -> int:
        """0 where the call may pass, else whole seconds to wait, as in the `Retry-After` header."""
        if not self.on:
            return 0
        if tier == "post":
            wait = self._wait(("post", channel), 1.0, POST_BURST) or self._wait(
                ("post", ""), POSTS_PER_MINUTE / 60, POSTS_PER_MINUTE
            )
        else:
            per_minute = TIERS[tier]
            wait = self._wait((method, ""), per_minute / 60, per_minute)
        return math.ceil(wait)

    def _wait(self, key: tuple[str, str], per_second: float, burst: float) -> float:
        now = self._pace.now()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(per_second, burst, now)
        return bucket.wait(now)
