"""What a person puts into elements: the leaf of each element, the state of a surface, and what a form refuses."""

from __future__ import annotations

import re
from typing import Any

from bot.demo.workspace.content import elements
from bot.demo.workspace.people import Json

FIELDS = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
}
"""Element → the field that holds what a person chose or wrote."""

INITIAL = {
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "value": "initial_value",
    "rich_text_value": "initial_value",
}
LISTS = frozenset(field for field in FIELDS.values() if field.endswith("s") and field != "files")
REQUIRED = "Please complete this required field."


class NoSuch(Exception):
    """A person cannot do that: the element or option is not there."""


def find(blocks: list[Json], block_id: str, action_id: str) -> tuple[Json, Json]:
    """The block and the element of that name; the block may be left empty. Raises NoSuch."""
    for block in blocks:
        if block_id and block.get("block_id") != block_id:
            continue
        for element in elements(block):
            if element.get("action_id") == action_id:
                return block, element
    raise NoSuch(f"there is no element {action_id!r} here")


def options(element: Json) -> list[Json]:
    """All options that an element offers, those of groups included."""
    found = list(element.get("options") or [])
    for group in element.get("option_groups") or []:
        found += group.get("options") or []
    return found


def leaf(element: Json, given: Any) -> Json:
    """What an element holds after a person's input, in Slack's form; NoSuch for an option that is not offered."""
    kind = str(element["type"])
    field = FIELDS.get(kind)
    if field is None:
        value = given.get("value") if isinstance(given, dict) and kind == "feedback_buttons" else element.get("value")
        found: Json = {"type": kind}
        if "text" in element:
            found["text"] = element["text"]
        if value is not None:
            found["value"] = value
        if "style" in element:
            found["style"] = element["style"]
        return found
    if not isinstance(given, dict) or field not in given:
        return {"type": kind, field: element.get(INITIAL.get(field, ""), [] if field in LISTS else None)}
    value = given[field]
    if field == "selected_option" and value is not None:
        value = _option(element, value)
    elif field == "selected_options":
        value = [_option(element, each) for each in (value if isinstance(value, list) else [])]
    elif field in LISTS and not isinstance(value, list):
        raise NoSuch(f"{field} must be a list")
    if kind == "number_input" and value is not None:
        value = str(value)
    return {"type": kind, field: value}


def _option(element: Json, chosen: Any) -> Json:
    value = chosen.get("value") if isinstance(chosen, dict) else chosen
    for each in options(element):
        if each.get("value") == value:
            return {"text": each["text"], "value": each.get("value")}
    if "external" in str(element["type"]) and isinstance(chosen, dict) and isinstance(chosen.get("text"), dict):
        return {"text": chosen["text"], "value": value}
    raise NoSuch(f"{str(value)[:60]!r} is not offered here")


def state(blocks: list[Json], given: Any) -> Json:
    """`state.values` of a message or dialog: what was given, else the initial values."""
    values: Json = {}
    given = given if isinstance(given, dict) else {}
    for block in blocks:
        for element in elements(block):
            if element["type"] not in FIELDS or element["type"] == "overflow":
                continue
            own = given.get(block["block_id"])
            entry = own.get(element["action_id"]) if isinstance(own, dict) else None
            values.setdefault(block["block_id"], {})[element["action_id"]] = leaf(element, entry)
    return values


def refusals(blocks: list[Json], values: Json) -> dict[str, str]:
    """What Slack itself refuses before it asks the app: block id → sentence."""
    found: dict[str, str] = {}
    for block in blocks:
        if block.get("type") != "input":
            continue
        element = block["element"]
        held = values.get(block["block_id"], {}).get(element["action_id"], {})
        value = held.get(FIELDS.get(element["type"], ""))
        empty = value in (None, "", [])
        if empty and not block.get("optional"):
            found[block["block_id"]] = REQUIRED
        elif not empty and (said := _wrong(element, value)):
            found[block["block_id"]] = said
    return found


def _wrong(element: Json, value: Any) -> str:
    kind = element["type"]
    text = str(value)
    if kind == "plain_text_input":
        if len(text) < element.get("min_length", 0):
            return f"Please write at least {element['min_length']} characters."
        if len(text) > element.get("max_length", 3000):
            return f"Please write at most {element.get('max_length', 3000)} characters."
    elif kind == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
        return "Please enter a valid email address."
    elif kind == "url_text_input" and not re.fullmatch(r"https?://[^\s/]+\S*", text):
        return "Please enter a valid URL."
    elif kind == "number_input":
        return _wrong_number(element, text)
    return ""


def _wrong_number(element: Json, text: str) -> str:
    whole = not element.get("is_decimal_allowed")
    if not re.fullmatch(r"-?\d{1,15}" if whole else r"-?\d{1,15}(\.\d{1,9})?", text):
        return "Please enter a whole number." if whole else "Please enter a number."
    if "min_value" in element and float(text) < float(element["min_value"]):
        return f"Please enter a number that is at least {element['min_value']}."
    if "max_value" in element and float(text) > float(element["max_value"]):
        return f"Please enter a number that is at most {element['max_value']}."
    return ""
