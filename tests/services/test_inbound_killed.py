"""kill -9 between any two writes of the door, in them and after: what was answered is not lost, and counts once.

A process that cannot clean up takes deliveries and works on them, and dies after its first write, or in its second. The
senders do what senders do: what was not answered is sent again, and now and then what was answered as well.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.store import heard, incidents
from tests.services import mortal
from tests.services.doorstep import BEARER, START, Doorstep, status
from tests.services.mortal import Mortal, deaths

LEAST, MOST = 8, 40
"""Deaths on the whole way."""
DEPLOYS = (1, 2, 3)


def alarm() -> bytes:
    """Somebody else's monitor sees trouble."""
    alert = {
        "status": "firing",
        "labels": {"alertname": "CheckoutErrors", "severity": "critical", "service": "checkout"},
        "annotations": {"summary": "Checkout answers with errors"},
        "startsAt": START.isoformat(),
        "fingerprint": "ab12",
    }
    return json.dumps({"version": "4", "groupKey": "{}", "status": "firing", "alerts": [alert]}).encode()


async def deliver(door: Doorstep, name: str) -> int:
    """One of the deliveries, the same bytes each time."""
    if name.startswith("deploy"):
        taken = await door.github(status(id=int(name.removeprefix("deploy "))))
    elif name == "alarm":
        taken = await door.inbound.take("alertmanager", {}, alarm(), "in-the-url")
    else:
        events = [{"kind": "error", "count": 3, "id": f"{name} {number}"} for number in range(4)]
        taken = await door.inbound.events(BEARER, json.dumps(events).encode())
    return taken.status


NAMES = (*(f"deploy {number}" for number in DEPLOYS), "alarm", "events a", "events b")


async def live(folder: Path) -> None:
    """Take what was not answered yet, and one that was; then work everything off."""
    door = Doorstep(folder)
    await door.close()
    door.store_by = Mortal
    door.open()
    book = folder / "answered"
    known = book.read_text().splitlines() if book.exists() else []
    for name in (*known[-1:], *(name for name in NAMES if name not in known)):
        assert await deliver(door, name) in ((200,) if name in known else (200, 202))
        if name not in known:
            with book.open("a") as file:
                file.write(name + "\n")
    await door.settled()
    await door.close()


def one_life(folder: Path, dies_at: int, inside: bool) -> None:
    """A process."""
    Mortal.dying(dies_at, inside)
    asyncio.run(live(folder))


@pytest.fixture(scope="module")
def processes() -> Any:
    """With what they need."""
    return mortal.forks("tests.services.test_inbound_killed", "bot.adapters.hooks.github")


@pytest.mark.parametrize(
    ("dies_at", "inside"), [(1, False), (2, False), (2, True)], ids=["after each", "after two", "in each but the first"]
)
async def test_nothing_is_lost_and_nothing_counts_twice(tmp_path, processes, dies_at, inside):
    """Three deploys, one incident, twenty-four errors, whatever happened in between."""
    assert await deaths(processes, one_life, tmp_path, dies_at, inside, most=MOST) >= LEAST // dies_at
    door = Doorstep(tmp_path)
    assert sorted(one.key for one in await door.known()) == [str(number) for number in DEPLOYS]
    assert await door.counts() == {"error": 24}
    assert len(await door.store.read(lambda c: incidents.live(c, door.config.product))) == 1
    assert await door.store.read(lambda c: heard.undone(c, door.config.product)) == 0
    await door.close()
