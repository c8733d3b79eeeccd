"""Pure builders of blocks and elements: they escape, clip to budget and never raise.

An over-long alert must still be sent. A plain string is escaped; markup from `bot.blockkit.words` is used as it is.
Whatever goes in, what `bot.blockkit.surfaces` makes of these blocks passes the validator.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from bot.blockkit import limits
from bot.blockkit.words import NOTHING, Text, clean, clip, markup, one_line, quiet, safe_url

Block = dict[str, Any]
Element = dict[str, Any]


def plain_text(text: object, most: int = limits.TEXT) -> Element:
    """A plain text object on one line; `:name:` in it stays as it is."""
    return {"type": "plain_text", "text": one_line(text, most), "emoji": False}


def mrkdwn(text: Text, most: int = limits.TEXT) -> Element:
    """A mrkdwn text object; addresses and names in foreign text are not turned into links."""
    return {"type": "mrkdwn", "text": markup(text).fit(most), "verbatim": True}


def with_set(block: Block, **optional: object) -> Block:
    """The block with those optional keys that have a value."""
    return {**block, **{key: value for key, value in optional.items() if value not in (None, "", [])}}


def ident(text: str, most: int = limits.BLOCK_ID) -> str:
    """An identifier within its bounds."""
    return clean(text)[:most]


def header(text: object, *, block_id: str = "") -> Block:
    """The headline: the state in words, no emoji."""
    return with_set({"type": "header", "text": plain_text(text, limits.HEADER_TEXT)}, block_id=ident(block_id))


def section(text: Text, *, block_id: str = "", accessory: Element | None = None) -> Block:
    """A paragraph, with a button or a menu at its side."""
    block = {"type": "section", "text": mrkdwn(text, limits.SECTION_TEXT)}
    return with_set(block, block_id=ident(block_id), accessory=accessory)


def plain_section(text: object) -> Block:
    """A paragraph in which nothing has a meaning."""
    words = clip(quiet(clean(text)).strip(), limits.SECTION_TEXT) or NOTHING
    return {"type": "section", "text": {"type": "plain_text", "text": words, "emoji": False}}


def fields(texts: Sequence[Text], *, block_id: str = "") -> Block:
    """Short texts side by side, two to a row; at most 10."""
    shown = list(texts)[: limits.SECTION_FIELDS] or [NOTHING]
    block = {"type": "section", "fields": [mrkdwn(text, limits.FIELD_TEXT) for text in shown]}
    return with_set(block, block_id=ident(block_id))


def context(*texts: Text, block_id: str = "") -> Block:
    """Small print."""
    shown = list(texts)[: limits.CONTEXT_ELEMENTS] or [NOTHING]
    return with_set({"type": "context", "elements": [mrkdwn(text) for text in shown]}, block_id=ident(block_id))


def divider() -> Block:
    """A line across."""
    return {"type": "divider"}


def actions(elements: Sequence[Element], *, block_id: str = "") -> Block:
    """A row of buttons and menus; at most 25. Without any it says that there is nothing to do."""
    if not elements:
        return context("Nothing to do here.")
    return with_set(
        {"type": "actions", "elements": list(elements)[: limits.ACTIONS_ELEMENTS]}, block_id=ident(block_id)
    )


def confirm(question: object, *, yes: str = "Yes", no: str = "Cancel", danger: bool = False) -> Element:
    """Asked before a click counts."""
    return with_set(
        {
            "title": plain_text("Are you sure?", limits.CONFIRM_TITLE),
            "text": plain_text(question, limits.CONFIRM_TEXT),
            "confirm": plain_text(yes, limits.CONFIRM_BUTTON),
            "deny": plain_text(no, limits.CONFIRM_BUTTON),
        },
        style="danger" if danger else None,
    )


def button(
    text: object,
    action_id: str,
    *,
    value: str = "",
    style: str = "",
    url: str = "",
    ask: Element | None = None,
    spoken: str = "",
) -> Element:
    """A button. An address that is not an ordinary web address is left out.

    `spoken` is what a screen reader says, where the label alone stands on several buttons.
    """
    element = {"type": "button", "text": plain_text(text, limits.BUTTON_TEXT)}
    return with_set(
        element,
        action_id=ident(action_id, limits.ACTION_ID),
        value=clean(value)[: limits.BUTTON_VALUE],
        style=style if style in ("primary", "danger") else None,
        url=safe_url(url) if url else None,
        confirm=ask,
        accessibility_label=one_line(spoken, limits.ACCESSIBILITY_LABEL) if spoken else None,
    )


def option(text: object, value: str, *, description: str = "") -> Element:
    """One choice of a menu."""
    entry = {
        "text": plain_text(text, limits.OPTION_TEXT),
        "value": clean(value)[: limits.OPTION_VALUE] or NOTHING,
    }
    return with_set(entry, description=plain_text(description, limits.OPTION_DESCRIPTION) if description else None)


def _apart(options: Iterable[Element], most: int) -> list[Element]:
    """Options with different values, since two alike could not be told apart; never empty."""
    found: dict[str, Element] = {}
    for entry in options:
        found.setdefault(str(entry["value"]), entry)
    return list(found.values())[:most] or [option("Nothing to choose", "none")]


def overflow(action_id: str, options: Sequence[Element]) -> Element:
    """The menu behind three dots; at most 5 entries."""
    entries = _apart(options, limits.OVERFLOW_OPTIONS)
    return with_set({"type": "overflow", "options": entries}, action_id=ident(action_id, limits.ACTION_ID))


def select(action_id: str, options: Sequence[Element], *, placeholder: object = "Choose", chosen: str = "") -> Element:
    """A menu of at most 100 options."""
    entries = _apart(options, limits.OPTIONS)
    initial = next((entry for entry in entries if entry["value"] == chosen), None)
    element = {
        "type": "static_select",
        "placeholder": plain_text(placeholder, limits.PLACEHOLDER),
        "options": entries,
    }
    return with_set(element, action_id=ident(action_id, limits.ACTION_ID), initial_option=initial)


def choices(kind: str, action_id: str, options: Sequence[Element], *, chosen: Sequence[str] = ()) -> Element:
    """`radio_buttons` or `checkboxes` with at most 10 options; anything else becomes radio buttons."""
    entries = _apart(options, limits.CHOICES)
    initial = [entry for entry in entries if entry["value"] in chosen]
    many = kind == "checkboxes"
    return with_set(
        {"type": "checkboxes" if many else "radio_buttons", "options": entries},
        action_id=ident(action_id, limits.ACTION_ID),
        initial_options=initial if many else None,
        initial_option=initial[0] if initial and not many else None,
    )


def text_input(action_id: str, *, multiline: bool = False, initial: str = "", placeholder: str = "") -> Element:
    """A field to write in."""
    return with_set(
        {"type": "plain_text_input", "multiline": multiline},
        action_id=ident(action_id, limits.ACTION_ID),
        initial_value=clip(clean(initial), limits.TEXT_INPUT),
        placeholder=plain_text(placeholder, limits.PLACEHOLDER) if placeholder else None,
    )


def entry(label: object, element: Element, *, block_id: str = "", hint: str = "", optional: bool = False) -> Block:
    """An input block: a label, and an element to answer with."""
    return with_set(
        {
            "type": "input",
            "label": plain_text(label, limits.INPUT_LABEL),
            "element": element,
            "optional": optional,
        },
        block_id=ident(block_id),
        hint=plain_text(hint, limits.INPUT_HINT) if hint else None,
    )


def preformatted(text: object, most: int = limits.SECTION_TEXT) -> Block:
    """Text in fixed-width letters, as it is."""
    words = clip(clean(text).strip("\n"), most) or NOTHING
    part = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": words}], "border": 0}
    return {"type": "rich_text", "elements": [part]}


def table(head: Sequence[object], rows: Sequence[Sequence[object]]) -> Block:
    """A table of plain cells, the first row its head; rows that do not fit are counted in the last one."""
    width = max(1, min(limits.TABLE_COLUMNS, max([len(head), *(len(row) for row in rows)], default=1)))

    def cells(row: Sequence[object]) -> list[Element]:
        shown = [*row, *[""] * width][:width]
        return [{"type": "raw_text", "text": one_line(cell, 200)} for cell in shown]

    built = [cells(head)]
    room = limits.TABLE_TEXT - sum(len(cell["text"]) for cell in built[0]) - 60 * width
    for index, row in enumerate(rows):
        line = cells(row)
        room -= sum(len(cell["text"]) for cell in line)
        left = len(rows) - index
        if room < 0 or (len(built) == limits.TABLE_ROWS - 1 and left > 1):
            built.append(cells([f"… {left} more"]))
            break
        built.append(line)
    return {"type": "table", "rows": built}


def _names(texts: Sequence[object]) -> list[str]:
    """Labels of at most 20 characters that differ from each other."""
    found: list[str] = []
    for text in texts:
        label, count = one_line(text, limits.CHART_LABEL), 2
        while label in found:
            label = f"{one_line(text, limits.CHART_LABEL - 4)} {count}"
            count += 1
        found.append(label)
    return found


def chart(
    title: object,
    kind: str,
    categories: Sequence[object],
    series: Sequence[tuple[object, Sequence[float]]],
    *,
    y_label: str = "",
) -> Block:
    """A line, bar or area chart of the latest 20 points and the first 6 series.

    A category for which a series has no finite figure is left out: a gap is never drawn as zero.
    """
    lines = list(series)[: limits.CHART_SERIES]
    whole = [
        index
        for index in range(len(categories))
        if all(index < len(values) and math.isfinite(values[index]) for _, values in lines)
    ][-limits.CHART_POINTS :]
    if not whole or not lines:
        return context(f"{one_line(title, limits.CHART_TITLE)}: no figures yet.")
    labels = _names([categories[index] for index in whole])
    drawn = [
        {
            "name": name,
            "data": [{"label": label, "value": values[i]} for label, i in zip(labels, whole, strict=True)],
        }
        for name, (_, values) in zip(_names([name for name, _ in lines]), lines, strict=True)
    ]
    axis = with_set({"categories": labels}, y_label=one_line(y_label, limits.AXIS_LABEL) if y_label else None)
    return {
        "type": "data_visualization",
        "title": one_line(title, limits.CHART_TITLE),
        "chart": {"type": kind if kind in ("line", "bar", "area") else "line", "series": drawn, "axis_config": axis},
    }


def alert(text: Text, level: str = "default") -> Block:
    """A coloured bar; in a modal only."""
    known = level if level in ("info", "warning", "error", "success") else "default"
    return {"type": "alert", "text": mrkdwn(text, limits.ALERT_TEXT), "level": known}
