"""Silences: for which services and troubles nobody wants to hear anything, why, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.severity import Trouble

LONGEST = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Silence:
    """One silence. It always has an end and a reason."""

    id: str
    service: str
    """Empty: every service."""
    trouble: Trouble | None
    """None: every kind."""
    begins: datetime
    until: datetime
    reason: str
    author: str
    """Slack id."""
    environment: str = ""
    """Empty: every environment."""
    lifted_at: datetime | None = None
    """When somebody ended it early."""

    @property
    def ends(self) -> datetime:
        """When it is over, or was ended early."""
        return self.until if self.lifted_at is None else min(self.until, self.lifted_at)

    def active(self, now: datetime) -> bool:
        """Whether it holds now."""
        return self.begins <= now < self.ends

    def covers(self, service: str, trouble: Trouble, environment: str = "production") -> bool:
        """Whether it speaks of that service and trouble, at whatever time."""
        return (
            self.service in ("", service) and self.trouble in (None, trouble) and self.environment in ("", environment)
        )


class Refusal(StrEnum):
    """Why a silence cannot be."""

    NO_REASON = "no_reason"
    NO_END = "no_end"
    TOO_LONG = "too_long"


def silence_for(
    *,
    id: str,
    service: str,
    trouble: Trouble | None,
    length: timedelta,
    reason: str,
    author: str,
    now: datetime,
    begins: datetime | None = None,
    environment: str = "",
) -> Silence | Refusal:
    """A new silence, or why not: it needs a reason, an end in the future, and lasts seven days at most."""
    if not reason.strip():
        return Refusal.NO_REASON
    if length <= timedelta(0):
        return Refusal.NO_END
    if length > LONGEST:
        return Refusal.TOO_LONG
    start = now if begins is None else begins
    if start + length <= now:
        return Refusal.NO_END
    return Silence(id, service, trouble, start, start + length, reason.strip(), author, environment)


def covering(
    silences: Iterable[Silence], service: str, trouble: Trouble, now: datetime, environment: str = "production"
) -> Silence | None:
    """The silence that covers this now; of several the one that ends last."""
    found = [one for one in silences if one.active(now) and one.covers(service, trouble, environment)]
    return max(found, key=lambda one: (one.ends, one.id), default=None)
