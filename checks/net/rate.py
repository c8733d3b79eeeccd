"""Requests at a fixed rate to one address: each goes out when it is due, whatever became of those before it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from checks.cache_headers import kept
from checks.firewall import blocked
from checks.inventory import Network
from checks.load_model import TIMEOUT, Ended, Shot, Tally
from checks.net import http
from checks.net.connect import Way
from checks.net.conversation import Conversation
from checks.net.facts import Exchange
from checks.net.kept import Kept
from checks.net.live import LiveProbe
from checks.net.urls import Url, parse
from checks.probe import BODY_CAP

IN_FLIGHT = 128
"""Requests under way at the same time; at 10 a second and `TIMEOUT` no more than 100 can be."""
LIMITED = 429
"""The status of a limit on requests."""

Accepts = Callable[[Exchange], bool]
"""Whether an answer is as it should be."""


@dataclass(slots=True)
class Sender:
    """Sends what is due; use it once.

    Args:
        url: What to GET.
        accepts: Whether an answer is as it should be.
        on_shot: Told after each answer, in this loop.
        halt: Set by whoever wants it to stop; what is under way is dropped.
    """

    url: str
    accepts: Accepts
    tally: Tally
    on_shot: Callable[[Tally], None] = lambda _tally: None
    halt: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0
    """Connections that were opened."""
    _waiting: dict[int, tuple[int, float]] = field(default_factory=dict)

    async def send(self, probe: RateProbe, moments: Sequence[tuple[float, int]]) -> Ended:
        """Send each request at its moment (seconds from now, step), and answer how it ended."""
        loop = asyncio.get_running_loop()
        parsed, began = parse(self.url), loop.time() + 0.01
        tasks: set[asyncio.Task[None]] = set()
        over: asyncio.Future[Ended] = loop.create_future()

        def shoot(number: int) -> None:
            offset, step = moments[number]
            if over.done():
                return
            if number + 1 < len(moments):
                loop.call_at(began + moments[number + 1][0], shoot, number + 1)
            self._waiting[number] = (step, began + offset)
            task = asyncio.create_task(self._one(probe, parsed, number, step, began + offset))
            tasks.add(task)
            task.add_done_callback(landed)
            settle()

        def landed(task: asyncio.Task[None]) -> None:
            tasks.discard(task)
            if not task.cancelled() and (error := task.exception()) is not None and not over.done():
                over.set_exception(error)
            settle(last=not tasks and len(self.tally.shots) >= len(moments))

        def settle(*, last: bool = False) -> None:
            now = loop.time()
            waiting = [(step, (now - since) * 1000) for step, since in self._waiting.values()]
            ended = self.tally.enough(waiting) or (Ended.DONE if last else None)
            if ended is not None and not over.done():
                over.set_result(ended)

        async def halted() -> None:
            await self.halt.wait()
            if not over.done():
                over.set_result(Ended.STOPPED)

        watch = asyncio.create_task(halted())
        loop.call_at(began, shoot, 0)
        try:
            return await over
        finally:
            left = [watch, *tasks]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            probe.hang_up()

    async def _one(self, probe: RateProbe, url: Url, number: int, step: int, due: float) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with probe.room:
                late = max(0.0, loop.time() - due) * 1000
                answer = await probe.shoot(url, timeout=max(0.5, TIMEOUT - late / 1000))
        finally:
            self._waiting.pop(number, None)
        self.connections += answer.phases.tcp > 0
        self.tally.take(
            Shot(
                step=step,
                # Its own clock stopped at the last byte: that others came at the same moment is not the server's fault.
                took_ms=late + answer.phases.total,
                late_ms=late,
                status=answer.status if answer.fault is None else 0,
                good=answer.fault is None and self.accepts(answer),
                hit=bool(kept(answer)),
                turned_away=answer.status == LIMITED or bool(blocked(answer)),
            )
        )
        with suppress(Exception):
            # Whoever watches must not be able to disturb the pace.
            self.on_shot(self.tally)


class RateProbe(LiveProbe):
    """A probe whose shots wait for no limit. Its guard, its resolvers and its trust are those of every other probe.

    The name is looked up once, and the connections are kept for the next shot.
    """

    def __init__(self, network: Network, now: datetime) -> None:
        super().__init__(network, now)
        self._lines: Kept[Conversation] = Kept(IN_FLIGHT)
        self._road: Way | None = None
        self.room = asyncio.Semaphore(IN_FLIGHT)
        """Who waits here is late, and that is counted."""

    async def shoot(self, url: Url, *, timeout: float) -> Exchange:
        """One GET, at once."""
        if self._road is None:
            self._road = self._enter()
        return await http.fetch(
            url,
            self._road,
            told=self._ledger.of(url.host),
            cap=BODY_CAP,
            timeout=timeout,
            user_agent=self._network.user_agent,
            kept=self._lines,
        )

    def hang_up(self) -> None:
        """Close the connections that are kept."""
        self._lines.close()
