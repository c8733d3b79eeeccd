"""The members of an incident: which probes fail, how, and how each looks now; and how incidents end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.severity import Sev, Trouble


class Light(StrEnum):
    """How one member of an incident looks."""

    RED = "red"
    """It fails."""
    GREEN = "green"
    """It looks better, not yet long enough."""
    UP = "up"
    """It has been good for its whole recovery window."""


class Outcome(StrEnum):
    """How an incident ended."""

    AUTO = "auto"
    """It became good by itself, or somebody repaired it without a word."""
    HUMAN = "human"
    """A person said so, and a fresh look agreed."""
    MERGED = "merged"
    """It was only what another incident looks like from elsewhere."""
    REMOVED = "removed"
    """What was watched is no longer in launch.yml."""


@dataclass(frozen=True, slots=True)
class Member:
    """One probe that belongs to an incident; a probe can be in it once for each kind of trouble."""

    probe: str
    trouble: Trouble
    service: str
    sev: Sev
    light: Light
    absorbed: bool
    """Only a consequence: "also affected". It neither keeps the incident open nor pages."""
    first_at: datetime
    last_at: datetime
    evidence: str = ""
    until: datetime | None = None
    """While green: when its recovery window ends."""
    url: str = ""
    """Where somebody else who sees it shows more."""
