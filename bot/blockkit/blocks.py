"""The blocks of Block Kit, as rules, and the surfaces on which each may stand."""

from __future__ import annotations

from bot.blockkit import limits
from bot.blockkit.composition import IMAGE, PLAIN, SLACK_FILE
from bot.blockkit.data import AXIS_CHART, CELL, PIE, rows_alike
from bot.blockkit.elements import (
    BUTTON,
    IN_ACTIONS,
    IN_CONTEXT,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
)
from bot.blockkit.richtext import RICH_TEXT
from bot.blockkit.schema import (
    ANY_URL,
    WEB_URL,
    Rule,
    Walk,
    any_of,
    array,
    boolean,
    number,
    one_of,
    record,
    shown,
    step,
    string,
    text,
    typed,
)

EVERYWHERE = frozenset({"message", "modal", "home"})
MESSAGE = frozenset({"message"})
MODAL = frozenset({"modal"})
NOT_MODAL = frozenset({"message", "home"})


def block(fields: dict[str, Rule], *needs: str, also: tuple[Rule, ...] = ()) -> Rule:
    """A block: its own fields beside `type` and `block_id`."""
    return record(
        {"type": string(), "block_id": string(limits.BLOCK_ID), **fields},
        needs=("type", *needs),
        also=also,
    )


ICON_NAME = record(
    {"type": string(choices=("icon",)), "name": string(50, like=r"[a-z][a-z-]*")}, needs=("type", "name")
)
CARD = block(
    {
        "hero_image": typed({"image": IMAGE}),
        "icon": typed({"image": IMAGE}),
        "slack_icon": ICON_NAME,
        "title": text(limits.CARD_TITLE),
        "subtitle": text(limits.CARD_TITLE),
        "body": text(limits.CARD_BODY),
        "subtext": text(limits.CARD_BODY),
        "actions": array(typed({"button": BUTTON}, what="element of a card"), least=1, most=limits.CARD_ACTIONS),
    },
    also=(any_of("hero_image", "title", "actions", "body"),),
)
TASK = {
    "task_id": string(limits.BLOCK_ID),
    "title": string(limits.TEXT),
    "details": RICH_TEXT,
    "output": RICH_TEXT,
    "sources": array(
        record(
            {"type": string(choices=("url",)), "url": string(limits.URL, like=ANY_URL), "text": string()},
            needs=("type", "url", "text"),
        )
    ),
    "status": string(choices=("pending", "in_progress", "complete", "error")),
}
TASK_CARD = block(TASK, "task_id", "title", "status")


def _task_ids_differ(walk: Walk, value: object, pointer: str) -> None:
    tasks = value.get("tasks", []) if isinstance(value, dict) else []
    if len({task["task_id"] for task in tasks}) != len(tasks):
        walk.say("duplicate", "task ids must be unique within a plan", step(pointer, "tasks"))


def _alone_not_pending(walk: Walk, value: object, pointer: str) -> None:
    if isinstance(value, dict) and value.get("status") == "pending":
        walk.say("bad_value", "only a task of a plan can be pending", step(pointer, "status"))


def _divider_or_collapsible(walk: Walk, value: object, pointer: str) -> None:
    if not isinstance(value, dict):
        return
    if value.get("is_collapsible") and value.get("has_header_divider"):
        walk.say("not_allowed", "cannot be set when is_collapsible is true", step(pointer, "has_header_divider"))
    if value.get("default_collapsed") and not value.get("is_collapsible"):
        walk.say("not_allowed", "requires is_collapsible to be true", step(pointer, "default_collapsed"))


