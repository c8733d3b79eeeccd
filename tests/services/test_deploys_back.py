"""Going back to a version that customers had before, told by somebody else than who told of it first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.deploys import Stage
from bot.domain.heard import Progress
from tests.services.deploy_house import House

BY_HAND = {"source": "slack", "key": ""}
SEEN = {"source": "probe", "key": "v42 1"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """With two flows."""
    made = House(tmp_path)
    yield made
    made.close()


async def broken_after_good(house: House) -> int:
    """v42 is good, and ten minutes later v43 breaks the checkout; GitHub tells of both."""
    await house.good("v42", key="1")
    await house.run(600)
    bad = await house.hear(Progress.LIVE, "v43", key="2")
    await house.walk((await house.get(bad)).run, "Checkout")
    await house.run(200)
    return bad


@pytest.mark.parametrize("told", [BY_HAND, SEEN], ids=["typed", "seen on the page"])
async def test_a_way_back_within_half_an_hour_is_noticed_whoever_tells_it(house, told):
    """Rolled back in the console of the host, which reports nothing: a deploy of its own, tried like any other."""
    bad = await broken_after_good(house)
    back = await house.good("v42", **told)
    assert (back.back, back.instead_of, back.stage) == (True, "v43", Stage.GOOD)
    assert (await house.get(bad)).replaced_by == "v42"
    assert (await house.said(back.id)).splitlines()[0] == "Good · back to v42"


async def test_a_way_back_that_begins_is_no_second_report_of_the_first_time(house):
    """Its start comes first; its end belongs to it, also from the sender that told of the first time."""
    await broken_after_good(house)
    back = await house.hear(Progress.STARTED, "v42", source="slack", key="")
    assert (await house.get(back)).stage is Stage.STARTED
    await house.run(20)
    assert await house.hear(Progress.LIVE, "v42", key="3") == back
    assert len(await house.all()) == 3


async def test_a_slow_sender_brings_no_old_version_back(house):
    """Two versions within a minute: who hears of the first one late has seen nothing of the second yet."""
    first = await house.hear(Progress.LIVE, "v42", key="1")
    await house.run(30)
    second = await house.hear(Progress.LIVE, "v43", key="2")
    await house.run(30)
    assert await house.hear(Progress.LIVE, "v42", **SEEN) == first
    assert (await house.get(second)).replaced_by == ""


async def test_a_late_failure_of_a_version_that_was_live_calls_nobody(house):
    """A run that ends badly after its version went live, and after the next one did."""
    first = (await house.good("v42", key="1")).id
    await house.run(300)
    await house.good("v43", key="2")
    await house.run(300)
    assert await house.hear(Progress.FAILED, "v42", source="gitlab", key="9") == first
    await house.run(10)
    assert await house.open() == []


async def test_figures_of_a_version_end_where_the_next_one_begins(house):
    """What breaks under the next version is not added to the one before."""
    first = (await house.good("v42", key="1")).id
    await house.run(236)
    await house.good("v43", key="2")
    await house.run(700)
    told = await house.get(first)
    assert told.after is not None
    assert told.after.minutes == 4
    assert "4 min after" in await house.said(first)
    assert "10 min after" not in await house.said(first)


async def test_a_version_of_a_few_seconds_has_no_figures(house):
    """Nothing can be said about it, and nothing is."""
    first = (await house.good("v42", key="1")).id
    await house.good("v43", key="2")
    await house.run(700)
    assert "min after" not in await house.said(first)
    assert "Next: nothing more" in await house.said(first)
