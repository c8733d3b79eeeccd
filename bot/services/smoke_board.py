"""How far a walk is, told from the thread in which it goes on and read from the bot's own loop; and how it ended."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.deploys import Walked
from bot.store.walks import Course, Walk
from checks.flow.model import TOTAL_SECONDS, Flow, FlowSeen, State, StepSeen


class Board:
    """Counts the steps of several flows that are walked side by side."""

    def __init__(self, flows: Sequence[Flow]) -> None:
        self._flows = tuple(flows)
        self._done = {one.id: 0 for one in flows}
        self._seen: dict[str, FlowSeen] = {}
        self._latest = ""
        self._lock = threading.Lock()

    @property
    def total(self) -> int:
        """Steps of all flows."""
        return sum(len(one.steps) for one in self._flows)

    def note(self, flow: Flow, seen: StepSeen | FlowSeen) -> None:
        """A step has ended, or a flow."""
        with self._lock:
            if isinstance(seen, FlowSeen):
                self._seen[flow.id] = seen
                self._done[flow.id] = len(flow.steps)
            else:
                # What is cleaned up afterwards is told as well, and is no step of a customer.
                self._done[flow.id] = min(self._done[flow.id] + 1, len(flow.steps))
            self._latest = flow.id

    def seen(self) -> tuple[FlowSeen, ...]:
        """Flows that are over, in their order."""
        with self._lock:
            return tuple(self._seen[one.id] for one in self._flows if one.id in self._seen)

    @property
    def done(self) -> int:
        """Steps that are over."""
        with self._lock:
            return sum(self._done.values())

    def now(self) -> str:
        """`Sign-up: step 3 of 6`: of the flow that moved last and is not over, else of the first that is not."""
        with self._lock:
            going = [one for one in self._flows if one.id not in self._seen]
            going.sort(key=lambda one: one.id != self._latest)
            if not going:
                return ""
            flow = going[0]
            return f"{flow.title}: step {min(self._done[flow.id] + 1, len(flow.steps))} of {len(flow.steps)}"

    def course(self, course: Course) -> Course:
        """The row's part that grows, as it is at this moment."""
        return replace(course, done=self.done, total=self.total, now=self.now(), seen=self.seen())


def unwalked(flow: Flow, now: datetime, code: str = "budget", why: str = "") -> FlowSeen:
    """A flow of which nothing was seen."""
    said = why or f"could not be walked to its end within {TOTAL_SECONDS:g} seconds"
    return FlowSeen(
        flow.id, State.UNKNOWN, code, f"{flow.title} {said}", (), (), flow.name, flow.service, flow.carries, now
    )


def walked_of(walk: Walk) -> Walked:
    """What a walk that is over said, in short: of what could not be seen nothing is good and nothing broken."""
    failed = walk.of(State.FAILED)
    unsure = failed or walk.of(State.UNKNOWN)
    why = unsure[0].sentence if unsure else ""
    return Walked(walk.id, len(walk.of(State.OK)), len(walk.seen), tuple(one.title for one in failed), why)
