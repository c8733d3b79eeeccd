"""A flow is walked by one at a time on this machine, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace

import pytest

from checks.flow.alone import Taken, alone
from checks.flow.model import Request, State, Step
from tests.checks.flow.conftest import Street, until
from tests.checks.flow.product import APP, page


def _time() -> float:
    return asyncio.get_running_loop().time()


async def test_two_walks_of_one_flow_come_one_after_the_other(street: Street) -> None:
    """An audit and the bot's own walk: the second begins when the first is over, another flow at once."""
    street.web.route(APP, "/slow", replace(page("Slow"), delay=0.4))
    flow = street.flow(Step("Slow", Request("/slow")), Step("Slow again", Request("/slow?2")))
    other = replace(street.flow(Step("Home", Request("/"))), id="other")
    first, second, third = await asyncio.gather(*(street.walk_all([one]) for one in (flow, flow, other)))
    assert {one[0].state for one in (first, second, third)} == {State.OK}
    targets = [one.target for one in street.web.requests if one.path == "/slow"]
    assert targets == ["/slow", "/slow?2"] * 2


async def test_who_cannot_have_its_turn_says_so(street: Street) -> None:
    """Nothing is sent, and nothing is called broken."""
    flow = street.flow(Step("Home", Request("/")))
    async with street.session() as session:
        name = f"{session.place} {flow.base} {flow.id}"
    async with alone(name, until=_time()):
        [seen] = await street.walk_all([flow], total_seconds=1.0)
    assert (seen.state, seen.code) == (State.UNKNOWN, "not_reached")
    assert not street.web.requests
    [seen] = await street.walk_all([flow])
    assert seen.state is State.OK


async def test_a_process_that_is_killed_holds_nobody_up(tmp_path) -> None:
    """The lock goes away with it."""
    ready = tmp_path / "ready"
    code = (
        "import asyncio, pathlib\nfrom checks.flow.alone import alone\n"
        f"async def main():\n async with alone('{tmp_path}', until=0):\n"
        f"  pathlib.Path('{ready}').touch()\n  await asyncio.Event().wait()\nasyncio.run(main())"
    )
    child = subprocess.Popen([sys.executable, "-c", code])
    try:
        await until(ready.exists)
        with pytest.raises(Taken):
            async with alone(str(tmp_path), until=_time() + 0.3):
                raise AssertionError("two hold it")
    finally:
        child.kill()
        child.wait()
    async with alone(str(tmp_path), until=_time() + 5):
        pass
