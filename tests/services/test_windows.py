"""Planned work that comes again: quiet while it lasts, told at its end, no downtime, and it follows the file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.incident import Status
from bot.domain.severity import Sev
from bot.render.text import text
from bot.services.config import Config
from bot.services.silencing import quiet_of
from bot.services.watching import excused, spots_of, watched_of
from bot.store import incidents, silences
from bot.store.probes import Probe, Seen
from bot.views.muting import muting
from tests.services.test_calendar import FILE, House

SUNDAY = datetime(2026, 11, 29, 2, 0, tzinfo=UTC)
"""Three o'clock in Madrid."""
HOUR = timedelta(hours=1)
WINDOW = 'maintenance: [{when: "every Sunday 03:00-04:00", service: shop, reason: Backup}]\n'


@pytest.fixture
async def house(tmp_path) -> AsyncIterator[House]:
    """A team of two whose shop is backed up every Sunday."""
    one = House(tmp_path, FILE + WINDOW)
    yield one
    one.store.close()


async def written(house: House) -> list[tuple[str, bool]]:
    """The windows that are written down: when each begins, and whether somebody ended it."""
    rows = await house.store.read(lambda c: silences.of_windows(c, "shop", house.time))
    return [(f"{one.begins:%m-%d %H:%M}", one.lifted_at is not None) for _, one in rows]


async def test_what_breaks_within_it_is_told_at_its_end(house):
    """No card while it lasts; at its end what still fails is told at once, and next Sunday's is written down."""
    await house.at(SUNDAY - timedelta(days=2))
    assert await written(house) == [("11-29 02:00", False)]
    await house.at(SUNDAY)
    house.time = SUNDAY + timedelta(minutes=10)
    await house.fails()
    [row] = await house.store.read(lambda c: incidents.live(c, "shop"))
    assert row.status is Status.SNOOZED
    assert await house.rows("incident") == []
    await house.at(SUNDAY + HOUR - timedelta(seconds=1))
    assert await house.rows("incident") == []
    await house.at(SUNDAY + HOUR)
    assert [one.kind.value for one in await house.rows("incident")][:1] == ["root"]
    assert await written(house) == [("12-06 02:00", False)]


async def test_it_is_shown_before_and_while_it_lasts(house):
    """With its reason and its end; nobody is named as its author."""
    await house.at(SUNDAY - HOUR)

    async def shown() -> str:
        quiet = await house.store.read(lambda c: quiet_of(c, "shop", house.time))
        return " ".join(text(muting(quiet, ["shop"]), width=300).split())

    said = await shown()
    assert "shop is under maintenance until" in said
    assert "as launch.yml says: Backup" in said
    assert "/launch mute off 1" in said
    await house.at(SUNDAY)
    assert (await shown()).startswith("1 silence in force")


async def test_its_minutes_are_no_downtime(house):
    """A look within it counts neither way; one before it does, and so does one of another service."""
    await house.at(SUNDAY)
    watched = {one.name: watched_of(one, house.config) for one in spots_of(house.config)}["Sign-up"]
    moments = (SUNDAY - timedelta(seconds=1), SUNDAY, SUNDAY + HOUR - timedelta(seconds=1), SUNDAY + HOUR)
    rows = [(Probe(1, one, Seen.BAD), watched) for one in moments]
    seen = await house.store.read(lambda c: excused(c, "shop", rows))
    assert [one.seen for one in seen] == [Seen.BAD, Seen.EXCUSED, Seen.EXCUSED, Seen.BAD]


async def test_who_calls_one_off_is_obeyed(house):
    """It does not come back at the next tick; the one after it does."""
    await house.at(SUNDAY - HOUR)
    [(_, one)] = await house.store.read(lambda c: silences.of_windows(c, "shop", house.time))
    await house.write(lambda c: silences.lift(c, "shop", one.id, house.time, by="U0ANA"))
    await house.at(SUNDAY)
    assert await written(house) == [("11-29 02:00", True)]
    house.time = SUNDAY + timedelta(minutes=1)
    await house.fails(sev=Sev.ONE)
    [row] = await house.store.read(lambda c: incidents.live(c, "shop"))
    assert row.status is Status.OPEN
    await house.at(SUNDAY + HOUR)
    assert await written(house) == [("12-06 02:00", False)]


async def test_it_follows_the_file(house):
    """Another time takes the place of the planned one; taken out while it lasts, it ends; a mistake changes nothing."""
    await house.at(SUNDAY - HOUR)
    await _file(house, FILE + WINDOW.replace("03:00", "03:30"))
    assert await written(house) == [("11-29 02:30", False)]
    await house.at(SUNDAY + HOUR / 2)
    await _file(house, FILE + "maintenance: nonsense\n")
    assert await written(house) == [("11-29 02:30", False)]
    await _file(house, FILE)
    assert await written(house) == [("11-29 02:30", True)]
    assert await house.store.read(lambda c: silences.active(c, "shop", house.time)) == []


async def _file(house: House, content: str) -> None:
    house.path.write_text(content)
    house.config = Config.read(house.path)
    await house.at(house.time + timedelta(seconds=1))


async def test_a_bot_that_starts_in_the_middle_of_it(house):
    """Nothing was planned before; it holds all the same, and asking again writes nothing twice."""
    await house.at(SUNDAY + timedelta(minutes=20))
    for _ in range(3):
        await house.calendar.tick()
    assert await written(house) == [("11-29 02:00", False)]
    await house.fails()
    [row] = await house.store.read(lambda c: incidents.live(c, "shop"))
    assert row.status is Status.SNOOZED
