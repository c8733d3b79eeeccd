"""Dialogs that were sent: written down, closed, carried out; the answer is for the person who sent it."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.commands import dispatch
from bot.commands.base import Call
from bot.listeners import intake
from bot.listeners.desk import Desk
from bot.render.forms import about, filled


def register(app: AsyncApp, desk: Desk) -> None:
    """Listen to every dialog."""

    async def sent(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        with desk.busy():
            value, channel = about(view)
            given = body.get("user")
            user: dict[str, Any] = given if isinstance(given, dict) else {}
            call = Call(
                verb=str(view.get("callback_id") or ""),
                args=(),
                user=str(user.get("id") or ""),
                channel=channel,
                now=desk.clock.now(),
                value=value,
                trigger=str(body.get("trigger_id") or ""),
                id=str(view.get("id") or ""),
                team=str(user.get("team_id") or ""),
                fields=filled(view),
            )
            button = dispatch.button(call.verb)
            if await intake.accept(desk, call, button, ack):
                await desk.work(call, button, "")

    app.view(re.compile(r".+"))(sent)
