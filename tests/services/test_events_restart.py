"""Nothing about counted events hangs on the bot's memory: any mix of events, ticks, stops and time gives the same."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import count as numbers
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.asks import Reading
from bot.domain.folding import replay
from bot.domain.member import Light
from bot.services.config import Config
from bot.services.events import Events, told
from bot.store import incidents
from bot.store.db import Store
from tests.services.events_house import FILE, House

files = numbers()
step = st.one_of(
    st.tuples(
        st.just("count"),
        st.sampled_from(["login_failed", "http_5xx", "checkout_failed", "checkout_ok", "job_failed"]),
        st.integers(1, 12),
        st.sampled_from(["", "a", "b", "c"]),
    ),
    st.tuples(st.just("wait"), st.integers(1, 12)),
    st.tuples(st.just("restart")),
    st.tuples(st.just("tick"), st.integers(1, 3)),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=12)
@given(st.lists(step, max_size=24))
def test_whatever_happens_the_incidents_say_what_the_counts_say(
    tmp_path: Path, steps: list[tuple[object, ...]]
) -> None:
    """A burst of now has a live red member, told again it changes nothing, and the story replays to the row."""

    async def play() -> None:
        folder = tmp_path / str(next(files))
        folder.mkdir()
        (folder / "launch.yml").write_text(FILE, encoding="utf-8")
        store = Store.open(folder / "launch.db")
        house = House(store, Config.read(folder / "launch.yml"))
        try:
            for one in steps:
                await act(house, one)
            await holds(house)
        finally:
            store.close()

    asyncio.run(play())


async def act(house: House, one: tuple[object, ...]) -> None:
    """One thing that happens."""
    match one:
        case ("count", str(kind), int(times), str(origin)):
            assert await house.count(kind, times, origin=origin) == ""
        case ("wait", int(minutes)):
            house.time += timedelta(minutes=minutes)
            await house.events.tick()
            await house.incidents.tick()
        case ("restart",):
            house.events = Events(house.store, house, lambda: house.config, house.incidents)
        case ("tick", int(times)):
            for _ in range(times):
                await house.events.tick()


async def holds(house: House) -> None:
    """What must be true at any moment, right after a tick."""
    await house.events.tick()
    signals = await house.store.read(lambda c: told(c, house.config, house.time))
    live = await house.live()
    members = {(m.service, m.probe, m.trouble): m for one in live for m in one.members}
    for signal in signals:
        if signal.reading is Reading.DOWN:
            known = members[signal.service, signal.probe, signal.trouble]
            assert known.light is Light.RED
    red = {key for key, member in members.items() if member.light is Light.RED}
    assert red == {(s.service, s.probe, s.trouble) for s in signals if s.reading is Reading.DOWN}
    before = [one.rev for one in live]
    await house.events.tick()
    assert [one.rev for one in await house.live()] == before, "said again it changes nothing"
    for one in live:
        events = await house.store.read(lambda c, one=one: incidents.events(c, one.id))  # type: ignore[misc]
        assert replay(events) == await house.store.read(lambda c, one=one: incidents.get(c, one.id))  # type: ignore[misc]
