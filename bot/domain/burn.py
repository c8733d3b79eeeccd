"""Error budgets: how fast one is used up, when that is worth a call, and how to say it where there is little traffic.

99.9 % over 30 days allows 1 failure in 1,000 tries. Burning at 14.4 times that uses 2 % of the budget in an hour, at
6 times 5 % in six hours. A short window beside each long one says whether it still goes on (Google's SRE workbook,
"Alerting on SLOs"). Below 100 tries in a window no share means anything: then the bare numbers are told. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from bot.domain.uptime import TARGET

PERIOD = timedelta(days=30)
ENOUGH = 100
"""Tries in a window from which on a share is said, and alarms are raised."""
LOW = 0.25
"""Share of the budget below which risky releases should wait."""


class Level(StrEnum):
    """What a burn calls for."""

    PAGE = "page"
    TICKET = "ticket"
    """It can wait for the day."""


@dataclass(frozen=True, slots=True)
class Pace:
    """A pair of windows, and how many times faster than allowed is too fast in both."""

    level: Level
    times: float
    long: timedelta
    short: timedelta
    """As long as `long` where there is no shorter one."""


PACES = (
    Pace(Level.PAGE, 14.4, timedelta(hours=1), timedelta(minutes=5)),
    Pace(Level.PAGE, 6.0, timedelta(hours=6), timedelta(minutes=30)),
    Pace(Level.TICKET, 1.0, timedelta(days=3), timedelta(days=3)),
)
"""Fastest first."""


@dataclass(frozen=True, slots=True)
class Tries:
    """What was tried in a stretch of time, and how often it failed."""

    bad: int
    all: int

    def share(self, usual: float = 0.0) -> float:
        """Part that failed beyond what usually does, 0 to 1."""
        return max(0.0, self.bad / self.all - usual) if self.all else 0.0


@dataclass(frozen=True, slots=True)
class Flow:
    """What is tried and fails, as two kinds of events."""

    name: str
    ok: str
    failed: tuple[str, ...]
    tries: str
    """What one try is called, many of them: `log-ins`."""
    by_people: bool = False
    """People fail there by themselves too, by mistyping: only what goes beyond the usual share uses the budget up."""


FLOWS: Mapping[str, Flow] = MappingProxyType(
    {
        one.name: one
        for one in (
            Flow("log-in", "login_ok", ("login_failed",), "log-ins", by_people=True),
            Flow("sign-up", "signup_ok", ("signup_failed",), "sign-ups", by_people=True),
            Flow("checkout", "checkout_ok", ("checkout_failed", "payment_error"), "checkouts", by_people=True),
            Flow("webhooks", "webhook_ok", ("webhook_failed",), "webhooks"),
            Flow("jobs", "job_ok", ("job_failed",), "jobs"),
            Flow("requests", "http_ok", ("http_5xx",), "requests"),
        )
    }
)
"""By the name that people read."""


@dataclass(frozen=True, slots=True)
class Burn:
    """A budget that is used up too fast."""

    pace: Pace
    tries: Tries
    """Of the long window."""
    times: float
    """How many times faster than allowed."""


def times_of(tries: Tries, usual: float = 0.0, target: float = TARGET) -> float:
    """How many times faster than allowed: 1 uses the budget up exactly at the end of its period."""
    return tries.share(usual) / (1 - target)


def burning(tries: Callable[[timedelta], Tries], *, usual: float | None = 0.0, target: float = TARGET) -> Burn | None:
    """The fastest burn that goes on; None where there is none, or too little traffic to say so.

    `tries` says what was tried in the window of that length that ends now. `usual` is the share that fails anyway;
    None: not known yet, so nothing is said.
    """
    if usual is None:
        return None
    for pace in PACES:
        both = [tries(window) for window in dict.fromkeys((pace.long, pace.short))]
        enough = all(one.all >= ENOUGH for one in both)
        # The rounding of a division must not decide at the very edge.
        if enough and all(times_of(one, usual, target) >= pace.times * (1 - 1e-9) for one in both):
            return Burn(pace, both[0], times_of(both[0], usual, target))
    return None


def said(flow: Flow, burn: Burn) -> str:
    """`37 of 1,204 log-ins failed in 1 hour: at this pace the errors of a month are used up in 2 days`."""
    one = burn.tries
    left = PERIOD.total_seconds() / max(burn.times, 1e-9)
    told = f"{one.bad:,} of {one.all:,} {flow.tries} failed in {length(burn.pace.long)}"
    return f"{told}: at this pace the errors that a month allows are used up in {length(timedelta(seconds=left))}"


def few(flow: str, count: int, window: timedelta, usual: tuple[int, int] | None) -> str:
    """`4 failed log-ins in 1 hour (normal: 0–1)`: without any percentage."""
    told = f"{count:,} {flow} in {length(window)}"
    if usual is None:
        return f"{told} (there is no normal yet)"
    low, high = usual
    return f"{told} (normal: {low if low == high else f'{low}–{high}'})"


def ordinary(counts: list[int]) -> tuple[int, int] | None:
    """The range in which four of five windows lie, from at least five of them; None for fewer."""
    if len(counts) < 5:
        return None
    ordered = sorted(counts)
    cut = len(ordered) // 10
    return ordered[cut], ordered[-1 - cut]


def length(span: timedelta) -> str:
    """`5 minutes`, `1 hour`, `3 days`: whole numbers, cut where they are not whole."""
    minutes = round(span.total_seconds() / 60)
    for size, name in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= 2 * size or size in (minutes, 1):
            number = minutes // size
            return f"{number} {name}{'' if number == 1 else 's'}"
    return "less than a minute"


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of the minutes that a month may be down, and what counts for nobody."""

    allowed_s: float
    used_s: float
    excused_s: float = 0.0
    """Announced work."""
    unseen_s: float = 0.0
    """The bot itself was off, or could not see out."""
    seen_s: float = 0.0
    """Time that was seen, good and bad."""

    @property
    def share(self) -> float:
        """Part that is left, below 0 where it is overdrawn."""
        return (self.allowed_s - self.used_s) / self.allowed_s if self.allowed_s > 0 else 0.0

    @property
    def low(self) -> bool:
        """Whether risky releases should wait."""
        return self.share < LOW


def left(one: Left) -> str:
    """`31 of 43 minutes left this month`; what was left out is said."""
    allowed = int(one.allowed_s // 60)
    minutes = (one.allowed_s - one.used_s) / 60
    told = f"{max(0, int(minutes))} of {allowed} minutes left this month"
    if minutes < 0:
        told = f"all {allowed} minutes of this month are used up, and {max(1, int(-minutes))} more"
    out = [
        f"{length(timedelta(seconds=seconds))} {why}"
        for seconds, why in ((one.excused_s, "of announced work"), (one.unseen_s, "that nobody could see"))
        if seconds >= 60
    ]
    return f"{told} (left out: {' and '.join(out)})" if out else told
