"""A disk without room: deploys wait, and the log says so once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.deploys import Stage
from bot.domain.heard import Progress
from tests.services.deploy_house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Without flows: the verdict comes from pages."""
    made = House(tmp_path, "")
    yield made
    made.close()


async def take_the_room(house: House) -> None:
    """Let the file have no page more than it has, and fill those."""
    await house.store.write(lambda c: c.execute("CREATE TABLE filler (words TEXT)").fetchone())
    pages = await house.store.read(lambda c: c.execute("PRAGMA page_count").fetchone()[0])
    await house.store.write(lambda c: c.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    await house.store.write(lambda c: c.execute(
        "CREATE TRIGGER full BEFORE UPDATE ON deploy BEGIN INSERT INTO filler VALUES (zeroblob(100000)); END"
    ).fetchone())  # fmt: skip


async def test_a_full_disk_is_told_once_and_not_at_every_tick(house, caplog):
    """One line for all deploys and no trace; nothing is lost, and once there is room they go on."""
    numbers = [
        await house.hear(Progress.LIVE, f"v{one}", service=name) for one, name in enumerate(("", "shop", "blog"))
    ]
    await take_the_room(house)
    with caplog.at_level(logging.ERROR):
        await house.run(60)
    mine = [one for one in caplog.records if one.name == "bot.services.deploy_log"]
    assert [one.exc_info for one in mine] == [None]
    assert mine[0].message.startswith("deploys wait for the store: There is no room left")
    await house.store.write(lambda c: c.execute("DROP TRIGGER full").fetchone())
    await house.run(10)
    assert {(await house.get(one)).stage for one in numbers} == {Stage.GOOD}


async def test_a_mistake_of_the_bot_itself_is_told_once_with_its_trace(house, caplog):
    """As long as it is the same one."""
    await house.hear(Progress.LIVE)

    class Blind:
        async def fresh(self, _names: tuple[str, ...]) -> list:
            raise ZeroDivisionError("no eyes")

        def standings(self) -> list:
            return []

    house.deploys.look_with(Blind())
    with caplog.at_level(logging.ERROR):
        await house.run(60)
    [told] = [one for one in caplog.records if one.name == "bot.services.deploy_log"]
    assert told.exc_info is not None
    assert "no eyes" in told.message
