"""conversations.*: finding channels, reading them, joining and opening them."""

from __future__ import annotations

import re

from bot.demo.workspace import people
from bot.demo.workspace.content import shown
from bot.demo.workspace.people import BOT_USER, Channel, Json
from bot.demo.workspace.web_api.call import HISTORY, READ, TS, Call, Refused, arguments, method

TYPES = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": ""}


def conversation(channel: Channel, *, num_members: bool = False) -> Json:
    """A channel as the API returns it."""
    if channel.kind == "im":
        other = next((each for each in channel.members if each != BOT_USER), BOT_USER)
        return {
            "id": channel.id,
            "created": channel.created,
            "is_archived": False,
            "is_im": True,
            "is_org_shared": False,
            "context_team_id": people.TEAM_ID,
            "user": other,
            "is_user_deleted": False,
            "priority": 0,
        }
    private = channel.kind == "private"
    found: Json = {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": private,
        "is_archived": channel.archived,
        "is_general": channel.name == "general",
        "is_shared": False,
        "is_org_shared": False,
        "is_ext_shared": False,
        "is_pending_ext_shared": False,
        "is_member": BOT_USER in channel.members,
        "context_team_id": people.TEAM_ID,
        "shared_team_ids": [people.TEAM_ID],
        "pending_shared": [],
        "pending_connected_team_ids": [],
        "previous_names": [],
        "parent_conversation": None,
        "unlinked": 0,
        "created": channel.created,
        "updated": channel.created * 1000,
        "creator": channel.creator,
        "topic": {
            "value": channel.topic,
            "creator": channel.creator if channel.topic else "",
            "last_set": channel.created if channel.topic else 0,
        },
        "purpose": {
            "value": channel.purpose,
            "creator": channel.creator if channel.purpose else "",
            "last_set": channel.created if channel.purpose else 0,
        },
    }
    if num_members:
        found["num_members"] = len(channel.members)
    return found


@method("conversations.list", tier="2", scopes=tuple(READ.values()))
def list_(call: Call) -> Json:
    """Channels that the bot can see, of the types asked for."""
    wanted = [each.strip() for each in call.text("types", default="public_channel").split(",")]
    if any(each not in TYPES for each in wanted):
        raise Refused("invalid_types")
    kinds = {TYPES[each] for each in wanted if TYPES[each]}
    for kind in sorted(kinds):
        call.need(READ[kind])
    hide = call.flag("exclude_archived")
    found = [
        conversation(each, num_members=True)
        for each in call.workspace.channels.values()
        if each.kind in kinds and not (hide and each.archived) and (each.kind == "public" or BOT_USER in each.members)
    ]
    page, metadata = call.page(found)
    return {"channels": page, "response_metadata": metadata}


@method("conversations.info", tier="3", scopes=tuple(READ.values()))
def info(call: Call) -> Json:
    """One channel."""
    return {"channel": conversation(call.channel(scopes=READ), num_members=call.flag("include_num_members"))}


@method("conversations.members", tier="4", scopes=tuple(READ.values()))
def members(call: Call) -> Json:
    """Who is in a channel."""
    page, metadata = call.page(list(call.channel(scopes=READ).members))
    return {"members": page, "response_metadata": metadata}


@method("conversations.join", tier="3", scopes=("channels:join",))
def join(call: Call) -> Json:
    """The bot joins a public channel."""
    channel = call.channel()
    if channel.kind != "public":
        raise Refused("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refused("is_archived")
    if BOT_USER in channel.members:
        return {
            "channel": conversation(channel),
            "warning": "already_in_channel",
            "response_metadata": {"warnings": ["already_in_channel"]},
        }
    call.core.dispatcher.join(channel, BOT_USER)
    return {"channel": conversation(channel)}


@method("conversations.open", tier="3", scopes=("im:write",))
def open_(call: Call) -> Json:
    """Open the direct messages with one person."""
    if call.text("channel"):
        channel = call.channel()
        return {"no_op": True, "already_open": True, "channel": {"id": channel.id}}
    names = [each for each in re.split(r"[,\s]+", call.text("users")) if each]
    if not names:
        raise Refused("users_list_not_supplied")
    if len(names) > 1:
        # Group direct messages are not part of this workspace: no one would see them.
        raise Refused("too_many_users" if len(names) > 8 else "not_enough_users")
    person = call.workspace.users.get(names[0])
    if person is None or person.id == BOT_USER:
        raise Refused("user_not_found" if person is None else "cannot_dm_bot")
    known = {each.id for each in call.workspace.channels.values()}
    channel = call.workspace.dm(BOT_USER, person.id)
    if channel.id in known:
        return {"no_op": True, "already_open": True, "channel": _opened(call, channel)}
    return {"channel": _opened(call, channel)}


def _opened(call: Call, channel: Channel) -> Json:
    return conversation(channel) if call.flag("return_im") else {"id": channel.id}


def _readable(call: Call) -> Channel:
    channel = call.channel(scopes=HISTORY)
    if BOT_USER not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _between(call: Call, messages: list[Json]) -> list[Json]:
    """Messages between `oldest` and `latest`."""
    inclusive = call.flag("inclusive")
    low, high = _ts(call, "oldest", 0.0), _ts(call, "latest", float("inf"))
    if inclusive:
        return [each for each in messages if low <= float(each["ts"]) <= high]
    return [each for each in messages if low < float(each["ts"]) < high]


def _ts(call: Call, name: str, default: float) -> float:
    text = call.text(name)
    if not text:
        return default
    if not TS.fullmatch(text):
        raise Refused(f"invalid_ts_{name}")
    return float(text)


@method("conversations.history", tier="3", scopes=tuple(HISTORY.values()))
def history(call: Call) -> Json:
    """Messages of a channel, the newest first, without the replies of threads."""
    channel = _readable(call)
    top = [
        each
        for each in channel.messages.values()
        if each.get("thread_ts", each["ts"]) == each["ts"] or each.get("subtype") == "thread_broadcast"
    ]
    found = _between(call, top)[::-1]
    page, metadata = call.page(found, highest=999)
    answer: Json = {
        "messages": [shown(each, metadata=call.flag("include_all_metadata")) for each in page],
        "has_more": bool(metadata["next_cursor"]),
        "pin_count": 0,
    }
    if answer["has_more"]:
        answer["response_metadata"] = metadata
    return answer


@method("conversations.replies", tier="3", scopes=tuple(HISTORY.values()))
def replies(call: Call) -> Json:
    """A thread: its parent, then the replies, the oldest first."""
    channel = _readable(call)
    ts = call.text("ts", required=True)
    if not TS.fullmatch(ts):
        raise arguments("must be a time stamp [json-pointer:/ts]")
    if ts not in channel.messages:
        raise Refused("thread_not_found")
    thread = call.workspace.replies(channel, channel.messages[ts].get("thread_ts", ts))
    parent, rest = thread[0], _between(call, thread[1:])
    page, metadata = call.page(rest, default=1000)
    answer: Json = {
        "messages": [shown(each, metadata=call.flag("include_all_metadata")) for each in [parent, *page]],
        "has_more": bool(metadata["next_cursor"]),
    }
    if answer["has_more"]:
        answer["response_metadata"] = metadata
    return answer
