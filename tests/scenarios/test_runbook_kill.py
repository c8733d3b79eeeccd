"""kill -9 of the whole bot in the middle of a runbook: each click counts once, and the one message goes on."""

from __future__ import annotations

import signal

from tests.scenarios.test_bad_days import running


def runs_of(world) -> list[dict]:
    """Messages of the run, as Mia sees them."""
    return [each for each in world.slack.seen("dm", "mia") if each["text"].startswith("The site is down: ")]


async def step(world, number: int) -> dict:
    """The run's message once it stands at that step; there is one."""
    await world.slack.until(
        lambda: [f"step {number} " in each["text"] for each in runs_of(world)] == [True], timeout=20
    )
    return runs_of(world)[0]


async def test_a_restart_between_click_and_answer_loses_no_step(world):
    """What Slack was told to have arrived is carried out by the next start; the message says where the run is."""
    async with running(world) as process:
        await world.slack.command("mia", "#launch", "/launch runbook site_down")
        shown = await step(world, 1)
        world.slack.fault("hang", method="chat.update", times=None)
        await world.slack.click("mia", shown, "runbook.did")
        process.send_signal(signal.SIGKILL)
        await process.wait()
    world.slack.core.faults.clear()
    world.slack.core.violations.clear()
    async with running(world) as process:
        shown = await step(world, 2)
        await world.slack.click("mia", shown, "runbook.answer")
        process.send_signal(signal.SIGKILL)
        await process.wait()
    world.slack.core.violations.clear()
    async with running(world):
        shown = await step(world, 3)
        await world.slack.click("mia", shown, "runbook.did")
        await step(world, 4)
    assert len(runs_of(world)) == 1
