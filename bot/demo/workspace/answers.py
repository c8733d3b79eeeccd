"""What the app answers outside the Web API: with an acknowledgement, or by a response URL."""

from __future__ import annotations

from typing import Any

from bot.demo.workspace import hints, people
from bot.demo.workspace.content import Refused, by_the_bot, checked_view, message_content
from bot.demo.workspace.core import Core
from bot.demo.workspace.handles import ResponseUrl
from bot.demo.workspace.people import BOT_USER, Json
from bot.demo.workspace.web_api import views


def say(core: Core, source: ResponseUrl, data: Any) -> Json | None:
    """Carry out the body of a response URL or of a command's acknowledgement; raises Refused.

    Returns the message that it made or changed.
    """
    if not isinstance(data, dict):
        raise Refused("invalid_payload")
    workspace = core.workspace
    channel = workspace.channels[source.channel]
    exists = bool(source.message_ts) and (source.ephemeral or source.message_ts in channel.messages)
    if data.get("delete_original") in (True, "true"):
        if source.ephemeral:
            workspace.unwhisper(source.message_ts)
        elif exists:
            workspace.delete(channel, source.message_ts)
        return None
    content = message_content(data)
    content.pop("metadata", None)
    if data.get("replace_original") in (True, "true") and exists:
        if source.ephemeral:
            return workspace.whisper(channel, source.user, by_the_bot(content, _name(core)), replace=source.message_ts)
        for part in ("blocks", "attachments"):
            content.setdefault(part, None)
        return workspace.edit(channel, source.message_ts, {"text": "", **content}, BOT_USER)
    thread = data.get("thread_ts")
    if isinstance(thread, str) and thread in channel.messages:
        content["thread_ts"] = thread
    elif source.thread_ts:
        content["thread_ts"] = source.thread_ts
    if data.get("response_type") == "in_channel":
        message = workspace.post(channel, by_the_bot(content, _name(core)))
        source.ephemeral = False
    else:
        message = workspace.whisper(channel, source.user, by_the_bot(content, _name(core)))
        source.ephemeral = True
    source.message_ts = message["ts"]
    hints.learn(core, message)
    return message


def _name(core: Core) -> str:
    return core.workspace.users[BOT_USER].name


def to_command(core: Core, source: ResponseUrl, payload: Any, command: str) -> None:
    """The payload of a slash command's acknowledgement."""
    if not payload:
        return
    if isinstance(payload, str):
        payload = {"text": payload}
    try:
        say(core, source, payload)
    except Refused as bad:
        core.violation("bad_answer", f"{command}: {bad.error} {bad.extra}"[:400])
        slackbot(core, source.user, source.channel, f'{command} failed with the error "{bad.error}"')
        return


def slackbot(core: Core, user: str, channel: str, text: str) -> None:
    """A line by Slack itself, for one person."""
    core.workspace.whisper(core.workspace.channels[channel], user, {"user": people.SLACKBOT, "text": text})


def to_submission(core: Core, user: str, view: Json, payload: Any) -> dict[str, str]:
    """The payload of a submitted dialog's acknowledgement; what it says is wrong by block id. Raises Refused."""
    stack = core.workspace.modals.get(user, [])
    action = payload.get("response_action") if isinstance(payload, dict) else None
    if not payload or (isinstance(payload, dict) and action is None):
        core.workspace.show_stack(user, [each for each in stack if each["id"] != view["id"]])
        return {}
    if action == "errors":
        errors = payload.get("errors")
        blocks = {each["block_id"] for each in view["blocks"] if each["type"] == "input"}
        if not isinstance(errors, dict) or not errors or set(errors) - blocks:
            raise Refused("errors must name input blocks of the dialog")
        return {str(key): str(value) for key, value in errors.items()}
    if action == "clear":
        core.workspace.show_stack(user, [])
        return {}
    if action in ("update", "push"):
        sent = checked_view(payload.get("view"), home=False)
        if action == "push":
            views.open_on(core, user, sent, push=True)
        else:
            views.replace(core, user, view, sent)
        return {}
    raise Refused(f"response_action {action!r} is unknown")
