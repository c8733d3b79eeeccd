"""One strict validator of Block Kit: for tests, for the local workspace, and as a warning in production.

It knows every block and element that Slack documents, where each may stand, and all limits; whatever JSON comes in, it
answers with a list of problems and never raises.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from bot.blockkit import limits
from bot.blockkit.blocks import judge_block
from bot.blockkit.schema import Problem, Rule, Walk, array, boolean, record, step, string, text

__all__ = ["ADVICE", "Problem", "refused", "validate_message", "validate_view", "weight"]

ADVICE = frozenset({"missing_text", "repeated_action_id"})
"""Codes of what Slack accepts and we do not: a message without a fallback text, one action id in two blocks."""

UNSEEN = frozenset({"type", "block_id", "action_id", "value", "url", "image_url", "style", "name", "task_id"})
"""Keys whose strings nobody reads: they do not count as text of a message."""

WHOLE_TABLES = frozenset({"table", "data_table", "data_visualization"})
"""Blocks with a budget of their own."""


def refused(problems: list[Problem]) -> list[Problem]:
    """The problems for which Slack itself would refuse the payload."""
    return [problem for problem in problems if problem.code not in ADVICE]


def _walk_values(value: object, *, depth: int = 200) -> Iterator[tuple[str, object]]:
    """Every (key, value) inside, without recursion; what lies deeper than `depth` is left out."""
    stack: list[tuple[str, object, int]] = [("", value, 0)]
    while stack:
        key, entry, level = stack.pop()
        yield key, entry
        if level >= depth:
            continue
        if isinstance(entry, dict):
            stack += [(str(name), inner, level + 1) for name, inner in entry.items()]
        elif isinstance(entry, list):
            stack += [(key, inner, level + 1) for inner in entry]


def weight(blocks: object) -> int:
    """Characters of text that people see in the blocks, tables and charts left out (they have budgets of their own)."""
    listed = blocks if isinstance(blocks, list) else []
    total = 0
    for block in listed:
        if not (isinstance(block, dict) and _kind(block) in WHOLE_TABLES):
            total += sum(len(text) for key, text in _walk_values(block) if isinstance(text, str) and key not in UNSEEN)
    return total


def _kind(block: object) -> str:
    kind = block.get("type") if isinstance(block, dict) else None
    return kind if isinstance(kind, str) else ""


def _of_kind(blocks: list[object], kind: str) -> list[tuple[int, object]]:
    return [(index, block) for index, block in enumerate(blocks) if _kind(block) == kind]


def _unique_ids(walk: Walk, blocks: list[object]) -> None:
    """Block ids differ within the payload, action ids within a block; across blocks a repeated one is worth a word."""
    block_ids: set[str] = set()
    everywhere: set[str] = set()
    for index, block in enumerate(blocks[:500]):
        pointer = f"/blocks/{index}"
        own = block.get("block_id") if isinstance(block, dict) else None
        if isinstance(own, str):
            if own in block_ids:
                walk.say("duplicate", f"block_id already exists: {own[:60]}", step(pointer, "block_id"))
            block_ids.add(own)
        here: set[str] = set()
        for key, found in _walk_values(block):
            if key == "action_id" and isinstance(found, str):
                if found in here:
                    walk.say("duplicate", f"action_id already exists: {found[:60]}", pointer)
                elif found in everywhere:
                    walk.say("repeated_action_id", f"action_id stands in another block too: {found[:60]}", pointer)
                here.add(found)
        everywhere |= here


def _text_of(block: object) -> int:
    return sum(len(text) for key, text in _walk_values(block) if key == "text" and isinstance(text, str))


def _shared_budgets(walk: Walk, blocks: list[object]) -> None:
    """What is counted over all blocks together: tables, charts, markdown, and what the eye reads."""
    charts, tables = _of_kind(blocks, "data_visualization"), _of_kind(blocks, "table")
    if len(charts) > limits.MESSAGE_CHARTS and walk.surface == "message":
        walk.say("too_many", f"no more than {limits.MESSAGE_CHARTS} data_visualization blocks allowed", "/blocks")
    if len(tables) > limits.MESSAGE_TABLES and walk.surface == "message":
        walk.say("only_one_table_allowed", "no more than 1 table block allowed", "/blocks")
    if sum(_text_of(block) for _, block in tables) > limits.TABLE_TEXT:
        walk.say("too_long", f"tables must hold less than {limits.TABLE_TEXT + 1} characters", "/blocks")
    if sum(_text_of(block) for _, block in _of_kind(blocks, "data_table")) > limits.DATA_TABLE_TEXT:
        walk.say("too_long", f"data tables must hold less than {limits.DATA_TABLE_TEXT + 1} characters", "/blocks")
    if sum(_text_of(block) for _, block in _of_kind(blocks, "markdown")) > limits.MARKDOWN_TEXT:
        walk.say("too_long", f"markdown must hold less than {limits.MARKDOWN_TEXT + 1} characters", "/blocks")
    most = limits.MESSAGE_BLOCKS_TEXT
    if walk.surface == "message" and (total := weight(blocks)) > most:
        walk.say(
            "msg_blocks_too_long", f"blocks hold {total} characters, {limits.MESSAGE_BLOCKS_TEXT} allowed", "/blocks"
        )


def _judge_blocks(walk: Walk, blocks: object, most: int) -> None:
    array(judge_block, most=most)(walk, blocks, "/blocks")
    if isinstance(blocks, list):
        _unique_ids(walk, blocks)
        _shared_budgets(walk, blocks)


def _judge_metadata(walk: Walk, metadata: object) -> None:
    record(
        {"event_type": string(255), "event_payload": _any_object, "entities": array(_any_object)},
        needs=("event_type", "event_payload"),
    )(walk, metadata, "/metadata")
    try:
        size = len(json.dumps(metadata))
    except (TypeError, ValueError, RecursionError):
        walk.say("bad_value", "metadata cannot be written as JSON", "/metadata")
        return
    if size > limits.METADATA_BYTES:
        walk.say("metadata_too_large", f"metadata must be less than {limits.METADATA_BYTES + 1} bytes", "/metadata")


def _any_object(walk: Walk, value: object, pointer: str) -> None:
    if not isinstance(value, dict):
        walk.say("wrong_type", "must provide an object", pointer)


def validate_message(payload: object) -> list[Problem]:
    """What Slack would refuse in the arguments of chat.postMessage, chat.update, chat.postEphemeral or a response_url.

    Only `text`, `blocks` and `metadata` are looked at; the other arguments belong to the method.
    """
    walk = Walk("message")
    if not isinstance(payload, dict):
        walk.say("wrong_type", "must provide an object", "")
        return walk.problems
    words, blocks = payload.get("text"), payload.get("blocks")
    if words is not None and not isinstance(words, str):
        walk.say("wrong_type", "must provide a string", "/text")
    elif isinstance(words, str) and len(words) > limits.MESSAGE_TEXT:
        walk.say("msg_too_long", f"must be less than {limits.MESSAGE_TEXT + 1} characters", "/text")
    if not words and not blocks:
        others = (payload.get("attachments"), payload.get("markdown_text"))
        if not any(others):
            walk.say("no_text", "must define either `text` or `blocks`", "")
    elif isinstance(words, str | None) and not (words or "").strip():
        walk.say("missing_text", "the text is read aloud and shown on the phone's banner: missing `text`", "/text")
    if blocks is not None:
        _judge_blocks(walk, blocks, limits.MESSAGE_BLOCKS)
    if payload.get("metadata") is not None:
        _judge_metadata(walk, payload["metadata"])
    return walk.problems


_SHARED: dict[str, Rule] = {
    "type": string(),
    "blocks": lambda _walk, _value, _pointer: None,
    "private_metadata": string(limits.PRIVATE_METADATA, least=0),
    "callback_id": string(limits.CALLBACK_ID, least=0),
    "external_id": string(limits.CALLBACK_ID, least=0),
}
_TITLE = text(limits.VIEW_TITLE, "plain_text")
_HOME = record(_SHARED, needs=("type", "blocks"))
_MODAL = record(
    {
        **_SHARED,
        "title": _TITLE,
        "submit": _TITLE,
        "close": _TITLE,
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
    needs=("type", "title", "blocks"),
)


def _modal_rules(walk: Walk, view: dict[str, object], blocks: list[object]) -> None:
    if "submit" not in view and _of_kind(blocks, "input"):
        walk.say("missing_field", "missing required field: submit (there is an input block)", "")
    focused = sum(1 for key, value in _walk_values(blocks) if key == "focus_on_load" and value is True)
    if focused > 1:
        walk.say("not_allowed", "only one element may set focus_on_load", "/blocks")


def validate_view(view: object) -> list[Problem]:
    """What Slack would refuse in the `view` of views.open, views.push, views.update or views.publish."""
    kind = _kind(view)
    walk = Walk(kind if kind in ("modal", "home") else "modal")
    if not isinstance(view, dict):
        walk.say("wrong_type", "must provide an object", "")
        return walk.problems
    if kind not in ("modal", "home"):
        walk.say("unknown_type", "must be one of the following: modal, home", "/type")
        return walk.problems
    (_MODAL if kind == "modal" else _HOME)(walk, view, "")
    blocks = view.get("blocks")
    if "blocks" in view:
        _judge_blocks(walk, blocks, limits.VIEW_BLOCKS)
    if kind == "modal" and isinstance(blocks, list):
        _modal_rules(walk, view, blocks)
    return walk.problems
