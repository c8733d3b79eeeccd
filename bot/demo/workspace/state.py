"""What the workspace remembers: people, channels, messages, dialogs. No network here, and no Slack rules about callers.

Every change is told to the listeners as one delta in the shape of README.md.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from typing import Any

from bot.demo.workspace import people
from bot.demo.workspace.manifest import Manifest
from bot.demo.workspace.pace import Pace
from bot.demo.workspace.people import BOT_USER, Channel, Json, User

Listener = Callable[[Json], None]


class Workspace:
    """The state of one workspace with one app installed."""

    def __init__(self, manifest: Manifest, pace: Pace) -> None:
        self.manifest = manifest
        self.pace = pace
        self.version = 0
        self._listeners: list[Listener] = []
        self._last_ts = 0
        self._numbers = itertools.count(1)
        self.connections = 0
        self.http = False
        self._fill()

    def _fill(self) -> None:
        self.users: dict[str, User] = {
            each.id: each for each in people.users(self.manifest.features.bot_user.display_name)
        }
        self.channels: dict[str, Channel] = {each.id: each for each in people.channels(int(self.pace.now()))}
        self.ephemerals: list[Json] = []
        self.homes: dict[str, Json] = {}
        self.modals: dict[str, list[Json]] = {}
        self.read: dict[str, dict[str, str]] = {}
        self.verbs: dict[str, str] = {}
        """Usage of a verb → what it does, learned from the bot's own help."""

    def reset(self) -> None:
        """Everything as it was at the start; ids and time stamps go on."""
        self._fill()
        self.changed({"type": "reset"})

    # -- telling ---------------------------------------------------------------

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Hand every delta to `listener` until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def changed(self, delta: Json) -> None:
        """Tell the listeners, now."""
        self.version += 1
        if not self._listeners:
            return
        copied = copy.deepcopy(delta)
        for listener in tuple(self._listeners):
            listener(copied)

    def snapshot(self) -> Json:
        """Everything, in the shape of README.md."""
        return copy.deepcopy(
            {
                "version": self.version,
                "now": self.pace.now(),
                "team": {"id": people.TEAM_ID, "name": people.TEAM_NAME, "domain": people.TEAM_DOMAIN},
                "app": self.app_for_page(),
                "commands": self.commands_for_page(),
                "shortcuts": [each.model_dump() for each in self.manifest.features.shortcuts],
                "users": [each.for_page() for each in self.users.values()],
                "channels": [each.for_page() for each in self.channels.values()],
                "messages": {each.id: list(each.messages.values()) for each in self.channels.values()},
                "ephemerals": self.ephemerals,
                "homes": self.homes,
                "modals": {user: stack for user, stack in self.modals.items() if stack},
                "read": self.read,
            }
        )

    def app_for_page(self) -> Json:
        """The app as the page shows it."""
        features = self.manifest.features
        return {
            "id": people.APP_ID,
            "bot_id": people.BOT_ID,
            "user": BOT_USER,
            "name": features.bot_user.display_name,
            "description": self.manifest.display_information.description,
            "connections": self.connections,
            "http": self.http,
            "home_tab": features.app_home.home_tab_enabled,
            "messages_tab": features.app_home.messages_tab_enabled,
        }

    def commands_for_page(self) -> list[Json]:
        """Slash commands with what is known of their verbs."""
        found: list[Json] = []
        for each in self.manifest.features.slash_commands:
            hinted = [part.strip() for part in each.usage_hint.split(" | ") if part.strip()]
            known = {usage.split(" ")[0] for usage in self.verbs}
            verbs = [{"usage": usage, "help": text} for usage, text in self.verbs.items()]
            verbs += [{"usage": usage, "help": ""} for usage in hinted if usage.split(" ")[0] not in known]
            found.append(
                {
                    "command": each.command,
                    "description": each.description,
                    "usage_hint": each.usage_hint,
                    "verbs": sorted(verbs, key=lambda verb: verb["usage"]),
                }
            )
        return found

    def connected(self, connections: int, *, http: bool | None = None) -> None:
        """How many sockets the app holds now."""
        self.connections = connections
        self.http = self.http if http is None else http
        self.changed({"type": "app", "app": self.app_for_page()})

    # -- names -----------------------------------------------------------------

    def serial(self) -> int:
        """A number never given before; ids are made of it."""
        return next(self._numbers)

    def next_ts(self) -> str:
        """A message time stamp: unique, and later than every one before."""
        self._last_ts = max(self._last_ts + 1, int(self.pace.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def user(self, name: str) -> User:
        """A person by id or name; raises KeyError."""
        wanted = name.removeprefix("@")
        for each in self.users.values():
            if wanted in (each.id, each.name):
                return each
        raise KeyError(name)

    def channel(self, name: str) -> Channel:
        """A channel by id or name; raises KeyError."""
        wanted = name.removeprefix("#")
        found = self.channels.get(wanted)
        if found is not None:
            return found
        for each in self.channels.values():
            if each.name == wanted and each.kind != "im":
                return each
        raise KeyError(name)

    def dm(self, one: str, other: str) -> Channel:
        """The direct messages between two people, opened where needed."""
        for each in self.channels.values():
            if each.kind == "im" and set(each.members) == {one, other}:
                return each
        opened = Channel(
            f"D0{self.serial():07d}", "im", created=int(self.pace.now()), creator=one, members=[other, one]
        )
        self.channels[opened.id] = opened
        self.changed({"type": "channel", "channel": opened.for_page()})
        return opened

    def add_channel(self, name: str, creator: str, *, private: bool) -> Channel:
        """A new channel with its creator as the only member."""
        made = Channel(
            f"C0{self.serial():07d}",
            "private" if private else "public",
            name,
            creator=creator,
            created=int(self.pace.now()),
            members=[creator],
        )
        self.channels[made.id] = made
        self.changed({"type": "channel", "channel": made.for_page()})
        return made

    def told(self, channel: Channel) -> None:
        """Say that a channel's own data changed."""
        self.changed({"type": "channel", "channel": channel.for_page()})

    # -- messages --------------------------------------------------------------

    def post(self, channel: Channel, message: Json) -> Json:
        """Store a message (everything but `ts`, `type`, `team`) and give it its time stamp."""
        stored: Json = {"type": "message", **message, "ts": self.next_ts(), "team": people.TEAM_ID}
        thread = stored.get("thread_ts")
        channel.messages[stored["ts"]] = stored
        if thread and thread in channel.messages:
            self._count_reply(channel.messages[thread], stored)
            self.changed({"type": "message", "channel": channel.id, "message": channel.messages[thread]})
        self.changed({"type": "message", "channel": channel.id, "message": stored})
        return stored

    @staticmethod
    def _count_reply(parent: Json, reply: Json) -> None:
        parent["thread_ts"] = parent["ts"]
        parent["reply_count"] = parent.get("reply_count", 0) + 1
        names = parent.setdefault("reply_users", [])
        if reply["user"] not in names:
            names.append(reply["user"])
        parent["reply_users_count"] = len(names)
        parent["latest_reply"] = reply["ts"]

    def edit(self, channel: Channel, ts: str, changes: Json, by: str, *, mark: bool = True) -> Json:
        """Change a message in place; None removes a field."""
        message = channel.messages[ts]
        for key, value in changes.items():
            if value is None:
                message.pop(key, None)
            else:
                message[key] = value
        if mark:
            message["edited"] = {"user": by, "ts": self.next_ts()}
        self.changed({"type": "message", "channel": channel.id, "message": message})
        return message

    def delete(self, channel: Channel, ts: str) -> None:
        """Take a message away."""
        gone = channel.messages.pop(ts)
        parent = channel.messages.get(gone.get("thread_ts") or "")
        if parent is not None:
            left = [each for each in self.replies(channel, parent["ts"]) if each["ts"] != parent["ts"]]
            parent["reply_count"] = len(left)
            parent["reply_users"] = list(dict.fromkeys(each["user"] for each in left))
            parent["reply_users_count"] = len(parent["reply_users"])
            if left:
                parent["latest_reply"] = left[-1]["ts"]
            self.changed({"type": "message", "channel": channel.id, "message": parent})
        self.changed({"type": "message_deleted", "channel": channel.id, "ts": ts})

    @staticmethod
    def replies(channel: Channel, thread_ts: str) -> list[Json]:
        """A thread: its parent and the replies, oldest first."""
        return [each for each in channel.messages.values() if thread_ts in (each["ts"], each.get("thread_ts"))]

    def whisper(self, channel: Channel, user: str, message: Json, *, replace: str = "") -> Json:
        """Show a message to one person only, in the place of an earlier one where `replace` names it."""
        stored: Json = {
            "type": "message",
            **message,
            "ts": replace or self.next_ts(),
            "team": people.TEAM_ID,
            "is_ephemeral": True,
        }
        entry = {"user": user, "channel": channel.id, "message": stored}
        for place, each in enumerate(self.ephemerals):
            if replace and each["message"]["ts"] == replace:
                self.ephemerals[place] = entry
                break
        else:
            self.ephemerals.append(entry)
        self.changed({"type": "ephemeral", **entry})
        return stored

    def unwhisper(self, ts: str) -> bool:
        """Take an ephemeral message away; False where there is none."""
        for each in self.ephemerals:
            if each["message"]["ts"] == ts:
                self.ephemerals.remove(each)
                self.changed({"type": "ephemeral_deleted", "user": each["user"], "channel": each["channel"], "ts": ts})
                return True
        return False

    # -- views -----------------------------------------------------------------

    def find_view(self, view_id: str = "", external_id: str = "") -> tuple[str, Json] | None:
        """An open dialog or App Home and whose it is."""
        for user, stack in self.modals.items():
            for view in stack:
                if view["id"] == view_id or (external_id and view["external_id"] == external_id):
                    return user, view
        for user, view in self.homes.items():
            if view["id"] == view_id or (external_id and view["external_id"] == external_id):
                return user, view
        return None

    def show_stack(self, user: str, stack: list[Json]) -> None:
        """Set the open dialogs of a person, bottom first."""
        self.modals[user] = stack
        self.changed({"type": "modals", "user": user, "stack": stack})

    def show_home(self, user: str, view: Json) -> None:
        """Set the App Home of a person."""
        self.homes[user] = view
        self.changed({"type": "home", "user": user, "view": view})

    def notice(self, user: str, level: str, text: str) -> None:
        """A passing line for one person."""
        self.changed({"type": "notice", "user": user, "level": level, "text": text})

    def everything(self) -> list[tuple[str, str, Any]]:
        """Every message as `(channel id, who sees it or "", message)`, ephemeral ones included."""
        public = [(each.id, "", message) for each in self.channels.values() for message in each.messages.values()]
        return public + [(each["channel"], each["user"], each["message"]) for each in self.ephemerals]
