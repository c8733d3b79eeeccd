"""Whole messages, modals and App Homes: blocks within every shared budget, ids that differ, and a text for phones."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from bot.blockkit import limits
from bot.blockkit.kit import Block, context, ident, plain_text, with_set
from bot.blockkit.validator import weight
from bot.blockkit.words import clean, clip, plain, quiet

BLOCKS_JSON = 12_000
"""Characters of JSON that the blocks of a message may take: Slack refuses somewhere above 13,200, and it is not written
down what it counts."""


def action_name(action_id: str) -> str:
    """The id as the code knows it: `audit.explain:2` is `audit.explain` standing in a second place."""
    return action_id.partition(":")[0]


def _renumber(blocks: list[Block]) -> list[Block]:
    """Repeated action ids get `:2`, `:3` …, repeated block ids are dropped; the given blocks stay as they are."""
    seen: dict[str, int] = {}
    block_ids: set[str] = set()

    def visit(value: Any) -> Any:
        if isinstance(value, list):
            return [visit(item) for item in value]
        if not isinstance(value, dict):
            return value
        copy = {key: visit(item) for key, item in value.items()}
        own = copy.get("action_id")
        if isinstance(own, str):
            seen[own] = seen.get(own, 0) + 1
            if seen[own] > 1:
                copy["action_id"] = f"{own[: limits.ACTION_ID - 5]}:{seen[own]}"
        return copy

    done: list[Block] = []
    for block in blocks:
        copy = visit(block)
        if copy.get("block_id") in block_ids:
            del copy["block_id"]
        elif "block_id" in copy:
            block_ids.add(copy["block_id"])
        done.append(copy)
    return done


def size(blocks: Sequence[Block]) -> int:
    """Characters of JSON, tables and charts left out."""
    return sum(len(json.dumps(block, ensure_ascii=False)) + 1 for block in blocks if not _apart_from_budget(block))


def _apart_from_budget(block: Block) -> bool:
    return block.get("type") in ("table", "data_table", "data_visualization")


def fits(blocks: Sequence[Block]) -> bool:
    """Whether a message may carry them all."""
    return (
        len(blocks) <= limits.MESSAGE_BLOCKS
        and size(blocks) <= BLOCKS_JSON
        and weight(list(blocks)) <= limits.MESSAGE_BLOCKS_TEXT
    )


def keep(blocks: Sequence[Block], enough: Callable[[list[Block]], bool]) -> list[Block]:
    """Blocks from the top while they fit, then a line that counts the rest."""
    kept: list[Block] = []
    for index, block in enumerate(blocks):
        left = len(blocks) - index
        rest = [context(f"… {left - 1} more did not fit here.")] if left > 1 else []
        if not enough([*kept, block, *rest]):
            kept.append(context(f"… {left} more did not fit here."))
            break
        kept.append(block)
    return kept


def _at_most(blocks: Sequence[Block], kind: str, most: int) -> list[Block]:
    """Without the tables or charts beyond the first `most`."""
    count, kept = 0, []
    for block in blocks:
        count += block.get("type") == kind
        kept.append(
            context("One more table or chart did not fit here.")
            if block.get("type") == kind and count > most
            else block
        )
    return kept


def message(text: object, blocks: Sequence[Block], *, event: str = "", payload: dict[str, str] | None = None) -> Block:
    """The arguments of a post: fallback text, blocks within all budgets, and metadata where an event is named."""
    fallback = clip(plain(quiet(clean(text)).strip()).fit(limits.MESSAGE_TEXT_GOOD), limits.MESSAGE_TEXT_GOOD)
    shown = _at_most(_at_most(blocks, "data_visualization", limits.MESSAGE_CHARTS), "table", limits.MESSAGE_TABLES)
    result: Block = {"text": fallback, "blocks": _renumber(keep(shown, fits))}
    if event:
        data = {clean(key)[:100]: clean(value)[:1000] for key, value in (payload or {}).items()}
        while len(json.dumps(data)) > limits.METADATA_BYTES - 4_000:
            data.popitem()
        result["metadata"] = {"event_type": ident(event), "event_payload": data}
    return result


def home(blocks: Sequence[Block]) -> Block:
    """The App Home; at most 100 blocks."""
    shown = _at_most(blocks, "table", 5)
    kept = keep(shown, lambda some: len(some) <= limits.VIEW_BLOCKS)
    return {"type": "home", "blocks": _renumber(kept)}


def modal(title: object, blocks: Sequence[Block], *, submit: str = "", callback: str = "", data: str = "") -> Block:
    """A dialog. Where there is something to fill in, there is a button to send it."""
    asks = any(block.get("type") == "input" for block in blocks)
    kept = keep(blocks, lambda some: len(some) <= limits.VIEW_BLOCKS)
    return with_set(
        {
            "type": "modal",
            "title": plain_text(title, limits.VIEW_TITLE),
            "close": plain_text("Close", limits.VIEW_TITLE),
            "blocks": _renumber(kept),
        },
        submit=plain_text(submit or "Save", limits.VIEW_TITLE) if submit or asks else None,
        callback_id=ident(callback, limits.CALLBACK_ID),
        private_metadata=data if len(data) <= limits.PRIVATE_METADATA else None,
    )
