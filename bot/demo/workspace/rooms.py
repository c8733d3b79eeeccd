"""A person among people: writes, edits, makes and leaves channels. The app hears of what it asked to hear."""

from __future__ import annotations

import re

from bot.demo.workspace import people, typed
from bot.demo.workspace.core import Core
from bot.demo.workspace.people import BOT_USER, Channel, Json
from bot.demo.workspace.web_api.call import TS

TEXT_MOST = 12_000


class NotPossible(Exception):
    """A person cannot do that; `error` is a code, the text a sentence."""

    def __init__(self, error: str, message: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.error = error
        self.message = message
        self.errors = errors or {}


class Rooms:
    """What a person can do without the app. Users and channels are given by id or name."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._workspace = core.workspace

    # -- who and where ---------------------------------------------------------

    def _user(self, name: str) -> str:
        try:
            found = self._workspace.user(name)
        except KeyError as unknown:
            raise NotPossible("user_not_found", f"There is nobody called {name[:60]}.") from unknown
        if found.is_bot or found.id == people.SLACKBOT:
            raise NotPossible("user_not_found", "Nobody can act as a bot.")
        return found.id

    def channel(self, user: str, name: str) -> Channel:
        """A channel as this person knows it; `dm`: the direct messages with the bot."""
        if name == "dm":
            return self._workspace.dm(user, BOT_USER)
        try:
            found = self._workspace.channel(name)
        except KeyError as unknown:
            raise NotPossible("channel_not_found", f"There is no channel {name[:80]}.") from unknown
        if found.kind != "public" and user not in found.members:
            raise NotPossible("channel_not_found", f"There is no channel {name[:80]}.")
        return found

    def _message(self, user: str, channel: str, ts: str) -> tuple[Channel, Json]:
        found = self.channel(user, channel)
        if ts in found.messages:
            return found, found.messages[ts]
        for each in self._workspace.ephemerals:
            if each["message"]["ts"] == ts and each["user"] == user and each["channel"] == found.id:
                return found, each["message"]
        raise NotPossible("message_not_found", "That message is no longer there.")

    def _view(self, user: str, view_id: str) -> Json:
        found = self._workspace.find_view(view_id)
        if found is None or found[0] != user:
            raise NotPossible("view_not_found", "That dialog is no longer open.")
        return found[1]

    # -- writing ---------------------------------------------------------------

    def say(self, user: str, channel: str, text: str, thread_ts: str = "") -> Json:
        """Write a message."""
        who = self._user(user)
        where = self.channel(who, channel)
        if where.archived:
            raise NotPossible("is_archived", "This channel is archived: nobody can write here.")
        if who not in where.members:
            raise NotPossible("not_in_channel", "Join the channel to write here.")
        if not text.strip() or len(text) > TEXT_MOST:
            raise NotPossible(
                "no_text" if not text.strip() else "msg_too_long", "A message has 1 to 12,000 characters."
            )
        message: Json = {"user": who, "text": typed.stored(self._workspace, text, names=False)}
        if thread_ts:
            parent = where.messages.get(thread_ts)
            if parent is None:
                raise NotPossible("thread_not_found", "That thread is no longer there.")
            message["thread_ts"] = parent.get("thread_ts", thread_ts)
        posted = self._workspace.post(where, message)
        self._core.dispatcher.message_event(where, posted)
        return posted

    def change(self, user: str, channel: str, ts: str, text: str | None) -> None:
        """Edit one's own message; None deletes it."""
        who = self._user(user)
        where, message = self._message(who, channel, ts)
        if message["user"] != who:
            raise NotPossible("not_yours", "Only your own messages can be changed.")
        if text is None:
            self._workspace.delete(where, ts)
        else:
            self._workspace.edit(where, ts, {"text": typed.stored(self._workspace, text[:TEXT_MOST], names=False)}, who)

    # -- channels --------------------------------------------------------------

    def invite(self, user: str, channel: str, who: str) -> None:
        """Add somebody, or the bot, to a channel; inviting oneself joins."""
        by = self._user(user)
        where = self.channel(by, channel)
        try:
            added = self._workspace.user(who).id
        except KeyError as unknown:
            raise NotPossible("user_not_found", f"There is nobody called {who[:60]}.") from unknown
        if where.archived or where.kind == "im" or added == people.SLACKBOT:
            raise NotPossible("is_archived" if where.archived else "not_possible", "Nobody can be added here.")
        if added not in where.members:
            self._core.dispatcher.join(where, added, by)

    def remove(self, user: str, channel: str, who: str) -> None:
        """Take somebody, or the bot, out of a channel; removing oneself leaves."""
        where = self.channel(self._user(user), channel)
        gone = next((each.id for each in self._workspace.users.values() if who in (each.id, each.name)), "")
        if where.kind == "im" or gone not in where.members:
            raise NotPossible("not_in_channel", "That person is not in this channel.")
        self._core.dispatcher.leave(where, gone)

    def archive(self, user: str, channel: str, *, archived: bool = True) -> None:
        """Archive a channel, or open it again."""
        where = self.channel(self._user(user), channel)
        if where.kind == "im":
            raise NotPossible("not_possible", "Direct messages cannot be archived.")
        if where.archived == archived:
            return
        where.archived = archived
        self._workspace.told(where)
        name = "channel_archive" if archived else "channel_unarchive"
        self._core.dispatcher.tell(name, {"type": name, "channel": where.id, "user": self._user(user)})

    def create_channel(self, user: str, name: str, *, private: bool = False) -> Channel:
        """A new channel with its maker as the only member."""
        who = self._user(user)
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,79}", name):
            raise NotPossible("bad_name", "A channel name has up to 80 small letters, digits, - and _.")
        if any(each.name == name for each in self._workspace.channels.values()):
            raise NotPossible("name_taken", f"There is a channel #{name} already.")
        return self._workspace.add_channel(name, who, private=private)

    def open_dm(self, user: str, other: str) -> Channel:
        """The direct messages between two people, or with the bot."""
        who = self._user(user)
        try:
            found = self._workspace.user(other)
        except KeyError as unknown:
            raise NotPossible("user_not_found", f"There is nobody called {other[:60]}.") from unknown
        return self._workspace.dm(who, found.id)

    def dismiss(self, user: str, channel: str, ts: str) -> None:
        """Hide an ephemeral message."""
        _, message = self._message(self._user(user), channel, ts)
        if not message.get("is_ephemeral"):
            raise NotPossible("not_possible", "Only messages that you alone see can be hidden.")
        self._workspace.unwhisper(ts)

    def mark_read(self, user: str, channel: str, ts: str) -> None:
        """Remember how far somebody has read."""
        who = self._user(user)
        where = self.channel(who, channel)
        if not TS.fullmatch(ts):
            raise NotPossible("bad_ts", "That is no time stamp.")
        if ts != self._workspace.read.setdefault(who, {}).get(where.id):
            self._workspace.read[who][where.id] = ts
            self._workspace.changed({"type": "read", "user": who, "channel": where.id, "ts": ts})
