"""What costs processor time takes turns, and everything else gets between."""

from __future__ import annotations

import asyncio

from checks.net.turns import turns


async def test_between_two_steps_the_loop_hears_what_came_in():
    """Ten steps asked for at once are done in order, one in a turn of the loop; who gave up is passed over."""
    done: list[int] = []
    beats: list[int] = []

    async def step(number: int) -> None:
        await turns().turn()
        done.append(number)

    tasks = [asyncio.create_task(step(number)) for number in range(10)]
    await asyncio.sleep(0)  # noqa: TID251  (they have asked)
    tasks[3].cancel()
    while len(done) < 9:
        beats.append(len(done))
        await asyncio.sleep(0)  # noqa: TID251  (one turn)
    assert done == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert max(later - sooner for sooner, later in zip(beats, [*beats[1:], 9], strict=True)) == 1


async def test_a_step_that_breaks_stops_no_other(caplog):
    """It is its own affair."""
    done: list[str] = []

    def broken() -> None:
        raise ValueError("broken")

    turns().take(broken)
    turns().take(lambda: done.append("next"))
    await turns().turn()
    assert done == ["next"]
    assert "broken" in caplog.text
