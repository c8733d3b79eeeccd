"""A changed `launch.yml` under a running bot: good ones are taken up whole, bad ones are said once."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.services.config import Config
from bot.services.reload import Current, Reload
from bot.speakers.reload import speaker
from bot.store import outbox
from bot.store.db import Store
from bot.store.outbox import Kind
from tests.hand import ByHand

GOOD = 'product: {name: Shop, id: shop, domain: shop.test}\nchannels: {alerts: "#ops"}\n'
MORE = GOOD + "hosts: [{name: api.shop.test}]\n"
BAD = GOOD + "hostz: []\n"


class Desk(ByHand):
    """A reload with a clock that is moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "launch.yml"
        self.path.write_text(GOOD)
        self.store = Store.open(folder / "data" / "launch.db")
        self.time = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
        self.current = Current(Config.read(self.path))
        self.taken: list[Config] = []
        self.loads = 0
        self.reload = Reload(
            self.store, self, self.current, taken_up=self.taken.append, after=self._after, wake=lambda: None
        )

    async def _after(self) -> None:
        self.loads += 1

    def write(self, text: str) -> None:
        """As an editor does it; each time with another time stamp, however coarse the file system's clock is."""
        self.path.write_text(text)
        self.time += timedelta(seconds=10)
        os.utime(self.path, (self.time.timestamp(), self.time.timestamp()))

    async def look(self) -> None:
        """Two looks, until the file has settled."""
        await self.reload.tick()
        await self.reload.tick()

    async def rows(self) -> list[outbox.Delivery]:
        """What is to be said about the file."""

        def read(connection) -> list[outbox.Delivery]:
            found = connection.execute("SELECT * FROM outbox WHERE subject LIKE 'config:%' ORDER BY number").fetchall()
            return [outbox.delivery(row) for row in found]

        return await self.store.read(read)

    def words(self, row: outbox.Delivery) -> str:
        """What a row says now."""
        said = speaker(self.current).say(None, 1, row)  # type: ignore[arg-type]
        return said.document.headline + str(said.document.parts) if said is not None else ""


@pytest.fixture
def desk(tmp_path):
    """Closed at the end."""
    made = Desk(tmp_path)
    yield made
    made.store.close()


async def test_a_good_change_is_taken_up_whole(desk):
    """Everybody is told at once, then the watch reads it."""
    desk.write(MORE)
    await desk.look()
    [config] = desk.taken
    assert config is desk.current()
    assert [host.name for host in config.inventory.hosts] == ["api.shop.test"]
    assert desk.loads == 1
    assert await desk.rows() == []


async def test_a_file_that_is_still_being_written_is_waited_for(desk):
    """Nothing is read before two looks agree."""
    desk.write("")
    await desk.reload.tick()
    desk.write(MORE)
    await desk.reload.tick()
    assert desk.taken == []
    await desk.reload.tick()
    assert len(desk.taken) == 1
    assert desk.current.problems == ()


async def test_a_bad_change_is_said_once_and_the_old_file_goes_on(desk):
    """With the place and the near word; more mistakes change the same message, and so does the repair."""
    before = desk.current()
    desk.write(BAD)
    await desk.look()
    await desk.look()
    assert desk.current() is before
    [row] = await desk.rows()
    assert (row.kind, row.channel) == (Kind.ROOT, "#ops")
    assert "hostz" in desk.words(row)
    assert "did you mean" in desk.words(row)
    desk.write(BAD + "peopl: {}\n")
    await desk.look()
    assert [one.kind for one in await desk.rows()] == [Kind.ROOT, Kind.EDIT]
    assert "peopl" in desk.words(row)
    desk.write(MORE)
    await desk.look()
    rows = await desk.rows()
    assert len(rows) == 2
    assert "in force" in desk.words(rows[-1])
    assert desk.taken == [desk.current()]


async def test_what_was_mended_before_it_was_said_is_not_said(desk):
    """The message had not gone out yet."""
    desk.write(BAD)
    await desk.look()
    [row] = await desk.rows()
    desk.write(GOOD)
    await desk.look()
    assert desk.words(row) == ""


async def test_a_file_that_is_gone_leaves_the_old_one_in_force(desk):
    """Moved away by mistake."""
    desk.path.unlink()
    await desk.look()
    assert "gone" in desk.current.problems[0]
    assert desk.current().product == "shop"


async def test_another_product_needs_a_restart(desk):
    """Rows belong to a product; a running bot does not change sides."""
    desk.write(GOOD.replace("id: shop", "id: store"))
    await desk.look()
    assert "restart" in desk.current.problems[0]
    assert desk.current().product == "shop"


async def test_the_same_words_with_a_new_time_are_no_change(desk):
    """`touch launch.yml` costs nothing."""
    desk.write(GOOD)
    await desk.look()
    assert desk.taken == []


async def test_a_signal_reads_it_at_once(desk):
    """SIGHUP does not wait for the file to settle, and reads even what looks the same."""
    desk.write(MORE)
    desk.reload.ask()
    await desk.reload.tick()
    assert len(desk.taken) == 1
    desk.reload.ask()
    await desk.reload.tick()
    assert len(desk.taken) == 2