_SIMPLE: dict[str, tuple[Rule, frozenset[str]]] = {
    "actions": (block({"elements": array(IN_ACTIONS, least=1, most=limits.ACTIONS_ELEMENTS)}, "elements"), EVERYWHERE),
    "context": (block({"elements": array(IN_CONTEXT, least=1, most=limits.CONTEXT_ELEMENTS)}, "elements"), EVERYWHERE),
    "divider": (block({}), EVERYWHERE),
    "header": (block({"text": text(limits.HEADER_TEXT, PLAIN)}, "text"), EVERYWHERE),
    "file": (block({"external_id": string(), "source": string(choices=("remote",))}, "external_id", "source"), MESSAGE),
    "image": (
        block(
            {
                "alt_text": string(limits.IMAGE_ALT),
                "image_url": string(limits.URL, like=WEB_URL),
                "slack_file": SLACK_FILE,
                "title": text(limits.IMAGE_TITLE, PLAIN),
            },
            "alt_text",
            also=(one_of("image_url", "slack_file"),),
        ),
        EVERYWHERE,
    ),
    "input": (
        block(
            {
                "label": text(limits.INPUT_LABEL, PLAIN),
                "hint": text(limits.INPUT_HINT, PLAIN),
                "optional": boolean,
                "dispatch_action": boolean,
                "element": IN_INPUT,
            },
            "label",
            "element",
        ),
        EVERYWHERE,
    ),
    "rich_text": (RICH_TEXT, EVERYWHERE),
    "section": (
        block(
            {
                "text": text(limits.SECTION_TEXT),
                "fields": array(text(limits.FIELD_TEXT), least=1, most=limits.SECTION_FIELDS),
                "accessory": IN_SECTION,
                "expand": boolean,
            },
            also=(any_of("text", "fields"),),
        ),
        EVERYWHERE,
    ),
    "table": (
        block(
            {
                "rows": array(array(CELL, least=1, most=limits.TABLE_COLUMNS), least=1, most=limits.TABLE_ROWS),
                "column_settings": array(
                    record({"align": string(choices=("left", "center", "right")), "is_wrapped": boolean}),
                    most=limits.TABLE_COLUMNS,
                ),
            },
            "rows",
        ),
        NOT_MODAL,
    ),
    "video": (
        block(
            {
                "alt_text": string(limits.IMAGE_ALT),
                "title": text(limits.VIDEO_TITLE - 1, PLAIN),
                "title_url": string(limits.URL, like=WEB_URL),
                "thumbnail_url": string(limits.URL, like=WEB_URL),
                "video_url": string(limits.URL, like=WEB_URL),
                "author_name": string(limits.VIDEO_AUTHOR - 1),
                "provider_name": string(limits.VIDEO_AUTHOR),
                "provider_icon_url": string(limits.URL, like=WEB_URL),
                "description": text(limits.VIDEO_DESCRIPTION, PLAIN),
            },
            "alt_text",
            "title",
            "thumbnail_url",
            "video_url",
        ),
        EVERYWHERE,
    ),
}
_CHILDREN = typed({kind: rule for kind, (rule, _) in _SIMPLE.items()}, what="child block")
BLOCKS: dict[str, tuple[Rule, frozenset[str]]] = {
    **_SIMPLE,
    "alert": (
        block(
            {
                "text": text(limits.ALERT_TEXT),
                "level": string(choices=("default", "info", "warning", "error", "success")),
            },
            "text",
        ),
        MODAL,
    ),
    "card": (CARD, EVERYWHERE),
    "carousel": (
        block({"elements": array(typed({"card": CARD}), least=1, most=limits.CAROUSEL_CARDS)}, "elements"),
        NOT_MODAL,
    ),
    "container": (
        block(
            {
                "title": text(limits.CONTAINER_TITLE, PLAIN),
                "rich_text_title": RICH_TEXT,
                "subtitle": text(limits.CONTAINER_TITLE),
                "child_blocks": array(_CHILDREN, least=1, most=limits.CONTAINER_BLOCKS),
                "width": string(choices=("narrow", "standard", "wide", "full")),
                "icon": typed({"image": IMAGE}),
                "is_collapsible": boolean,
                "default_collapsed": boolean,
                "has_header_divider": boolean,
            },
            "child_blocks",
            also=(any_of("title", "rich_text_title"), _divider_or_collapsible),
        ),
        NOT_MODAL,
    ),
    "context_actions": (
        block({"elements": array(IN_CONTEXT_ACTIONS, least=1, most=limits.CONTEXT_ACTIONS)}, "elements"),
        MESSAGE,
    ),
    "data_table": (
        block(
            {
                "rows": array(
                    array(CELL, least=1, most=limits.TABLE_COLUMNS),
                    least=2,
                    most=limits.DATA_TABLE_ROWS,
                ),
                "caption": string(limits.TEXT),
                "page_size": number(1, limits.DATA_TABLE_PAGE, whole=True),
                "row_header_column_index": number(0, whole=True),
            },
            "rows",
            "caption",
            also=(rows_alike,),
        ),
        NOT_MODAL,
    ),
    "data_visualization": (
        block(
            {
                "title": string(limits.CHART_TITLE),
                "chart": typed({"pie": PIE, "bar": AXIS_CHART, "line": AXIS_CHART, "area": AXIS_CHART}, what="chart"),
            },
            "title",
            "chart",
        ),
        NOT_MODAL,
    ),
    "markdown": (block({"text": string(limits.MARKDOWN_TEXT)}, "text"), MESSAGE),
    "plan": (
        block(
            {"title": string(limits.TEXT), "tasks": array(typed({"task_card": TASK_CARD}), most=limits.PLAN_TASKS)},
            "title",
            also=(_task_ids_differ,),
        ),
        MESSAGE,
    ),
    "task_card": (block(TASK, "task_id", "title", "status", also=(_alone_not_pending,)), MESSAGE),
}


def judge_block(walk: Walk, value: object, pointer: str) -> None:
    """One top-level block: known, allowed on this surface, and sound."""
    if not isinstance(value, dict):
        walk.say("wrong_type", "must provide an object", pointer)
        return
    kind = value.get("type")
    if "type" not in value:
        walk.say("missing_field", "missing required field: type", pointer)
    elif not isinstance(kind, str) or kind not in BLOCKS:
        walk.say("unknown_type", f"unsupported type: {shown(kind)}", step(pointer, "type"))
    else:
        rule, surfaces = BLOCKS[kind]
        if walk.surface not in surfaces:
            walk.say("not_on_surface", f"unsupported type: {kind} in a {walk.surface}", step(pointer, "type"))
        rule(walk, value, pointer)
