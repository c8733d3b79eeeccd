"""The App Home: drawn when someone opens it, and anew when what it shows has changed."""

from __future__ import annotations

import logging
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.listeners.desk import Desk
from bot.store import places
from bot.store.db import StoreError

log = logging.getLogger(__name__)


def register(app: AsyncApp, desk: Desk) -> None:
    """Listen to people opening it."""

    async def opened(event: dict[str, Any]) -> None:
        with desk.busy():
            await _learn(desk, str(event.get("user", "")), str(event.get("channel", "")))
            if event.get("tab", "home") == "home":
                await desk.draw_home(str(event.get("user", "")))

    app.event("app_home_opened")(opened)


async def _learn(desk: Desk, user: str, channel: str) -> None:
    """Slack names the conversation between this person and the bot: a call that is in doubt can be looked up there."""
    services, now = desk.services, desk.clock.now()
    if not user or not channel.startswith("D"):
        return
    try:
        if await services.store.read(lambda c: places.get(c, services.product, user)) != channel:
            await services.store.write(lambda c: places.learn(c, services.product, user, channel, now))
    except StoreError as error:
        log.warning("where %s is written to could not be kept: %s", user, error)
