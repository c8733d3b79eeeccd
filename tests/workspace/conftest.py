"""A running workspace, and Slack's own SDK pointed at it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import WorkspaceServer


@pytest.fixture
async def slack() -> AsyncIterator[WorkspaceServer]:
    """A workspace whose acknowledgement time is short, so that tests of silence are quick."""
    async with WorkspaceServer(ack_timeout=0.4) as server:
        yield server


@pytest.fixture
def client(slack: WorkspaceServer) -> AsyncWebClient:
    """The SDK with the bot's token; nothing is tried twice."""
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[], timeout=5)
