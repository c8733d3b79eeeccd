"""The bot was invited to a channel: it says hello once, and what it will do there."""

from __future__ import annotations

import logging
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.adapters.slack import SlackError
from bot.listeners.desk import Desk
from bot.render.blocks import message
from bot.services.alerts import invited
from bot.store.db import StoreError
from bot.views import notice

log = logging.getLogger(__name__)


def register(app: AsyncApp, desk: Desk) -> None:
    """Listen to the bot itself joining."""

    async def joined(event: dict[str, Any], context: dict[str, Any]) -> None:
        if event.get("user") == context.get("bot_user_id"):
            with desk.busy():
                channel = str(event.get("channel", ""))
                alerts = await _alerts_go_there(desk, channel, str(event.get("inviter") or ""))
                hello = notice.hello(configured=desk.services.inventory is not None, alerts=alerts)
                try:
                    await desk.messenger.post(channel, message(hello))
                except SlackError as error:
                    log.warning("the greeting could not be posted: %s", error)
                else:
                    # What was refused there before goes out now.
                    if desk.services.repaired is not None:
                        await desk.services.repaired()

    app.event("member_joined_channel")(joined)


async def _alerts_go_there(desk: Desk, channel: str, by: str) -> bool:
    """Without a channel for alerts, the first one that the bot is invited to becomes it, and it says so aloud."""
    services, now = desk.services, desk.clock.now()
    try:
        return await services.store.write(lambda c: invited(c, services.config, channel, by, now))
    except StoreError as error:
        log.error("the channel for alerts could not be written down: %s", error)  # noqa: TRY400
        return False
