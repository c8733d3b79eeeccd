"""How fast the bot speaks: below Slack's limits, so that nothing urgent ever waits behind chatter.

One post a second for each channel, forty edits a minute for the whole workspace
(https://docs.slack.dev/apis/web-api/rate-limits).
"""

from __future__ import annotations

from bot.clock import Clock
from bot.store.outbox import Delivery, Kind, Prio

BETWEEN_POSTS = 1.0
EDITS_A_MINUTE = 40.0
EDITS_AT_ONCE = 10.0
KEPT_FOR_PEOPLE = 4.0
"""Edits that progress leaves for what someone waits for."""


class Pace:
    """Token buckets and gates. Times are the clock's monotonic seconds; all of it is forgotten at a restart."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next_post: dict[str, float] = {}
        self._edits = EDITS_AT_ONCE
        self._edits_at = clock.monotonic()
        self._no_edit_before = 0.0

    def wait(self, row: Delivery) -> float:
        """Seconds until this row may go; 0: now."""
        now = self._clock.monotonic()
        if row.kind is not Kind.EDIT:
            return max(0.0, self._next_post.get(row.channel, 0.0) - now)
        self._refill(now)
        needed = 1.0 + (KEPT_FOR_PEOPLE if row.prio >= Prio.PROGRESS else 0.0)
        lacking = max(0.0, needed - self._edits) * 60.0 / EDITS_A_MINUTE
        return max(lacking, self._no_edit_before - now, 0.0)

    def spend(self, row: Delivery) -> None:
        """A call is about to be made for it."""
        now = self._clock.monotonic()
        if row.kind is not Kind.EDIT:
            self._next_post = {channel: at for channel, at in self._next_post.items() if at > now}
            self._next_post[row.channel] = max(self._next_post.get(row.channel, 0.0), now + BETWEEN_POSTS)
            return
        self._refill(now)
        self._edits -= 1.0

    def gate(self, row: Delivery, seconds: float) -> None:
        """Slack asked to wait: nothing of this kind goes to the channel (edits: anywhere) before then."""
        until = self._clock.monotonic() + seconds
        if row.kind is Kind.EDIT:
            self._no_edit_before = max(self._no_edit_before, until)
        else:
            self._next_post[row.channel] = max(self._next_post.get(row.channel, 0.0), until)

    def _refill(self, now: float) -> None:
        self._edits = min(EDITS_AT_ONCE, self._edits + (now - self._edits_at) * EDITS_A_MINUTE / 60.0)
        self._edits_at = now
