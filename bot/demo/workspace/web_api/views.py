"""views.*: dialogs (at most three on a stack) and the App Home."""

from __future__ import annotations

from typing import Any

from bot.demo.workspace import people
from bot.demo.workspace.content import checked_view
from bot.demo.workspace.core import Core
from bot.demo.workspace.people import Json
from bot.demo.workspace.web_api.call import Call, Refused, method

STACK = 3


def made(core: Core, sent: Json, *, old: Json | None = None, root: str = "", previous: str = "") -> Json:
    """The view as Slack stores it: with id, hash, and what the app left out. `old` is the one that it replaces."""
    number = core.workspace.serial()
    view_id = old["id"] if old else f"V0{number:08d}"
    external = sent.get("external_id") or ""
    found = core.workspace.find_view(external_id=external) if external else None
    if found is not None and found[1]["id"] != view_id:
        raise Refused("duplicate_external_id")
    return {
        "id": view_id,
        "team_id": people.TEAM_ID,
        "type": sent["type"],
        "blocks": sent["blocks"],
        "private_metadata": sent.get("private_metadata") or "",
        "callback_id": sent.get("callback_id") or "",
        "external_id": external,
        "state": {"values": {}},
        "hash": f"{int(core.pace.now())}.{number:08d}",
        "title": sent.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
        "close": sent.get("close"),
        "submit": sent.get("submit"),
        "clear_on_close": bool(sent.get("clear_on_close")),
        "notify_on_close": bool(sent.get("notify_on_close")),
        "root_view_id": (old["root_view_id"] if old else root) or view_id,
        "previous_view_id": old["previous_view_id"] if old else (previous or None),
        "app_id": people.APP_ID,
        "app_installed_team_id": people.TEAM_ID,
        "bot_id": people.BOT_ID,
    }


def open_on(core: Core, user: str, sent: Json, *, push: bool) -> Json:
    """Open a dialog for a person: in the place of what is open, or on top of it."""
    stack = core.workspace.modals.get(user, [])
    if push:
        if not stack:
            raise Refused("not_found")
        if len(stack) >= STACK:
            raise Refused("push_limit_reached")
        view = made(core, sent, root=stack[0]["id"], previous=stack[-1]["id"])
        core.workspace.show_stack(user, [*stack, view])
        return view
    view = made(core, sent)
    core.workspace.show_stack(user, [view])
    return view


def replace(core: Core, user: str, old: Json, sent: Json) -> Json:
    """Put another content into an open dialog, in its place on the stack."""
    view = made(core, sent, old=old)
    stack = core.workspace.modals.get(user, [])
    core.workspace.show_stack(user, [view if each["id"] == view["id"] else each for each in stack])
    return view


def _by_trigger(call: Call, *, push: bool) -> Json:
    name = call.text("trigger_id") or call.text("interactivity_pointer")
    if not name:
        call.text("trigger_id", required=True)
    view = checked_view(call.args.get("view"), home=False)
    trigger = call.core.handles.take(name)
    if isinstance(trigger, str):
        raise Refused(trigger)
    return {"view": open_on(call.core, trigger.user, view, push=push)}


@method("views.open", tier="4")
def open_(call: Call) -> Json:
    """Open a dialog for the person who just did something."""
    return _by_trigger(call, push=False)


@method("views.push", tier="4")
def push(call: Call) -> Json:
    """Open a dialog on top of the one that is open."""
    return _by_trigger(call, push=True)


def _fresh(call: Call, old: Json) -> None:
    given = call.text("hash")
    if given and given != old["hash"]:
        raise Refused("hash_conflict")


@method("views.update", tier="4")
def update(call: Call) -> Json:
    """Put another content into an open dialog."""
    view_id, external = call.text("view_id"), call.text("external_id")
    if not view_id and not external:
        call.text("view_id", required=True)
    view = checked_view(call.args.get("view"), home=False)
    found = call.workspace.find_view(view_id, external)
    if found is None or found[1]["type"] != "modal":
        raise Refused("not_found")
    user, old = found
    _fresh(call, old)
    return {"view": replace(call.core, user, old, view)}


@method("views.publish", tier="4")
def publish(call: Call) -> Json:
    """Set the App Home of a person."""
    user = call.text("user_id", required=True)
    if not call.core.manifest.features.app_home.home_tab_enabled:
        raise Refused("not_enabled")
    if user not in call.workspace.users:
        raise Refused("invalid_arguments", response_metadata={"messages": ["[ERROR] invalid `user_id`"]})
    view: Any = checked_view(call.args.get("view"), home=True)
    old = call.workspace.homes.get(user)
    if old is not None:
        _fresh(call, old)
    stored = made(call.core, view, old=old)
    call.workspace.show_home(user, stored)
    return {"view": stored}
