"""The rich_text block with all of its parts, as rules."""

from __future__ import annotations

from bot.blockkit import limits
from bot.blockkit.schema import ANY_URL, Rule, array, boolean, number, record, string, typed

_STYLES = ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink")
STYLE = record(dict.fromkeys(_STYLES, boolean))


def _inline(needs: tuple[str, ...], fields: dict[str, Rule]) -> Rule:
    return record({"type": string(), "style": STYLE, **fields}, needs=("type", *needs))


TEXT = _inline(("text",), {"text": string()})
LINK = _inline(("url",), {"url": string(limits.URL, like=ANY_URL), "text": string(), "unsafe": boolean})
INLINE = typed(
    {
        "text": TEXT,
        "link": LINK,
        "broadcast": _inline(("range",), {"range": string(choices=("here", "channel", "everyone"))}),
        "channel": _inline(("channel_id",), {"channel_id": string(like=r"[A-Z0-9]+")}),
        "color": _inline(("value",), {"value": string(like=r"#?[0-9a-f]{3,8}")}),
        "date": _inline(
            ("timestamp", "format"),
            {
                "timestamp": number(0, whole=True),
                "format": string(),
                "url": string(limits.URL, like=ANY_URL),
                "fallback": string(),
            },
        ),
        "emoji": _inline(("name",), {"name": string(), "unicode": string(), "url": string(limits.URL, like=ANY_URL)}),
        "team": _inline(("team_id",), {"team_id": string(like=r"[A-Z0-9]+")}),
        "user": _inline(("user_id",), {"user_id": string(like=r"[A-Z0-9]+")}),
        "usergroup": _inline(("usergroup_id",), {"usergroup_id": string(like=r"[A-Z0-9]+")}),
    },
    what="rich text element",
)
BORDER = number(0, 1, whole=True)
SECTION = record({"type": string(), "elements": array(INLINE)}, needs=("type", "elements"))
PARTS = typed(
    {
        "rich_text_section": SECTION,
        "rich_text_list": record(
            {
                "type": string(),
                "elements": array(typed({"rich_text_section": SECTION}, what="list entry"), least=1),
                "style": string(choices=("bullet", "ordered")),
                "indent": number(0, limits.LIST_INDENT, whole=True),
                "offset": number(0, whole=True),
                "border": BORDER,
            },
            needs=("type", "elements", "style"),
        ),
        "rich_text_quote": record(
            {"type": string(), "elements": array(INLINE), "border": BORDER}, needs=("type", "elements")
        ),
        "rich_text_preformatted": record(
            {
                "type": string(),
                "elements": array(typed({"text": TEXT, "link": LINK}, what="preformatted element")),
                "border": BORDER,
                "language": string(50),
            },
            needs=("type", "elements"),
        ),
    },
    what="rich text part",
)
RICH_TEXT = record(
    {"type": string(choices=("rich_text",)), "block_id": string(limits.BLOCK_ID), "elements": array(PARTS, least=1)},
    needs=("type", "elements"),
)
