"""The builders: whatever text goes in, what comes out passes the validator, and deceives nobody."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blockkit import kit, limits, surfaces, words
from bot.blockkit.validator import validate_message, validate_view
from tests.blockkit.hostile import NASTY, texts

ids = st.text(max_size=400)
rows = st.lists(st.lists(texts, max_size=25), max_size=8)
figures = st.lists(st.floats(), max_size=25)
buttons = st.builds(
    kit.button,
    texts,
    ids,
    value=texts,
    style=st.sampled_from(["", "primary", "danger", "x"]),
    url=texts,
    ask=st.none() | st.builds(kit.confirm, texts, yes=texts, no=texts),
)
options = st.lists(st.builds(kit.option, texts, texts, description=texts), max_size=12)
elements = st.one_of(
    buttons,
    st.builds(kit.overflow, ids, options),
    st.builds(kit.select, ids, options, placeholder=texts, chosen=texts),
    st.builds(kit.choices, st.sampled_from(["checkboxes", "radio_buttons", "?"]), ids, options, chosen=st.lists(texts)),
)
markups = st.lists(
    st.one_of(
        texts,
        st.builds(words.bold, texts),
        st.builds(words.code, texts),
        st.builds(words.link, texts, texts),
        st.builds(words.mention, texts),
        st.builds(words.date, st.integers(0, 2**40), st.just("{time}"), texts),
    ).map(words.markup),
    max_size=6,
).map(words.join)
blocks = st.one_of(
    st.builds(kit.header, texts, block_id=ids),
    st.builds(kit.section, texts | markups, block_id=ids, accessory=st.none() | buttons),
    st.builds(kit.plain_section, texts),
    st.builds(kit.fields, st.lists(texts | markups, max_size=14), block_id=ids),
    st.lists(texts | markups, max_size=14).map(lambda some: kit.context(*some)),
    st.builds(kit.divider),
    st.builds(kit.actions, st.lists(elements, max_size=30), block_id=ids),
    st.builds(kit.preformatted, texts),
    st.builds(kit.table, st.lists(texts, max_size=25), rows),
    st.builds(kit.chart, texts, texts, st.lists(texts, max_size=25), st.lists(st.tuples(texts, figures), max_size=8)),
)
inputs = st.builds(
    kit.entry,
    texts,
    st.one_of(
        st.builds(kit.text_input, ids, multiline=st.booleans(), initial=texts, placeholder=texts),
        st.builds(kit.select, ids, options),
    ),
    hint=texts,
    block_id=ids,
)


@given(texts, st.lists(blocks, max_size=12))
@settings(max_examples=400, deadline=None)
def test_any_message_passes_the_validator(text, some):
    """Any text in any builder gives a message that Slack would take."""
    message = surfaces.message(text, some, event="launch", payload={"d": text})
    assert validate_message(message) == []
    json.dumps(message).encode()


@given(st.lists(blocks, max_size=12))
@settings(max_examples=100, deadline=None)
def test_any_home_passes_the_validator(some):
    """The App Home takes the same blocks."""
    assert validate_view(surfaces.home(some)) == []


@given(texts, st.lists(inputs | st.builds(kit.alert, texts | markups, texts), max_size=4), texts, texts)
@settings(max_examples=100, deadline=None)
def test_any_modal_passes_the_validator(title, some, submit, data):
    """A dialog has a button to send it as soon as it asks for something."""
    assert validate_view(surfaces.modal(title, some, submit=submit, callback=data, data=data)) == []


@pytest.mark.parametrize("count", [49, 50, 51, 400])
def test_blocks_beyond_the_limit_are_counted(count):
    """Nothing vanishes silently: the last block says how many did not fit."""
    message = surfaces.message("Hello.", [kit.section(f"line {n}") for n in range(count)])
    assert len(message["blocks"]) <= 50
    assert validate_message(message) == []
    if count > 50:
        assert f"… {count - 49} more" in json.dumps(message["blocks"][-1], ensure_ascii=False)


def test_long_blocks_stop_at_the_budget():
    """Ten sections of 3,000 characters would be refused as too long; those that fit are sent."""
    message = surfaces.message("Hello.", [kit.section("x" * 3000)] * 10)
    assert validate_message(message) == []
    assert 3 <= len(message["blocks"]) <= 4


def test_shouting_is_taken_apart():
    """Text from outside never calls a channel, never mentions a person, never hides a link."""
    shown = kit.section("<!channel> @here @Everyone <@U123> <http://evil.example|bank> a@heretic.example")["text"]
    assert shown["verbatim"] is True
    assert "<" not in shown["text"]
    assert "&lt;!channel&gt;" in shown["text"]
    assert "@here " not in shown["text"]
    assert "@Everyone" not in shown["text"]
    assert "a@heretic.example" in shown["text"]


def test_direction_overrides_and_control_characters_are_removed():
    """`exe.gnp` cannot dress up as `png.exe`, and a terminal's escape codes do not pass."""
    assert words.clean("\u202egnp.exe\u202c\u2066\u200b\x1b[31m\x00 a\tb\r\nc\u2028d") == "gnp.exe[31m a b\nc\nd"
    assert words.clean("\ud800") == "?"


