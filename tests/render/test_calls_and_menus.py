"""Calls to everybody, entries behind a menu, and lines without a headline, in each form."""

from __future__ import annotations

import json

import pytest

from bot.blockkit.simplify import RUNGS, simplify
from bot.blockkit.validator import validate_message
from bot.document import Action, Actions, Document, Everyone, Paragraph
from bot.listeners.actions import _asked
from bot.render.blocks import chosen, message
from bot.render.markdown import markdown
from bot.render.text import text

MANY = tuple(Action(f"thing.{n}", f"Entry {n}", f"12:{n}", command=f"/launch entry {n}") for n in range(5))
DOCUMENT = Document(
    "", (Paragraph((Everyone(), " look: <!channel> ", "@here")), Actions(MANY[:2], MANY)), fallback="Hm."
)


def test_only_the_span_calls_everybody():
    """What stands in text from outside calls nobody."""
    payload = message(DOCUMENT)
    assert validate_message(payload) == []
    words = payload["blocks"][0]["text"]["text"]
    assert words.startswith("<!here> look: &lt;!channel&gt; @\u2060here")
    assert json.dumps(payload).count("<!") == 1


def test_where_nobody_can_be_called_it_is_said():
    """A terminal and a file name whom it is meant for."""
    assert "everybody here look" in text(DOCUMENT)
    assert "everybody here look" in markdown(DOCUMENT)


def test_a_menu_stands_beside_the_buttons():
    """At most five entries; each carries the button that it stands for."""
    row = message(DOCUMENT)["blocks"][1]["elements"]
    assert [one["type"] for one in row] == ["button", "button", "overflow"]
    options = row[-1]["options"]
    assert [one["text"]["text"] for one in options] == [f"Entry {n}" for n in range(5)]
    assert [chosen(one["value"]) for one in options] == [(f"thing.{n}", f"12:{n}") for n in range(5)]


def test_a_choice_is_a_click_on_that_button():
    """Slack says which entry; the bot hears which button, and its value."""
    clicked = {"type": "overflow", "action_id": "more", "selected_option": {"value": "thing.3 12:3:30m"}}
    assert _asked(clicked) == ("thing.3", "12:3:30m")
    assert _asked({"type": "button", "action_id": "thing.3", "value": "a b"}) == ("thing.3", "a b")
    assert _asked({"type": "overflow", "action_id": "more"}) == ("", "")


def test_the_terminal_and_a_file_list_every_entry():
    """There everything is a command to type."""
    for words in (text(DOCUMENT), markdown(DOCUMENT)):
        assert all(f"/launch entry {n}" in words for n in range(5))


def test_without_a_headline_there_is_no_header():
    """A line in a thread is just the line."""
    assert message(DOCUMENT)["blocks"][0]["type"] == "section"
    assert not markdown(DOCUMENT).startswith("#")
    assert text(DOCUMENT).startswith("everybody")


@pytest.mark.parametrize("rung", range(1, RUNGS + 1))
def test_a_simpler_message_is_sound(rung):
    """Whatever Slack refuses, the next simpler form of it is one that Slack takes."""
    simpler = simplify(message(DOCUMENT), rung)
    assert simpler is not None
    assert [one for one in validate_message(simpler) if one.code != "missing"] == []
