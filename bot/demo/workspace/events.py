"""What Slack sends to an app: payloads of commands, interactions and events, built from the state."""

from __future__ import annotations

import copy
import secrets
from typing import Any

from bot.demo.workspace import people
from bot.demo.workspace.content import shown
from bot.demo.workspace.core import Core
from bot.demo.workspace.people import BOT_USER, Channel, Json

VERIFICATION = secrets.token_hex(12)
"""The deprecated verification token: present in every payload, trusted by nobody."""

SCOPE_OF = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "app_uninstalled": (),
    "channel_archive": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "tokens_revoked": (),
}
"""Event of the manifest → one of these scopes is needed. Events that are not listed are never sent."""


def subscribed(core: Core, name: str) -> bool:
    """Whether the app asked for this event and may have it."""
    if name not in core.manifest.settings.event_subscriptions.bot_events:
        return False
    needed = SCOPE_OF.get(name)
    return needed is not None and (not needed or any(each in core.tokens.scopes for each in needed))


def callback(core: Core, event: Json) -> Json:
    """The Events API's wrapper around one event."""
    return {
        "token": VERIFICATION,
        "team_id": people.TEAM_ID,
        "context_team_id": people.TEAM_ID,
        "context_enterprise_id": None,
        "api_app_id": people.APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev0{core.workspace.serial():08d}",
        "event_time": int(core.pace.now()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": people.TEAM_ID,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{secrets.token_urlsafe(24)}",
    }


def channel_name(channel: Channel) -> str:
    """The name as slash commands carry it."""
    return {"im": "directmessage", "private": "privategroup"}.get(channel.kind, channel.name)


def slash(core: Core, user: str, channel: Channel, command: str, *, text: str, response: str) -> Json:
    """A slash command."""
    return {
        "token": VERIFICATION,
        "team_id": people.TEAM_ID,
        "team_domain": people.TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user,
        "user_name": core.workspace.users[user].name,
        "command": command,
        "text": text,
        "api_app_id": people.APP_ID,
        "is_enterprise_install": "false",
        "response_url": response,
        "trigger_id": core.handles.trigger(user),
    }


def interaction(core: Core, kind: str, user: str) -> Json:
    """What every interactive payload begins with."""
    name = core.workspace.users[user].name
    return {
        "type": kind,
        "user": {"id": user, "username": name, "name": name, "team_id": people.TEAM_ID},
        "api_app_id": people.APP_ID,
        "token": VERIFICATION,
        "team": {"id": people.TEAM_ID, "domain": people.TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def on_message(
    core: Core, kind: str, user: str, channel: Channel, message: Json, *, state: Json, response: str
) -> Json:
    """`block_actions` (without its actions) from a message."""
    ephemeral = bool(message.get("is_ephemeral"))
    payload = interaction(core, kind, user) | {
        "container": {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": channel.id,
            "is_ephemeral": ephemeral,
        },
        "trigger_id": core.handles.trigger(user),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": {"values": state},
        "response_url": response,
    }
    if message.get("thread_ts"):
        payload["container"]["thread_ts"] = message["thread_ts"]
    if not ephemeral:
        payload["message"] = copy.deepcopy(shown(message, metadata=True))
    return payload


def on_view(core: Core, kind: str, user: str, view: Json, state: Json) -> Json:
    """A payload that belongs to a dialog or an App Home."""
    seen: Json = copy.deepcopy(view)
    seen["state"] = {"values": state}
    payload = interaction(core, kind, user) | {"view": seen}
    if kind == "block_actions":
        payload |= {"container": {"type": "view", "view_id": view["id"]}}
    if kind in ("block_actions", "view_submission"):
        trigger = core.handles.trigger(user, view["id"] if view["type"] == "modal" else "")
        payload |= {"trigger_id": trigger}
    if kind == "view_submission":
        payload["response_urls"] = []
    return payload


def message_action(core: Core, user: str, callback_id: str, channel: Channel, message: Json, *, response: str) -> Json:
    """A shortcut on a message."""
    return interaction(core, "message_action", user) | {
        "action_ts": core.workspace.next_ts(),
        "callback_id": callback_id,
        "trigger_id": core.handles.trigger(user),
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message_ts": message["ts"],
        "message": copy.deepcopy(shown(message, metadata=True)),
        "response_url": response,
    }


def shortcut(core: Core, user: str, callback_id: str) -> Json:
    """A global shortcut."""
    return interaction(core, "shortcut", user) | {
        "action_ts": core.workspace.next_ts(),
        "callback_id": callback_id,
        "trigger_id": core.handles.trigger(user),
    }


def home_opened(core: Core, user: str, channel: Channel, tab: str) -> Json:
    """Somebody opened the App Home."""
    event: dict[str, Any] = {
        "type": "app_home_opened",
        "user": user,
        "channel": channel.id,
        "tab": tab,
        "event_ts": core.workspace.next_ts(),
    }
    home = core.workspace.homes.get(user)
    if tab == "home" and home is not None:
        event["view"] = copy.deepcopy(home)
    return event


def joined(core: Core, channel: Channel, user: str, inviter: str, *, left: bool = False) -> Json:
    """Somebody came into a channel, or left it."""
    event = {
        "type": "member_left_channel" if left else "member_joined_channel",
        "user": user,
        "channel": channel.id,
        "channel_type": "G" if channel.kind == "private" else "C",
        "team": people.TEAM_ID,
        "event_ts": core.workspace.next_ts(),
    }
    if inviter and not left:
        event["inviter"] = inviter
    return event