def test_foreign_text_is_not_formatted():
    """Stars and underscores in a name or an answer are shown, not obeyed."""
    assert words.plain("*loud* and _sly_ but a_b_c and 2*3*4").fit(200) == "∗loud∗ and ＿sly＿ but a_b_c and 2*3*4"
    assert words.plain("New **price** list in __init__").fit(200) == "New ∗∗price∗∗ list in ＿＿init＿＿"
    assert words.plain("*_both_* and ~~gone~~").fit(200) == "∗＿both＿∗ and ∼∼gone∼∼"
    assert words.plain("** 2 ** and a__b and *").fit(200) == "** 2 ** and a__b and *"
    assert words.code("a`b").fit(100) == "`aˋb`"
    assert words.bold("50 * 2").fit(100) == "*50 ∗ 2*"


def test_spaces_stand_outside_of_what_is_bold():
    """`*Where: *here` would be shown with its stars."""
    assert (words.bold("Where: ") + words.plain("here")).fit(100) == "*Where:* here"
    assert (words.plain("at") + words.bold(" 9:04 ") + words.bold("  ")).fit(100) == "at *9:04*   "


def test_a_link_says_where_it_goes():
    """A text that looks like another address is followed by the real one; other schemes are no links at all."""
    assert words.link("https://evil.example/x", "https://bank.example").fit(300) == (
        "<https://evil.example/x|https://bank.example (goes to evil.example)>"
    )
    assert words.link("https://www.bank.example/x", "bank.example").fit(300) == (
        "<https://www.bank.example/x|bank.example>"
    )
    assert words.link("javascript:alert(1)", "Click").fit(300) == "Click"
    assert words.link("https://a.example/|<b>", "x|y").fit(300) == "<https://a.example/%7C%3Cb%3E|x¦y>"
    assert words.link("https://bank.example@evil.example/", "bank.example").fit(300).endswith("(goes to evil.example)>")


@given(markups, st.integers(60, 300))
@settings(max_examples=300, deadline=None)
def test_markup_is_never_cut_in_the_middle(markup, most):
    """Clipped markup is within its budget, and no entity, link or style is left open."""
    text = markup.fit(most)
    assert len(text) <= most
    bare = text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert "&" not in words._TOKEN.sub("", bare)
    assert words._TOKEN.sub("", text).count("<") == 0


def test_clipping_keeps_head_and_tail():
    """The end of a long text often says what went wrong; in between stands how much is missing."""
    text = words.clip("start " + "x" * 1000 + " end", 100)
    assert text.startswith("start ")
    assert text.endswith(" end")
    assert "more …" in text
    assert len(text) <= 100
    assert words.clip("x" * 100, 20) == "x" * 19 + "…"


def test_a_gap_in_a_chart_is_no_zero():
    """A figure that is not known is left out with its category."""
    block = kit.chart("p95", "line", ["a", "b", "c"], [("s", [1.0, math.nan, 3.0])])
    assert block["chart"]["axis_config"]["categories"] == ["a", "c"]
    assert kit.chart("p95", "line", [], [])["type"] == "context"


def test_a_long_table_counts_what_is_left_out():
    """Rows beyond a hundred, or beyond the budget of characters, are counted in the last row."""
    block = kit.table(("Host", "State"), [(f"h{n}", "up") for n in range(300)])
    assert len(block["rows"]) == limits.TABLE_ROWS
    assert block["rows"][-1][0]["text"] == "… 202 more"
    assert block["rows"][-2][0]["text"] == "h97"


def test_repeated_action_ids_are_told_apart_and_read_back():
    """Two buttons of one kind in a message get ids that differ, and both lead to the same handler."""
    row = [kit.section("a", accessory=kit.button("Why", "audit.why")) for _ in range(3)]
    found = [block["accessory"]["action_id"] for block in surfaces.message("Hello.", row)["blocks"]]
    assert found == ["audit.why", "audit.why:2", "audit.why:3"]
    assert {surfaces.action_name(one) for one in found} == {"audit.why"}
    assert row[1]["accessory"]["action_id"] == "audit.why"


@pytest.mark.parametrize("text", NASTY)
def test_spoken_markup_has_no_markup(text):
    """Read back as plain text, what was written comes out again."""
    assert words.spoken(
        words.escape(words.clean(text)).replace("`", "").replace("*", "").replace("_", "").replace("~", "")
    ) == (words.clean(text).replace("`", "").replace("*", "").replace("_", "").replace("~", ""))


def test_spoken_links_and_dates():
    """A link keeps its address, a date its fallback."""
    assert words.spoken("*Down* since <!date^1^{time}|14:03 UTC>, see <https://a.example|the page> `x`") == (
        "Down since 14:03 UTC, see the page (https://a.example) x"
    )
