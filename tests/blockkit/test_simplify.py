"""The ladder: each rung leaves out more, each is sound, and the last cannot be refused for its blocks."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blockkit import kit, surfaces, words
from bot.blockkit.simplify import LAST_WORDS, RUNGS, simplify
from bot.blockkit.validator import refused, validate_message
from tests.blockkit.hostile import json_values, nearly
from tests.blockkit.test_kit import blocks, texts

FULL = surfaces.message(
    "Nobody can pay & sign up.",
    [
        kit.header("DOWN · Checkout"),
        kit.section(words.bold("Nobody can pay") + words.plain(" since < 7 min")),
        kit.fields(["Owner\nAna", "Since\n14:03"]),
        kit.chart("p95", "line", ["a", "b"], [("s", [1, 2])]),
        kit.table(("a",), [("b",)]),
        kit.context("Next: 14:08 I message Ben"),
        kit.actions([kit.button("I'm on it", "incident.ack")]),
    ],
    event="launch_delivery",
    payload={"d": "uuid"},
)


def kinds(rung):
    message = simplify({"channel": "C1", "ts": "1.2", **FULL}, rung)
    assert message is not None
    return [block["type"] for block in message["blocks"]]


def test_each_rung_leaves_out_what_is_least_needed():
    """Charts and tables go first, then small print, then markup, then all blocks."""
    assert kinds(0) == ["header", "section", "section", "data_visualization", "table", "context", "actions"]
    assert kinds(1) == ["header", "section", "section", "context", "actions"]
    assert kinds(2) == ["header", "section", "actions"]
    assert kinds(3) == ["header", "section", "actions"]
    assert kinds(4) == []
    assert simplify(FULL, 5) is None


def test_paragraphs_become_plain_text():
    """On the third rung nothing in a paragraph has a meaning any more."""
    message = simplify(FULL, 3)
    assert message is not None
    assert message["blocks"][1]["text"] == {
        "type": "plain_text",
        "text": "Nobody can pay since < 7 min",
        "emoji": False,
    }


def test_the_last_rung_keeps_where_it_goes_and_its_delivery_id():
    """Channel, timestamp and metadata stay, so that it can be found and edited again; the text is still escaped."""
    message = simplify({"channel": "C1", "ts": "1.2", **FULL}, RUNGS)
    assert message is not None
    assert message["channel"] == "C1"
    assert message["ts"] == "1.2"
    assert message["metadata"]["event_payload"] == {"d": "uuid"}
    assert message["text"] == "Nobody can pay &amp; sign up."


def test_without_a_text_the_last_rung_still_says_something():
    """A message that had only blocks ends as a sentence, not as nothing."""
    message = simplify({"blocks": FULL["blocks"]}, RUNGS)
    assert message is not None
    assert message["text"] == LAST_WORDS


@given(texts, st.lists(blocks, max_size=8), st.integers(0, RUNGS))
@settings(max_examples=200, deadline=None)
def test_every_rung_of_a_sound_message_is_sound(text, some, rung):
    """Simplifying never makes anything worse."""
    message = simplify(surfaces.message(text, some), rung)
    assert message is not None
    assert refused(validate_message(message)) == []


@given(st.one_of(json_values, nearly), st.one_of(json_values, nearly), st.one_of(json_values, nearly))
@settings(max_examples=200, deadline=None)
def test_the_last_rung_is_sound_whatever_came_in(text, some, metadata):
    """Even a broken message ends as one that Slack takes."""
    message = simplify({"text": text, "blocks": some, "metadata": metadata}, RUNGS)
    assert message is not None
    assert validate_message(message) == []
    for rung in range(RUNGS):
        simplify({"text": text, "blocks": some, "metadata": metadata}, rung)
