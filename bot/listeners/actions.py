"""Buttons, in messages and on the App Home: their dotted action id says which command they belong to."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.commands import dispatch
from bot.commands.base import Call
from bot.listeners import intake
from bot.listeners.desk import Desk
from bot.render.blocks import chosen


def register(app: AsyncApp, desk: Desk) -> None:
    """Listen to every button; one that opens a link needs no more than the acknowledgement."""

    async def clicked(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        with desk.busy():
            if action.get("url"):
                await ack()
                return
            call = _call(desk, body, action)
            button = dispatch.button(call.verb)
            if not await intake.accept(desk, call, button, ack):
                return
            url = str(body.get("response_url") or "")
            answered = await desk.work(call, button, url)
            if not url and not answered:
                # What a click on the App Home changes, the Home itself shows, drawn anew.
                await desk.draw_home(call.user)

    app.action(re.compile(r".+"))(clicked)


def _call(desk: Desk, body: dict[str, Any], action: dict[str, Any]) -> Call:
    verb, value = _asked(action)
    user, message = _part(body, "user", "id"), _part(body, "container", "message_ts")
    thread = _part(body, "container", "thread_ts")
    return Call(
        verb=verb,
        args=(),
        user=user,
        channel=_part(body, "channel", "id") or user,
        now=desk.clock.now(),
        value=value,
        message_ts=message,
        thread="" if thread == message else thread,
        trigger=str(body.get("trigger_id") or ""),
        id=str(action.get("action_ts") or ""),
        team=_part(body, "user", "team_id"),
        dialog=_part(body, "view", "id") if _part(body, "view", "type") == "modal" else "",
    )


def _asked(action: dict[str, Any]) -> tuple[str, str]:
    """Which button, and its value; an entry of a menu stands for the button that it names."""
    value = str(action.get("value") or _part(action, "selected_option", "value"))
    return chosen(value) if action.get("type") == "overflow" else (str(action.get("action_id", "")), value)


def _part(payload: dict[str, Any], name: str, key: str) -> str:
    """A text inside an object that may be missing or null."""
    inside = payload.get(name)
    return str(inside.get(key) or "") if isinstance(inside, dict) else ""
