"""Large bodies are read beside the bot's own loop; deliveries with much in them hold nobody up."""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from pathlib import Path
from types import FrameType
from typing import Self

import pytest

from bot.services.inbound import ALONE, PART
from bot.store import heard
from tests.services.doorstep import BEARER, ENVIRON, START, Doorstep

SECRET = "a secret of Vercel"
FILLING = "x" * ALONE
DEPLOYMENT = {"id": "dpl_1", "name": "shop", "meta": {"note": FILLING}}
PROMOTED = {
    "id": "evt_1",
    "type": "deployment.promoted",
    "createdAt": int(START.timestamp() * 1000),
    "payload": {"deployment": DEPLOYMENT, "target": "production", "project": {"name": "shop"}},
}


class Readings:
    """How often this thread reads JSON while it stands."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> Self:
        sys.setprofile(self._called)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _called(self, frame: FrameType, event: str, _argument: object) -> None:
        self.count += event == "call" and frame.f_code is json.loads.__code__


@pytest.mark.parametrize("path", ["vercel", "launch", "events"])
async def test_a_large_body_is_never_read_on_the_loop(tmp_path: Path, path: str) -> None:
    """Not for what it says, and not for its id either; the loop goes on meanwhile."""
    door = Doorstep(tmp_path, {**ENVIRON, "LAUNCH_HOOK_VERCEL_SECRET": SECRET})
    try:
        with Readings() as read:
            if path == "vercel":
                body = json.dumps(PROMOTED).encode()
                digest = hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
                taken = await door.inbound.take("vercel", {"x-vercel-signature": digest}, body)
            elif path == "launch":
                body = json.dumps({"version": "v43", "note": FILLING, "id": "1"}).encode()
                taken = await door.inbound.report(BEARER, body)
            else:
                body = json.dumps({"kind": "error", "sample": FILLING, "id": "1"}).encode()
                taken = await door.inbound.events(BEARER, body)
        assert taken.status == 202, taken.text
        assert read.count == 0
    finally:
        await door.close()


async def test_a_delivery_of_many_alarms_is_worked_on_in_parts(tmp_path: Path) -> None:
    """Each part is a transaction of its own; all are written down together, and the same delivery again is known."""
    door = Doorstep(tmp_path)
    alarms = [
        {"status": "firing", "labels": {"alertname": f"Errors{one}", "service": f"s{one % 3}"}}
        for one in range(2 * PART + 1)
    ]
    body = json.dumps({"alerts": alarms}).encode()
    try:
        assert (await door.inbound.take("alertmanager", {}, body, "in-the-url")).status == 202
        rows = await door.store.read(lambda c: heard.due(c, door.config.product, door.now(), 99))
        said = [len(await door.store.read(lambda c, row=row: heard.said(c, row.id))) for row in rows]
        assert said == [PART, PART, 1]
        assert (await door.inbound.take("alertmanager", {}, body, "in-the-url")).text.startswith("Known already")
        await door.settled()
        told = [member.probe for one in await door.incidents.live() for member in one.members]
        assert len(set(told)) == len(told) == len(alarms)
    finally:
        await door.close()


@pytest.mark.parametrize("services", [1, PART])
async def test_incidents_are_read_once_for_each_part_of_a_delivery(tmp_path: Path, services: int) -> None:
    """However many alarms it holds: read with each alarm, the work would grow with their square."""
    door = Doorstep(tmp_path)
    alarms = [
        {"status": "firing", "labels": {"alertname": f"Errors{one}", "service": f"s{one % services}"}}
        for one in range(2 * PART)
    ]
    ran: list[str] = []
    try:
        assert (
            await door.inbound.take("alertmanager", {}, json.dumps({"alerts": alarms}).encode(), "in-the-url")
        ).status == 202
        await door.store.write(lambda c: c.set_trace_callback(ran.append))
        await door.settled()
        await door.store.write(lambda c: c.set_trace_callback(None))
        live = await door.incidents.live()
        assert sum(len(one.members) for one in live) == len(alarms)
        assert len(live) == services
        assert sum("status IN ('open'" in statement for statement in ran) == 2
    finally:
        await door.close()
