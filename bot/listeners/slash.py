"""`/launch …`: acknowledged at once, or once it is written down, then worked on."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.commands import dispatch
from bot.listeners import intake
from bot.listeners.desk import Desk


def register(app: AsyncApp, desk: Desk) -> None:
    """Listen to the command."""

    async def launch(ack: AsyncAck, body: dict[str, Any]) -> None:
        with desk.busy():
            call, button = dispatch.typed(
                str(body.get("text", "")),
                user=str(body.get("user_id", "")),
                channel=str(body.get("channel_id", "")),
                trigger=str(body.get("trigger_id", "")),
                now=desk.clock.now(),
                team=str(body.get("team_id", "")),
            )
            if await intake.accept(desk, call, button, ack):
                await desk.work(call, button, str(body.get("response_url", "")))

    app.command("/launch")(launch)
