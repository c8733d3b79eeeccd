"""A form as a Slack dialog, and what comes back from one that was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.blockkit import kit, limits, surfaces
from bot.blockkit.kit import Block, Element
from bot.document import Chart, Document, Field, Form, Item, Listing, Note, Part, Table
from bot.render.blocks import message

MOST = 3000
"""Characters of one answer that are read."""


def dialog(form: Form, channel: str = "") -> Block:
    """The dialog; what it is about, and where it was asked for, travel with it."""
    about: list[Block] = message(Document("", form.parts))["blocks"] if form.parts else []
    shown = [block for block in about if block["type"] != "header"]
    data = json.dumps({"value": form.value, "channel": channel})
    blocks = [*shown, *(_entry(field) for field in form.fields)]
    return surfaces.modal(form.title, blocks, submit=form.submit, callback=form.id, data=data)


def told(answer: Document) -> Block:
    """An answer as a dialog, for places where nobody can be told anything else."""
    shown = replace(answer, parts=tuple(_in_dialog(part) for part in answer.parts))
    return surfaces.modal("Launch Ready", message(shown)["blocks"])


def _in_dialog(part: Part) -> Part:
    """Slack draws neither tables nor charts there: rows become lines, and a chart what it says."""
    if isinstance(part, Table):
        return Listing(tuple(Item((" · ".join(cell for cell in row if cell),)) for row in part.rows), limit=30)
    return Note((part.said,)) if isinstance(part, Chart) else part


def about(view: Mapping[str, Any]) -> tuple[str, str]:
    """What a dialog is about, and the channel in which it was asked for."""
    try:
        data = json.loads(str(view.get("private_metadata") or "{}"))
    except ValueError:
        data = None
    if not isinstance(data, dict):
        return "", ""
    return str(data.get("value") or ""), str(data.get("channel") or "")


def filled(view: Mapping[str, Any]) -> dict[str, str]:
    """What was filled in, by the names of the fields."""
    state = view.get("state")
    values = state.get("values") if isinstance(state, Mapping) else None
    found: dict[str, str] = {}
    for fields in values.values() if isinstance(values, Mapping) else ():
        for name, given in fields.items() if isinstance(fields, Mapping) else ():
            if isinstance(given, Mapping):
                found[str(name)] = _given(given)[:MOST]
    return found


def _given(given: Mapping[str, Any]) -> str:
    option = given.get("selected_option")
    if isinstance(option, Mapping):
        return str(option.get("value") or "")
    return str(given.get("value") or given.get("selected_user") or "")


def _entry(field: Field) -> Block:
    element: Element
    if field.kind == "person":
        element = {"type": "users_select", "action_id": field.name}
    elif field.kind == "choice":
        options = [kit.option(text, value) for text, value in field.options]
        first = tuple(value for _, value in field.options[:1])
        # More than a handful is looked up by typing, and Slack takes no more as buttons.
        many = len(options) > limits.CHOICES
        element = (
            kit.select(field.name, options) if many else kit.choices("radio_buttons", field.name, options, chosen=first)
        )
    else:
        element = kit.text_input(field.name, multiline=field.kind == "long")
    return kit.entry(field.label, element, block_id=field.name, hint=field.hint, optional=field.optional)
