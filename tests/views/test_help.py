"""The help as somebody reads it whose product is down: by the moment, and forgiving about words."""

from __future__ import annotations

import pytest

from bot.commands.base import commands
from bot.render.text import text
from bot.views import help as view
from bot.views.help import MEANT, MOMENTS, nearest, unknown

KNOWN = commands()
LISTED = {name for name, command in KNOWN.items() if command.listed}


def test_every_verb_has_its_moment():
    """Each stands once, under the moment in which one needs it."""
    placed = [name for verbs in MOMENTS.values() for name in verbs]
    assert len(placed) == len(set(placed))
    assert set(placed) >= LISTED


def test_what_to_do_in_trouble_comes_first():
    """Nobody reads twenty lines while customers see an error."""
    shown = text(view.help(KNOWN))
    assert shown.index("When something breaks") < shown.index("/launch ack") < shown.index("/launch runbook")
    assert shown.index("/launch runbook") < shown.index("Before you launch") < shown.index("/launch check ")


@pytest.mark.parametrize("name", sorted(LISTED))
def test_values_to_type_stand_as_such(name):
    """No stray ticks: a word to type is drawn as one."""
    for shown in (view.help(KNOWN), view.verb(KNOWN[name])):
        assert "ˋ" not in text(shown)
        assert "ˋ" not in shown.fallback


@pytest.mark.parametrize(("typed", "meant"), sorted(MEANT.items()))
def test_other_words_for_a_verb(typed, meant):
    """People try the word of the last tool that they used; it must not hide a verb of ours."""
    assert meant in LISTED
    assert typed not in LISTED
    assert nearest(typed.upper(), KNOWN)[0] == meant


def test_words_about_a_trouble_lead_to_its_runbook():
    """`/launch site is down` is no command, and yet it is clear what is wanted."""
    assert "/launch runbook site is down" in text(unknown("site", KNOWN, "site is down"))
    assert "/launch runbook" not in text(unknown("zzzz", KNOWN, "zzzz"))
