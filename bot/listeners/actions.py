"""Buttons, in messages and on the App Home: their dotted action id says which command they belong to."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.commands import dispatch
from bot.commands.base import Call
from bot.listeners.desk import Desk
from bot.listeners.home import publish


def register(app: AsyncApp, desk: Desk) -> None:
    """Listen to every button; one that opens a link needs no more than the acknowledgement."""

    async def clicked(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        with desk.busy():
            await ack()
            if action.get("url"):
                return
            user = str(body.get("user", {}).get("id", ""))
            call = Call(
                verb=str(action.get("action_id", "")),
                args=(),
                user=user,
                channel=str(body.get("channel", {}).get("id", "")) or user,
                now=desk.clock.now(),
                value=str(action.get("value") or action.get("selected_option", {}).get("value", "")),
                message_ts=str(body.get("container", {}).get("message_ts", "")),
                trigger=str(body.get("trigger_id", "")),
            )
            url = str(body.get("response_url", ""))
            await desk.work(call, dispatch.for_action(call.verb), url)
            if not url:
                # A click on the App Home has no response URL: its answer is the Home itself, drawn anew.
                await publish(desk, user)

    app.action(re.compile(r".+"))(clicked)
