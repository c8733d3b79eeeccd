"""Every answer of every check over the wire: real servers, the real probe, one state of the world at a time."""

from __future__ import annotations

from collections import Counter

import pytest

from checks.registry import load
from tests.outcomes import table
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
    sentences = Counter(one.says for one in NAMED.values())
    assert [says for says, times in sentences.items() if times > 1] == []
    for one in NAMED.values():
        assert one.gives, one.says
        assert one.says[0].isupper() or not one.says[0].isalpha(), one.says
        assert not one.says.endswith("."), one.says
        assert len(one.says) <= 120, one.says
