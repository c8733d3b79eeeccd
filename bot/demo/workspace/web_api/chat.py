"""chat.*: posting, editing, deleting, ephemeral messages, permalinks."""

from __future__ import annotations

from bot.demo.workspace import hints, people
from bot.demo.workspace.content import UPDATE_TEXT, by_the_bot, message_content, shown
from bot.demo.workspace.people import BOT_USER, Channel, Json
from bot.demo.workspace.web_api.call import TS, Call, Refused, method


def _target(call: Call) -> Channel:
    """Where to post: a channel by id or name, or a person (their direct messages with the bot)."""
    wanted = call.text("channel", required=True)
    workspace = call.workspace
    person = workspace.users.get(wanted)
    if person is not None:
        if person.deleted or person.id in (BOT_USER, people.SLACKBOT):
            raise Refused("cannot_dm_bot" if person.is_bot else "channel_not_found")
        return workspace.dm(BOT_USER, person.id)
    try:
        found = workspace.channel(wanted)
    except KeyError as unknown:
        raise Refused("channel_not_found") from unknown
    if found.kind != "public" and BOT_USER not in found.members:
        raise Refused("channel_not_found")
    if found.archived:
        raise Refused("is_archived")
    if BOT_USER not in found.members and "chat:write.public" not in call.core.tokens.scopes:
        raise Refused("not_in_channel")
    return found


@method("chat.postMessage", tier="post", scopes=("chat:write",))
def post_message(call: Call) -> Json:
    """Post to a channel, a thread, or a person."""
    channel = _target(call)
    content = message_content(call.args)
    thread = call.text("thread_ts")
    if thread:
        if not TS.fullmatch(thread):
            raise Refused(
                "invalid_thread_ts", response_metadata={"messages": [f"[ERROR] {thread[:40]} is not a valid thread_ts"]}
            )
        parent = channel.messages.get(thread)
        # Slack hangs a reply to a reply under the thread's parent.
        content["thread_ts"] = parent.get("thread_ts", thread) if parent else thread
        if parent is None:
            raise Refused("thread_not_found")
        if call.flag("reply_broadcast"):
            content["subtype"] = "thread_broadcast"
    message = call.workspace.post(channel, by_the_bot(content, call.workspace.users[BOT_USER].name))
    call.core.dispatcher.message_event(channel, message)
    return {"channel": channel.id, "ts": message["ts"], "message": shown(message, metadata=True)}


@method("chat.update", tier="3", scopes=("chat:write",))
def update(call: Call) -> Json:
    """Edit one of the bot's own messages; what is not given stays."""
    channel, ts = _own(call, "cant_update_message")
    old = channel.messages[ts]
    wanted = dict(call.args)
    given = {
        key for key in ("text", "blocks", "attachments", "markdown_text", "metadata") if wanted.get(key) is not None
    }
    if not given:
        raise Refused("no_text")
    if given == {"metadata"}:
        wanted["text"] = old["text"][:UPDATE_TEXT]
        wanted["blocks"] = old.get("blocks")
    content = message_content(wanted, update=True)
    changes: Json = dict(content)
    # New text without blocks replaces the blocks: otherwise people would go on seeing the old ones.
    for part in ("blocks", "attachments"):
        if part not in content and part in old and (wanted.get(part) == [] or "text" in given):
            changes[part] = None
    message = call.workspace.edit(channel, ts, changes, BOT_USER)
    return {"channel": channel.id, "ts": ts, "text": message["text"], "message": shown(message, metadata=True)}


@method("chat.delete", tier="3", scopes=("chat:write",))
def delete(call: Call) -> Json:
    """Take one of the bot's own messages away."""
    channel, ts = _own(call, "cant_delete_message")
    call.workspace.delete(channel, ts)
    return {"channel": channel.id, "ts": ts}


def _own(call: Call, refusal: str) -> tuple[Channel, str]:
    """The bot's own message that is named by `channel` and `ts`."""
    channel = call.channel()
    ts = call.text("ts", required=True)
    message = channel.messages.get(ts)
    if message is None:
        raise Refused("message_not_found")
    if channel.archived:
        raise Refused("is_inactive" if refusal == "cant_update_message" else refusal)
    if message["user"] != BOT_USER or message.get("subtype") in ("channel_join", "channel_leave"):
        raise Refused(refusal)
    return channel, ts


@method("chat.postEphemeral", tier="4", scopes=("chat:write",))
def post_ephemeral(call: Call) -> Json:
    """Show a message to one person in a channel."""
    channel = _target(call)
    user = call.text("user", required=True)
    content = message_content(call.args)
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    content.pop("metadata", None)
    if call.text("thread_ts"):
        content["thread_ts"] = call.text("thread_ts")
    message = call.workspace.whisper(channel, user, by_the_bot(content, call.workspace.users[BOT_USER].name))
    hints.learn(call.core, message)
    return {"message_ts": message["ts"]}


@method("chat.getPermalink", tier="special")
def permalink(call: Call) -> Json:
    """The address of a message."""
    channel = call.channel()
    ts = call.text("message_ts", required=True)
    message = channel.messages.get(ts)
    if message is None:
        raise Refused("message_not_found")
    link = f"https://{people.TEAM_DOMAIN}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
    thread = message.get("thread_ts")
    if thread and thread != ts:
        link += f"?thread_ts={thread}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}
