"""Walks smoke flows: step by step, each within its time, clean-up always, and all of it within two minutes.

Numbered as it happens for one flow: 1 what is missing (secrets) ends it before anything is sent; 2 steps in order, each
judged; one that fails and only reads is done once more on a fresh connection before it is said; 3 what cannot be known,
since the bot itself is offline or was turned away, is unknown and not broken; 4 clean-up, also after a failure, a
time-out or a cancellation, within a time that is kept for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import TYPE_CHECKING, TypeVar

from checks.finding import where
from checks.flow.alone import Taken, alone
from checks.flow.model import (
    CLEANUP_SECONDS,
    STEP_SECONDS,
    TOTAL_SECONDS,
    Flow,
    FlowSeen,
    State,
    Step,
    StepSeen,
)
from checks.flow.outcome import not_walked, seen_of
from checks.flow.secret import Secret
from checks.flow.stepping import Steps
from checks.flow.values import Missing, Unusable, Values, missing_secrets

if TYPE_CHECKING:
    from checks.net.session import Session

log = logging.getLogger(__name__)
T = TypeVar("T")
AT_ONCE = 12
"""Flows that are walked side by side. How many requests one host gets at the same time is bounded beside this."""
NAME = "X-Launch-Ready"
"""Header that says on every request that this is a test, for statistics and logs that want to leave it out."""
CANCEL_SECONDS = 5.0
"""What clean-up gets of its reserve where the walk is called off."""
OpenSession = Callable[[Flow], "AbstractAsyncContextManager[Session]"]
"""One session for each flow: own cookies, own connections, hosts of that flow only."""
OnProgress = Callable[[Flow, StepSeen | FlowSeen], None]
"""Is told each step when it has ended, and each flow."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How long a walk may take; loop time."""

    ends: float
    """When nothing may be going on any more."""
    reserve: float = CLEANUP_SECONDS
    """Seconds before that, kept for clean-up."""
    step_seconds: float = STEP_SECONDS
    promised: bool = True
    """Whether that is the time in which all flows must be done; else it says nothing about them where it runs out."""

    @classmethod
    def of(cls, seconds: float, *, step_seconds: float = STEP_SECONDS, promised: bool = True) -> Budget:
        """So many seconds from now, of which a part is kept for clean-up."""
        ends = asyncio.get_running_loop().time() + seconds
        return cls(ends, min(CLEANUP_SECONDS, seconds / 4), min(step_seconds, STEP_SECONDS), promised)


async def walk(
    flow: Flow,
    session: Session,
    secrets: Mapping[str, Secret],
    now: datetime,
    budget: Budget,
    *,
    on_step: Callable[[StepSeen], None] | None = None,
) -> FlowSeen:
    """Walk one flow. `secrets` are by name of the environment variable. Never raises for what the network does."""
    absent = missing_secrets(flow, secrets)
    if absent:
        return not_walked(flow, now, "secret_missing", needs=absent)
    values = Values(flow, secrets, session.clock, flow.run or tag(now))
    try:
        given = values.pairs(flow.headers)
    except (Missing, Unusable) as error:
        return not_walked(flow, now, "secret_missing", needs=(str(error),))
    session.always = ((NAME, f"smoke {values.run}"), *given.items())
    return await _Walk(flow, session, values, budget, on_step=on_step or _nobody).run()


def tag(now: datetime) -> str:
    """The mark of what one walk makes: when it was, and letters that no other walk has. `1122-114502-9f3c`."""
    return f"{now:%m%d-%H%M%S}-{token_hex(2)}"


def _nobody(_seen: StepSeen) -> None:
    pass


class _Walk:
    """One flow, walked once."""

    def __init__(
        self, flow: Flow, session: Session, values: Values, budget: Budget, *, on_step: Callable[[StepSeen], None]
    ) -> None:
        self._flow = flow
        self._now = session.clock()
        self._budget = budget
        self._on_step = on_step
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._steps = Steps(flow, session, values, budget.step_seconds)
        self._run = values.run
        self._seen: list[StepSeen] = []

    async def run(self) -> FlowSeen:
        try:
            try:
                await self._all()
            except asyncio.CancelledError:
                await _surely(self._clean(CANCEL_SECONDS))
                raise
            cleanup = await _surely(self._clean(self._budget.reserve))
        finally:
            await self._steps.close()
        ms = round((self._loop.time() - self._began) * 1000)
        return seen_of(self._flow, tuple(self._seen), cleanup, at=self._now, ms=ms, run=self._run)

    async def _all(self) -> None:
        stopped = False
        for step in self._flow.steps:
            seen = _skipped(step) if stopped else await self._one(step, self._budget.ends - self._budget.reserve)
            self._seen.append(seen)
            self._on_step(seen)
            stopped = stopped or (step.required and seen.state is not State.OK)

    async def _one(self, step: Step, ends: float) -> StepSeen:
        """One step, or that there was no time left for it."""
        try:
            async with asyncio.timeout_at(ends):
                return await self._steps.walk(step)
        except TimeoutError:
            if not self._budget.promised:
                why = "was not done: this look had no more time"
                return StepSeen(step.name, State.UNKNOWN, "not_reached", why, required=step.required)
            why = "did not come to its end in the time that all flows have together"
            return StepSeen(step.name, State.FAILED, "out_of_time", why, required=step.required)

    async def _clean(self, seconds: float) -> tuple[StepSeen, ...]:
        """Remove what was made, whatever happened; nothing was made where nothing was sent."""
        if not self._flow.cleanup or not self._steps.sent:
            return ()
        ends = min(self._budget.ends, self._loop.time() + seconds)
        wrote, seen = self._steps.wrote, []
        for step in self._flow.cleanup:
            seen.append(await self._one(step, ends))
            self._on_step(seen[-1])
        failed, short = (any(step.state is not State.OK for step in steps) for steps in (seen, self._seen))
        # What ended before it wrote anything has most likely left nothing: its clean-up found nothing to remove.
        return () if failed and short and not wrote else tuple(seen)


