"""What a message may contain: text, blocks, attachments, metadata; checked as Slack checks it."""

from __future__ import annotations

import json
from typing import Any

from bot.blockkit.validator import refused, validate_message, validate_view
from bot.demo.workspace import people
from bot.demo.workspace.people import BOT_USER, Json

TEXT_CUT = 40_000
UPDATE_TEXT = 4_000
MARKDOWN_TEXT = 12_000
METADATA_BYTES = 5_000
MAX_DEPTH = 64


class Refused(Exception):
    """`{"ok": false, "error": …}`; `extra` is merged into that object."""

    def __init__(self, error: str, **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        self.extra = extra


def arguments(*messages: str) -> Refused:
    """`invalid_arguments` with Slack's list of what is wrong."""
    return Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] {each}" for each in messages]})


def parse_json(text: str | bytes) -> Any:
    """JSON as Slack takes it: no NaN, not deeper than 64; raises ValueError."""
    try:
        value = json.loads(text, parse_constant=_constant)
    except RecursionError as deep:
        raise ValueError("nested too deep") from deep
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for each in level for inner in _inner(each)]
        if not level:
            return value
    raise ValueError("nested too deep")


def _constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _inner(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def blocks_of(value: Any, name: str = "blocks") -> list[Json]:
    """Blocks, attachments: a list of objects, or JSON of one."""
    if isinstance(value, str):
        try:
            value = parse_json(value)
        except ValueError as bad:
            raise Refused(f"invalid_{name}_format") from bad
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Refused(f"invalid_{name}_format")
    return value


def message_content(data: Json, *, update: bool = False) -> Json:
    """The parts of a message that an app may set, checked; raises Refused with Slack's code."""
    content: Json = {}
    text = data.get("text")
    if text is not None and not isinstance(text, str):
        raise arguments("must be a string [json-pointer:/text]")
    markdown = data.get("markdown_text")
    if markdown:
        if not isinstance(markdown, str):
            raise arguments("must be a string [json-pointer:/markdown_text]")
        if text or data.get("blocks"):
            raise Refused("markdown_text_conflict")
        if len(markdown) > MARKDOWN_TEXT:
            raise Refused("msg_too_long")
        text, data = markdown, {**data, "blocks": [{"type": "markdown", "text": markdown}]}
    if text is not None:
        if update and len(text) > UPDATE_TEXT and not markdown:
            raise Refused("msg_too_long")
        content["text"] = text[:TEXT_CUT]
    for name in ("blocks", "attachments"):
        if data.get(name) not in (None, ""):
            content[name] = blocks_of(data[name], name)
    _check_blocks(content)
    if not content.get("text", "").strip() and not content.get("blocks") and not content.get("attachments"):
        raise Refused("no_text")
    if data.get("metadata"):
        content["metadata"] = metadata_of(data["metadata"])
    return content


def _check_blocks(content: Json) -> None:
    found = [("", content["blocks"])] if content.get("blocks") else []
    found += [
        (f"/attachments/{place}", each["blocks"])
        for place, each in enumerate(content.get("attachments", []))
        if isinstance(each.get("blocks"), list)
    ]
    for where, blocks in found:
        # The text has its own rule (it is cut), so that only the blocks are judged here.
        problems = refused(validate_message({"text": "-", "blocks": blocks}))
        if not problems:
            continue
        if any(each.code == "msg_blocks_too_long" for each in problems):
            raise Refused("msg_blocks_too_long")
        errors = [f"{each.message} [json-pointer:{where}{each.pointer}]" for each in problems]
        raise Refused(
            "invalid_blocks", errors=errors, response_metadata={"messages": [f"[ERROR] {each}" for each in errors]}
        )
    for _, blocks in found:
        name_parts(blocks)


def metadata_of(value: Any) -> Json:
    """Message metadata: an event type and a flat-ish payload."""
    if isinstance(value, str):
        try:
            value = parse_json(value)
        except ValueError as bad:
            raise Refused("invalid_metadata_format") from bad
    if (
        not isinstance(value, dict)
        or not isinstance(value.get("event_type"), str)
        or not isinstance(value.get("event_payload"), dict)
    ):
        raise Refused("invalid_metadata_format")
    if len(json.dumps(value)) > METADATA_BYTES:
        raise Refused("metadata_too_large")
    return {"event_type": value["event_type"], "event_payload": value["event_payload"]}


def checked_view(value: Any, *, home: bool) -> Json:
    """A view as the app sent it, checked; raises Refused."""
    if isinstance(value, str):
        try:
            value = parse_json(value)
        except ValueError as bad:
            raise arguments("invalid JSON [json-pointer:/view]") from bad
    if not isinstance(value, dict):
        raise arguments("missing required field: view" if value is None else "must be an object [json-pointer:/view]")
    wanted = "home" if home else "modal"
    if value.get("type") != wanted:
        raise arguments(f"must be a {wanted} [json-pointer:/view/type]")
    problems = refused(validate_view(value))
    if problems:
        raise arguments(*(f"{each.message} [json-pointer:/view{each.pointer}]" for each in problems))
    name_parts(value["blocks"])
    return value


def name_parts(blocks: list[Json]) -> None:
    """Fill in the `block_id` and `action_id` that the app left out, the same ones for the same place."""
    for place, block in enumerate(blocks):
        block.setdefault("block_id", f"auto-{place}")
        for number, element in enumerate(elements(block)):
            element.setdefault("action_id", f"auto-{place}-{number}")


def elements(block: Json) -> list[Json]:
    """The interactive elements of a block, those inside containers and cards included."""
    found: list[Json] = []
    waiting: list[Any] = [block.get(name) for name in ("cards", *HOLDERS)]
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, list):
            waiting = each + waiting
        elif isinstance(each, dict):
            if each.get("type") in INTERACTIVE:
                found.append(each)
            waiting = [each.get(name) for name in HOLDERS] + waiting
    return found


HOLDERS = ("elements", "accessory", "element", "actions", "blocks", "children", "icon_button")
"""Where blocks and containers keep what they hold."""

INTERACTIVE = frozenset(
    {
        "button",
        "icon_button",
        "overflow",
        "feedback_buttons",
        "workflow_button",
        "static_select",
        "external_select",
        "users_select",
        "conversations_select",
        "channels_select",
        "multi_static_select",
        "multi_external_select",
        "multi_users_select",
        "multi_conversations_select",
        "multi_channels_select",
        "radio_buttons",
        "checkboxes",
        "datepicker",
        "timepicker",
        "datetimepicker",
        "plain_text_input",
        "email_text_input",
        "url_text_input",
        "number_input",
        "rich_text_input",
        "file_input",
    }
)


def by_the_bot(content: Json, bot_name: str) -> Json:
    """A message of the bot: what it said, and who it is."""
    return {
        "text": "",
        **content,
        "user": BOT_USER,
        "bot_id": people.BOT_ID,
        "app_id": people.APP_ID,
        "bot_profile": {
            "id": people.BOT_ID,
            "app_id": people.APP_ID,
            "user_id": BOT_USER,
            "name": bot_name,
            "icons": {},
            "deleted": False,
            "updated": 0,
            "team_id": people.TEAM_ID,
        },
    }


def shown(message: Json, *, metadata: bool = False) -> Json:
    """A message as the API returns it."""
    return dict(message) if metadata else {key: value for key, value in message.items() if key != "metadata"}
