"""What a decision needs to know besides the incident itself: plain data that the caller has loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.incident import Incident
    from bot.domain.silence import Silence

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Contact:
    """A person as the bot can reach them now."""

    name: str = ""
    slack: str = ""
    """Slack id; empty: cannot be reached in Slack."""
    quiet_until: datetime | None = None
    """End of the present quiet hours; None: awake."""
    next_nine: datetime = _NEVER
    """Next 9:00 where the person lives."""


NOBODY = Contact()


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is called, and who next."""

    owner: Contact
    backup: Contact | None = None
    """None in a team of one."""
    last_resort: Contact | None = None
    why: str = "owner"
    """Where the owner comes from: `override`, `shift`, `owner`, `backup`, `default` or `installer`."""
    unresolvable: tuple[str, ...] = ()
    """Names that were passed over since nobody can be reached by them."""
    gone: tuple[str, ...] = ()
    """Slack ids of people who cannot be called any more: what was handed to them is the owner's again."""

    @property
    def alone(self) -> bool:
        """Whether there is nobody else to call."""
        return self.backup is None or self.backup.slack in ("", self.owner.slack)


@dataclass(frozen=True, slots=True)
class Release:
    """The last deploy of a service."""

    version: str
    at: datetime
    by: str = ""
    hold_until: datetime | None = None
    """Until then ordinary monitors wait: a release may be rough for three minutes."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The surroundings of a decision, as of now."""

    duty: Duty
    next_nine: datetime
    """The product's next 9:00."""
    next_working_nine: datetime
    """9:00 of the product's first working day after today (`hours.next_working_day`)."""
    next_id: int = 0
    """The number that a new incident gets."""
    silence: Silence | None = None
    """A silence that covers the incident's service and trouble now."""
    upstream: Incident | None = None
    """A live incident that explains this one (`grouping.upstream_for`)."""
    downstream: tuple[Incident, ...] = ()
    """Live incidents that a new one would explain (`grouping.downstream_of`)."""
    release: Release | None = None
    live: int = 0
    """How many incidents are live: with more than five, edits are gathered for longer."""
    blind: bool = False
    """The bot cannot see out: no probe says anything."""
