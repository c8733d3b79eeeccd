"""Every answer of every check over the wire: real servers, the real probe, one state of the world at a time."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.clock import SystemClock
from checks.finding import ENGINE_OUTCOMES
from checks.model import Status
from checks.registry import load
from checks.runner import run
from tests.outcomes import engine, table
from tests.outcomes.scenario import Scenario
from tests.outcomes.world import a_world

NAMED = table.named()


@pytest.mark.parametrize("scenario", NAMED.values(), ids=list(NAMED))
async def test_each_state_of_the_world_gives_its_answers(scenario: Scenario, authority, ca_file):
    """Exactly these codes, and no gap in the words."""
    async with a_world(authority, ca_file) as world:
        await world.after(scenario.steps)
        found = await world.look(*scenario.gives)
        words = {key: one.summary for key, one in found.items()}
        assert {key: one.code for key, one in found.items()} == dict(scenario.gives), words


@pytest.mark.parametrize("scenario", engine.SCENARIOS, ids=[table.slug(one.says) for one in engine.SCENARIOS])
async def test_the_engine_answers_in_place_of_a_check(scenario: Scenario, authority, ca_file):
    """A whole run with its second look, as a person starts it."""
    (code,) = scenario.gives.values()
    async with a_world(authority, ca_file) as world:
        await world.after(scenario.steps)
        inventory = world.inventory
        async with world.opens(inventory.network, SystemClock().now()) as probe:
            found = await run(engine.jobs(code, inventory), probe, deadline=engine.SECONDS.get(code, 60.0))
    assert {f"{one.check} {one.target}": one.code for one in found} == dict(scenario.gives)
    assert {one.status for one in found} == {Status.UNKNOWN}


def test_every_answer_of_the_engine_has_a_scenario():
    """None is left out."""
    assert sorted(code for one in engine.SCENARIOS for code in one.gives.values()) == sorted(ENGINE_OUTCOMES)


def test_every_answer_is_proven_or_has_a_reason():
    """No code without a scenario, none but those that exist, and no exception that a scenario disproves."""
    wanted, proven, excepted = table.answers(), table.proven(), set(table.EXCEPTIONS)
    assert wanted - proven - excepted == set()
    assert (proven | excepted) - wanted == set()
    assert proven & excepted == set()
    assert all(len(reason) > 20 for reason in table.EXCEPTIONS.values())
    assert {check.family for check in load().values()} == set(table.FAMILIES)


def test_every_scenario_says_what_it_is():
    """One plain sentence each, and something that it shows."""
    everything = (*NAMED.values(), *engine.SCENARIOS)
    sentences = Counter(one.says for one in everything)
    assert [says for says, times in sentences.items() if times > 1] == []
    for one in everything:
        assert one.gives, one.says
        assert one.says[0].isupper() or not one.says[0].isalpha(), one.says
        assert not one.says.endswith("."), one.says
        assert len(one.says) <= 120, one.says
