"""The bot was invited to a channel: it says hello once, and what it will do there."""

from __future__ import annotations

import logging
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.adapters.slack import SlackError
from bot.listeners.desk import Desk
from bot.render.blocks import message
from bot.views import notice

log = logging.getLogger(__name__)


def register(app: AsyncApp, desk: Desk) -> None:
    """Listen to the bot itself joining."""

    async def joined(event: dict[str, Any], context: dict[str, Any]) -> None:
        if event.get("user") == context.get("bot_user_id"):
            with desk.busy():
                hello = notice.hello(configured=desk.services.inventory is not None)
                try:
                    await desk.messenger.post(str(event.get("channel", "")), message(hello))
                except SlackError as error:
                    log.warning("the greeting could not be posted: %s", error)
                else:
                    # What was refused there before goes out now.
                    if desk.services.repaired is not None:
                        await desk.services.repaired()

    app.event("member_joined_channel")(joined)
