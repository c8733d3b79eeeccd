"""A person uses the app: commands, clicks, choices, dialogs, the App Home. What the app answers is carried out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.demo.workspace import answers, events, forms, typed
from bot.demo.workspace.content import Refused
from bot.demo.workspace.people import BOT_USER, Channel, Json
from bot.demo.workspace.rooms import TEXT_MOST, NotPossible, Rooms
from bot.demo.workspace.sockets import Result

__all__ = ["NO_ANSWER", "Acts", "NotPossible", "all_blocks"]

NO_ANSWER = {
    "dispatch_failed": "The bot is not connected, so it could not be asked.",
    "operation_timeout": "The bot did not answer within three seconds.",
}
TROUBLE = "We had some trouble connecting. Try again?"


@dataclass(frozen=True, slots=True)
class Spot:
    """An element on a message (`channel`, `ts`) or in a view (`view_id`)."""

    channel: str
    ts: str
    view_id: str
    block_id: str
    action_id: str


class Acts(Rooms):
    """Everything that a person can do with the app, and without it."""

    # -- commands --------------------------------------------------------------

    async def command(self, user: str, channel: str, text: str) -> Result:
        """Type a slash command: the whole line."""
        who = self._user(user)
        where = self.channel(who, channel)
        name, _, rest = text.strip().partition(" ")
        known = self._core.manifest.command(name)
        if known is None or len(text) > TEXT_MOST:
            answers.slackbot(self._core, who, where.id, f"{name[:40]} is not a valid command.")
            raise NotPossible("unknown_command", f"{name[:40]} is not a valid command.")
        sent = typed.stored(self._workspace, rest.strip(), names=True) if known.should_escape else rest.strip()
        key = self._core.handles.response(who, where.id)
        url = self._core.response_url(key)
        payload = events.slash(self._core, who, where, name, text=sent, response=url)
        result = await self._core.dispatcher.ask("slash_commands", payload, accepts=True)
        if result.ok:
            answers.to_command(self._core, self._core.handles.responses[key], result.payload, name)
        else:
            answers.slackbot(self._core, who, where.id, f"{name} did not respond ({result.error})")
        return result

    # -- clicking --------------------------------------------------------------

    async def action(
        self,
        user: str,
        action_id: str,
        *,
        channel: str = "",
        ts: str = "",
        view_id: str = "",
        block_id: str = "",
        given: Any = None,
        state: Any = None,
    ) -> Result:
        """Click or choose in a message (`channel`, `ts`) or in a dialog or App Home (`view_id`)."""
        who = self._user(user)
        spot = Spot(channel, ts, view_id, block_id, action_id)
        payload = self._surface(who, "block_actions", spot, state=state, given=given)
        return self._noticed(who, await self._core.dispatcher.ask("interactive", payload, accepts=False))

    def _surface(self, who: str, kind: str, spot: Spot, *, state: Any = None, given: Any = None) -> Json:
        where: Channel | None = None
        message: Json = {}
        view: Json = {}
        if spot.view_id:
            view = self._view(who, spot.view_id)
            blocks = view["blocks"]
        else:
            where, message = self._message(who, spot.channel, spot.ts)
            blocks = all_blocks(message)
        try:
            block, element = forms.find(blocks, spot.block_id, spot.action_id)
            done = forms.leaf(element, given)
            held = forms.state(blocks, state)
        except forms.NoSuch as missing:
            raise NotPossible("no_such_element", str(missing)) from missing
        if element["type"] in forms.FIELDS and element["type"] != "overflow":
            held.setdefault(block["block_id"], {})[element["action_id"]] = done
        action = {
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            **done,
            "action_ts": self._workspace.next_ts(),
        }
        if where is None:
            payload = events.on_view(self._core, kind, who, view, held)
        else:
            ephemeral = bool(message.get("is_ephemeral"))
            key = self._core.handles.response(
                who, where.id, message["ts"], ephemeral=ephemeral, thread_ts=str(message.get("thread_ts") or "")
            )
            payload = events.on_message(
                self._core, kind, who, where, message, state=held, response=self._core.response_url(key)
            )
        return payload | {"actions": [action]}

    async def suggest(
        self,
        user: str,
        action_id: str,
        query: str,
        *,
        channel: str = "",
        ts: str = "",
        view_id: str = "",
        block_id: str = "",
    ) -> Json:
        """Type into an external select: the options that the app offers."""
        who = self._user(user)
        payload = self._surface(who, "block_suggestion", Spot(channel, ts, view_id, block_id, action_id))
        action = payload.pop("actions")[0]
        for name in ("trigger_id", "response_url", "state"):
            payload.pop(name, None)
        payload |= {"action_id": action["action_id"], "block_id": action["block_id"], "value": query[:300]}
        result = self._noticed(who, await self._core.dispatcher.ask("interactive", payload, accepts=True))
        found = result.payload
        if (
            not result.ok
            or not isinstance(found, dict)
            or not isinstance(found.get("options", found.get("option_groups")), list)
        ):
            raise NotPossible(
                result.error or "bad_answer", NO_ANSWER.get(result.error, "The bot offered nothing to choose.")
            )
        return {name: found[name] for name in ("options", "option_groups") if name in found}

    async def shortcut(self, user: str, callback_id: str, *, channel: str = "", ts: str = "") -> Result:
        """Use a shortcut of the app, on a message or anywhere."""
        who = self._user(user)
        known = {each.callback_id: each.type for each in self._core.manifest.features.shortcuts}
        if callback_id not in known:
            raise NotPossible("no_such_shortcut", "The bot offers no such shortcut.")
        if known[callback_id] == "message":
            where, message = self._message(who, channel, ts)
            key = self._core.handles.response(who, where.id, ts)
            url = self._core.response_url(key)
            payload = events.message_action(self._core, who, callback_id, where, message, response=url)
        else:
            payload = events.shortcut(self._core, who, callback_id)
        return self._noticed(who, await self._core.dispatcher.ask("interactive", payload, accepts=False))

    def _noticed(self, who: str, result: Result) -> Result:
        if not result.ok:
            self._workspace.notice(who, "error", NO_ANSWER.get(result.error, result.error))
        return result

    # -- dialogs and the App Home ----------------------------------------------

    async def submit(self, user: str, view_id: str, state: Any = None) -> Result:
        """Submit a dialog; raises NotPossible("invalid", errors=…) where a field is refused, by Slack or by the app."""
        who = self._user(user)
        view = self._view(who, view_id)
        if view["type"] != "modal":
            raise NotPossible("view_not_found", "Only a dialog can be submitted.")
        try:
            values = forms.state(view["blocks"], state)
        except forms.NoSuch as missing:
            raise NotPossible("no_such_element", str(missing)) from missing
        if refused := forms.refusals(view["blocks"], values):
            raise NotPossible("invalid", "Some fields need another look.", refused)
        payload = events.on_view(self._core, "view_submission", who, view, values)
        result = self._noticed(who, await self._core.dispatcher.ask("interactive", payload, accepts=True))
        if result.ok:
            try:
                errors = answers.to_submission(self._core, who, self._view(who, view_id), result.payload)
            except Refused as bad:
                self._core.violation("bad_answer", f"view_submission: {bad.error} {bad.extra}"[:400])
                raise NotPossible("bad_answer", TROUBLE) from bad
            if errors:
                raise NotPossible("invalid", "Some fields need another look.", errors)
        return result

    async def close(self, user: str, view_id: str, *, everything: bool = False) -> None:
        """Close a dialog, or the whole stack; the app hears of it where it asked to."""
        who = self._user(user)
        view = self._view(who, view_id)
        stack = self._workspace.modals.get(who, [])
        all_of_it = everything or view["clear_on_close"]
        self._workspace.show_stack(who, [] if all_of_it else [each for each in stack if each["id"] != view_id])
        if view["notify_on_close"]:
            payload = events.on_view(self._core, "view_closed", who, view, forms.state(view["blocks"], None))
            await self._core.dispatcher.ask("interactive", payload | {"is_cleared": all_of_it}, accepts=False)

    def open_home(self, user: str, tab: str = "home") -> None:
        """Open the App Home (`home`) or its messages tab (`messages`)."""
        who = self._user(user)
        if tab not in ("home", "messages"):
            raise NotPossible("no_such_tab", "The App Home has the tabs home and messages.")
        where = self._workspace.dm(who, BOT_USER)
        self._core.dispatcher.tell("app_home_opened", events.home_opened(self._core, who, where, tab))


def all_blocks(message: Json) -> list[Json]:
    """Blocks of a message, those inside attachments included."""
    found = list(message.get("blocks") or [])
    for each in message.get("attachments") or []:
        if isinstance(each.get("blocks"), list):
            found += each["blocks"]
    return found
