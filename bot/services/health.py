"""How the bot itself is: the runtime writes it down as it goes, `status` and the health page read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

TICK_LATE = timedelta(seconds=90)
WRITE_LATE = timedelta(seconds=150)
SOCKET_SILENT = timedelta(seconds=60)
WATCHDOG_LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Socket:
    """One connection to Slack."""

    number: int
    connected: bool
    pong_age: float | None = None
    """Seconds since Slack answered last; None before the first time."""
    heard_age: float | None = None
    """Seconds since Slack sent something of its own, a greeting or a request; None before the first time."""


@dataclass(slots=True)
class Health:
    """The bot's own state. Fields are set by whoever knows; nothing here looks at the world."""

    started_at: datetime
    http_mode: bool = False
    """Slack reaches the bot by HTTP, so there are no sockets."""
    team: str = ""
    """The workspace's name; empty where the bot is not in one."""
    sockets: tuple[Socket, ...] = ()
    last_tick: datetime | None = None
    last_write: datetime | None = None
    last_sent: datetime | None = None
    slack_ok_at: datetime | None = None
    """When Slack last said that the bot is welcome, or took a message."""
    slack_problem: str = ""
    """Why Slack refuses the bot as a whole; empty while it does not."""
    store_problem: str = ""
    """Why the last write failed; empty while it works."""
    asleep: tuple[datetime, datetime] | None = None
    """From when to when the bot was not running before this start, or the machine slept."""
    watchdog: bool = False
    """Whether somebody outside expects a call again and again."""
    watchdog_at: datetime | None = None
    """When that call was made last."""
    watchdog_problem: str = ""
    """Why the last attempt to call failed; empty while it works."""
    watchdog_held: tuple[str, ...] = ()
    """Why it is not called at all: what the bot does not do as it should."""
    missing_scopes: tuple[str, ...] = ()
    failing_jobs: dict[str, str] = field(default_factory=dict)
    """Recurring jobs whose last run failed, with the reason."""

    def troubles(self, now: datetime) -> tuple[str, ...]:
        """What is wrong with the bot itself, in words; empty when it is well."""
        found = []
        if self.slack_problem:
            found.append(f"Slack refuses the bot: {self.slack_problem}")
        if self.store_problem:
            found.append(self.store_problem)
        if self.last_tick is None or now - self.last_tick > TICK_LATE:
            found.append("The bot's clockwork stands still: recurring work is not being done")
        if not self.store_problem and (self.last_write is None or now - self.last_write > WRITE_LATE):
            found.append("Nothing could be stored for more than two minutes")
        if not self.http_mode and not self.connected:
            found.append("No connection to Slack is open: commands do not reach the bot")
        found += [f"The recurring job {name} fails: {reason}" for name, reason in sorted(self.failing_jobs.items())]
        return tuple(found)

    def warnings(self, now: datetime) -> tuple[str, ...]:
        """What keeps the watchdog outside from being called, in words. The bot itself may be well all the same."""
        found = []
        if self.watchdog and self.watchdog_problem:
            found.append(f"The watchdog cannot be called: {self.watchdog_problem}")
        if self.watchdog and self.watchdog_held:
            found.append(f"The watchdog is not called, because {'; '.join(self.watchdog_held)}")
        if self.watchdog and self.watchdog_at is not None and now - self.watchdog_at > WATCHDOG_LATE:
            minutes = round((now - self.watchdog_at).total_seconds() / 60)
            found.append(f"The watchdog was last called {minutes} minutes ago, so it may have raised the alarm")
        return tuple(found)

    @property
    def connected(self) -> bool:
        """Whether at least one connection to Slack is alive."""
        limit = SOCKET_SILENT.total_seconds()
        return any(each.connected and (each.pong_age is None or each.pong_age <= limit) for each in self.sockets)
