"""A world for each scenario."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenarios.world import World, a_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The workspace and the company; Slack's rate limits are on."""
    async with a_world(tmp_path) as world:
        yield world
        assert world.slack.violations() == []


@pytest.fixture
async def roomy(tmp_path: Path) -> AsyncIterator[World]:
    """The same without rate limits, for crowds."""
    async with a_world(tmp_path, limits=False) as world:
        yield world
        assert world.slack.violations() == []
