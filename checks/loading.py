"""One light load test from its first look to its result: only where the owner allows it, and only GET."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from checks.comparing import problem
from checks.inventory import Inventory, Monitor
from checks.load_model import STEPS, TIMEOUT, WARM_UP, Ended, Load, Tally, due
from checks.net.rate import RateProbe, Sender
from checks.net.urls import parse
from checks.urls import host_of
from checks.visit import unfinished, visit

OnShot = Callable[[Tally], None]


class NotAllowed(Exception):
    """A host that is not in `launch.yml`, or whose owner did not allow it: nothing was sent."""

    def __init__(self, host: str, *, listed: bool) -> None:
        super().__init__(f"{host} is not to be asked hard")
        self.host = host
        self.listed = listed
        """It is in `launch.yml`, without the leave."""

    @property
    def line(self) -> str:
        """What to write in `launch.yml`."""
        if self.listed:
            return "intrusive: true"
        return f"- {{name: {self.host}, purpose: other, intrusive: true}}"


def may(url: str, inventory: Inventory) -> None:
    """Raise `NotAllowed` unless the owner of the host allows a light load there."""
    host = host_of(url)
    if host not in inventory.opt_in:
        raise NotAllowed(host, listed=any(one.name == host for one in inventory.hosts))


async def light_load(
    inventory: Inventory,
    monitor: Monitor,
    now: datetime,
    *,
    on_shot: OnShot = lambda _tally: None,
    halt: asyncio.Event | None = None,
    steps: Sequence[tuple[float, float]] = STEPS,
) -> Load:
    """Send the load and say what came of it. Raises `NotAllowed` before a single packet is sent."""
    may(monitor.url, inventory)
    halt = halt or asyncio.Event()
    async with RateProbe(inventory.network, now) as probe:
        chain = await visit(probe, monitor.url)
        last = chain.last
        wrong = unfinished(chain) or problem(last, monitor)
        if not wrong and host_of(last.url) not in inventory.opt_in:
            wrong = f"it leads to {host_of(last.url)}, where launch.yml does not allow it (intrusive: true)"
        if wrong:
            return Load(monitor.url, Ended.NO_START, reason=wrong, at=now)
        for _ in range(WARM_UP):
            await probe.shoot(parse(last.url), timeout=TIMEOUT)
        tally = Tally(steps)
        sender = Sender(last.url, lambda answer: not problem(answer, monitor), tally, on_shot, halt)
        ended = await sender.send(probe, due(steps))
    return replace(tally.load(monitor.url, ended, connections=sender.connections), at=now)
