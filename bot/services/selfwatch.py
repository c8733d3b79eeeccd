"""Does the bot do its work? Each part by what it did last, never by what it believes of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.services.health import Health

TICK = timedelta(seconds=90)
WRITE = timedelta(seconds=150)
WAITING = timedelta(minutes=2)
WELCOME = timedelta(minutes=5)
PONG = 60.0
"""Seconds."""
ROUND_TRIP = 30 * 60.0
"""Seconds."""
CANARY = timedelta(minutes=5)
WORK = frozenset({"incidents", "delivery", "alive"})
"""Recurring jobs without which nobody would be told."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What only others know."""

    oldest_waiting: datetime | None
    """Since when the oldest card or call of a bad incident waits for Slack; None: none does."""
    canary_at: datetime | None
    """When a place outside was reached last; None: never since the start."""
    canaries: bool = True
    """Whether any are asked; without a product, or switched off, there are none."""


def not_doing(health: Health, outside: Outside, now: datetime) -> tuple[str, ...]:
    """What the bot does not do as it should, in words; empty while it does all its work."""
    found = []
    if health.last_tick is None or now - health.last_tick > TICK:
        found.append("recurring work stands still")
    found += [f"the job {name} fails" for name in sorted(WORK & set(health.failing_jobs))]
    if health.store_problem or health.last_write is None or now - health.last_write > WRITE:
        found.append("nothing can be stored")
    if outside.oldest_waiting is not None and now - outside.oldest_waiting > WAITING:
        found.append("an alert has been waiting for Slack for more than two minutes")
    if health.slack_problem or health.slack_ok_at is None or now - health.slack_ok_at > WELCOME:
        found.append("Slack has not said for five minutes that the bot is welcome")
    if not health.http_mode:
        ages = [each.pong_age for each in health.sockets if each.connected and each.pong_age is not None]
        if not ages or min(ages) > PONG:
            found.append("no connection to Slack answers")
        heard = [each.heard_age for each in health.sockets if each.connected and each.heard_age is not None]
        if not heard or min(heard) > ROUND_TRIP:
            found.append("Slack has sent nothing for half an hour")
    if outside.canaries and (outside.canary_at is None or now - outside.canary_at > CANARY):
        found.append("no place outside can be reached")
    return tuple(found)
