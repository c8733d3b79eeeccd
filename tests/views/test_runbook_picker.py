"""The dialog with all runbooks: none is left out, however many there are."""

from __future__ import annotations

from bot.render.forms import dialog
from bot.render.text import text
from bot.runbooks import load
from bot.views.runbook_list import Suggested, choice, picker, shelves


def test_all_of_them_can_be_chosen():
    """Slack shows ten options as buttons and no more; all of them stand in a menu."""
    shown = dialog(picker(load().values()))
    element = next(block["element"] for block in shown["blocks"] if block["type"] == "input")
    assert element["type"] == "static_select"
    assert {option["value"] for option in element["options"]} == set(load())


def test_a_few_stand_as_buttons():
    """What can be seen at one glance need not be opened."""
    shown = dialog(picker(list(load().values())[:10]))
    element = next(block["element"] for block in shown["blocks"] if block["type"] == "input")
    assert element["type"] == "radio_buttons"
    assert len(element["options"]) == 10


def test_what_is_asked_for_most_is_said_in_plain_words():
    """Nothing is known yet of what is broken, so words stand for the names in a text."""
    for document in (shelves(load(), ()), choice("site", tuple(map(Suggested, load().values())), sure=False)):
        shown = text(document)
        assert "{" not in shown
        assert "not written down" not in shown
