"""The App Home: drawn when someone opens it, and anew when what it shows has changed."""

from __future__ import annotations

import logging
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.adapters.slack import SlackError
from bot.listeners.desk import Desk
from bot.render.blocks import home
from bot.services.overview import overview
from bot.store.db import StoreError
from bot.views import home as view

log = logging.getLogger(__name__)


def register(app: AsyncApp, desk: Desk) -> None:
    """Listen to people opening it."""

    async def opened(event: dict[str, Any]) -> None:
        if event.get("tab", "home") == "home":
            with desk.busy():
                await publish(desk, str(event.get("user", "")))

    app.event("app_home_opened")(opened)


async def publish(desk: Desk, user: str) -> None:
    """Draw the App Home of one person; Slack shows the old one where that fails, so it is only noted."""
    try:
        document = view.home(await overview(desk.services, desk.clock.now()))
        await desk.messenger.publish_home(user, home(document))
    except (SlackError, StoreError) as error:
        log.warning("the App Home of %s could not be drawn: %s", user, error)