async def _surely(work: Coroutine[None, None, T]) -> T:
    """What is done also where the walk is called off meanwhile: that then waits for it, for some seconds."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=CANCEL_SECONDS)
        task.cancel()
        raise


def _skipped(step: Step) -> StepSeen:
    return StepSeen(step.name, State.SKIPPED, "skipped", "was not tried", required=step.required)


async def walk_all(
    flows: Sequence[Flow],
    open_session: OpenSession,
    secrets: Mapping[str, Secret],
    now: datetime,
    *,
    step_seconds: float = STEP_SECONDS,
    total_seconds: float = TOTAL_SECONDS,
    promised: bool = True,
    on_progress: OnProgress | None = None,
) -> tuple[FlowSeen, ...]:
    """Walk all flows, side by side where nothing stands `after` another, and answer in their order.

    It ends within `total_seconds`, whatever the servers do; `promised=False` where that is less than flows may take,
    so that running out of it is no fault of theirs. When it is cancelled, clean-up still runs, for some seconds.
    """
    budget = Budget.of(min(total_seconds, TOTAL_SECONDS), step_seconds=step_seconds, promised=promised)
    together = _Together(open_session, secrets, now, budget, on_progress)
    # The longest first: what begins last should not be what takes longest.
    first = sorted(_first(flows), key=lambda flow: -_length(flow, flows))
    tasks = [asyncio.ensure_future(together.chain(flow, flows)) for flow in first]
    try:
        # What does not end by itself is called off, and clean-up then has its seconds.
        _, left = await asyncio.wait(tasks, timeout=max(0.0, budget.ends - _time())) if tasks else (set(), set())
        for task in left:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    except asyncio.CancelledError:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=CANCEL_SECONDS)
        raise
    for task in tasks:
        if not task.cancelled():
            task.result()
    return tuple(together.of(flow) for flow in flows)


def _time() -> float:
    return asyncio.get_running_loop().time()


def _first(flows: Sequence[Flow]) -> list[Flow]:
    """Flows that wait for no other one; one that waits for itself, or for a flow that is not here, is one of them."""
    ids = {flow.id for flow in flows}
    return [flow for flow in flows if flow.after not in ids - {flow.id}]


def _length(flow: Flow, flows: Sequence[Flow]) -> int:
    """Steps of a flow and of all that come after it: from a first flow no way leads back to it."""
    after = (one for one in flows if one.after == flow.id and one.id != flow.id)
    return len(flow.steps) + sum(_length(one, flows) for one in after)


class _Together:
    """Flows side by side, bounded, and what came of them."""

    def __init__(
        self,
        open_session: OpenSession,
        secrets: Mapping[str, Secret],
        now: datetime,
        budget: Budget,
        on_progress: OnProgress | None,
    ) -> None:
        self._open = open_session
        self._secrets = secrets
        self._now = now
        self._budget = budget
        self._told = on_progress
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._seen: dict[str, FlowSeen] = {}

    async def chain(self, flow: Flow, flows: Sequence[Flow]) -> None:
        """A flow, then in order those that come after it, each with those that come after that one."""
        await self._walk(flow)
        for one in flows:
            if one.after == flow.id and one.id != flow.id:
                await self.chain(one, flows)

    async def _walk(self, flow: Flow) -> None:
        before = self._seen.get(flow.after)
        if before is not None and before.state is not State.OK:
            self._keep(flow, not_walked(flow, self._now, "waits", because=before))
            return
        async with self._slots:
            if _time() >= self._budget.ends - self._budget.reserve:
                self._keep(flow, not_walked(flow, self._now, "not_reached"))
                return
            self._keep(flow, await self._one(flow))

    async def _one(self, flow: Flow) -> FlowSeen:
        """One flow in a session of its own; a mistake of ours is told as such, and stops no other flow."""
        told = (lambda step: self._tell(flow, step)) if self._told else None
        latest = self._budget.ends - 2 * self._budget.reserve
        try:
            async with self._open(flow) as session, alone(f"{session.place} {flow.base} {flow.id}", until=latest):
                return await walk(flow, session, self._secrets, session.clock(), self._budget, on_step=told)
        except Taken:
            return not_walked(flow, self._now, "not_reached")
        except Exception as error:  # noqa: BLE001
            # Its text and its traceback may hold a secret, so only its place is written down.
            log.error("the walk of %s stopped at %s: %s", flow.id, where(error), type(error).__name__)  # noqa: TRY400
            return not_walked(flow, self._now, "could_not_look")

    def _keep(self, flow: Flow, seen: FlowSeen) -> None:
        self._seen[flow.id] = seen
        self._tell(flow, seen)

    def _tell(self, flow: Flow, seen: StepSeen | FlowSeen) -> None:
        if self._told is not None:
            self._told(flow, seen)

    def of(self, flow: Flow) -> FlowSeen:
        """What came of it; a flow that was called off at the very end, or that waits for itself, was not reached."""
        return self._seen.get(flow.id) or not_walked(flow, self._now, "not_reached")


__all__ = ["Budget", "OnProgress", "OpenSession", "walk", "walk_all"]
