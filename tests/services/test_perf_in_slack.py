"""A light load as the team sees it: the running bot, the local workspace, and the demo company that allows it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.demo.company.state import APP
from bot.store import journal, perf_runs
from checks.load_model import Ended
from tests.engine.probes import pause
from tests.scenarios.world import World, a_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The company, with the owner's leave for the app and mia as an owner."""
    async with a_world(tmp_path) as made:
        path = Path(made.company.config)
        text = re.sub(
            rf"(  - name: {re.escape(APP)}\n    purpose: app\n)", r"\1    intrusive: true\n", path.read_text()
        )
        assert "intrusive: true" in text
        path.write_text(text)
        yield made
        assert made.slack.violations() == []


async def test_a_load_is_sent_told_of_and_stopped(world: World) -> None:
    """One message: how far it is, a button to stop it, and then what came back; the journal says who."""
    async with world.bot() as bot:
        result = await world.slack.command("mia", "#launch", '/launch perf load "log-in page"')
        assert result.ok, result
        going = await world.slack.wait_for(
            lambda m: "A light load goes to" in m.get("text", ""), user="mia", timeout=60
        )
        services = bot.services
        async with asyncio.timeout(60):
            while not (
                run := (await services.store.read(lambda c: perf_runs.unfinished(c, services.product)))[0]
            ).figures.done:
                await pause(0.1)
        click = await world.slack.click("mia", going, "perf.stop", None)
        assert click.ok, click
        ended = await world.slack.wait_for(lambda m: "was stopped after" in m.get("text", ""), user="mia", timeout=60)
        assert ended["ts"] == going["ts"], "the same message, edited in place"
        found = await services.store.read(lambda c: perf_runs.get(c, run.id))
        assert found is not None
        assert found.load is not None
        assert found.load.ended is Ended.STOPPED
        told = await services.store.read(lambda c: journal.recent(c, services.product, subject=f"perf:{run.id}"))
        assert [line.did for line in told] == ["load test stopped", "load test"]
