"""`/launch …`: acknowledged at once, then worked on."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.commands import dispatch
from bot.listeners.desk import Desk


def register(app: AsyncApp, desk: Desk) -> None:
    """Listen to the command."""

    async def launch(ack: AsyncAck, body: dict[str, Any]) -> None:
        with desk.busy():
            await ack()
            call, run = dispatch.from_text(
                str(body.get("text", "")),
                user=str(body.get("user_id", "")),
                channel=str(body.get("channel_id", "")),
                trigger=str(body.get("trigger_id", "")),
                now=desk.clock.now(),
            )
            await desk.work(call, run, str(body.get("response_url", "")))

    app.command("/launch")(launch)
