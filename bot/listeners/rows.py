"""A request as a row, and back: all that is needed to carry it out after a restart."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.commands import dispatch
from bot.commands.base import Button, Call
from bot.store.clicks import Click
from checks.model import Json


def mark_of(call: Call) -> tuple[str, str, str]:
    """What a request is known by: Slack's mark, who, and what; a second button of its kind has the same name."""
    asked = call.request
    return asked.id, asked.user, asked.action


def payload(call: Call) -> dict[str, Json]:
    """What is needed to carry it out later."""
    kept: dict[str, Json] = {
        "text": call.text,
        "value": call.value,
        "channel": call.channel,
        "team": call.team,
        "message_ts": call.message_ts,
        "thread": call.thread,
        "fields": dict(call.fields),
    }
    return {key: value for key, value in kept.items() if value}


def restored(click: Click, now: datetime) -> tuple[Call, Button]:
    """The request of a row, and what it runs."""
    kept = click.payload
    channel, text = str(kept.get("channel", "")), str(kept.get("text", ""))
    fields = kept.get("fields")
    if click.action.startswith("/"):
        call, button = dispatch.typed(
            text, user=click.user, channel=channel, trigger="", now=now, team=str(kept.get("team", "")), id=click.id
        )
    else:
        call = Call(
            verb=click.action,
            args=(),
            user=click.user,
            channel=channel,
            now=now,
            value=str(kept.get("value", "")),
            message_ts=str(kept.get("message_ts", "")),
            thread=str(kept.get("thread", "")),
            id=click.id,
            team=str(kept.get("team", "")),
            fields={str(key): str(value) for key, value in fields.items()} if isinstance(fields, dict) else {},
        )
        button = dispatch.button(call.verb)
    # A row is there, so it is finished once it is carried out, whatever is written down today.
    return call, replace(button, stored=True)
