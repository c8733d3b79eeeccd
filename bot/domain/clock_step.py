"""The machine's clock was put back: what an incident waits for is moved with it, so that it waits no longer for that.

An hour that the clock goes through twice must not be an hour in which nobody is called.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.asks import Signal
from bot.domain.incident import Incident

LONGEST_WAIT = timedelta(hours=2)
"""Nothing that begins with "in …" lasts longer. What lay further ahead is a time of day (nine o'clock, the end of a
silence), and stays one."""


def not_ahead(signal: Signal, now: datetime) -> Signal:
    """What a probe says, if it began to fail while the clock was ahead: it cannot have been later than now."""
    return replace(signal, first_failure=min(signal.first_failure, now), seen_at=min(signal.seen_at, now))


def moved(incident: Incident, by: timedelta, now: datetime) -> Incident:
    """The incident on the clock as it is now, `by` earlier than before."""
    before = now + by

    def waits(at: datetime | None) -> datetime | None:
        return at if at is None or at - before > LONGEST_WAIT else at - by

    def was(at: datetime) -> datetime:
        """What is past stays as it was written down, but for what would not have happened yet."""
        return at - by if at > now else at

    def perhaps(at: datetime | None) -> datetime | None:
        return None if at is None else was(at)

    members = tuple(
        replace(one, first_at=was(one.first_at), last_at=was(one.last_at), until=waits(one.until))
        for one in incident.members
    )
    return replace(
        incident,
        opened_at=was(incident.opened_at),
        first_failure=was(incident.first_failure),
        announce_at=waits(incident.announce_at),
        announced_at=perhaps(incident.announced_at),
        # From these moments waits are counted.
        esc_from=None if incident.esc_from is None else incident.esc_from - by,
        fix_at=None if incident.fix_at is None else incident.fix_at - by,
        changes=tuple(one - by for one in incident.changes),
        ack_until=waits(incident.ack_until),
        snooze_until=waits(incident.snooze_until),
        muted_until=waits(incident.muted_until),
        green_since=perhaps(incident.green_since),
        green_until=waits(incident.green_until),
        resolved_at=perhaps(incident.resolved_at),
        reopen_until=waits(incident.reopen_until),
        flapping_since=perhaps(incident.flapping_since),
        flapping_until=waits(incident.flapping_until),
        deploy_at=perhaps(incident.deploy_at),
        members=members,
    )
