"""What the look of a probe tells the incidents, at every evaluation anew: nothing hangs on one turn being heard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.asks import Reading, Signal
from bot.domain.detection import Look, State
from bot.domain.severity import Trouble, sev_of
from checks.model import Severity


@dataclass(frozen=True, slots=True)
class Watched:
    """What is watched: to whom a probe's trouble belongs, and how much it matters."""

    product: str
    probe: str
    service: str
    environment: str = "production"
    critical: bool = True
    ceiling: Severity | None = None
    drill: bool = False


def signals_of(watched: Watched, look: Look, known: Iterable[Trouble] = ()) -> tuple[Signal, ...]:
    """Everything that the look says now.

    `known` are the troubles under which the probe is a member of live incidents, so that these hear that it is well
    again, or fails in another way. New trouble comes first. While nothing can be seen, nothing is said.
    """
    if look.blind_since is not None or look.last_at is None:
        return ()
    members = tuple(dict.fromkeys(known))
    told = [one for one in members if one is not Trouble.LATENCY]
    out: list[Signal] = []
    if look.state is State.DOWN and look.trouble is not None:
        out.append(_signal(watched, look, look.trouble, Reading.DOWN))
    elif look.state is State.RECOVERING and look.better and look.trouble is not None:
        out.append(_signal(watched, look, look.trouble, Reading.BETTER))
    if look.state in (State.DOWN, State.RECOVERING):
        out += [_signal(watched, look, one, Reading.GONE) for one in told if one is not look.trouble]
    if look.state is not State.UP:
        return tuple(out)
    out += [_signal(watched, look, one, Reading.UP) for one in told]
    if look.slow_since is not None:
        out.append(_signal(watched, look, Trouble.LATENCY, Reading.DOWN))
    elif Trouble.LATENCY in members:
        out.append(_signal(watched, look, Trouble.LATENCY, Reading.UP))
    return tuple(out)


def removed(watched: Watched, known: Iterable[Trouble], now: datetime) -> tuple[Signal, ...]:
    """What is said for a monitor that stands no longer in launch.yml."""
    gone = Look(last_at=now)
    return tuple(_signal(watched, gone, one, Reading.GONE, removed=True) for one in dict.fromkeys(known))


def _signal(watched: Watched, look: Look, trouble: Trouble, reading: Reading, *, removed: bool = False) -> Signal:
    slow = trouble is Trouble.LATENCY
    seen = look.last_at
    assert seen is not None  # noqa: S101  (what was never looked at says nothing)
    return Signal(
        product=watched.product,
        environment=watched.environment,
        service=watched.service,
        probe=watched.probe,
        trouble=trouble,
        sev=sev_of(trouble, critical=watched.critical, ceiling=watched.ceiling, environment=watched.environment),
        reading=reading,
        first_failure=(look.slow_since if slow else look.first_failure) or seen,
        seen_at=seen,
        evidence="" if slow else look.evidence,
        until=look.green_until if reading is Reading.BETTER else None,
        removed=removed,
        drill=watched.drill,
    )
