"""Walks smoke flows: step by step, each within its time, clean-up always, and all of it within two minutes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from checks.flow.model import STEP_SECONDS, TOTAL_SECONDS, Flow, FlowSeen, StepSeen
from checks.flow.secret import Secret

if TYPE_CHECKING:
    from checks.net.session import Session

OpenSession = Callable[[Flow], "AbstractAsyncContextManager[Session]"]
"""One session for each flow: own cookies, own connections, hosts of that flow only."""
OnProgress = Callable[[Flow, StepSeen | FlowSeen], None]
"""Is told each step when it has ended, and each flow."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How long a walk may take; loop time."""

    ends: float
    """When nothing may be going on any more."""
    reserve: float
    """Seconds before that, kept for clean-up."""
    step_seconds: float = STEP_SECONDS


async def walk(flow: Flow, session: Session, secrets: Mapping[str, Secret], now: datetime, budget: Budget) -> FlowSeen:
    """Walk one flow. `secrets` are by name of the environment variable. Never raises for what the network does."""
    raise NotImplementedError


async def walk_all(
    flows: Sequence[Flow],
    open_session: OpenSession,
    secrets: Mapping[str, Secret],
    now: datetime,
    *,
    step_seconds: float = STEP_SECONDS,
    total_seconds: float = TOTAL_SECONDS,
    on_progress: OnProgress | None = None,
) -> tuple[FlowSeen, ...]:
    """Walk all flows, side by side where nothing stands `after` another, and answer in their order.

    It ends within `total_seconds`, whatever the servers do. When it is cancelled, clean-up still runs, for some
    seconds at most.
    """
    raise NotImplementedError
