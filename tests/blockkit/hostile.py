"""Strategies: any JSON, and JSON that looks like Block Kit but is wrong somewhere."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.blockkit.blocks import BLOCKS

NASTY = (
    "<!channel> <!here> <@U123> @here @everyone",
    "<http://evil.example|https://bank.example>",
    "\u202egnp.exe\u202c \u2066x\u2069 \x00\x07\x1b[31m red",
    "*bold* _italic_ ~struck~ `code` ```block```",
    "&amp; &lt;b&gt; <script>alert(1)</script>",
    "&" * 4000,
    "x" * 20_000,
    "\ud800 lone surrogate",
    "a\u2028b\r\nc\td",
    "",
    "   ",
    "`",
    "**",
    "日本語" * 2000,
    "👩‍👩‍👧" * 500,
)
texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=200))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=20,
)
KEYS = (
    "type", "text", "elements", "fields", "accessory", "options", "option_groups", "initial_option", "initial_options",
    "confirm", "element", "label", "rows", "chart", "series", "segments", "axis_config", "categories", "data", "title",
    "child_blocks", "tasks", "task_id", "status", "value", "action_id", "block_id", "url", "style", "caption",
    "max_selected_items", "min_length", "max_length", "name", "image_url", "alt_text", "is_collapsible",
)  # fmt: skip
KINDS = (*BLOCKS, "plain_text", "mrkdwn", "button", "static_select", "pie", "bar", "raw_text", "rich_text_section")
nearly = st.recursive(
    st.sampled_from(KINDS) | st.none() | st.integers(-5, 5) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=30,
)
