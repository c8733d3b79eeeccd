"""The ladder down when Slack refuses a message: each rung leaves out what is least needed, the last is text alone."""

from __future__ import annotations

from typing import Any

from bot.blockkit import limits
from bot.blockkit.kit import plain_section
from bot.blockkit.validator import refused, validate_message
from bot.blockkit.words import clean, clip, plain, quiet, spoken, unescape

LAST_WORDS = "There is something to tell you, but Slack refused how it was laid out. Type /launch status to see it."
RUNGS = 4

Message = dict[str, Any]


def simplify(message: Message, rung: int) -> Message | None:
    """The message on a rung of the ladder, or None where there is no further one.

    1 drops charts and tables, 2 also context and fields, 3 also all markup of paragraphs, 4 leaves the text alone,
    built from nothing but clipped characters. Two rungs may come out alike; the caller skips what it has tried.
    """
    if rung <= 0:
        return dict(message)
    if rung > RUNGS:
        return None
    if rung == RUNGS:
        return _bare(message)
    blocks = [block for block in _blocks(message) if str(block.get("type")) not in _HEAVY]
    if rung >= 2:
        blocks = [_without_fields(block) for block in blocks if block.get("type") not in ("context", "context_actions")]
        blocks = [block for block in blocks if block]
    if rung >= 3:
        blocks = [flat for block in blocks if (flat := _flat(block))]
    return {**message, "text": _fallback(message), "blocks": blocks}


_HEAVY = frozenset({"data_visualization", "data_table", "table", "image", "video", "card", "carousel", "file"})


def _blocks(message: Message) -> list[Message]:
    blocks = message.get("blocks")
    return [block for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []


def _without_fields(block: Message) -> Message:
    if block.get("type") != "section" or "fields" not in block:
        return block
    return {key: value for key, value in block.items() if key != "fields"} if "text" in block else {}


def _flat(block: Message) -> Message:
    """A paragraph as plain text; headers, lines and buttons as they are; anything else as the text in it."""
    if block.get("type") in ("header", "divider", "actions"):
        return block
    text = block.get("text")
    if isinstance(text, dict) and isinstance(text.get("text"), str):
        words = spoken(text["text"]) if text.get("type") == "mrkdwn" else text["text"]
        return plain_section(words)
    words = " ".join(_texts(block)).strip()
    return plain_section(words) if words else {}


def _texts(value: object) -> list[str]:
    """Every `text` inside, in reading order."""
    found: list[str] = []
    stack = [value]
    while stack and len(found) < 200:
        entry = stack.pop()
        if isinstance(entry, list):
            stack += reversed(entry)
        elif isinstance(entry, dict):
            if isinstance(entry.get("text"), str):
                found.append(entry["text"])
            stack += reversed([inner for inner in entry.values() if isinstance(inner, dict | list)])
    return found


def _fallback(message: Message) -> str:
    text = message.get("text")
    return text if isinstance(text, str) and text.strip() else LAST_WORDS


def _bare(message: Message) -> Message:
    """Text alone. The empty list of blocks tells chat.update to take the old ones away."""
    words = quiet(clean(unescape(_fallback(message)))).strip()
    kept = {key: value for key, value in message.items() if key not in ("text", "blocks", "attachments", "metadata")}
    text = plain(clip(words, limits.MESSAGE_TEXT_GOOD // 2)).fit(limits.MESSAGE_TEXT_GOOD)
    metadata = message.get("metadata")
    sound = isinstance(metadata, dict) and not refused(validate_message({"text": "x", "metadata": metadata}))
    return {**kept, "text": text, "blocks": [], **({"metadata": metadata} if sound else {})}
